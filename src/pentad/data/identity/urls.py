"""Addresses of the identity screens."""

from django.urls import path

from pentad.data.identity import views

urlpatterns = [
    path("identity/", views.conflicts, name="conflicts"),
    path("identity/conflicts/<str:id>/", views.compare, name="compare_conflict"),
    path("identity/conflicts/<str:id>/merge/", views.decide, {"merge": True}, name="merge_conflict"),
    path("identity/conflicts/<str:id>/keep/", views.decide, {"merge": False}, name="keep_conflict"),
    path("identity/conflicts/<str:id>/undo/", views.undo, name="undo_conflict"),
    path("identity/rules/", views.rules, name="identity_rules"),
    path("identity/rules/save/", views.save_rule, name="save_identity_rule"),
    path("identity/rules/<path:namespace>/reset/", views.reset_rule, name="reset_identity_rule"),
    path("identity/blocked/", views.block, name="block_value"),
    path("identity/blocked/<int:no>/remove/", views.unblock, name="unblock_value"),
]
