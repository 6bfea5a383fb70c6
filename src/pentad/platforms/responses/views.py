"""What customers reach from a message, without signing in: whoever holds a signed address may do what it is for.

No page of these sets a cookie, needs a script, or leads anywhere but where the message said. A GET changes nothing; a
POST needs no token against forgery, since the address itself is the secret, and mail programs send one by themselves
(RFC 8058).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from pentad.core.actor import acting_as
from pentad.core.trail import origin_now
from pentad.platforms.channels.models import Delivery
from pentad.platforms.responses import tokens
from pentad.platforms.responses.addresses import TRAP
from pentad.platforms.responses.keeping import Asked, keep
from pentad.platforms.responses.models import CLICK, OPEN
from pentad.platforms.responses.payloads import said
from pentad.platforms.responses.people import CUSTOMER, person_by_no

GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002014c003b"
)  # fmt: skip
"""A transparent picture of one pixel."""

View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """Answers anybody; tells no other site where it was, and no robot to keep it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with acting_as(CUSTOMER):
            response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return csrf_exempt(answer)


def dead_end(request: HttpRequest) -> HttpResponse:
    """An address that was cut off or made up, or what it led to is gone."""
    return render(request, "responses/dead_end.html", status=404)


def asked_by(request: HttpRequest) -> Asked:
    names = ("purpose", "sec-purpose", "x-purpose", "x-moz")
    headers = {name: value for name in names if (value := request.headers.get(name))}
    return Asked(origin_now(), request.headers.get("User-Agent", "")[:500], headers)


def numbers(kind: str, token: str, *counts: int) -> tuple[int, ...] | None:
    """What a token holds, so many numbers; None for one that is none of ours."""
    try:
        found = tokens.numbers(kind, token)
    except ValueError:
        return None
    return found if len(found) in counts else None


def delivery_by(no: int, mark: int) -> Delivery | None:
    row = Delivery.objects.select_related("base").filter(pk=no).first()
    return row if row is not None and tokens.marks(mark, row.public_id) else None


@require_safe
@public
def follow(request: HttpRequest, token: str) -> HttpResponseBase:
    """A link: to where the message said, and nowhere else."""
    found = numbers(tokens.LINK, token, 3)
    delivery = delivery_by(found[0], found[-1]) if found else None
    if found is None or delivery is None:
        return dead_end(request)
    number, links = found[1], said(delivery).links
    if number == TRAP:
        _keep(request, delivery, CLICK, trap=True)
        return dead_end(request)
    if number >= len(links) or not links[number].startswith(("http://", "https://")):
        return dead_end(request)
    _keep(request, delivery, CLICK, link=number)
    return HttpResponseRedirect(links[number])


@require_safe
@public
def opened(request: HttpRequest, token: str) -> HttpResponseBase:
    """The picture: the same for whoever asks, so that it tells nothing."""
    found = numbers(tokens.OPEN, token, 2)
    delivery = delivery_by(found[0], found[-1]) if found else None
    if delivery is not None:
        _keep(request, delivery, OPEN)
    return HttpResponse(GIF, content_type="image/gif")


def _keep(request: HttpRequest, delivery: Delivery, kind: str, link: int | None = None, trap: bool = False) -> None:
    if request.method == "GET":  # HEAD asks about the address, and opens nothing
        keep(delivery, kind, asked_by(request), link=link, trap=trap)


LOOK = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; "
    "style-src 'unsafe-inline' https:; font-src https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of a message as a page: it was written by marketers, and must not act in the name of Pentad."""


@require_safe
@public
def view(request: HttpRequest, token: str) -> HttpResponseBase:
    """The message in a browser."""
    from pentad.platforms.responses.addresses import shown
    from pentad.platforms.responses.wording import words_for

    found = numbers(tokens.VIEW, token, 2)
    delivery = delivery_by(found[0], found[-1]) if found else None
    message = said(delivery) if delivery else None
    if delivery is None or message is None or not message.content:
        return dead_end(request)
    content = shown(delivery, message.content, message.links)
    if html := content.get("html"):
        return HttpResponse(html, headers={"Content-Security-Policy": LOOK})
    lines = [(name, text) for name, text in content.items() if text and name not in ("json", "reply_to", "url")]
    words = words_for(person_by_no(delivery.person_no), request.headers.get("Accept-Language", ""))
    return render(request, "responses/view.html", {"words": words, "lines": lines, "url": content.get("url", "")})


@require_http_methods(["GET", "HEAD", "POST"])
@public
def unsubscribe(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows a button; POST, of the button or of a mail program, does it."""
    from pentad.platforms.responses import customers

    found = numbers(tokens.UNSUBSCRIBE, token, 3, 4)
    return customers.unsubscribe(request, customers.Holder(*found)) if found else dead_end(request)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def preferences(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a customer gets, by purpose and channel, how often, and a pause."""
    from pentad.platforms.responses import customers

    found = numbers(tokens.PREFERENCES, token, 3, 4)
    return customers.preferences(request, customers.Holder(*found)) if found else dead_end(request)
