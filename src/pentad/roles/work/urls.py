from django.urls import path

from pentad.roles.work import views

urlpatterns = [
    path("tasks/", views.task_list, name="tasks"),
    path("tasks/new/", views.new_task, name="task_new"),
    path("tasks/bulk/done/", views.bulk_done, name="tasks_bulk_done"),
    path("tasks/bulk/later/", views.bulk_later, name="tasks_bulk_later"),
    path("tasks/about/<str:reference>/", views.about, name="tasks_about"),
    path("tasks/<str:task_id>/", views.task_page, name="task"),
    path("tasks/<str:task_id>/edit/", views.edit_task, name="task_edit"),
    path("tasks/<str:task_id>/done/", views.finish, name="task_done"),
    path("tasks/<str:task_id>/reopen/", views.reopen, name="task_reopen"),
    path("tasks/<str:task_id>/later/", views.later, name="task_later"),
    path("tasks/<str:task_id>/delete/", views.delete, name="task_delete"),
    path("tasks/<str:task_id>/due/", views.put_back, name="task_due"),
]
