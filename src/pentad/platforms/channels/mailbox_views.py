"""The mailbox: what customers would have got, where nothing leaves the house."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from pentad.core.action import check
from pentad.core.errors import Denied, Invalid
from pentad.platforms.channels import mailbox
from pentad.platforms.channels.models import MailboxMessage
from pentad.platforms.channels.views import channel_labels
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone

LOOK = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' http: https: data:; "
    "style-src 'unsafe-inline' https:; font-src https: data:; form-action 'none'; frame-ancestors 'self'"
)
"""Of a mail in its frame: it was written by marketers, and must neither act nor look as if it were Pentad."""
VIEWS = ("mail", "text", "headers")


@require_GET
@signed_in("mailbox.view")
@in_readers_zone
def messages(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    check(actor_of(request), "people.view")
    channel = request.GET.get("channel", "")
    rows = list(mailbox.messages(channel, _place(request.GET.get("before", "")))[: mailbox.PAGE + 1])
    labels, withheld = channel_labels(), mailbox.withheld(rows, actor_of(request))
    context = {
        "rows": [
            (row, labels.get(row.channel, row.channel), mailbox.address(row), row.pk in withheld)
            for row in rows[: mailbox.PAGE]
        ],
        "next": rows[mailbox.PAGE - 1].pk if len(rows) > mailbox.PAGE else "",
        "further": "before" in request.GET, "channel": channel,
        "channels": [(name, label) for name, label in labels.items() if name != "task"],
        "may_manage": actor_of(request).may("destinations.manage"),
    }  # fmt: skip
    return render(request, "channels/mailbox.html", context)


def _place(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise Invalid("That is no place in this list.", code="bad_place", fix="Begin at the top.")
    return int(text)


@require_GET
@signed_in("mailbox.view")
@in_readers_zone
def message(request: HttpRequest, id: int) -> HttpResponse:
    """One of them, as it looks, as plain text, or its headers."""
    check(actor_of(request), "people.view")
    row = _found(request, id)
    looked_at(actor_of(request), f"delivery:{row.delivery}", "mailbox")
    mailbox.mark_read(row)
    view = request.GET.get("view", "")
    delivery = mailbox.delivery_of(row)
    context = {
        "row": row, "delivery": delivery, "address": mailbox.address(row), "is_mail": bool(row.content.get("html")),
        "view": view if view in VIEWS else VIEWS[0], "parts": mailbox.fields(row),
        "channel_label": channel_labels().get(row.channel, row.channel),
        "url": url if (url := str(row.content.get("url", ""))).startswith(("http://", "https://")) else "",
    }  # fmt: skip
    return render(request, "channels/mail.html", context)


def _found(request: HttpRequest, id: int) -> MailboxMessage:
    row = mailbox.find(id)
    if mailbox.withheld([row], actor_of(request)):
        raise Denied(
            "The message may tell what you do not see in full of customers.", code="mail_withheld",
            fix="Ask an administrator for a role that sees it.", right="people.view",
        )  # fmt: skip
    return row


@require_GET
@xframe_options_sameorigin
@signed_in("mailbox.view")
def body(request: HttpRequest, id: int) -> HttpResponse:
    """What the frame shows: nothing in it runs."""
    check(actor_of(request), "people.view")
    row = _found(request, id)
    headers = {"Content-Security-Policy": LOOK, "Referrer-Policy": "no-referrer"}
    return HttpResponse(mailbox.document(row), headers=headers)
