"""Checks of a message count whom its campaign means, as far as the reader may know."""

import pytest

from pentad.content.messages import lacking
from pentad.core.actor import SYSTEM, Actor, acting_as
from pentad.engage.campaigns import actions
from tests.engage.campaigns.running import mail, message, people, plan, segment

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def test_a_message_counts_whom_its_campaign_means() -> None:
    ada, ben = people("Ada"), people("Ben", plan="Solo")
    people("Cleo", plan="Solo")
    group, row = (
        segment("Lapsed", [*ada, *ben]),
        message(publish=False, email=mail("<mj-text>{{ customer.plan }}</mj-text>")),
    )
    asked = plan(audience={"include": [group.id]}, content={"message": row.id})
    actions.create_campaign(actor=SYSTEM, name="Win back", plan=asked)

    def told(actor: Actor) -> str:
        lacking.forget_counts()
        with acting_as(actor):
            return lacking.told(row, "email", ("customer", "plan"))

    assert told(SYSTEM) == "1 of 2 customers looked at in the audience of “Win back” have none."
    reader = Actor("user", "9", "Rea", frozenset({"people.view", "messages.view"}))
    assert told(reader) == "1 of 3 customers with an address there have none.", "of campaigns they know nothing"
