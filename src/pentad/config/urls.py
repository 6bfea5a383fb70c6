"""Every page and API operation. Raw paths that come before Django are in config.asgi."""

from django.urls import URLPattern, URLResolver, include, path

from pentad.config import probes
from pentad.config.routers import api

FEATURES = [
    "pentad.shell",
    "pentad.roles.access",
    "pentad.roles.views",
    "pentad.roles.audit",
    "pentad.roles.notices",
    "pentad.roles.work",
    "pentad.roles.undo",
    "pentad.roles.together",
    "pentad.data.fields",
    "pentad.data.consent",
    "pentad.data.profiles",
    "pentad.data.identity",
    "pentad.data.ingest",
    "pentad.data.imports",
    "pentad.content.messages",
    "pentad.intelligence.contact",
    "pentad.intelligence.segments.catalogue",
    "pentad.intelligence.computed",
    "pentad.intelligence.segments",
    "pentad.platforms.responses",
    "pentad.platforms.test_sends",
    "pentad.platforms.channels",
    "pentad.platforms.web",
    "pentad.engage.campaigns",
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("readyz", probes.readyz),
    path("metrics", probes.read_metrics),
    path("api/v1/", api.urls),
    *(path("", include(f"{feature}.urls")) for feature in FEATURES),
]

handler400 = "pentad.config.errors.bad_request"
handler403 = "pentad.config.errors.permission_denied"
handler404 = "pentad.config.errors.page_not_found"
handler500 = "pentad.config.errors.server_error"
