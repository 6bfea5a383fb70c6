"""Customers and companies as groups, boards and calendars, and how they are moved: by the actions of their pages."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from pentad.core.actor import Actor, reader
from pentad.core.errors import Invalid
from pentad.data.fields.queries import declared_field, visible
from pentad.data.fields.rules import Declared, accepted
from pentad.data.identity.models import Person
from pentad.data.profiles import actions, vocabulary
from pentad.data.profiles.company_actions import set_company_trait
from pentad.data.profiles.field_filters import readable
from pentad.data.profiles.models import Company, CompanyTrait, PersonTrait, TraitValue
from pentad.data.profiles.rules import text_of
from pentad.data.profiles.stating import outranked
from pentad.data.profiles.values import icon_of, tone_of
from pentad.roles.access import seeing
from pentad.roles.access.models import User
from pentad.roles.access.rights import Level, Policy
from pentad.roles.undo.actions import undo
from pentad.roles.undo.owners import give
from pentad.roles.undo.queries import find_change
from pentad.roles.views import plans
from pentad.roles.views.layouts import MOST_BUCKETS, Bucket, DateField, Grouping, Move

SHOWN_COMPANIES = 30
VALUES_SECONDS = 2.0
DATED = re.compile(r"(date|day|_at|_on|_until|At|On|Until|renew\w*|expir\w*)$")
"""Names of traits that may hold days; whether they do, their values tell."""
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
NONE = "none"
UNDO = "undo:"
SHARING_ENDS = "What is shared ends with another owner; undo brings it back."


# -- owners ------------------------------------------------------------------------------------------


def _owners(rows: Callable[[], "QuerySet[Any]"]) -> Sequence[Bucket]:
    """Oneself first, then those in one's teams, then everybody who owns something that one sees; nobody last."""
    policy = reader().policy
    own, mates = (policy.user, policy.mates) if isinstance(policy, Policy) else (None, frozenset[int]())
    held = set(rows().order_by().values_list("owner_id", flat=True).distinct()[: MOST_BUCKETS * 2])
    users = User.objects.filter(Q(pk__in=held) | Q(pk__in=mates, is_active=True)).order_by("name", "pk")
    found = sorted(users[: MOST_BUCKETS * 2], key=lambda user: (user.pk != own, user.pk not in mates))
    return [
        *(Bucket(str(one.pk), str(one), "is", str(one.pk), drop=one.is_active) for one in found[: MOST_BUCKETS - 1]),
        Bucket(NONE, "Nobody", NONE, tone="none"),
    ]


def move_owner(actor: Actor, row: Any, to: str) -> str:
    """Give a record to a colleague; its team stays. With UNDO and the id of such a change: take it back, shares and all."""
    before = str(row.owner_id) if row.owner_id is not None else NONE
    if to.startswith(UNDO):
        undo(actor=actor, change=find_change(to.removeprefix(UNDO)))
        return before
    user = User.objects.filter(pk=int(to), is_active=True).first() if to.isdecimal() and len(to) < 10 else None
    if user is None and to != NONE:
        raise Invalid("There is no such colleague.", code="no_colleague", fix="Choose one of the list.")
    return UNDO + give(actor=actor, record=row, owner=user, team=row.team).id


# -- traits ------------------------------------------------------------------------------------------


def _sees_records(kind: str) -> bool:
    """Whether every record of the kind is seen: then it is no secret which values there are."""
    return seeing.within(reader(), f"{kind}.view", kind) is None


def _trait_values(name: str) -> list[str] | None:
    """Values of a trait that the reader may know of: all there are, or those of the customers that are seen, as far as
    they can be read. None: too many.
    """
    if _sees_records("people"):
        stated = vocabulary.stated_values(name) or (None if name in vocabulary.trait_names() else [])
        return stated if stated is None or seeing.in_full("people") else [one for one in stated if "{" not in one]
    rows = PersonTrait.objects.filter(readable("people"), name=name, winner=True)
    mine = Person.seen.filter(root=None).values("pk")
    return _distinct(rows.filter(person__in=mine), rows.filter(person__root__in=mine))


def _company_trait_values(name: str) -> list[str] | None:
    rows = CompanyTrait.objects.filter(readable("companies"), name=name, winner=True)
    return _distinct(rows if _sees_records("companies") else rows.filter(company__in=Company.seen.values("pk")))


def _distinct(*parts: "QuerySet[Any]") -> list[str] | None:
    """Values of few different texts; None when they are more, or take too long to be found."""
    found: dict[str, str] = {}
    try:
        with plans.within(VALUES_SECONDS):
            for rows in parts:
                pairs = rows.order_by("text").values_list("text", "value").distinct()[: vocabulary.MOST_VALUES * 2]
                found |= {text: value if isinstance(value, str) else text for text, value in pairs}
    except plans.TooSlow:
        return None
    return [found[text] for text in sorted(found)] if len(found) <= vocabulary.MOST_VALUES else None


def _trait_buckets(name: str, values: Callable[[str], list[str] | None]) -> Sequence[Bucket]:
    known = values(name)
    if known is None:
        raise Invalid(
            f"“{name}” has too many values to put rows together by, or it takes too long to find them.", code="bad_group",
            fix="Choose something with few values.",
        )  # fmt: skip
    found = [one for one in known if one and one != "null"][: MOST_BUCKETS - 1]  # null: said to be unknown
    return [*(Bucket(value, value[:60], "is", value, tone_of(value)) for value in found), UNKNOWN]


def _trait_sizes(name: str) -> Mapping[str, tuple[int, float | None]] | None:
    """How many customers have each value, and their events: the winning facts, of which each has one."""
    values = _trait_values(name) if _sees_records("people") else None
    if values is None:
        return None
    rows = PersonTrait.objects.filter(name=name, winner=True).order_by().values("text")
    events = Sum(Coalesce("person__root__event_count", "person__event_count"))
    found = {row["text"]: (row["people"], row["events"]) for row in rows.annotate(people=Count("pk"), events=events)}
    known = {value: found.get(text_of(value), (0, 0)) for value in values}
    none = Person.seen.filter(root=None).count() - sum(people for people, _ in found.values())
    return known | {UNKNOWN.key: (max(none, 0), None)}


UNKNOWN = Bucket("", "Unknown", NONE, tone="none", drop=False)
YES_NO = (Bucket("yes", "Yes", "is", "yes", "green"), Bucket("no", "No", "is", "no"), UNKNOWN)


def _field_buckets(field: Declared) -> Sequence[Bucket]:
    """Those of a custom field are its choices, whether anybody has them or not."""
    if field.type == "yes_no":
        return YES_NO
    chosen = field.choices[: MOST_BUCKETS - 1]
    return [*(Bucket(one, one[:60], "in", one, tone_of(one)) for one in chosen), UNKNOWN]


def _is_grouping(field: Declared | None) -> bool:
    return field is None or field.type in ("one", "yes_no")


def move_trait(kind: str, name: str, actor: Actor, row: Any, to: str) -> str:
    """State the trait, unless another source's word would go on counting. "json:" says a value as it was, for taking a
    move back.
    """
    of_people = kind == "people"
    declared, values = declared_field(kind, name), _trait_values if of_people else _company_trait_values
    if to.startswith("json:"):
        try:
            value = msgspec.json.decode(to[5:])  # strict: NaN, half characters and endless nesting are no JSON
        except (ValueError, msgspec.DecodeError, RecursionError):
            raise Invalid("That is no value of a trait.", code="bad_trait", fix="Choose one of the columns.") from None
    elif declared is not None:
        value = accepted(declared, to)
    elif to not in (values(name) or ()):
        raise Invalid(f"“{to[:40]}” is no column of this board.", code="no_bucket", fix="Choose one of the columns.")
    else:  # as others stated it: the number 3 is not the text “3”
        facts: type[TraitValue] = PersonTrait if of_people else CompanyTrait
        value = facts._default_manager.filter(name=name, text=text_of(to)).values_list("value", flat=True).first()
    before = row.traits.get(name)
    with transaction.atomic():
        made: Person | Company
        if of_people:
            made = actions.set_trait(actor=actor, person=row, name=name, value=value)
        else:
            made = set_company_trait(actor=actor, company=row, name=name, value=value)
        if (first := outranked(made, name)) is not None:  # the card would go back at the next look
            raise Invalid(f"It cannot be moved by this board: {first}", code="goes_first", fix="State it on its page.")
    return f"json:{json.dumps(before, ensure_ascii=False)}"


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize() if name.islower() else name


def _trait_grouping(kind: str, name: str) -> Grouping:
    declared, of_people = declared_field(kind, name), kind == "people"
    values = _trait_values if of_people else _company_trait_values

    def buckets() -> Sequence[Bucket]:
        return _field_buckets(declared) if declared else _trait_buckets(name, values)

    def may() -> bool:
        return seeing.level_for(reader(), kind, f"trait:{name}") >= Level.CHANGE

    label, icon = (declared.label, icon_of(declared)) if declared else (_label(name), vocabulary.trait_icon(name))
    return Grouping(
        f"trait:{name}", label, icon, buckets, Move(f"{kind}.edit", partial(move_trait, kind, name), may),
        sizes=lambda: _trait_sizes(name) if of_people and not declared else None,
    )  # fmt: skip


def _groupings(kind: str, names: Sequence[str], tagged: Collection[str]) -> list[Grouping]:
    """By custom fields, then by traits that are known for few values."""
    fields = [one.name for one in visible(kind) if _is_grouping(one)]
    plain = [name for name in names if name in tagged and declared_field(kind, name) is None]
    return [_trait_grouping(kind, name) for name in (*fields, *plain)]


def _named(kind: str, name: str) -> Grouping | None:
    known = name.startswith("trait:") and len(name) > 6 and _is_grouping(declared_field(kind, name[6:]))
    return _trait_grouping(kind, name[6:]) if known else None


# -- customers ---------------------------------------------------------------------------------------


def _companies() -> Sequence[Bucket]:
    """Those last seen."""
    rows = Company.seen.order_by("-last_seen")[:SHOWN_COMPANIES]
    named = [(one.group_id, one.name or one.group_id) for one in rows]
    return [*(Bucket(key, name, "is", key) for key, name in named), Bucket("", "None", NONE, tone="none")]


KNOWN = (Bucket("yes", "Known", "is", "yes", "green"), Bucket("no", "Anonymous", "is", "no"))
PEOPLE_FIXED = (
    Grouping(
        "owner", "Owner", "user-round", lambda: _owners(lambda: Person.seen.filter(root=None)),
        Move("people.assign", move_owner, note=SHARING_ENDS),
    ),
    Grouping("known", "Status", "circle-dot", lambda: KNOWN),
    Grouping(
        "company", "Company", "building-2", _companies, board=False,
        note=f"The {SHOWN_COMPANIES} companies last seen. Filter by company for others.",
    ),
)  # fmt: skip


def people_groupings(tagged: Collection[str]) -> list[Grouping]:
    return [*_groupings("people", vocabulary.trait_names(), tagged), *PEOPLE_FIXED]


def people_grouping_named(name: str) -> Grouping | None:
    return _named("people", name)


def people_dates() -> list[DateField]:
    fields = [one for one in visible("people") if one.type in ("date", "moment")]
    plain = [name for name in dated_traits() if declared_field("people", name) is None]
    return [
        DateField("first_seen", "First seen", column="first_seen"),
        DateField("last_seen", "Last seen", column="last_seen"),
        *(DateField(f"trait:{one.name}", one.label, "is", none=NONE) for one in fields),
        *(DateField(f"trait:{name}", _label(name), "starts", none=NONE) for name in plain),
    ]


@vocabulary.kept
def dated_traits() -> list[str]:
    """Traits whose values are days, as far as one of them tells."""
    found = []
    for name in vocabulary.trait_names():
        if DATED.search(name):
            text = PersonTrait.objects.filter(name=name, text__gte="0").values_list("text", flat=True).first()
            found += [name] if text and ISO_DAY.match(text) else []
    return found


# -- companies ---------------------------------------------------------------------------------------

COMPANY_FIXED = (
    Grouping(
        "owner",
        "Owner",
        "user-round",
        lambda: _owners(Company.seen.all),
        Move("companies.assign", move_owner, note=SHARING_ENDS),
    ),
)


def company_groupings(tagged: Collection[str]) -> list[Grouping]:
    return [*COMPANY_FIXED, *_groupings("companies", vocabulary.company_trait_names(), tagged)]


def company_grouping_named(name: str) -> Grouping | None:
    return _named("companies", name)


COMPANY_DATES = (DateField("last_seen", "Last seen", column="last_seen"),)
