from django.urls import path

from pentad.intelligence.segments.builder import changing, looking, views

urlpatterns = [
    path("segments/new/", views.new_segment, name="segment_new"),
    path("segments/<str:id>/edit/", views.edit_segment, name="segment_edit"),
    path("segments/builder/rules/", changing.change_rules, name="segment_rules"),
    path("segments/builder/zones/", changing.suggest_zones, name="segment_zones"),
    path("segments/builder/preview/", looking.show_preview, name="segment_preview"),
    path("segments/builder/reach/", looking.show_reach, name="segment_reach"),
    path("segments/builder/sql/", looking.show_sql, name="segment_sql"),
    path("segments/builder/why/<str:person>/", looking.explain_person, name="segment_why"),
    path("segments/builder/schema.json", looking.show_schema, name="segment_schema"),
    path("segments/builder/ideas/", looking.show_ideas, name="segment_ideas"),
]
