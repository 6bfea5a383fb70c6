"""What was delivered into the built-in mailbox, as its reader may see the customers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from pentad.content.messages.access import require_fields
from pentad.content.messages.models import MessageVersion
from pentad.core import clock
from pentad.core.actor import Actor
from pentad.core.errors import Denied, NotFound
from pentad.data.identity.models import Person
from pentad.platforms.channels.models import Delivery, MailboxMessage
from pentad.roles.access import seeing
from pentad.roles.access.rights import masked

PAGE = 50
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a message that is no mail."""

    name: str
    text: str


def messages(channel: str = "", before: int | None = None) -> "QuerySet[MailboxMessage]":
    """The newest first, those to customers whom the reader sees. before: only those older than this one."""
    rows = MailboxMessage.objects.filter(_seen()).select_related("destination").order_by("-id")
    rows = rows.filter(channel=channel) if channel else rows
    return rows.filter(pk__lt=before) if before is not None else rows


def _seen() -> Q:
    """Customers who are seen, and parts of them, which messages of the time before a merge name. 0: a test, of nobody."""
    seen = Person.seen.all()
    return Q(person_no=0) | Q(person_no__in=seen.values("no")) | Q(person_no__in=parts(seen).values("no"))


def parts(seen: "QuerySet[Person]") -> "QuerySet[Person]":
    return Person.objects.filter(root__in=seen.values("no"))


def find(id: int) -> MailboxMessage:
    """Raises NotFound (mail_not_found)."""
    row = messages().filter(pk=id).first()
    if row is None:
        raise NotFound("There is no such message in the mailbox.", code="mail_not_found", fix="See the mailbox.")
    return row


def withheld(rows: Sequence[MailboxMessage], actor: Actor) -> set[int]:
    """Keys of those of these that may tell what the actor does not see in full of customers: their author may have."""
    if all(seeing.in_full(kind, actor) for kind in ("people", "companies")):
        return set()
    versions = dict(
        Delivery.objects.filter(public_id__in=[row.delivery for row in rows]).values_list("public_id", "version_id")
    )
    told = {one.pk for one in MessageVersion.objects.filter(pk__in=set(versions.values())) if _tells_seen(one, actor)}
    return {row.pk for row in rows if versions.get(row.delivery) not in told}


def _tells_seen(version: MessageVersion, actor: Actor) -> bool:
    try:
        require_fields(actor, version.tree)
    except Denied:
        return False
    return True


def address(row: MailboxMessage) -> str:
    """As the reader sees addresses of customers."""
    name = "email" if "@" in row.address else "phone"
    return row.address if seeing.sees("people", name) else masked(row.address)


def mark_read(row: MailboxMessage) -> None:
    if row.read is None:
        MailboxMessage.objects.filter(pk=row.pk, read=None).update(read=clock.now())


def delivery_of(row: MailboxMessage) -> Delivery | None:
    return Delivery.objects.filter(public_id=row.delivery).first()


def document(row: MailboxMessage) -> str:
    """The mail's HTML, whose links open a page of their own."""
    html = str(row.content.get("html", ""))
    base = '<base target="_blank">'
    return HEAD.sub(lambda found: found.group() + base, html, count=1) if HEAD.search(html) else base + html


def fields(row: MailboxMessage) -> list[Part]:
    """Of what is no mail, everything it says."""
    return [Part(name, str(text)) for name, text in row.content.items() if text and name != "html"]
