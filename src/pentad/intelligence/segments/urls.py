from django.urls import path

from pentad.intelligence.segments import acting_views, member_views, person_views, version_views, views
from pentad.intelligence.segments.builder import urls as builder

urlpatterns = [
    path("segments/", views.segment_list, name="segments"),
    *builder.urlpatterns,
    path("segments/<str:id>/", views.segment_page, name="segment"),
    path("segments/<str:id>/status/", views.status, name="segment_status"),
    path("segments/<str:id>/chart/", views.chart, name="segment_chart"),
    path("segments/<str:id>/overlap/", views.overlap, name="segment_overlap"),
    path("segments/<str:id>/members/", member_views.members, name="segment_members"),
    path("segments/<str:id>/history/", member_views.history, name="segment_history"),
    path("segments/<str:id>/export/", member_views.export, name="segment_export"),
    path("segments/<str:id>/versions/", version_views.versions, name="segment_versions"),
    path("segments/<str:id>/versions/compared/", version_views.compared, name="segment_compared"),
    path("segments/<str:id>/versions/<int:number>/", version_views.go_back, name="segment_go_back"),
    path("segments/<str:id>/state/", acting_views.set_state, name="segment_state"),
    path("segments/<str:id>/delete/", acting_views.delete, name="segment_delete"),
    path("segments/<str:id>/refresh/", acting_views.refresh, name="segment_refresh"),
    path("segments/<str:id>/stop/", acting_views.stop, name="segment_stop"),
    path("people/<str:person_id>/segments/", person_views.person_segments, name="person_segments"),
]
