"""Addresses that messages carry, short since they stand in text messages, and the page of messages to a customer."""

from django.urls import path

from pentad.platforms.responses import person_views, views

urlpatterns = [
    path("t/<str:token>", views.follow, name="follow_link"),
    path("o/<str:token>", views.opened, name="message_opened"),
    path("u/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("preferences/<str:token>", views.preferences, name="preferences"),
    path("view/<str:token>", views.view, name="view_message"),
    path("people/<str:person_id>/messages/", person_views.person_messages, name="person_messages"),
]
