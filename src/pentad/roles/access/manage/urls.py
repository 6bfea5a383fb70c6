from django.urls import path

from pentad.roles.access.manage import eyes, views

urlpatterns = [
    path("settings/roles/", views.role_list, name="settings_roles"),
    path("settings/roles/<str:name>/", views.role_page, name="settings_role"),
    path("settings/teams/", views.team_list, name="settings_teams"),
    path("settings/access/", views.explain_page, name="settings_explain"),
    path("settings/access/review/", views.review_page, name="settings_review"),
    path("settings/access/field/", views.class_field, name="settings_class_field"),
    path("settings/people/<int:user_id>/elevate/", views.elevate, name="settings_elevate"),
    path("settings/people/<int:user_id>/eyes/", eyes.look, name="settings_eyes"),
    path("settings/eyes/leave/", eyes.leave, name="leave_eyes"),
]
