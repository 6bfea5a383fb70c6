"""Times, sizes and names as people read them. Pure: no Django, no I/O."""

from datetime import UTC, datetime

UNITS = (("year", 31_557_600), ("month", 2_629_800), ("day", 86_400), ("hour", 3_600), ("minute", 60))
ONCE = {"day": ("yesterday", "tomorrow"), "month": ("last month", "next month"), "year": ("last year", "next year")}


def relative(at: datetime, now: datetime) -> str:
    """As the browser's Intl.RelativeTimeFormat says it, so that text does not change under the eyes."""
    seconds = (at - now).total_seconds()
    for unit, size in UNITS:
        count = int(abs(seconds) // size)
        if count:
            if count == 1 and unit in ONCE:
                return ONCE[unit][seconds > 0]
            many = unit if count == 1 else f"{unit}s"
            return f"in {count:,} {many}" if seconds > 0 else f"{count:,} {many} ago"
    return "just now"


def exact(at: datetime) -> str:
    """E.g. 21 November 2026, 18:41:07 UTC."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M:%S} UTC"


def short(value: float) -> str:
    """At most four characters before the unit: 950, 1.2k, 34k, 1.2M."""
    for limit, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            scaled = value / limit
            return f"{scaled:.1f}{unit}".replace(".0", "") if abs(scaled) < 10 else f"{scaled:,.0f}{unit}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def middle(text: str, most: int, end: int = 6) -> tuple[str, str]:
    """(beginning, end) of what is longer than `most`: identifiers often differ at their end alone. The end is "" of what
    fits.
    """
    return (text, "") if len(text) <= most else (text[:-end], text[-end:])


def initials(name: str) -> str:
    """First letters of the first and last word; the first two of a single word."""
    parts = [part for part in name.replace(".", " ").replace("@", " ").split() if part[0].isalnum()]
    if not parts:
        return "?"
    return (parts[0][:2] if len(parts) == 1 else parts[0][0] + parts[-1][0]).upper()
