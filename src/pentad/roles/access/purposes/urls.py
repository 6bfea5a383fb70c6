from django.urls import path

from pentad.roles.access.purposes import views

urlpatterns = [
    path("settings/purposes/", views.purpose_list, name="settings_purposes"),
    path("settings/purposes/<str:name>/", views.purpose, name="settings_purpose"),
    path("settings/access/purposes/", views.of_field, name="settings_field_purposes"),
]
