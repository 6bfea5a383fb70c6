"""What happens around every page: a request id, a log line, a duration, and headers that keep pages safe."""

import time
from collections.abc import Callable

import structlog
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

from pentad.core import logs, metrics

Handler = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
PROBES = ("/readyz", "/metrics", "/here/")
"""Asked every few seconds: not worth a line each."""

log = structlog.get_logger("pentad.request")


def log_request(get_response: Handler) -> Handler:
    """Give each request an id (X-Request-ID, the caller's when it sends a sane one) and say how it went."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        with logs.request(request.headers.get("X-Request-ID", "")) as request_id:
            request.id = request_id  # type: ignore[attr-defined]
            response = get_response(request)
            _say(request, response, time.perf_counter() - started)
        response["X-Request-ID"] = request_id
        return response

    return middleware


def _say(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    match = request.resolver_match
    route = f"/{match.route}" if match else "(none)"  # not the path: paths hold customers' ids
    metrics.observe_request(request.method or "", route, response.status_code, seconds)
    actor = getattr(request, "actor", None)
    (log.debug if request.path in PROBES else log.info)(
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        actor=actor.ref if actor else None,
    )


def refuse_null_characters(get_response: Handler) -> Handler:
    """No address of ours holds U+0000, and PostgreSQL cannot look for it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address holds a null character.")
        return get_response(request)

    return middleware


def security_headers(get_response: Handler) -> Handler:
    """No page may run or load anything that is not ours, or be framed; none is kept, on this machine or on the way."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        targets = "".join(f" {one}" for one in getattr(response, "form_targets", ()))  # form-action stands last
        response.headers.setdefault("Content-Security-Policy", POLICY + targets)  # a download has a stricter one
        response["Permissions-Policy"] = PERMISSIONS
        response.setdefault("Cache-Control", "no-store")  # files with hashed addresses do not come through here
        return response

    return middleware
