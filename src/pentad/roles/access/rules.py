"""Names that code goes by, and what an API token looks like. Pure."""

import hashlib
import secrets
from datetime import timedelta

ADMIN, MEMBER = "admin", "member"

OWN_ACCOUNT = "account.own"
"""What everybody who is signed in may do with the own account."""
OWN_NOTICES = "notices.own"
"""What a program of a colleague may do with their notices, unless it is narrowed to other rights."""

TOKEN_PREFIX = "ptd_"  # noqa: S105  lets secret scanners recognise a leaked token


def new_token() -> str:
    """A bearer token of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def row_number(text: str) -> int:
    """The number of a row, as a form or an address says it; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def left(time: timedelta) -> str:
    """How long something lasts yet, as one says it: “4 hours”, “20 minutes”; never less than there is."""
    hour = timedelta(hours=1)
    unit, size = ("hour", hour) if time > hour else ("minute", timedelta(minutes=1))
    count = -(-time // size)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def digest(token: str) -> str:
    """What we keep of a token. Plain SHA-256 is enough: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def shown_prefix(token: str) -> str:
    """The part by which people tell their keys apart."""
    return token[:12]
