from django.urls import path

from pentad.shell import jobs_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("palette/", views.palette, name="palette"),
    path("theme/", views.theme, name="theme"),
    path("jobs/", jobs_views.job_list, name="jobs"),
    path("jobs/<str:public_id>/retry/", jobs_views.retry_job, name="job_retry"),
    path("jobs/<str:public_id>/cancel/", jobs_views.cancel_job, name="job_cancel"),
    path("jobs/<str:public_id>/discard/", jobs_views.discard_job, name="job_discard"),
]
