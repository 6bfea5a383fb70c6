from django.urls import path

from pentad.data.profiles import bulk_views, company_views, note_views, owner_views, person_views, views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="person_new"),
    path("people/export/", bulk_views.export, name="people_export"),
    path("people/bulk/trait/", bulk_views.bulk_trait, name="people_bulk_trait"),
    path("people/bulk/owner/", bulk_views.bulk_owner, name="people_bulk_owner"),
    path("people/bulk/merge/", bulk_views.bulk_merge, name="people_bulk_merge"),
    path("people/bulk/erase/", bulk_views.bulk_erase, name="people_bulk_erase"),
    path("people/merges/<str:link_id>/undo/", person_views.undo_merge, name="merge_undo"),
    path("people/notes/files/<str:file_id>/", note_views.download, name="note_file"),
    path("people/notes/files/<str:file_id>/remove/", note_views.remove_file, name="note_file_remove"),
    path("people/notes/<str:note_id>/delete/", note_views.delete_note, name="note_delete"),
    path("people/notes/<str:note_id>/edit/", note_views.edit_note, name="note_edit"),
    path("people/notes/<str:note_id>/unedit/", note_views.unedit_note, name="note_unedit"),
    path("people/notes/<str:note_id>/restore/", note_views.restore_note, name="note_restore"),
    path("people/<str:person_id>/", views.person, name="person"),
    path("people/<str:person_id>/timeline/", views.timeline, name="person_timeline"),
    path("people/<str:person_id>/figures/", views.figures, name="person_figures"),
    path("people/<str:person_id>/peek/", views.peek, name="person_peek"),
    path("people/<str:person_id>/notes/", note_views.add_note, name="note_add"),
    path("people/<str:person_id>/trait/", person_views.set_trait, name="person_trait"),
    path("people/<str:person_id>/merge/", person_views.merge, name="person_merge"),
    path("people/<str:person_id>/owner/", owner_views.person_owner, name="person_owner"),
    path("people/<str:person_id>/reveal/", owner_views.reveal_field, name="person_reveal"),
    path("people/<str:person_id>/erase/", person_views.erase, name="person_erase"),
    path("companies/", views.companies, name="companies"),
    path("companies/<str:company_id>/trait/", company_views.set_trait, name="company_trait"),
    path("companies/<str:company_id>/owner/", owner_views.company_owner, name="company_owner"),
    path("companies/<str:company_id>/", views.company, name="company"),
]
