from django.urls import path

from pentad.platforms.channels import hook_views, mailbox_views, views

urlpatterns = [
    path("settings/channels/", views.destinations, name="settings_channels"),
    path("settings/channels/new/", views.new, name="settings_channels_new"),
    path("settings/channels/<str:id>/", views.destination, name="settings_channel"),
    path("settings/channels/<str:id>/change/", views.change, name="settings_channel_change"),
    path("settings/channels/<str:id>/<str:verb>/", views.act, name="settings_channel_act"),
    path("hooks/mail/<str:id>/<str:secret>/", hook_views.mail, name="hooks_mail"),
    path("mailbox/", mailbox_views.messages, name="mailbox"),
    path("mailbox/<int:id>/", mailbox_views.message, name="mailbox_message"),
    path("mailbox/<int:id>/body/", mailbox_views.body, name="mailbox_body"),
]
