"""When the daily digest is due. Pure."""

from datetime import datetime, timedelta


def digest_line(now: datetime, hour: int) -> datetime:
    """The last moment before `now` at which the clock struck `hour`: what was told before it belongs into the digest."""
    line = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return line if line <= now else line - timedelta(days=1)
