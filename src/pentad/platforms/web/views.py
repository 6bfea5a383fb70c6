"""What the script on a website asks and tells, from whatever address that website has: no cookie is read or set, and who a
browser is stands in what it sends.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from pentad.core import clock
from pentad.core.actor import SYSTEM, acting_as
from pentad.core.errors import PentadError, RateLimited
from pentad.core.trail import origin_now
from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers
from pentad.platforms.channels.models import Delivery, Destination
from pentad.platforms.responses.actions import record_delivered
from pentad.platforms.responses.keeping import Asked, keep
from pentad.platforms.responses.models import OPEN
from pentad.platforms.responses.people import CUSTOMER
from pentad.platforms.responses.wording import words_for
from pentad.platforms.web.arriving import delivery_of
from pentad.platforms.web.keys import vapid_public
from pentad.platforms.web.models import WebMessage
from pentad.platforms.web.subscribing import seen_again, subscribe
from pentad.platforms.web.who import Claim, customer

MOST_BYTES, MOST_TEXT = 8_192, 500
MOST_AT_ONCE = 3
EVERY_SECONDS = 60
"""How often a browser asks again while its page is looked at."""
SCRIPTS = Path(__file__).parent / "static" / "web"
Told = dict[str, Any]
View = Callable[[Destination, Told, HttpRequest], Told]


def public(channel: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Answers any website, about one destination of a channel that is on."""

    def wrap(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, id: str) -> HttpResponse:
            row = Destination.objects.filter(public_id=id, channel=channel, state=Destination.ON).first()
            told = _told(request)
            if row is None or told is None:
                return _open(JsonResponse({}, status=404 if row is None else 400))
            try:
                with acting_as(CUSTOMER):
                    return _open(JsonResponse(view(row, told, request)))
            except RateLimited as error:
                wait = {"Retry-After": str(error.data.get("retry_after", 60))}
                return _open(JsonResponse({"error": error.code}, status=429, headers=wait))
            except PentadError as error:
                return _open(JsonResponse({"error": error.code}, status=400))

        return csrf_exempt(require_http_methods(["POST"])(answer))

    return wrap


def _open(response: HttpResponse) -> HttpResponse:
    """Without credentials: any website may read it, and what it says depends on what was sent alone."""
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _told(request: HttpRequest) -> Told | None:
    """The JSON that was sent, as text, so that browsers need not ask before; None for what is none, or too long."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return None
    try:
        found = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


def _text(told: Told, name: str) -> str:
    value = told.get(name)
    return value[:MOST_TEXT].replace("\0", "") if isinstance(value, str) else ""


def _who(row: Destination, told: Told) -> Person | None:
    return customer(row, Claim(_text(told, "anonymousId"), _text(told, "userId"), _text(told, "proof")))


def _mine(row: Destination, person: Person) -> Any:
    of = WebMessage.objects.filter(person_no__in=part_numbers(person), destination=row)
    return of.filter(closed=None, clicked=None, until__gt=clock.now())


@public("inapp")
def messages(row: Destination, told: Told, request: HttpRequest) -> Told:
    """What waits for whose browser it is, the oldest first; nothing for one that proves nothing."""
    person = _who(row, told)
    found = _mine(row, person).order_by("id")[:MOST_AT_ONCE] if person is not None else ()
    waiting = [{"id": one.key, **one.content} for one in found]
    return {"every": EVERY_SECONDS, "messages": waiting, "words": _words(person, request, "web")}


def _words(person: Person | None, request: HttpRequest, about: str) -> dict[str, str]:
    """What the script itself says, in the customer's language."""
    words = words_for(person, request.headers.get("Accept-Language", ""))
    said = {name: words.say(f"web.{name}") for name in ("message", "close", "open")}
    if about == "push":
        said |= {name: words.say(f"push.{name}") for name in ("title", "text", "yes", "no")}
    return {"language": words.language, **said}


@public("inapp")
def report(row: Destination, told: Told, request: HttpRequest) -> Told:
    """That one of them was shown, closed or followed. Another's is as if it were not there."""
    person, what = _who(row, told), _text(told, "what")
    message = _mine(row, person).filter(key=_text(told, "id")).first() if person is not None else None
    if message is None or what not in ("shown", "closed", "clicked"):
        return {"known": False}
    if getattr(message, what) is None:
        WebMessage.objects.filter(pk=message.pk).update(**{what: clock.now()})
    delivery = Delivery.objects.filter(public_id=message.delivery).first() if message.shown is None else None
    if delivery is not None:  # whatever was done with it, it arrived and was seen
        record_delivered(actor=SYSTEM, delivery=delivery)
        keep(delivery, OPEN, Asked(origin_now(), request.headers.get("User-Agent", "")[:500]))
    return {"known": True}


@public("push")
def push(row: Destination, told: Told, request: HttpRequest) -> Told:
    """The key to subscribe with; and, where a subscription is sent, keep it for whose browser it is."""
    given = told.get("subscription")
    person = _who(row, told)
    if not isinstance(given, dict):
        return {"key": vapid_public(row), "ask": _words(person, request, "push")}
    keys = given.get("keys")
    if person is None or not isinstance(keys, dict):
        return {"known": False}
    endpoint, p256dh, auth = (
        str(one or "").replace("\0", "") for one in (given.get("endpoint"), keys.get("p256dh"), keys.get("auth"))
    )
    if not seen_again(person, endpoint, p256dh, auth):
        subscribe(actor=CUSTOMER, person=person, endpoint=endpoint, p256dh=p256dh, auth=auth)
    return {"known": True}


@csrf_exempt
@require_http_methods(["POST"])
def arrived(request: HttpRequest, token: str) -> HttpResponse:
    """A browser showed what was pushed to it. Known or not, the answer is the same."""
    delivery = delivery_of(token)
    if delivery is not None:
        with acting_as(CUSTOMER):
            record_delivered(actor=SYSTEM, delivery=delivery)
    return _open(HttpResponse(status=204))


@require_safe
def script(request: HttpRequest, name: str) -> HttpResponse:
    """The script for websites, and the worker that they put at their own address."""
    path = SCRIPTS / f"{name}.js"
    if name not in ("messages", "worker"):
        return HttpResponse(status=404)
    answer = HttpResponse(path.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    return _open(answer)
