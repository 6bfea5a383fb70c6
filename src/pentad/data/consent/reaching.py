"""How many of some customers can be reached, by channel, and why the others cannot: one statement for all channels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from pentad import ledger
from pentad.data.consent.queries import channels, main_purpose, purposes, sees_consents
from pentad.data.consent.rules import DENIED, GRANTED, Channel, effective
from pentad.data.identity.models import Person
from pentad.data.identity.queries import field_of
from pentad.ledger.sql import literal
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import levels, sees_all

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, dict[str, str]]).decode


@dataclass(slots=True)
class ChannelReach:
    """Four figures that add up to the customers asked about. silent: they have an address and said nothing; they are
    among the reachable instead where the purpose allows it.
    """

    name: str
    label: str
    reachable: int = 0
    no_address: int = 0
    denied: int = 0
    silent: int = 0


def reach(members: str = "", *, purpose: str = "", scope: Collection[int] | None = None) -> list[ChannelReach]:
    """Reach of customers by each declared channel of which the reader sees the addresses; nothing for who may not know
    what customers agree to.

    members: SQL that gives `person_no`; "" for everybody. purpose: "" for the one that was declared first.
    scope: numbers to keep to, which `members` may name as `scope`; without it, a reader who does not see every customer
    is told of those alone whom they see.
    """
    if not sees_consents():
        return []
    asked = [one for one in channels() if one.declared and one.addresses and _seen(one)]
    if scope is None and not sees_all("people"):
        scope = list(Person.seen.filter(root=None).order_by().values_list("no", flat=True))
    purpose = purpose or main_purpose()
    opt_out = any(one.opt_out for one in purposes() if one.name == purpose)
    rows = ledger.current().rows(reach_sql(members, asked, scoped=scope is not None), scope=scope)
    return counted(rows, asked, purpose, opt_out=opt_out)


def _seen(channel: Channel) -> bool:
    at = levels("people")
    return all(at(_field(one)) >= Level.SEE for one in channel.addresses)


def _field(address: str) -> str:
    kind, _, name = address.partition(":")
    return field_of(name) if kind == "identifier" else address


def reach_sql(members: str, channels: Sequence[Channel], *, scoped: bool = False) -> str:
    """`consents`, whether there is one of the `_distinct` addresses (a0, a1 …), and how many such customers there are (`n`).

    Millions of customers share few different texts of consents: these are counted, and read afterwards.
    """
    narrowed = [f"person_no IN ({members})"] if members else []
    narrowed += ["person_no IN (SELECT person_no FROM scope)"] if scoped else []
    where = f" WHERE {' AND '.join(narrowed)}" if narrowed else ""
    columns = "".join(f", {_address_sql(one)} AS a{place}" for place, one in enumerate(_distinct(channels)))
    flags = "".join(f", a{place}" for place, _ in enumerate(_distinct(channels)))
    inner = f"SELECT consents{columns} FROM people{where}"
    return f"SELECT consents{flags}, count(*) AS n FROM ({inner}) AS p GROUP BY consents{flags}"


def _distinct(channels: Sequence[Channel]) -> list[tuple[str, ...]]:
    """Addresses of channels, each once: those that share them are looked for together."""
    return list(dict.fromkeys(one.addresses for one in channels))


def _address_sql(addresses: Sequence[str]) -> str:
    """Whether one of the addresses is there. Names stand in the JSON in quotation marks, which values cannot hold bare."""
    found = []
    for address in addresses:
        kind, _, name = address.partition(":")
        quoted = _encode(name).decode()
        if kind == "identifier":
            found.append(f"contains(identifiers, {literal(f'{quoted}:[')})")
        else:
            pointer = literal("/" + name.replace("~", "~0").replace("/", "~1"))
            value = f"coalesce(json_extract_string(traits, {pointer}), '')"
            empty = "('', 'null', '{}', '[]', 'false')"
            found.append(f"CASE WHEN contains(traits, {literal(quoted)}) THEN {value} NOT IN {empty} ELSE FALSE END")
    return f"({' OR '.join(found)})" if found else "FALSE"


def counted(
    rows: Sequence[Mapping[str, Any]], channels: Sequence[Channel], purpose: str, *, opt_out: bool
) -> list[ChannelReach]:
    """What the rows of `reach_sql` say of a purpose. Pure."""
    found = [ChannelReach(one.name, one.label) for one in channels]
    distinct = _distinct(channels)
    places = [distinct.index(one.addresses) for one in channels]
    for row in rows:
        states = _decode(row["consents"]).get(purpose, {})
        for place, one in zip(places, found, strict=True):
            state = effective(states, one.name)
            if not row[f"a{place}"]:
                one.no_address += row["n"]
            elif state == GRANTED or (opt_out and state != DENIED):
                one.reachable += row["n"]
            elif state == DENIED:
                one.denied += row["n"]
            else:
                one.silent += row["n"]
    return found


def said_of() -> dict[str, dict[str, int]]:
    """Purpose → state → how many customers: who granted it by any channel, and who only denied it. Nothing for who does
    not see every customer, or may not know.
    """
    if not sees_consents() or not sees_all("people"):
        return {}
    found: dict[str, dict[str, int]] = {}
    for row in ledger.current().rows("SELECT consents, count(*) AS n FROM people GROUP BY consents"):
        for purpose, states in _decode(row["consents"]).items():
            state = GRANTED if GRANTED in states.values() else DENIED
            told = found.setdefault(purpose, {GRANTED: 0, DENIED: 0})
            told[state] += row["n"]
    return found
