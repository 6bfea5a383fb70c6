from django.urls import path

from pentad.intelligence.contact import address_views, views

urlpatterns = [
    path("settings/contact/", views.policy, name="settings_contact"),
    path("settings/contact/pressure/", views.pressure, name="settings_contact_pressure"),
    path("settings/contact/limit/", views.limit, name="settings_contact_limit"),
    path("settings/contact/quiet/", views.quiet, name="settings_contact_quiet"),
    path("settings/contact/rest/", views.rest, name="settings_contact_rest"),
    path("settings/contact/remove/", views.remove, name="settings_contact_remove"),
    path("settings/contact/restore/", views.restore, name="settings_contact_restore"),
    path("settings/contact/suppressed/", address_views.suppressed, name="suppressed"),
    path("settings/contact/suppressed/add/", address_views.add, name="suppressed_add"),
    path("settings/contact/suppressed/<str:id>/", address_views.one, name="suppressed_one"),
    path("people/<str:person_id>/contact/", address_views.check, name="person_contact"),
]
