from django.urls import path

from pentad.data.fields import views

urlpatterns = [
    path("settings/fields/", views.field_list, name="settings_fields"),
    path("settings/fields/new/", views.new_field, name="settings_field_new"),
    path("settings/fields/<str:field_id>/change/", views.change_field, name="settings_field_change"),
    path("settings/fields/<str:field_id>/archive/", views.archive_field, name="settings_field_archive"),
    path("settings/fields/<str:field_id>/restore/", views.restore_field, name="settings_field_restore"),
]
