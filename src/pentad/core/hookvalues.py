"""What hooks return: small immutable values."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the side bar. `icon` is a name in the icon sprite; `key` the key after "g", as in "g p".

    also: paths of further pages on which it is the current one; that of `url` and what lies below it need not be told.
    """

    label: str
    url: str
    icon: str = ""
    section: str = ""
    key: str = ""
    right: str = ""
    badge: str = ""
    order: int = 100
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """A result in the palette. `group` is its heading, `hint` the grey text beside the label."""

    label: str
    url: str
    icon: str = ""
    group: str = ""
    hint: str = ""
    key: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """Something a page can do. With `url` it is a link; else `name` is what the page's script listens for."""

    name: str
    label: str
    key: str = ""
    url: str = ""
    icon: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page that another feature brings: `template` is rendered with `context` beside the page's own."""

    template: str
    context: dict[str, Any]
    right: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """How one event reads in a timeline. `tone` colours its icon."""

    title: str
    detail: str = ""
    icon: str = ""
    tone: Literal["", "good", "bad", "info"] = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the doctor found, and what to do about it."""

    check: str
    severity: Literal["error", "warning"]
    message: str
    fix: str = ""


class Identifier(NamedTuple):
    """A value that tells who someone is, in a namespace such as "email"."""

    namespace: str
    value: str


@dataclass(frozen=True, slots=True)
class ScheduleItem:
    """A job to be enqueued every so many seconds."""

    name: str
    kind: str
    every_seconds: int


@dataclass(frozen=True, slots=True)
class AuditKind:
    """How the audit log shows subjects of a kind, such as "person:0191…". `url` has “{}” where the id goes.

    names: ids → what those things are called now, as the reader may see them; others are left out. The log itself keeps no
    names: they would outlive an erasure.
    """

    kind: str
    label: str
    icon: str = ""
    url: str = ""
    names: Callable[[Collection[str]], dict[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class ChannelAdapter:
    """A way to hand messages to a service. path: "module:Class" of an `Adapter`, loaded when it is first used.

    channels: those it can carry. note: what it needs, in a sentence.
    """

    name: str
    label: str
    channels: tuple[str, ...]
    path: str
    icon: str = ""
    note: str = ""
