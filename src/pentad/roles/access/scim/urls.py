from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt


def later(view: str) -> Any:
    """The view of that name, loaded when it is first asked for.

    SCIM's models read the source of their own documentation as they are built: a second of processor time, which
    was a third of each start of Pentad.
    """

    def load(request: HttpRequest, **kept: str) -> HttpResponse:
        found: HttpResponse = import_string(f"pentad.roles.access.scim.{view}")(request, **kept)
        return found

    return load


api = {
    "scim/v2/Users": "views.users",
    "scim/v2/Users/<str:id>": "views.user",
    "scim/v2/Groups": "views.groups",
    "scim/v2/Groups/<str:id>": "views.group",
    "scim/v2/ServiceProviderConfig": "discovery.config",
    "scim/v2/ResourceTypes": "discovery.resource_types",
    "scim/v2/ResourceTypes/<str:id>": "discovery.resource_types",
    "scim/v2/Schemas": "discovery.schemas",
    "scim/v2/Schemas/<str:id>": "discovery.schemas",
}
urlpatterns = [
    *(path(route, csrf_exempt(later(view))) for route, view in api.items()),
    path("settings/provisioning/", later("page.provisioning"), name="settings_provisioning"),
]
