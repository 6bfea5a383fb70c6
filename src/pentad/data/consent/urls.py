from django.urls import path

from pentad.data.consent import views

urlpatterns = [
    path("settings/consent/", views.settings, name="settings_consent"),
    path("settings/consent/purpose/", views.purpose, name="settings_consent_purpose"),
    path("settings/consent/purpose/archive/", views.archive_purpose, name="settings_consent_purpose_archive"),
    path("settings/consent/channel/", views.channel, name="settings_consent_channel"),
    path("settings/consent/channel/archive/", views.archive_channel, name="settings_consent_channel_archive"),
    path("people/<str:person_id>/consent/", views.record, name="person_consent"),
]
