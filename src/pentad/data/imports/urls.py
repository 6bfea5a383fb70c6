from django.urls import path

from pentad.data.imports import views

urlpatterns = [
    path("imports/", views.import_list, name="imports"),
    path("imports/new/", views.new_import, name="import_new"),
    path("imports/<str:import_id>/", views.import_page, name="import"),
    path("imports/<str:import_id>/start/", views.start, name="import_start"),
    path("imports/<str:import_id>/stop/", views.stop, name="import_stop"),
    path("imports/<str:import_id>/drop/", views.drop, name="import_drop"),
    path("imports/<str:import_id>/rejects/", views.rejects, name="import_rejects"),
]
