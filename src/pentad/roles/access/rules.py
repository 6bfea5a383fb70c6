"""Roles, what they may do, and what an API token looks like. Pure."""

import hashlib
import secrets

ADMIN, MEMBER = "admin", "member"

ROLES: dict[str, frozenset[str]] = {
    ADMIN: frozenset({"*"}),
    MEMBER: frozenset(
        {"people.view", "people.edit", "people.export", "sources.view", "receipts.view"},
    ),
}
"""Role → rights. "*" is every right, of plugins too."""

OWN_ACCOUNT = "account.own"
"""What everybody who is signed in may do with the own account."""

LABELS = {ADMIN: "Administrator", MEMBER: "Member"}

MEANING = "Members see, edit and export customers and see sources and receipts. Administrators may do everything."

TOKEN_PREFIX = "ptd_"  # noqa: S105  lets secret scanners recognise a leaked token


def rights_of(role: str) -> frozenset[str]:
    """A role that no longer exists has no rights."""
    return ROLES.get(role, frozenset())


def new_token() -> str:
    """A bearer token of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What we keep of a token. Plain SHA-256 is enough: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def shown_prefix(token: str) -> str:
    """The part by which people tell their keys apart."""
    return token[:12]
