"""The very first colleague: who may create the administrator of a new installation.

Open only while nobody has an account. From this machine no proof is needed; from elsewhere the
token that `pentad up` prints. The token is derived from the installation's key: nothing to store,
nothing to expire, and worthless once the first account exists.
"""

import ipaddress

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from pentad.core.actor import SYSTEM
from pentad.core.errors import Conflict, Denied
from pentad.roles.access import rules
from pentad.roles.access.actions import add_user
from pentad.roles.access.models import User
from pentad.roles.access.queries import is_first_run

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via")


def setup_token() -> str:
    return salted_hmac(
        "pentad.setup", "first administrator", secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()[:24]


def check_may_set_up(request: HttpRequest, token: str) -> None:
    """Raise unless this visitor may create the first administrator."""
    if not is_first_run():
        raise Conflict("Pentad has been set up.", code="already_set_up", fix="Sign in instead.")
    if not (is_local(request) or constant_time_compare(token.encode(), setup_token().encode())):
        raise Denied(
            "Only who started Pentad may set it up.",
            code="setup_token_needed",
            fix="Open the address that “pentad up” printed; it ends in ?token=…",
        )


def is_local(request: HttpRequest) -> bool:
    """Whether the visitor sits at this machine: loopback on both ends and no proxy between."""
    host = request.get_host().rsplit(":", 1)[0].strip("[]")
    proxied = any(name in request.headers for name in FORWARDED)
    return (
        not proxied
        and _is_loopback(request.META.get("REMOTE_ADDR", ""))
        and (host == "localhost" or _is_loopback(host))
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@transaction.atomic
def add_first_administrator(*, email: str, name: str, password: str) -> User:
    if not is_first_run():  # inside the transaction: two forms sent at once make one administrator
        raise Conflict("Pentad has been set up.", code="already_set_up", fix="Sign in instead.")
    return add_user(actor=SYSTEM, email=email, name=name, role=rules.ADMIN, password=password)
