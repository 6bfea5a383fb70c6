"""Errors carry a stable code, a human sentence and data. Who renders them is not their business.

The HTTP status is a property of the kind of error, used once by the renderers in
`platforms/api` (problem+json) and `shell` (a page). Messages say what was wrong, with the value,
and what to do.
"""

from typing import Any


class PentadError(Exception):
    """Base of every error that a person or a program is meant to read."""

    code = "internal"
    status = 500

    def __init__(self, message: str, *, code: str | None = None, fix: str = "", **data: Any):
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fix = fix
        self.data = data


class Invalid(PentadError):
    code, status = "invalid", 400


class NotSignedIn(PentadError):
    code, status = "not_signed_in", 401


class Denied(PentadError):
    code, status = "denied", 403


class NotFound(PentadError):
    code, status = "not_found", 404


class Conflict(PentadError):
    code, status = "conflict", 409


class TooLarge(PentadError):
    code, status = "too_large", 413


class RateLimited(PentadError):
    code, status = "rate_limited", 429


class Unavailable(PentadError):
    code, status = "unavailable", 503


def from_data(data: dict[str, Any]) -> PentadError:
    """The error again, of its own kind, from what another process wrote down: code, status, message, fix."""
    kinds = {kind.status: kind for kind in PentadError.__subclasses__()}
    kind = kinds.get(data.get("status", 500), PentadError)
    return kind(data.get("message", ""), code=data.get("code"), fix=data.get("fix", ""))
