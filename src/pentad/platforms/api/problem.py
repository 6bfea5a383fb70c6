"""Errors as application/problem+json (RFC 9457), rendered here and nowhere else."""

from typing import Any

import structlog
from django.http import JsonResponse

from pentad.core.errors import PentadError

REASONS = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Invalid",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}


_log = structlog.get_logger("pentad.error")


def keep(error: PentadError) -> None:
    """Into the log, in full: an error of ours tells its reader little."""
    if error.status == 500:
        _log.error(error.code, error=str(error), sql=str(getattr(error, "sql", ""))[:20_000])


def problem(error: PentadError, status: int | None = None) -> JsonResponse:
    """`code` is stable and for programs; `detail` and `fix` are for people."""
    status = status or error.status
    body: dict[str, Any] = {
        **error.data,
        "type": "about:blank",
        "title": REASONS.get(status, "Error"),
        "status": status,
        "code": error.code,
        "detail": error.message,
    }
    if error.fix:
        body["fix"] = error.fix
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if status == 429:
        response["Retry-After"] = str(int(error.data.get("retry_after", 1)))
    return response


SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "An error (RFC 9457). Programs go by `code`, which is stable; further members depend on it.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "What was wrong, with the value"},
        "fix": {"type": "string", "description": "What to do"},
    },
}
