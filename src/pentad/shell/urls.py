from django.urls import path

from pentad.shell import views

urlpatterns = [
    path("", views.home, name="home"),
    path("palette/", views.palette, name="palette"),
    path("theme/", views.theme, name="theme"),
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<str:public_id>/retry/", views.retry_job, name="job_retry"),
]
