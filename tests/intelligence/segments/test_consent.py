"""Segments that ask for consent follow what customers say, by message and by colleagues."""

from pentad.core.actor import SYSTEM
from pentad.data.consent.actions import declare_purpose, record_consent
from pentad.data.consent.reaching import reach
from pentad.data.identity.actions import merge_people, undo_merge
from tests.data.consent.test_messages import told
from tests.data.road import identify
from tests.intelligence.segments.keeping import Kept


def test_members_follow_what_is_said(kept: Kept) -> None:
    declare_purpose(actor=SYSTEM, name="ads", label="Advertising")
    kept.send(told("mia", {"ads": True}), told("max", {"ads": {"email": True, "": False}}, 1), identify("bo"))
    asked = {"kind": "consent", "purpose": "ads"}
    by_mail = kept.save("By e-mail", asked | {"channel": "email", "state": "granted"})
    unknown = kept.save("Not asked", asked | {"state": "unknown"})
    assert (kept.members(by_mail), kept.members(unknown)) == ({"mia"}, {"bo"}), "a no at the same moment ends the yes"
    record_consent(actor=SYSTEM, person=kept.road.person("user_id:bo"), purpose="ads", channel="email", state="granted")
    record_consent(actor=SYSTEM, person=kept.road.person("user_id:mia"), purpose="ads", state="denied")
    kept.follow()
    assert (kept.members(by_mail), kept.members(unknown)) == ({"bo"}, {"bo"}), "nothing was said of every channel"
    link = merge_people(actor=SYSTEM, keep=kept.road.person("user_id:bo"), other=kept.road.person("user_id:mia"))
    kept.follow()
    assert kept.members(by_mail) == set(), "her no came last, and ends his yes"
    undo_merge(actor=SYSTEM, link=link)
    kept.follow()
    assert kept.members(by_mail) == {"bo"}
    kept.send(identify("bo", email="bo@fjord.example"), identify("mia", email="mia@fjord.example"))
    assert [(one.reachable, one.no_address, one.denied, one.silent) for one in reach(purpose="ads")[:2]] == [
        (1, 1, 1, 0), (0, 3, 0, 0),
    ]  # fmt: skip
