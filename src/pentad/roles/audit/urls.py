from django.urls import path

from pentad.roles.audit import views

urlpatterns = [
    path("audit/", views.log, name="audit"),
    path("audit/export/", views.export, name="audit_export"),
    path("audit/<int:id>/", views.line, name="audit_line"),
    path("audit/<int:id>/peek/", views.peek, name="audit_peek"),
]
