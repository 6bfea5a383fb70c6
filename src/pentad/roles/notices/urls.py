from django.urls import path

from pentad.roles.notices import views

urlpatterns = [
    path("notices/", views.page, name="notices"),
    path("notices/bell/", views.bell, name="notices_bell"),
    path("notices/read/", views.read, name="notices_read"),
    path("notices/unread/", views.unread, name="notices_unread"),
    path("notices/settings/", views.choices, name="notices_settings"),
    path("notices/follow/", views.follow, name="notices_follow"),
    path("notices/colleagues/", views.colleagues, name="notices_colleagues"),
    path("notices/<int:notice_id>/", views.open_notice, name="notice"),
]
