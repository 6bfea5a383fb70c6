"""Verbs on the identity graph: merge, undo, decide a conflict, change the rules."""

import contextlib
from collections.abc import Collection

from django.db import transaction

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict as Clash
from pentad.core.errors import Invalid, Unavailable
from pentad.core.outbox import emit
from pentad.data.identity.models import (
    BlockedValue,
    Conflict,
    Identifier,
    IdentifierRule,
    MergeLink,
    Person,
    Separation,
)  # fmt: skip
from pentad.data.identity.queries import part_numbers, preview_merge
from pentad.data.identity.rules import components
from pentad.data.profiles import fold
from pentad.data.profiles.touched import touch
from pentad.roles.notices.actions import tell_followers
from pentad.roles.undo import actions as undo
from pentad.roles.undo.models import ChangedRecord

MERGED = "people.merge"


@action("people.merge")
def merge_people(*, actor: Actor, keep: Person, other: Person, evidence: str = "") -> MergeLink:
    """Merge two customers into one. Reversible: see undo_merge."""
    keep, other = _locked(keep), _locked(other)
    preview = preview_merge(keep, other)
    if preview.refusal:
        raise Clash(preview.refusal, code="cannot_merge", fix="Choose another customer.")
    link = MergeLink.objects.create(
        keep=keep, other=other, actor=actor.ref,
        evidence={"rule": "decided by a person", "by": actor.name, **({"reason": evidence} if evidence else {})},
    )  # fmt: skip
    _unseparate(part_numbers(keep), part_numbers(other))
    _regroup({*part_numbers(keep), *part_numbers(other)})
    note(subject=f"person:{keep.id}", merged=other.id, link=link.id)
    both = [ChangedRecord(kind="people", no=one.no) for one in (keep, other)]
    undo.remember(actor=actor, kind=MERGED, ref=link.id, what="Two customers merged", records=both)
    emit("track", "Customer merged", person=keep, properties={"merge_id": link.id, "merged_id": other.id})
    root = Person.objects.select_related("root").get(pk=keep.pk)
    tell_followers(actor=actor, about=root.root or root, parts=[f"{actor.name} merged another customer with ", None])
    return link


@action("people.merge")
def undo_merge(*, actor: Actor, link: MergeLink) -> MergeLink:
    """Take a merge back: both customers are as before, and stay apart.

    A conflict that was decided by this merge waits for a decision again.
    """
    link = MergeLink.objects.select_for_update(of=("self",)).select_related("keep__root", "other__root").get(pk=link.pk)
    if link.undone is not None:
        raise Clash("This merge was undone before.", code="already_undone", fix="Nothing to do.")
    link.undone, link.undone_by = clock.now(), actor.ref
    link.save(update_fields=["undone", "undone_by"])
    undo.settle(actor=actor, kind=MERGED, ref=link.id)
    a, b = sorted((link.keep_id, link.other_id))
    Separation.objects.get_or_create(a_id=a, b_id=b)
    # Whether the two are one is open again for whoever reviews conflicts; until then they stay apart.
    Conflict.objects.filter(id=link.evidence.get("conflict", ""), status=Conflict.MERGED).update(
        status=Conflict.OPEN, decided_by=""
    )
    _regroup(set(part_numbers(link.keep)))
    note(subject=f"person:{link.keep.id}", unmerged=link.other.id, link=link.id)
    emit(
        "track", "Customer merge undone", person=link.keep, properties={"merge_id": link.id, "parted_id": link.other.id}
    )
    return link


@action("people.merge")
def decide_conflict(*, actor: Actor, conflict: Conflict, merge: bool) -> Conflict:
    """Decide a conflict: the two are one customer, or stay apart."""
    conflict = (
        Conflict.objects.select_for_update(of=("self",))
        .select_related("person__root", "other__root")
        .get(pk=conflict.pk)
    )
    if conflict.other is None:
        raise Invalid(
            "The identifier of this conflict belongs to nobody.", code="no_other", fix="Raise the limit instead."
        )
    if conflict.status != Conflict.OPEN:
        raise Clash(
            f"This was decided before: {conflict.status}.",
            code="already_decided",
            fix="Undo the merge on the customer's page.",
        )
    if merge:
        reason = f"shared {conflict.namespace}"
        link = merge_people(actor=actor, keep=conflict.other, other=conflict.person, evidence=reason)
        link.evidence |= {"conflict": conflict.id}
        link.save(update_fields=["evidence"])
    else:
        a, b = sorted((conflict.person_id, conflict.other.no))
        Separation.objects.get_or_create(a_id=a, b_id=b)
    conflict.status = Conflict.MERGED if merge else Conflict.KEPT
    conflict.decided_by = actor.ref
    conflict.save(update_fields=["status", "decided_by"])
    note(subject=f"conflict:{conflict.id}", decision=conflict.status)
    return conflict


@action("people.merge")
def reopen_conflict(*, actor: Actor, conflict: Conflict) -> Conflict:
    """Take back the decision to keep two customers apart."""
    conflict = Conflict.objects.select_for_update().get(pk=conflict.pk)
    if conflict.status != Conflict.KEPT or conflict.other_id is None:
        raise Clash(
            "Only a decision to keep apart can be reopened here.", code="not_kept", fix="Undo the merge instead."
        )
    a, b = sorted((conflict.person_id, conflict.other_id))
    Separation.objects.filter(a_id=a, b_id=b).delete()
    conflict.status, conflict.decided_by = Conflict.OPEN, ""
    conflict.save(update_fields=["status", "decided_by"])
    note(subject=f"conflict:{conflict.id}")
    return conflict


def _locked(person: Person) -> Person:
    person = Person.objects.select_for_update(of=("self",)).select_related("root").get(pk=person.pk)
    return person.root or person


def _unseparate(one: Collection[int], two: Collection[int]) -> None:
    """A person decided anew: what was said before about these parts no longer counts."""
    for low, high in ((one, two), (two, one)):
        Separation.objects.filter(a_id__in=low, b_id__in=high).delete()


def _regroup(parts: set[int]) -> None:
    """Give every connected group of these parts its root, and let profiles and ledger follow."""
    links = MergeLink.objects.filter(undone=None, keep_id__in=parts, other_id__in=parts)
    groups = components(parts, links.values_list("keep_id", "other_id"))
    before = dict(Person.objects.filter(no__in=parts).values_list("no", "root_id"))
    named = set(Identifier.objects.filter(person_id__in=parts, namespace="user_id").values_list("person_id", flat=True))
    joined_first = {other for _, other in links.values_list("keep_id", "other_id")}
    roots: dict[int, int] = {}
    for group in {id(g): g for g in groups.values()}.values():
        # A part that was only ever joined to another does not become the root while there is a better one.
        root = min(group, key=lambda no: (no in joined_first, before[no] is not None, no not in named, no))
        roots.update(dict.fromkeys(group, root))
    for no, root in roots.items():
        Person.objects.filter(no=no).update(root_id=None if no == root else root)
    _mark_known(set(roots.values()), roots)
    fold.refresh_traits(set(roots.values()))
    fold.refresh_spans(set(roots.values()))
    touch(roots, regrouped=True)
    transaction.on_commit(lambda: _tell_ledger(roots))


def _mark_known(roots: set[int], root_of: dict[int, int]) -> None:
    rows = Identifier.objects.filter(person_id__in=list(root_of), namespace__in=("user_id", "email"))
    known = {root_of[no] for no in rows.values_list("person_id", flat=True)}
    Person.objects.filter(no__in=known).update(known=True)
    Person.objects.filter(no__in=roots - known).update(known=False)


def _tell_ledger(roots: dict[int, int]) -> None:
    from pentad import ledger  # here: commands that merge nobody need not load it

    with contextlib.suppress(Unavailable):  # the owner process reads all links when it starts
        ledger.current().set_links(roots)


@action("identity.edit")
def save_rule(*, actor: Actor, namespace: str, priority: int, limit: int) -> IdentifierRule:
    """Set how strong a namespace is and how many values a person may have."""
    namespace = namespace.strip()
    if not namespace or len(namespace) > 60:
        raise Invalid(f"The namespace {namespace!r} must have 1 to 60 characters.", code="bad_namespace")
    if not 0 <= priority <= 1000 or not 1 <= limit <= 1000:
        raise Invalid(
            f"Priority {priority} must lie between 0 and 1000, the limit {limit} between 1 and 1000.", code="bad_rule"
        )
    rule, _ = IdentifierRule.objects.update_or_create(
        namespace=namespace, defaults={"priority": priority, "limit": limit}
    )
    note(subject=f"rule:{namespace}", priority=priority, limit=limit)
    return rule


@action("identity.edit")
def reset_rule(*, actor: Actor, namespace: str) -> None:
    """Return a namespace to the default rule."""
    IdentifierRule.objects.filter(namespace=namespace).delete()
    note(subject=f"rule:{namespace}")


@action("identity.edit")
def block_value(*, actor: Actor, value: str, namespace: str = "") -> BlockedValue:
    """Let a value identify nobody from now on."""
    if not value.strip() or len(value) > 500:
        raise Invalid("A blocked value has 1 to 500 characters.", code="bad_value")
    row, _ = BlockedValue.objects.get_or_create(namespace=namespace.strip(), value=value.strip())
    note(subject="blocked value", id=row.pk)
    return row


@action("identity.edit")
def unblock_value(*, actor: Actor, blocked: BlockedValue) -> None:
    """Let a blocked value identify people again."""
    note(subject="blocked value", id=blocked.pk)
    blocked.delete()
