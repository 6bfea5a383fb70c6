"""Addresses of sources, live events and receipts."""

from django.urls import path

from pentad.data.ingest import live_views, receipt_views, source_views

_TABS = ("connect", "doctor", "settings")

urlpatterns = [
    path("sources/", source_views.source_list, name="sources"),
    path("sources/new/", source_views.new_source, name="new_source"),
    path("sources/<str:id>/", source_views.source_page, name="source"),
    *(path(f"sources/<str:id>/{tab}/", source_views.source_page, {"tab": tab}, name=f"source_{tab}") for tab in _TABS),
    path("sources/<str:id>/waiting/", source_views.source_waiting, name="source_waiting"),
    path("sources/<str:id>/save/", source_views.save_source, name="save_source"),
    path("sources/<str:id>/rotate/", source_views.rotate_key, name="rotate_key"),
    path("sources/<str:id>/archive/", source_views.archive_source, name="archive_source"),
    path("sources/<str:id>/restore/", source_views.restore_source, name="restore_source"),
    path("live/", live_views.live_page, name="live"),
    path("live/rows/", live_views.live_rows, name="live_rows"),
    path("live/<int:seq>/", live_views.live_detail, name="live_detail"),
    path("missing/load/", receipt_views.load_again, name="load_again"),
    path("receipts/", receipt_views.receipts_page, name="receipts"),
    path("receipts/<path:message_id>/", receipt_views.receipt_page, name="receipt"),
    path("receipt/<path:message_id>", receipt_views.receipt_redirect, name="receipt_redirect"),
]
