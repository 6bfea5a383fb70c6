from django.urls import path

from pentad.intelligence.segments.catalogue import views

urlpatterns = [path("segments/builder/suggest/", views.suggestions, name="segments_suggest")]
