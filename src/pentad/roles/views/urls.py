from django.urls import path

from pentad.roles.views import moving, views

urlpatterns = [
    path("views/<str:list_name>/new/", views.new_view, name="view_new"),
    path("views/<str:list_name>/move/", moving.move, name="view_move"),
    path("views/<str:list_name>/opens/<int:index>/", views.opens, name="view_opens"),
    path("views/<str:view_id>/change/", views.change, name="view_change"),
    path("views/<str:view_id>/share/", views.share, name="view_share"),
    path("views/<str:view_id>/delete/", views.delete, name="view_delete"),
    path("views/restore/", views.restore, name="view_restore"),
]
