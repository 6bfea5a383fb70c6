"""Subjects as the log shows them: a word for the kind, what the thing is called now, an address.

No name is kept in the log. What the reader may not see, what is gone and what was erased has the end of its id instead.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django.utils.html import format_html

from pentad.core import hooks
from pentad.core.hookvalues import AuditKind
from pentad.core.models import AuditLine
from pentad.roles.audit import rules
from pentad.roles.views import cells

NAMED = frozenset({"user", "team", "key", "agent", "app"})
"""Kinds that details refer to as subjects do. Other texts with a colon are what they are."""

_ONE_LINE = "inline-flex max-w-full items-center gap-1.5 align-middle"


class Shown(NamedTuple):
    label: str
    icon: str
    url: str


@cache
def known() -> dict[str, AuditKind]:
    return {one.kind: one for one in hooks.audit_kinds()}


def kind_label(kind: str) -> str:
    found = known().get(kind)
    return found.label if found else kind.replace("_", " ").capitalize()


def load(lines: Iterable[AuditLine]) -> None:
    """Find what the subjects of these lines, and those whom their details name, are called: a query or two for each kind."""
    ids: dict[str, set[str]] = {}
    lines = list(lines)
    for line in lines:
        for reference in (line.subject, *_named_in(line.detail)):
            kind, id = rules.split(reference)
            if id:
                ids.setdefault(kind, set()).add(id)
    names = {kind: find(ids[kind]) for kind in ids if kind in known() and (find := known()[kind].names)}

    def called(reference: str) -> str:
        kind, id = rules.split(reference)
        return names.get(kind, {}).get(id, "")

    for line in lines:
        line.called = called(line.subject)  # type: ignore[attr-defined]
        told = {name: called(one) or one if _is_named(one) else one for name, one in _detail(line.detail).items()}
        line.told = told  # type: ignore[attr-defined]


def told(line: AuditLine) -> Any:
    """The details of a line, with the names of those whom it speaks of if it was loaded."""
    return getattr(line, "told", line.detail)


def _detail(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {}


def _named_in(detail: Any) -> list[str]:
    return [one for one in _detail(detail).values() if _is_named(one)]


def _is_named(value: Any) -> bool:
    """Whether it is such as "user:2"."""
    return isinstance(value, str) and rules.split(value)[0] in NAMED and " " not in value


def about(line: AuditLine) -> Shown:
    """What a line that was loaded is about."""
    return shown(line.subject, getattr(line, "called", ""))


def shown(subject: str, called: str = "") -> Shown:
    kind, id = rules.split(subject)
    found = known().get(kind)
    label = f"{kind_label(kind)} {called or rules.short_id(id)}".strip()
    url = found.url.format(quote(id, safe="")) if found and found.url and id else ""
    return Shown(label, found.icon if found else "", url)


def cell(line: AuditLine) -> str:
    if not line.subject:
        return cells.NOTHING
    what = about(line)
    text = format_html('{}<span class="truncate">{}</span>', cells.icon(what.icon, "size-3.5"), what.label)
    if not what.url:
        return format_html('<span class="{}" title="{}">{}</span>', _ONE_LINE, line.subject, text)
    return format_html(
        '<a class="{} hover:underline" href="{}" title="{}">{}</a>', _ONE_LINE, what.url, line.subject, text
    )
