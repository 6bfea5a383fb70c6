"""Who may be reached but is not written to now: suppressed, or at a limit; each customer once, with all parts."""

import pytest
from django.test import Client
from django.utils.html import strip_tags

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.consent.actions import declare_purpose
from pentad.data.identity.actions import merge_people
from pentad.data.profiles import mirror
from pentad.intelligence.contact import log
from pentad.intelligence.contact.actions import save_policy, suppress
from pentad.intelligence.contact.policy import Cap, Policy
from pentad.intelligence.contact.reaching import HeldBack, held_back
from pentad.roles.access.actions import add_user
from tests.data.road import NOON, Road, identify


@pytest.mark.once
def test_who_is_reached_in_principle_but_not_now(road: Road) -> None:
    declare_purpose(actor=SYSTEM, name="marketing", label="Marketing")
    save_policy(actor=SYSTEM, policy=Policy(caps=(Cap(2, 24, "email"), Cap(1, 24, "", "news"))))
    yes = {"consent": {"categoryPreferences": {"marketing": True}}}
    names = ["ann", "bo", "cy", "di", "ed"]
    for name in names:
        road.send(identify(name, email=f"{name}@x.example") | {"context": {} if name == "ed" else yes})
    ann, bo, cy, di, ed = (road.person(f"user_id:{name}") for name in names)
    mirror.drain(road.folder)
    assert held_back("marketing", NOON) == {}

    def went(*whom: int) -> None:
        log.record(log.Row(no, "email", "marketing", NOON, f"{at}:{no}") for at, no in enumerate(whom))

    suppress(actor=SYSTEM, channel="email", address="ann@x.example", reason="complaint")
    suppress(actor=SYSTEM, channel="", address="ed@x.example", reason="complaint")  # did not agree anyway
    went(ann.no, ann.no, bo.no, bo.no, cy.no, di.no, ed.no, ed.no)
    assert held_back("marketing", NOON) == {"email": HeldBack(suppressed=1, at_limit=1)}
    merge_people(actor=SYSTEM, keep=cy, other=di)  # each had one message: together they are at the limit
    mirror.drain(road.folder)
    assert held_back("marketing", NOON) == {"email": HeldBack(suppressed=1, at_limit=2)}
    client = Client()
    client.force_login(add_user(actor=SYSTEM, email="ana@kestrel.example", name="Ana", role="marketer"))
    with clock.held(NOON):
        page = strip_tags(client.get("/marketing/reach/").content.decode())
    assert "Of those who agreed, 1 suppressed, 2 at a limit now" in page
