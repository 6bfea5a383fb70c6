"""SCIM's models read the source of their own documentation as they are built: a second of processor time, which was a
third of each start of Pentad. So they are loaded when somebody first asks for them.
"""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from pentad.roles.access.later import later

HERE = "pentad.roles.access.scim"
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
    *(path(route, csrf_exempt(later(f"{HERE}.{view}"))) for route, view in api.items()),
    path("settings/provisioning/", later(f"{HERE}.page.provisioning"), name="settings_provisioning"),
]
