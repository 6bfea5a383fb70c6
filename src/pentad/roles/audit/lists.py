"""The audit log as a list, declared."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.utils.html import escape, format_html

from pentad.core import clock
from pentad.core.actor import NOBODY
from pentad.core.errors import Invalid
from pentad.core.models import AuditLine
from pentad.roles.audit import kinds, queries, rules
from pentad.roles.views import cells, words
from pentad.roles.views.spec import Column, Condition, Empty, Field, ListSpec, Operator, Sort, register

IS = (Operator("is", "is", "choice"), Operator("in", "is any of", "choices"))
WHEN = (
    Operator("within", "in the last", "days"), Operator("after", "on or after", "date"),
    Operator("before", "before", "date"),
)  # fmt: skip


def actor_label(line: AuditLine) -> str:
    return line.actor_name or line.actor


def _who(line: AuditLine) -> str:
    known = line.actor != NOBODY.ref
    about = kinds.about(line).label if line.subject else ""
    what = format_html('<span class="truncate md:hidden">· {}</span>', about) if about else ""  # no column of its own
    return format_html(
        '<span class="inline-flex max-w-full min-w-0 items-center gap-1.5">{}<span class="truncate">{}</span>{}</span>',
        cells.avatar(line.actor_name if known else "", line.actor, "", known), actor_label(line), what,
    )  # fmt: skip


def _did(line: AuditLine) -> str:
    css = "size-3.5 text-destructive" if line.action in rules.BAD else "size-3.5 text-muted-foreground"
    return format_html(
        '{}<span class="truncate">{}</span>', cells.icon(rules.icon(line.action), css), rules.label(line.action)
    )


def _when(line: AuditLine) -> str:
    at = line.at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), words.exact(at), f"{at:%Y-%m-%d %H:%M:%S}"
    )


def _choices(column: str) -> Sequence[tuple[str, str]]:
    if column == "actor":
        return [(ref, name or ref) for ref, name in queries.names("actor")]
    seen = {name for name, _ in queries.names(column)}
    say = rules.label if column == "action" else kinds.kind_label
    names = seen | set(rules.LABELS) if column == "action" else seen
    return sorted(((name, say(name)) for name in names), key=lambda one: one[1])


def _of(column: str, label: str, icon: str) -> Field:
    return Field(
        column, label, IS, lambda operator, value: queries.by(column, value.split("|") if operator == "in" else [value]),
        icon, "", lambda: _choices(column),
    )  # fmt: skip


def _text(column: str, label: str, icon: str, hint: str) -> Field:
    return Field(column, label, (Operator("is", "is"),), lambda _, value: queries.by(column, [value]), icon, hint=hint)


def _at() -> Field:
    def condition(operator: str, value: str) -> Condition:
        at = _days_ago(value) if operator == "within" else _day(value)
        return Condition(Q(at__lt=at) if operator == "before" else Q(at__gte=at))

    return Field("at", "When", WHEN, condition, "clock")


def _days_ago(value: str) -> datetime:
    if not (value.isdecimal() and 0 < len(value) < 6 and 0 < int(value) <= 36_500):
        raise Invalid(f"{value} days is out of range.", code="bad_filter", fix="Between 1 and 36,500.")
    return (clock.now() - timedelta(days=int(value))).replace(second=0, microsecond=0)


def _day(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"“{value}” is not a day.", code="bad_filter", fix="Write it as 2026-11-21.") from None


FIELDS = (
    _at(), _of("actor", "Who", "user-round"), _of("action", "Did", "zap"), _of("kind", "Kind", "box"),
    _text("subject", "On what", "target", "A kind and an id, such as person:0191…"),
    _text("origin", "From", "globe", "A network address"),
)  # fmt: skip

AUDIT = ListSpec(
    name="audit",
    title="Audit log",
    one="line",
    many="lines",
    icon="history",
    url="/audit/",
    right="audit.view",
    load=kinds.load,
    base=lambda: queries.lines().alias(**queries.plain_columns()),
    row_url=lambda line: f"/audit/{line.pk}/",
    row_key=lambda line: str(line.pk),
    label=lambda line: f"{actor_label(line)}: {rules.label(line.action)}",
    columns=(
        Column("action", "Did", _did, "zap", phone="title", plain=lambda line: rules.label(line.action)),
        Column("actor", "Who", _who, "user-round", phone="sub", plain=actor_label),
        Column("subject", "On what", kinds.cell, "target", plain=lambda line: line.subject),
        Column(
            "detail",
            "Details",
            lambda line: escape(rules.summary(kinds.told(line))) or cells.NOTHING,
            "list",
            muted=True,
        ),
        Column("origin", "From", lambda line: escape(line.origin) or cells.NOTHING, "globe", muted=True),
        Column("at", "When (UTC)", _when, "clock", sort="at", muted=True, phone="end"),
    ),
    sorts=(Sort("at", "When", "at", words=("oldest first", "latest first")),),
    search=queries.search,
    search_hint="Name, action, id or address",
    empty=Empty("Nothing was recorded yet", "Whatever colleagues and programs do, see and take away appears here."),
    fields=lambda: FIELDS,
    peek_url=lambda line: f"/audit/{line.pk}/peek/",
    template="audit/log.html",
    views=(
        (
            "Sign-ins",
            {
                "filters": [
                    [
                        "action",
                        "in",
                        "sign_in|sign_in_failed|second_step_failed|sign_out|token_refused|token_used_again",
                    ]
                ]
            },
        ),
        ("Looks", {"filters": [["action", "in", "view|reveal"]]}),
        ("Exports", {"filters": [["action", "in", "export|export_people|export_audit"]]}),
    ),
)
register(AUDIT)
