"""Addresses that messages carry. Short, since they stand in text messages; without a slash at their end."""

from django.urls import path

from pentad.platforms.responses import views

urlpatterns = [
    path("t/<str:token>", views.follow, name="follow_link"),
    path("o/<str:token>", views.opened, name="message_opened"),
    path("u/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("preferences/<str:token>", views.preferences, name="preferences"),
    path("view/<str:token>", views.view, name="view_message"),
]
