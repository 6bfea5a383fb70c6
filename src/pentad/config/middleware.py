"""What happens around every page: a request id, a log line, a duration, and headers that keep pages safe."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Histogram

from pentad.core import ids

Handler = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

_seconds = Histogram(
    "pentad_page_seconds",
    "Time to answer a page or an API call",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)
_log = structlog.get_logger("pentad.request")
_GIVEN_ID = re.compile(r"[\w.-]{8,64}")


def log_request(get_response: Handler) -> Handler:
    """Give each request an id (X-Request-ID, the caller's when it sends a sane one) and log how it went."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if _GIVEN_ID.fullmatch(given) else ids.new_id()  # type: ignore[attr-defined]
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request.id):  # type: ignore[attr-defined]
            response = get_response(request)
            took = time.perf_counter() - started
            match = request.resolver_match
            route = match.route if match else "(none)"
            _seconds.labels(request.method, route, response.status_code).observe(took)
            actor = getattr(request, "actor", None)
            _log.info(
                "request",
                method=request.method,
                route=route,  # not the path: paths hold customers' ids and searches
                status=response.status_code,
                ms=round(took * 1000, 1),
                actor=actor.ref if actor else None,
            )
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response

    return middleware


def security_headers(get_response: Handler) -> Handler:
    """No page may run or load anything that is not ours, or be framed; none is kept by caches."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        response["Permissions-Policy"] = PERMISSIONS
        response.setdefault("Cache-Control", "no-store" if request.path.startswith("/api/") else "private, no-cache")
        return response

    return middleware
