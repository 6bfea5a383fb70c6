"""What the machines around Pentad ask: /readyz and /metrics. /healthz is answered in config.asgi, before Django."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pentad.core import metrics
from pentad.core.action import check
from pentad.core.errors import NotSignedIn
from pentad.core.health import readiness
from pentad.roles.access.queries import actor_by_token
from pentad.roles.access.setup import is_local


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything serves and the loader keeps up, else 503 with what does not."""
    result = readiness.result()
    return JsonResponse(result, status=200 if result["ready"] else 503)


@never_cache
@require_safe
def read_metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, on this machine or with an administrator's token; for all with PENTAD_METRICS=open."""
    if not (settings.METRICS_OPEN or is_local(request)):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        actor = actor_by_token(token) if token else None
        if actor is None:
            raise NotSignedIn(
                "Metrics are for this machine, or for the token of an administrator.",
                code="token_missing",
                fix="Send “Authorization: Bearer TOKEN”.",
            )
        check(actor, "admin.metrics")
    page, kind = metrics.render()
    return HttpResponse(page, content_type=kind)
