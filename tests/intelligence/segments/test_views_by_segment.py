"""Saved views of customers that filter by a segment, once that is not kept up any more."""

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.data.profiles import vocabulary
from pentad.intelligence.segments import actions
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage import actions as rights
from pentad.roles.access.rights_models import Role
from pentad.roles.views.models import SavedView
from tests.data.road import identify
from tests.intelligence.segments.keeping import FAMILY, Kept

pytestmark = pytest.mark.once
NOTICE = "This view opens without what does not work any more"


def test_a_view_opens_without_a_segment_that_is_gone_and_says_so(kept: Kept) -> None:
    kept.send(identify("ann", plan="family"), identify("bob", plan="solo"))
    family = kept.save("Families", FAMILY)
    user = accounts.add_user(actor=SYSTEM, email="m@kestrel.example", name="M", role="marketer")
    state = {"filters": [["segment", "is", str(family.no)]]}
    view = SavedView.objects.create(list="people", name="Families", owner=user, state=state)
    client = Client()
    client.force_login(user)

    def opened() -> str:
        return client.get("/people/", {"view": view.id}).content.decode()

    assert NOTICE not in opened()
    actions.archive_segment(actor=SYSTEM, segment=family)
    said = opened()
    assert NOTICE in said
    assert "The segment “Families” is in the archive." in said
    assert "Segment is Families" in said
    assert client.get("/people/", {"f": f"segment~is~{family.no}"}).status_code == 400
    actions.restore_segment(actor=SYSTEM, segment=family)
    assert NOTICE not in opened()
    actions.delete_segment(actor=SYSTEM, segment=family)
    assert "The segment “Families” was deleted." in opened()
    rights.set_field_rule(
        actor=SYSTEM, role=Role.objects.get(name="marketer"), kind="people", target="trait:plan", level="hidden"
    )
    vocabulary.trait_names.forget()  # type: ignore[attr-defined]
    said = opened()
    assert "Customers cannot be filtered by this segment." in said
    assert "another segment" in said
    assert "Families” was" not in said  # no more than of one there never was
