"""The ledger keeps naive UTC; everyone else speaks of aware times."""

from datetime import UTC, datetime


def naive(at: datetime) -> datetime:
    """As the ledger stores time."""
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def aware(at: datetime) -> datetime:
    """As the rest of Pentad speaks of it."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def aware_or_none(at: datetime | None) -> datetime | None:
    return None if at is None else aware(at)
