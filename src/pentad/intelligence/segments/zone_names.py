"""Names of time zones that mean the same on every machine."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_OF_THE_MACHINE = ("localtime", "posixrules", "Factory", "posix/", "right/")
"""What the machine's files have beside the zones of the world: its own zone, and copies that count leap seconds or not."""


def is_zone(name: str) -> bool:
    """Whether a zone of the world has this name, in whatever folder the machine keeps its files."""
    if name.casefold().startswith(tuple(one.casefold() for one in _OF_THE_MACHINE)):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def zone_names() -> list[str]:
    """In order."""
    return sorted(name for name in available_timezones() if is_zone(name))
