"""What there may be notices of, and how one is told when one has chosen nothing."""

from dataclasses import dataclass

NEVER, DAILY, ONCE = "never", "daily", "once"
MAIL = ((NEVER, "Never"), (DAILY, "In the daily digest"), (ONCE, "At once"))


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """label: completes “Tell me of …”. mail: never, daily or once."""

    name: str
    label: str
    icon: str = "bell"
    mail: str = NEVER


_known: dict[str, NoticeKind] = {}


def define(name: str, label: str, icon: str = "bell", mail: str = NEVER) -> str:
    """Make a kind of notice known; returns its name."""
    _known[name] = NoticeKind(name, label, icon, mail)
    return name


def kinds() -> list[NoticeKind]:
    return list(_known.values())


def kind_named(name: str) -> NoticeKind:
    return _known.get(name) or NoticeKind(name, name)


MENTION = define("mention", "Mentions of me in a note", "at-sign", DAILY)
ASSIGNED = define("assigned", "Tasks given to me", "list-checks", DAILY)
REMINDER = define("reminder", "Reminders of my tasks", "clock", DAILY)
FOLLOWED = define("followed", "News of customers and companies I follow", "eye")
