"""Erasure: a person is hidden at once and physically gone after the rewrite of the files they are in."""

import contextlib

from django.db import transaction
from django.db.models import Q

from pentad import ledger
from pentad.core import jobs, runtime
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import NotFound, Unavailable
from pentad.core.models import Job, OutboxMessage
from pentad.data.identity.models import Identifier, Person
from pentad.data.identity.queries import part_numbers
from pentad.data.identity.rules import Ident
from pentad.data.privacy.forgetting import forget_quotes
from pentad.data.privacy.models import ErasedIdentifier, Erasure
from pentad.data.privacy.queries import REWRITE, WIPE, dead_jobs, digest, halted
from pentad.data.profiles import attachments
from pentad.data.profiles.touched import touch
from pentad.roles.notices.subjects import forget
from pentad.roles.together.actions import forget_texts as forget_drafts
from pentad.roles.undo.actions import forget_texts


@action("people.erase")
def erase_person(*, actor: Actor, person: Person) -> Erasure:
    """Erase a customer for good: profile, identifiers, notes and events.

    In this transaction everything relational goes and the ledger is told to hide them; the job
    "privacy.rewrite" then writes every ledger file anew without them. Only keyed hashes of the
    identifiers stay, so that messages received before do not bring the person back.
    """
    nos = part_numbers(person)
    parts = list(Person.objects.select_for_update().filter(no__in=nos))
    if not parts:
        raise NotFound("This customer was erased before.", code="person_not_found", fix="Nothing is left to do.")
    idents = [Ident(*row) for row in Identifier.objects.filter(person_id__in=nos).values_list("namespace", "value")]
    telling = {i.value for i in idents} | {v for p in parts for v in (p.name, p.email, p.phone) if v}
    erasure = Erasure.objects.create(person_nos=nos, actor=actor.ref)
    for ident in idents:
        ErasedIdentifier.objects.update_or_create(digest=digest(ident), defaults={"at": erasure.at})
    OutboxMessage.objects.filter(message__personId__in=[p.id for p in parts]).delete()
    files = attachments.keys_of(nos)
    forget("people", nos)
    named = telling | {part.id for part in parts}
    forget_texts(named)
    forget_drafts(named)
    touch(nos, names=None)
    Person.objects.filter(Q(root_id__in=nos)).delete()
    Person.objects.filter(no__in=nos).delete()
    # The job removes the files once more, should this process end before it has.
    told = {"erasure": erasure.id, "values": sorted(telling), "files": files}
    jobs.enqueue(REWRITE, told, key=f"erasure:{erasure.id}")
    attachments.remove_on_commit(files)
    note(subject=f"erasure:{erasure.id}", parts=len(nos))
    transaction.on_commit(lambda: _hide(nos))
    forget_quotes(named)  # after they are hidden, so that nothing is remembered of them anew
    return erasure


@action("people.erase")
def finish_erasures(*, actor: Actor) -> list[Erasure]:
    """Set erasures that have come to a halt going again."""
    dead, found = dead_jobs(), halted()
    for erasure in found:
        if (job := dead.get(erasure.id)) is not None:
            jobs.retry(job)
            Job.objects.filter(pk=job.pk).update(key=f"{'wipe' if job.kind == WIPE else 'erasure'}:{erasure.id}")
        else:
            # What the stopped job was to look for is gone with it: rows of the person's parts are found without.
            jobs.enqueue(REWRITE, {"erasure": erasure.id, "values": []}, key=f"erasure:{erasure.id}")
    note(subject="erasures", finished=[erasure.id for erasure in found])
    return found


def see_gone(erasure: Erasure, timeout: float = 600.0) -> Erasure:
    """Wait, wherever the work is done, until no byte of the person is left. For the command line."""
    for key in (f"erasure:{erasure.id}", f"wipe:{erasure.id}"):
        if (job := Job.objects.filter(key=key).first()) is not None:
            runtime.see_through(job, timeout)
    erasure.refresh_from_db()
    return erasure


def _hide(nos: list[int]) -> None:
    with contextlib.suppress(Unavailable):  # another process owns the ledger: its job hides them first
        ledger.current().hide(nos)
