"""The list of campaigns, declared."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pentad.core.errors import Invalid
from pentad.engage.campaigns import queries
from pentad.engage.campaigns.models import Approval, Campaign
from pentad.roles.views import cells
from pentad.roles.views.spec import Column, Condition, Empty, Field, ListSpec, Operator, Sort, register

TONES = {
    Campaign.DRAFT: ("Draft", "gray"), Campaign.SCHEDULED: ("Scheduled", "blue"), Campaign.RUNNING: ("Running", "green"),
    Campaign.PAUSED: ("Paused", "orange"), Campaign.FINISHED: ("Finished", "none"), Campaign.CANCELLED: ("Cancelled", "red"),
}  # fmt: skip
"""What a state is called, and its colour."""
STARTS = {"now": "At once", "at": "Once", "every": "Recurring", "trigger": "Triggered"}
WORDS = {"now": "zap", "at": "calendar", "every": "repeat", "trigger": "mouse-pointer-click"}
"""Icons of the ways to start."""


def base() -> "QuerySet[Campaign]":
    """All of them. Pages go on by the moment of the last change."""
    return Campaign.objects.annotate(moved=F("changed"))


def prepare(rows: Sequence[Any]) -> None:
    """Attach what cells say: how far it is, and whether somebody is asked to approve it."""
    figures = queries.progress_of_many(rows)
    mark_asked(rows)
    for row in rows:
        row.progress = figures.get(row.pk)


def mark_asked(rows: Sequence[Any]) -> None:
    """Attach whether somebody is asked to approve it."""
    asked = set(
        Approval.objects.filter(campaign__in=[row.pk for row in rows], state=Approval.ASKED).values_list(
            "campaign_id", flat=True
        )
    )
    for row in rows:
        row.asked = row.pk in asked and row.state in queries.ASKABLE


def state_of(row: Any) -> tuple[str, str]:
    """What its state is called, and its colour."""
    if row.archived is not None:
        return "Archived", "gold"
    if row.failure:
        return "Stands still", "red"
    if row.state == Campaign.RUNNING and row.ended is not None:
        return "Ending", "blue"
    if getattr(row, "asked", False):
        return "Waits for approval", "violet"
    return TONES[row.state]


def _name(row: Any) -> SafeString:
    return format_html('<span class="truncate" title="{}">{}</span>', row.description, row.name)


def _state(row: Any) -> SafeString:
    return cells.tag(*state_of(row), True)


def _start(row: Any) -> SafeString:
    return format_html('<span class="flex items-center gap-1.5">{}{}</span>', cells.icon(WORDS[row.start], "size-3.5"),
                       STARTS[row.start])  # fmt: skip


def _when(row: Any) -> str:
    if (planned := row.planned_at) is not None:
        at = timezone.localtime(planned)
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), f"{at.day} {at:%b, %H:%M}")
    return cells.ago(row.ended or row.started) if row.started else cells.NOTHING


def _number(name: str) -> Any:
    def cell(row: Any) -> str:
        return cells.NOTHING if row.progress is None else f"{getattr(row.progress, name):,}"

    return cell


def _percent(row: Any) -> str:
    if row.progress is None or row.state == Campaign.SCHEDULED:
        return cells.NOTHING
    return "100 %" if row.state in Campaign.OVER else f"{row.progress.percent} %"


def _search(text: str) -> Condition:
    return Condition(Q(name__icontains=text) | Q(description__icontains=text) | Q(id=text))


def _by_state(operator: str, value: str) -> Condition:
    where = Q(state__in=value.split("|"))
    return Condition(where if operator in ("is", "in") else ~where)


def _by_start(operator: str, value: str) -> Condition:
    if not set(value.split("|")) <= set(STARTS):
        raise Invalid(f"“{value}” is no kind of campaign.", code="bad_filter", fix="Choose one that is offered.")
    return Condition(Q(start__in=value.split("|")))


FIELDS = (
    Field("state", "State",
          (Operator("is", "is", "choice"), Operator("isnt", "is not", "choice"), Operator("in", "is one of", "choices")),
          _by_state, "circle-dot", "Campaign", lambda: [(state, label) for state, (label, _) in TONES.items()]),
    Field("start", "Kind", (Operator("is", "is", "choice"), Operator("in", "is one of", "choices")), _by_start, "zap",
          "Campaign", lambda: list(STARTS.items())),
    Field("archived", "In the archive", (Operator("is", "is", "none"), Operator("isnt", "is not", "none")),
          lambda operator, value: Condition(Q(archived__isnull=operator == "isnt")), "archive", "Campaign"),
    Field("trouble", "Stands still", (Operator("is", "is so", "none"),),
          lambda operator, value: Condition(~Q(failure="")), "triangle-alert", "Campaign"),
)  # fmt: skip
HERE = ["archived", "isnt", ""]
LIVE = f"{Campaign.SCHEDULED}|{Campaign.RUNNING}|{Campaign.PAUSED}"

CAMPAIGNS = register(
    ListSpec(
        name="campaigns", title="Campaigns", one="campaign", many="campaigns", icon="megaphone", url="/campaigns/",
        right="campaigns.view", base=base,
        row_url=lambda row: f"/campaigns/{row.id}/", row_key=lambda row: row.id, label=lambda row: row.name,
        columns=(
            Column("name", "Campaign", _name, "megaphone", sort="name", phone="title", plain=lambda row: row.name),
            Column("state", "State", _state, "circle-dot", phone="sub", plain=lambda row: row.state),
            Column("start", "Kind", _start, "zap", muted=True, plain=lambda row: row.start),
            Column("when", "Next or last", _when, "calendar", muted=True, phone="end", plain=lambda row: row.planned_at),
            Column("done", "Done", _percent, "gauge", number=True, muted=True,
                   plain=lambda row: row.progress.percent if row.progress else None),
            Column("chosen", "Chosen", _number("chosen"), "users", number=True,
                   plain=lambda row: row.progress.chosen if row.progress else None),
            Column("told", "Sent", _number("told"), "send", number=True,
                   plain=lambda row: row.progress.told if row.progress else None),
            Column("bounced", "Bounced", _number("bounced"), "undo-2", number=True, muted=True,
                   plain=lambda row: row.progress.bounced if row.progress else None),
            Column("changed", "Edited", lambda row: cells.ago(row.changed), "pencil", sort="changed", muted=True,
                   plain=lambda row: row.changed),
            Column("by", "Edited by", lambda row: format_html("{}", row.changed_by), "user-round", muted=True,
                   default=False, plain=lambda row: row.changed_by),
        ),
        sorts=(
            Sort("changed", "Edited", "changed", words=("oldest first", "latest first")),
            Sort("name", "Campaign", "name", descending=False, index_descending=False, words=("A to Z", "Z to A")),
        ),
        search=_search, search_hint="Name or description", fields=lambda: FIELDS, load=prepare,
        empty=Empty("No campaigns yet", "A campaign tells customers something at the right time, and shows what that changed.",
                    "/campaigns/new/", "New campaign", right="campaigns.edit"),
        clear={
            "Current": Empty("No campaigns yet", "A campaign tells customers something at the right time, and shows what that changed.",
                         "/campaigns/new/", "New campaign", right="campaigns.edit"),
            "Live": Empty("Nothing is live", "Campaigns that are scheduled, running or paused stand here."),
            "Drafts": Empty("No drafts", "What is being written stands here until it starts."),
            "Over": Empty("None is over yet", "Finished and cancelled campaigns stand here, with what they changed."),
            "Archive": Empty("Nothing in the archive", "What is not needed any more can be put here, with its figures."),
        },
        views=(
            ("Current", {"filters": [HERE]}),
            ("Live", {"filters": [["state", "in", LIVE], HERE]}),
            ("Drafts", {"filters": [["state", "is", Campaign.DRAFT], HERE]}),
            ("Over", {"filters": [["state", "in", f"{Campaign.FINISHED}|{Campaign.CANCELLED}"], HERE]}),
            ("Archive", {"filters": [["archived", "is", ""]]}),
        ),
        template="campaigns/list.html", cards=("state", "start", "when"),
    )
)  # fmt: skip
