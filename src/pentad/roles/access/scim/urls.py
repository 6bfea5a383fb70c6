from django.urls import path

from pentad.roles.access.scim import discovery, page, views

urlpatterns = [
    path("scim/v2/Users", views.users),
    path("scim/v2/Users/<str:id>", views.user),
    path("scim/v2/Groups", views.groups),
    path("scim/v2/Groups/<str:id>", views.group),
    path("scim/v2/ServiceProviderConfig", discovery.config),
    path("scim/v2/ResourceTypes", discovery.resource_types),
    path("scim/v2/ResourceTypes/<str:id>", discovery.resource_types),
    path("scim/v2/Schemas", discovery.schemas),
    path("scim/v2/Schemas/<str:id>", discovery.schemas),
    path("settings/provisioning/", page.provisioning, name="settings_provisioning"),
]
