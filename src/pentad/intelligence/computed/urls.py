from django.urls import path

from pentad.intelligence.computed import builder_views, views

urlpatterns = [
    path("segments/traits/", views.trait_list, name="computed_traits"),
    path("segments/traits/new/", builder_views.new_trait, name="computed_new"),
    path("segments/traits/rules/", builder_views.change_rules, name="computed_rules"),
    path("segments/traits/preview/", builder_views.show_preview, name="computed_preview"),
    path("segments/traits/<str:id>/", views.trait_page, name="computed_trait"),
    path("segments/traits/<str:id>/status/", views.status, name="computed_status"),
    path("segments/traits/<str:id>/edit/", builder_views.edit_trait, name="computed_edit"),
    path("segments/traits/<str:id>/state/", views.set_state, name="computed_state"),
    path("segments/traits/<str:id>/refresh/", views.refresh, name="computed_refresh"),
    path("segments/traits/<str:id>/stop/", views.stop, name="computed_stop"),
]
