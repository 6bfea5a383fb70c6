from django.urls import path

from pentad.content.messages import acting_views, editor_views, look_views, version_views, views

urlpatterns = [
    path("messages/", views.message_list, name="messages"),
    path("messages/new/", editor_views.new_message, name="message_new"),
    path("messages/starters/<str:key>/", editor_views.show_starter, name="message_starter"),
    path("messages/canvas/", look_views.canvas, name="message_canvas"),
    path("messages/<str:id>/", views.message_page, name="message"),
    path("messages/<str:id>/edit/", editor_views.edit_message, name="message_edit"),
    path("messages/<str:id>/look/", look_views.look, name="message_look"),
    path("messages/<str:id>/frame/", look_views.frame, name="message_frame"),
    path("messages/<str:id>/people/", look_views.people, name="message_people"),
    path("messages/<str:id>/versions/", version_views.versions, name="message_versions"),
    path("messages/<str:id>/versions/<int:number>/", version_views.go_back, name="message_go_back"),
    path("messages/<str:id>/copy/", acting_views.copy, name="message_copy"),
    path("messages/<str:id>/archive/", acting_views.archive, name="message_archive"),
    path("messages/<str:id>/restore/", acting_views.restore, name="message_restore"),
    path("messages/<str:id>/delete/", acting_views.delete, name="message_delete"),
]
