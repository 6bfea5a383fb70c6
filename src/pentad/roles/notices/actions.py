"""Verbs of notices. What one does with one's own needs no right and leaves no audit line: it concerns nobody else."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from pentad.core import clock
from pentad.core.action import RIGHTS, ask_limits
from pentad.core.actor import Actor
from pentad.core.errors import Invalid, NotFound
from pentad.roles.access.models import User
from pentad.roles.access.rules import OWN_NOTICES
from pentad.roles.access.seeing import Owned
from pentad.roles.notices import queries, subjects
from pentad.roles.notices.kinds import MAIL, kind_named, kinds
from pentad.roles.notices.models import Follow, Notice, NoticeChoice

Parts = Sequence[str | None]
RIGHTS.setdefault(OWN_NOTICES, "Read the notices of whose program it is, and mark them as read.")


def notify(
    *,
    user_ids: Iterable[int],
    kind: str,
    parts: Parts,
    why: str,
    about: Owned | None = None,
    subject_url: str = "",
    by: Actor | None = None,
) -> list[Notice]:
    """Tell colleagues of something, in the transaction of the action under way; returns what was written.

    parts: texts, with None where the title of `about` goes. why: why one gets it, a sentence.
    subject_url: where it leads; the page of `about` without. by: who did it, who is not told.
    Those who may not see `about`, and those who chose not to hear of this kind, are left out.
    """
    wanted = {number for number in user_ids if by is None or by.ref != f"user:{number}"}
    users = subjects.who_may_see(about, User.objects.filter(pk__in=wanted, is_active=True))
    chosen = {one.user_id: one for one in NoticeChoice.objects.filter(kind=kind, user__in=users)}
    made = []
    for user in users:
        choice = chosen.get(user.pk) or NoticeChoice(in_app=True, mail=kind_named(kind).mail)
        if choice.in_app or choice.mail != "never":
            made.append(_notice(user, kind, parts, why, about, subject_url, choice))
    return Notice.objects.bulk_create(made)


def _notice(
    user: User, kind: str, parts: Parts, why: str, about: Owned | None, url: str, choice: NoticeChoice
) -> Notice:
    return Notice(
        user=user, kind=kind, parts=list(parts), why=why[:200], url=url[:300],
        about_kind=subjects.subject_of(about).kind if about is not None else "",
        about_no=about.pk if about is not None else None,
        in_app=choice.in_app, mail=choice.mail,
    )  # fmt: skip


def mark_read(*, actor: Actor, ids: Collection[int] | None = None) -> int:
    """Mark one's own notices as read, all without `ids`; returns how many were unread."""
    ask_limits(actor)
    rows = Notice.objects.filter(user_id=own_number(actor), read=None)
    return (rows if ids is None else rows.filter(pk__in=ids)).update(read=clock.now())


def mark_unread(*, actor: Actor, ids: Collection[int]) -> int:
    """Take that back."""
    ask_limits(actor)
    return Notice.objects.filter(user_id=own_number(actor), pk__in=ids).update(read=None)


@transaction.atomic
def choose(*, actor: Actor, kind: str, in_app: bool, mail: str) -> NoticeChoice:
    """Say how one wants to be told of a kind of notice. Raises Invalid for a kind or a way there is not."""
    if mail not in dict(MAIL) or kind not in {one.name for one in kinds()}:
        raise Invalid(f"There is no way “{mail[:20]}” of telling of “{kind[:40]}”.", code="bad_notice_choice")
    found, _ = NoticeChoice.objects.update_or_create(
        user_id=own_number(actor), kind=kind, defaults={"in_app": in_app, "mail": mail}
    )
    return found


def follow(*, actor: Actor, record: Owned) -> Follow:
    """Hear of notes, merges and tasks of a record from now on. Following twice changes nothing."""
    kind = subjects.subject_of(record).kind
    if record.pk not in subjects.seen(kind, [record.pk]):
        raise NotFound("There is no such record.", code="subject_not_found", fix="Search for it again.")
    found, _ = Follow.objects.get_or_create(user_id=own_number(actor), about_kind=kind, about_no=record.pk)
    return found


def unfollow(*, actor: Actor, record: Owned) -> None:
    """Hear of it no longer; of a merged record, of none of its parts."""
    subject = subjects.subject_of(record)
    Follow.objects.filter(
        user_id=own_number(actor), about_kind=subject.kind, about_no__in=subject.parts(record)
    ).delete()


def tell_followers(*, actor: Actor, about: Owned, parts: Parts, but: Collection[int] = ()) -> None:
    """Tell who follows a record of what was done with it; `but` are told in another way."""
    subject = subjects.subject_of(about)
    rows = Follow.objects.filter(about_kind=subject.kind, about_no__in=subject.parts(about))
    followers = set(rows.values_list("user_id", flat=True)) - set(but)
    if followers:
        why = "You follow this record."
        notify(user_ids=followers, kind="followed", parts=parts, why=why, about=about, by=actor)


def own_number(actor: Actor) -> int:
    """The number of the colleague whose notices are the actor's. Raises Invalid for a program that is nobody's."""
    found = queries.whose(actor)
    if found is None:
        raise Invalid("This program is nobody's: it has no notices.", code="no_notices", fix="Use a colleague's key.")
    return found


@subjects.when_gone
def _forget(kind: str, numbers: Collection[int]) -> None:
    Notice.objects.filter(about_kind=kind, about_no__in=numbers).delete()
    Follow.objects.filter(about_kind=kind, about_no__in=numbers).delete()
