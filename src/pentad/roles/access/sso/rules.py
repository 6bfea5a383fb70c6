"""Whom an identity provider may bring in, and as what. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

Mapping = Sequence[Sequence[str]]
"""(group, role), the first that fits counts."""


def read_mapping(text: str) -> list[list[str]]:
    """Lines such as “cx-admins = admin”. Raises ValueError with the line that is none."""
    pairs = []
    for line in filter(None, map(str.strip, text.splitlines())):
        group, equals, role = (part.strip() for part in line.rpartition("="))
        if not (group and equals and role):
            raise ValueError(line)
        pairs.append([group, role])
    return pairs


def write_mapping(pairs: Mapping) -> str:
    return "\n".join(f"{group} = {role}" for group, role in pairs)


def read_domains(text: str) -> list[str]:
    """Domains, by comma, blank or line, in lower case, each once."""
    parts = text.lower().replace(",", " ").split()
    return list(dict.fromkeys(part.lstrip("@").strip(".") for part in parts))


def role_for(groups: Iterable[str], pairs: Mapping, default: str) -> str:
    """The role of the first line whose group is among them; else the default, which may be none ("")."""
    held = set(groups)
    return next((role for group, role in pairs if group in held), default)


def address_is_good(email: str, verified: bool, domains: Sequence[str]) -> bool:
    """Whether the provider's word for this address counts.

    With domains, it counts for addresses in them, and only for those: an administrator says that the provider speaks for
    them. Without, the provider must have verified the address itself.
    """
    domain = email.rpartition("@")[2].lower()
    return domain in domains if domains else verified


def groups_of(claims: Any, name: str) -> list[str]:
    """The values of a claim, wherever the provider put it: at the top, in userinfo or in the id token."""
    for place in (claims, *(claims.get(part) or {} for part in ("userinfo", "id_token"))):
        found = place.get(name)
        if isinstance(found, str):
            return [found]
        if isinstance(found, list):
            return [str(one) for one in found]
    return []
