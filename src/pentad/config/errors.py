"""Every error a visitor meets: a page for people, problem+json for programs."""

from collections.abc import Callable

import structlog
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string

from pentad.core.errors import Denied, Invalid, NotFound, NotSignedIn, PentadError
from pentad.platforms.api.problem import REASONS, keep, problem
from pentad.roles.access.gate import sign_in_address
from pentad.roles.access.manage.queries import about

_log = structlog.get_logger("pentad.error")


class NotAllowed(PentadError):
    code, status = "method_not_allowed", 405


class RenderErrors:
    """Turns what a view raised into an answer. Unforeseen errors are logged and shown without detail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            return _not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotSignedIn) and not wants_json(request):
            return HttpResponseRedirect(sign_in_address(request.get_full_path()))
        if not isinstance(error, PentadError):
            return None
        keep(error)
        return answer(request, error)


def _not_allowed(request: HttpRequest, bare: HttpResponseNotAllowed) -> HttpResponse:
    error = NotAllowed(f"{request.method} is not possible at this address; {bare['Allow']} is.")
    response = answer(request, error)
    response["Allow"] = bare["Allow"]
    return response


def wants_json(request: HttpRequest) -> bool:
    """Programs: the API, and whoever asks for JSON and not for pages."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("json" in accept and "text/html" not in accept)


def answer(request: HttpRequest, error: PentadError) -> HttpResponse:
    if wants_json(request):
        return problem(error)
    # Whoever is signed in keeps menu and palette, unless Pentad itself is at fault.
    framed = bool(getattr(request, "actor", None)) and error.status < 500 and not request.headers.get("HX-Request")
    context = {
        "status": error.status,
        "title": REASONS.get(error.status, "Error"),
        "message": error.message,
        "fix": error.fix,
        "code": error.code,
        "right": about(str(error.data.get("right", ""))) if error.status == 403 else "",
        "request_id": getattr(request, "id", ""),
        "framed": framed,
        "layout": "shell/base.html" if framed else "shell/plain.html",
    }
    response = HttpResponse(render_to_string("shell/error.html", context, request), status=error.status)
    if error.status == 429:
        response["Retry-After"] = str(int(error.data.get("retry_after", 1)))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        # Rendered bare: the templates would ask for the host again.
        text = (
            "This Pentad does not answer to this host name.\n"
            "Whoever runs it adds the name to PENTAD_HOSTS (comma-separated) and restarts.\n"
        )
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    return answer(request, Invalid("Pentad could not make sense of this request.", code="bad_request"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, Denied(str(exception) or "You may not see this page."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    message = f"There is nothing at {request.path[:200]}."
    fix = "Check the address, or search with Ctrl K." if getattr(request, "actor", None) else "Check the address."
    return answer(request, NotFound(message, fix=fix))


def server_error(request: HttpRequest) -> HttpResponse:
    _log.exception("unforeseen error", method=request.method, request_id=getattr(request, "id", ""))
    error = PentadError(
        "Something went wrong on our side.",
        fix=f"Try again. If it stays, tell your administrator this number: {getattr(request, 'id', '')}",
    )
    try:
        return answer(request, error)
    except Exception:  # the page itself may be what failed
        _log.exception("the error page failed too")
        return HttpResponse(f"{error.message}\n{error.fix}\n", status=500, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    error = Denied(
        "This form was open for too long, or was sent from another site.",
        code="csrf",
        fix="Go back, reload the page and send it again.",
    )
    return answer(request, error)
