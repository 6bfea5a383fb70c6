from django.urls import path

from pentad.intelligence.segments import views
from pentad.intelligence.segments.builder import urls as builder

urlpatterns = [
    path("segments/", views.segment_list, name="segments"),
    *builder.urlpatterns,
]
