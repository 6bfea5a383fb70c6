"""The requests of customers who choose what they get: behind the checks of `views`."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from pentad.core.errors import Invalid
from pentad.data.consent.preference_actions import NONE, choose, set_preference
from pentad.data.consent.queries import purposes, state_of
from pentad.data.consent.rules import DENIED
from pentad.data.identity.models import Person
from pentad.platforms.channels.models import Delivery
from pentad.platforms.responses import actions, page, tokens
from pentad.platforms.responses.addresses import NOBODY
from pentad.platforms.responses.people import CUSTOMER, person_by_no, public_id_of
from pentad.platforms.responses.views import dead_end, delivery_by
from pentad.platforms.responses.wording import words_for

FAULTS = {"bad_frequency": "fault.choice", "bad_pause": "fault.pause"}
"""Error code → what the customer is told."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an address, as its token says: numbers, and marks of the public ids that belong to them.

    who: 0 in messages of before it was told. These act while their delivery is there to say that it is theirs.
    """

    no: int
    person_no: int
    mark: int
    who: int = 0

    def delivery(self) -> Delivery | None:
        return delivery_by(self.no, self.mark)

    def is_another(self) -> bool:
        """Whether the number is by now another customer's: it is given again after a backup was put back."""
        if self.person_no == NOBODY:
            return False
        if self.who:
            return bool(id_ := public_id_of(self.person_no)) and not tokens.marks(self.who, id_)
        delivery = self.delivery()
        return delivery is None or delivery.person_no != self.person_no

    def preferences(self) -> str:
        """The path of the customer's preferences."""
        more = (self.who,) if self.who else ()
        return f"/preferences/{tokens.token(tokens.PREFERENCES, self.no, self.person_no, self.mark, *more)}"


def unsubscribe(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Of the purpose of the delivery by its channel. A mail program's POST is answered in plain text."""
    if holder.is_another():
        return dead_end(request)
    person, delivery = person_by_no(holder.person_no), holder.delivery()
    if person is None:
        return render(request, "responses/nobody.html", {"trial": holder.person_no == NOBODY})
    by_program = request.POST.get("List-Unsubscribe") == "One-Click"
    if delivery is None or not delivery.purpose:
        if by_program:
            actions.unsubscribe_from_all(actor=CUSTOMER, person=person, channel="email")
            return HttpResponse("Unsubscribed.\n", content_type="text/plain; charset=utf-8")
        # What it was about is not known any more: there is still everything to choose from.
        return HttpResponseRedirect(holder.preferences())
    if request.method == "POST":
        if "back" in request.POST:
            actions.subscribe_again(actor=CUSTOMER, delivery=delivery, person=person)
        else:
            how = actions.ONE_CLICK if by_program else actions.PAGE
            actions.unsubscribe(actor=CUSTOMER, delivery=delivery, person=person, how=how)
        if by_program:
            return HttpResponse("Unsubscribed.\n", content_type="text/plain; charset=utf-8")
        return HttpResponseRedirect(request.path, status=303)
    words = words_for(person, request.headers.get("Accept-Language", ""))
    purpose, by = page.about(delivery, words)
    context = {
        "words": words,
        "purpose": purpose,
        "by": by,
        "preferences": holder.preferences(),
        "done": state_of(person, delivery.purpose, delivery.channel) == DENIED,
        "declared": delivery.purpose in {one.name for one in purposes() if one.declared},
    }
    return render(request, "responses/unsubscribe.html", context)


def preferences(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Reached from a delivery, which it was if that is what somebody unsubscribes from."""
    if holder.is_another():
        return dead_end(request)
    person = person_by_no(holder.person_no)
    if person is None:
        return render(request, "responses/nobody.html", {"trial": holder.person_no == NOBODY})
    words = words_for(person, request.headers.get("Accept-Language", ""))
    if request.method == "POST":
        try:
            _save(request, person, holder.delivery())
        except Invalid as error:
            fault = FAULTS.get(error.code, "fault.other")
            return render(request, "responses/dead_end.html", {"words": words, "fault": fault}, status=400)
        return HttpResponseRedirect(f"{request.path}?saved=1", status=303)
    context = {
        "words": words,
        "choices": page.choices_of(person, words),
        "pauses": page.pauses(words),
        "saved": "saved" in request.GET,
    }
    return render(request, "responses/preferences.html", context)


def _save(request: HttpRequest, person: Person, delivery: Delivery | None) -> None:
    chosen = page.given(person, request.POST.dict())
    if "none" in request.POST:
        chosen = dict.fromkeys(page.offered(person), NONE)
    until, resume = page.pause_of(request.POST.dict())
    evidence = f"Chosen on the page of preferences, from message {delivery.public_id}" if delivery else ""
    changed = choose(actor=CUSTOMER, person=person, choices=chosen, evidence=evidence or "Chosen by the customer")
    everything = {"paused_until": until, "resume": resume, "unwatched": "unwatched" in request.POST}
    set_preference(actor=CUSTOMER, person=person, **everything)  # type: ignore[arg-type]
    about = (delivery.purpose, delivery.channel) if delivery else None
    if delivery is not None and about in changed and chosen.get(about) == NONE:
        actions.note_unsubscribed(actor=CUSTOMER, delivery=delivery, person=person, how=actions.CHOICES)
