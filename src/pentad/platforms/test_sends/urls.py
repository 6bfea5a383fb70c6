from django.urls import path

from pentad.platforms.test_sends import views

urlpatterns = [path("messages/<str:id>/test/", views.test_send, name="message_test")]
