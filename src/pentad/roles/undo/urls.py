from django.urls import path

from pentad.roles.undo import views

urlpatterns = [
    path("changes/", views.change_list, name="changes"),
    path("changes/<str:change_id>/", views.change_page, name="change"),
    path("changes/<str:change_id>/undo/", views.undo, name="change_undo"),
]
