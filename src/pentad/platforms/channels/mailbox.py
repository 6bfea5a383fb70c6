"""What was delivered into the built-in mailbox, as its reader may see the customers."""

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from pentad.core import clock
from pentad.core.errors import NotFound
from pentad.data.identity.models import Person
from pentad.platforms.channels.models import Delivery, MailboxMessage

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
