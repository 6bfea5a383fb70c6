from django.urls import path

from pentad.roles.together import views

urlpatterns = [
    path("here/", views.here, name="here"),
    path("drafts/<path:place>/back/", views.bring_back, name="draft_back"),
    path("drafts/<path:place>/", views.draft, name="draft"),
]
