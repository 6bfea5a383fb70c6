"""The time zone of customers: what they or a source stated, else what the programs they use tell, else their country's."""

from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from pentad.data.identity.store import chunks
from pentad.data.profiles.models import PersonTrait
from pentad.intelligence.contact.knowing import parts_of, roots_of
from pentad.intelligence.contact.models import SeenZone
from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.segments.zone_names import is_zone

STATED = ("timezone", "timeZone", "time_zone", "tz")
"""Traits that hold the name of a zone; the first counts most."""
COUNTRIES = ("country", "countryCode", "country_code")
"""Traits that hold a country's name or code."""

_known = lru_cache(maxsize=2048)(is_zone)


def zones_of(person_nos: Collection[int]) -> dict[int, str]:
    """Number of a customer → IANA name of the zone; the policy's own for whom nothing is known."""
    roots = roots_of(person_nos)
    found, usual = zones_by_part(parts_of(set(roots.values()))), in_force().zone
    return {no: found.get(roots.get(no, no), usual) for no in person_nos}


def zones_by_part(part_root: Mapping[int, int]) -> dict[int, str]:
    """Root → zone, of customers of whom one is known. part_root: every part of them → root."""
    best: dict[int, tuple[int, str]] = {}

    def offer(part: int, rank: int, zone: str) -> None:
        root = part_root[part]
        if zone and (root not in best or rank < best[root][0]):
            best[root] = rank, zone

    names = (*STATED, *COUNTRIES)
    for some in chunks(part_root):
        rows = PersonTrait.objects.filter(person_id__in=some, name__in=names, winner=True)
        for part, name, value in rows.values_list("person_id", "name", "value"):
            if name in STATED:
                offer(part, STATED.index(name), stated(value))
            else:
                offer(part, len(names) + names.index(name), zone_of_country(value))
        for part, zone in SeenZone.objects.filter(person_id__in=some).values_list("person_id", "zone"):
            offer(part, len(STATED), zone)
    return {root: zone for root, (_, zone) in best.items()}


def stated(value: object) -> str:
    """A zone as somebody wrote it; "" for what is none."""
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= 60 and _known(text) else ""


def zone_of_country(value: object) -> str:
    """The zone of a country, by its English name or two-letter code (ISO 3166); "" where it has several."""
    text = value.strip() if isinstance(value, str) else ""
    return _zones_of_countries().get(text.casefold(), "")


@cache
def _zones_of_countries() -> dict[str, str]:
    """Of tzdata's own tables: zone.tab tells each country's zones, iso3166.tab the countries' names."""
    zones: dict[str, list[str]] = {}
    for code, _, zone, *_ in _table("zone.tab"):
        zones.setdefault(code, []).append(zone)
    single = {code: held[0] for code, held in zones.items() if len(held) == 1} | _MAINLANDS
    names = {name: code for code, name in _table("iso3166.tab")} | _ALSO_CALLED
    called = {name.casefold(): single[code] for name, code in names.items() if code in single}
    return {code.casefold(): zone for code, zone in single.items()} | called


_MAINLANDS = {
    "DE": "Europe/Berlin", "ES": "Europe/Madrid", "PT": "Europe/Lisbon", "NZ": "Pacific/Auckland",
    "CN": "Asia/Shanghai", "UA": "Europe/Kyiv",
}  # fmt: skip
"""Where nearly everybody lives by one of the country's clocks."""

_ALSO_CALLED = {
    "United Kingdom": "GB", "Great Britain": "GB", "Czechia": "CZ", "South Korea": "KR", "The Netherlands": "NL",
    "Deutschland": "DE", "Österreich": "AT", "Schweiz": "CH",
}  # fmt: skip


def _table(name: str) -> list[list[str]]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
