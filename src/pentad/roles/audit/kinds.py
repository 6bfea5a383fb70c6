"""Subjects as the log shows them: a word for the kind, an end of the id, an address. Never a customer's name."""

from functools import cache
from typing import NamedTuple
from urllib.parse import quote

from django.utils.html import format_html

from pentad.core import hooks
from pentad.core.hookvalues import AuditKind
from pentad.core.models import AuditLine
from pentad.roles.audit import rules
from pentad.roles.views import cells

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


def shown(subject: str) -> Shown:
    kind, id = rules.split(subject)
    found = known().get(kind)
    label = f"{kind_label(kind)} {rules.short_id(id)}".strip()
    url = found.url.format(quote(id, safe="")) if found and found.url and id else ""
    return Shown(label, found.icon if found else "", url)


def cell(line: AuditLine) -> str:
    if not line.subject:
        return cells.NOTHING
    about = shown(line.subject)
    text = format_html('{}<span class="truncate">{}</span>', cells.icon(about.icon, "size-3.5"), about.label)
    if not about.url:
        return format_html('<span class="{}">{}</span>', _ONE_LINE, text)
    return format_html('<a class="{} hover:underline" href="{}">{}</a>', _ONE_LINE, about.url, text)
