"""The contact policy by its pages and by /api/v1: changed on the version that was seen, brought back, explained."""

from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.core.models import AuditLine
from pentad.data.consent.actions import declare_purpose
from pentad.data.profiles.models import PersonTrait
from pentad.intelligence.contact import log
from pentad.intelligence.contact.actions import save_policy, suppress
from pentad.intelligence.contact.editing import version
from pentad.intelligence.contact.models import ContactPolicy, Suppression
from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.contact.policy import USUAL, Cap, Policy, Quiet
from pentad.intelligence.contact.shown import days_in_words
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage.actions import set_field_rule
from pentad.roles.access.rights_models import Role
from pentad.roles.audit import telling
from tests.calling import caller
from tests.intelligence.contact.conftest import NOW, Customer

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HOME = "/settings/contact/"


def signed_in(role: str = "admin") -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role.title(), role=role))
    return client


def limit(**more: Any) -> dict[str, Any]:
    return {"version": 0, "most": 3, "within": 2, "unit": "days", "channel": "sms", "purpose": ""} | more


def test_a_limit_is_added_changed_removed_and_brought_back() -> None:
    client = signed_in()
    assert "1 message in 1 day" in client.get(HOME).content.decode()
    assert client.post(f"{HOME}limit/", limit()).status_code == 204
    assert in_force().caps == (*USUAL.caps, Cap(3, 48, "sms"))
    assert client.post(f"{HOME}limit/?at=0", limit(version=version(), within=36, unit="hours")).status_code == 204
    assert in_force().caps[0] == Cap(3, 36, "sms")
    seen = version()
    assert 'value="36"' in client.get(f"{HOME}limit/?at=0").content.decode()
    outdated = client.post(f"{HOME}limit/?at=0", limit(version=seen - 1))
    assert outdated.status_code == 422 and "meanwhile" in outdated.content.decode()
    assert client.post(f"{HOME}remove/?what=caps&at=0&version={seen}").status_code == 204
    assert len(in_force().caps) == 4
    page = client.get(HOME).content.decode()
    assert f"/settings/contact/restore/?number={seen}" in page  # the toast's way back
    client.post(f"{HOME}restore/?number={seen}")
    assert in_force().caps[0] == Cap(3, 36, "sms")
    client.post(f"{HOME}restore/?number=0")
    assert in_force() == USUAL and ContactPolicy.objects.count() == 5


@pytest.mark.parametrize(
    ("dialog", "given", "said"),
    [
        ("limit", limit(most=0), "A limit of 0 messages"),
        ("limit", limit(within="soon"), "no whole number"),
        ("quiet", {"version": 0, "start": "25:00", "end": "08:00", "days": ["1"]}, "no time of the day"),
        ("quiet", {"version": 0, "start": "21:00", "end": "08:00"}, "a day of the week"),
        ("quiet", {"version": 0, "start": "00:00", "end": "00:00", "days": list("1234567")}, "no hour of the week"),
        ("rest", {"version": 0, "holdout": "a tenth", "priority_hours": 1}, "no share"),
        ("rest", {"version": 0, "holdout": "2", "salt": "a", "zone": "Moon", "priority_hours": 1}, "no time zone"),
    ],
)
def test_what_makes_no_sense_is_said_in_the_dialog(dialog: str, given: dict[str, Any], said: str) -> None:
    answer = signed_in().post(f"{HOME}{dialog}/", given)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not ContactPolicy.objects.exists()


def test_quiet_hours_and_the_rest_are_saved() -> None:
    client = signed_in("marketer")
    client.post(f"{HOME}quiet/", {"version": 0, "start": "12:00", "end": "13:00", "channel": "", "days": ["7", "6"]})
    client.post(
        f"{HOME}rest/",
        {
            "version": version(),
            "holdout": "2,5",
            "salt": "b",
            "zone": "Europe/Oslo",
            "priority_hours": 6,
            "alike": "plan, country",
        },
    )
    found = in_force()
    assert found.quiet[-1] == Quiet("12:00", "13:00", "", (6, 7))
    assert (found.holdout, found.salt, found.zone, found.priority_hours) == (2.5, "b", "Europe/Oslo", 6)
    assert found.alike == ("plan", "country")
    page = client.get(HOME).content.decode()
    assert "2.5 % of all customers" in page and "Sat, Sun" in page


def test_days_in_words() -> None:
    assert [days_in_words(days) for days in ((1, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5), (6, 7), (1, 3))] == [
        "every day", "Mon to Fri", "Sat, Sun", "Mon, Wed",
    ]  # fmt: skip


def test_who_may_only_look_has_no_buttons_and_is_refused() -> None:
    client = signed_in("analyst")
    page = client.get(HOME).content.decode()
    assert "Limits" in page and "New limit" not in page and "remove" not in page
    assert client.post(f"{HOME}limit/", limit()).status_code == 403
    row = suppress(actor=SYSTEM, channel="email", address="a@b.example")
    assert client.post(f"{HOME}suppressed/{row.id}/", {"why": "because"}).status_code == 403
    assert client.post(f"{HOME}suppressed/add/", {"addresses": "x@y.example"}).status_code == 403
    assert signed_in("rep").get(HOME).status_code == 403


def test_suppressed_addresses_are_searched_added_and_lifted(agreed: Customer) -> None:
    keiko, client = agreed("keiko"), signed_in()
    answer = client.post(
        f"{HOME}suppressed/add/", {"addresses": f"{keiko.email},Keiko\nx@y.example\nName", "channel": "email"}
    )
    assert answer.status_code == 204 and Suppression.objects.count() == 2
    empty = client.post(f"{HOME}suppressed/add/", {"addresses": "nobody", "channel": "email"})
    assert empty.status_code == 422 and "There is no address" in empty.content.decode()
    found = client.get(f"{HOME}suppressed/", {"q": "KEIKO@fjord.example"}).content.decode()
    assert "Keiko" in found and "nobody known" not in found
    assert "nobody known" in client.get(f"{HOME}suppressed/", {"q": "x@y.example"}).content.decode()
    row = Suppression.objects.get(person=keiko)
    assert client.post(f"{HOME}suppressed/{row.id}/", {"why": ""}).status_code == 422
    assert client.post(f"{HOME}suppressed/{row.id}/", {"why": "She asked."}).status_code == 204
    assert "She asked." in client.get(f"{HOME}suppressed/{row.id}/").content.decode()
    assert "Keiko" in client.get(f"{HOME}suppressed/?view=own-1").content.decode()


def test_why_somebody_may_not_be_written_to_is_told_gate_by_gate(agreed: Customer) -> None:
    save_policy(
        actor=SYSTEM,
        policy=Policy(caps=(Cap(1, 24),), quiet=(Quiet("00:00", "23:00", "sms"), Quiet("23:00", "00:00", "post"))),
    )
    keiko = agreed("keiko")
    PersonTrait.objects.create(
        person=keiko, name="timezone", value="Asia/Tokyo", source_no=1, at=NOW, text="", message_id="m"
    )
    call = caller("admin")
    status, found = call("get", f"/people/{keiko.id}/contact-check?purpose=marketing")
    assert status == 200
    mail = next(one for one in found["results"] if one["channel"] == "email")
    assert mail["send"] and [gate["name"] for gate in mail["gates"]][:3] == ["suppression", "address", "consent"]
    quiet = next(gate["seen"] for gate in mail["gates"] if gate["name"] == "quiet_hours")
    assert quiet.endswith("in Asia/Tokyo")
    page = signed_in().get(f"/people/{keiko.id}/contact/").content.decode()
    assert "May we write to Keiko now?" in page and "yes, now" in page
    suppress(actor=SYSTEM, channel="email", address=keiko.email, reason="hard_bounce")
    page = signed_in("marketer").get(f"/people/{keiko.id}/contact/?purpose=transactional:").content.decode()
    assert "suppressed: it bounced for good" in page
    telling.write_waiting()
    assert (
        AuditLine.objects.filter(action="view", subject=f"person:{keiko.id}", detail__how="contact check").count() == 2
    )


def test_what_is_hidden_is_not_told_by_the_check(agreed: Customer) -> None:
    """Who may not see where customers live is not told by their clock; who may not see consent is told nothing."""
    keiko = agreed("keiko")
    PersonTrait.objects.create(
        person=keiko, name="timezone", value="Asia/Tokyo", source_no=1, at=NOW, text="", message_id="m"
    )
    role, path = Role.objects.get(name="member"), f"/people/{keiko.id}/contact-check?purpose=marketing"
    set_field_rule(actor=SYSTEM, role=role, kind="people", target="trait:timezone", level="hidden")
    status, found = caller("member")("get", path)
    assert status == 200 and "Tokyo" not in str(found) and "quiet there now" in str(found)
    set_field_rule(actor=SYSTEM, role=role, kind="people", target="consents", level="hidden")
    assert caller("member")("get", path)[0] == 403
    client = signed_in("member")
    assert client.get(f"/people/{keiko.id}/contact/").status_code == 403
    assert "May we write" not in client.get(f"/people/{keiko.id}/").content.decode()


def test_pressure_and_contacts_are_told(agreed: Customer) -> None:
    keiko, tomas, client = agreed("keiko"), agreed("tomas"), signed_in()
    from pentad.core import clock

    now = clock.now()
    sent = [(keiko, n) for n in range(7)] + [(tomas, 0)]
    log.record(log.Row(one.no, "email", "marketing", now, f"{one.no}:{n}") for one, n in sent)
    page = client.get(f"{HOME}pressure/").content.decode()
    assert "8 messages went to 2 customers" in page and "5 or more" in page
    assert "7 messages in seven days" in client.get(f"/people/{keiko.id}/").content.decode()
    status, found = caller("admin")("get", f"/people/{tomas.id}/contacts")
    assert status == 200 and [one["purpose"] for one in found["results"]] == ["marketing"]


def test_the_policy_and_suppressions_by_the_api() -> None:
    declare_purpose(actor=SYSTEM, name="news", label="News")
    call = caller("member")
    status, policy = call("get", "/contact/policy")
    assert (status, policy["version"], len(policy["caps"])) == (200, 0, 4)
    policy = {"caps": [{"most": 2, "within_hours": 24}], "holdout": 5, "seen": policy["version"]}
    status, saved = call("patch", "/contact/policy", policy)
    assert status == 200 and saved["version"] > 0 and in_force().caps == (Cap(2, 24),)
    assert in_force().quiet == USUAL.quiet
    assert call("patch", "/contact/policy", policy)[0] == 409
    status, refused = call("patch", "/contact/policy", policy | {"seen": None, "holdout": 90})
    assert (status, refused["code"]) == (400, "bad_contact_policy")
    body = {
        "addresses": ["a@b.example", "c@d.example"],
        "channel": "email",
        "reason": "complaint",
        "source": "Old tool",
    }
    assert call("post", "/contact/suppressions", body) == (201, {"new": 2, "known": 0, "empty": 0})
    status, first = call("get", "/contact/suppressions?limit=1")
    assert len(first["results"]) == 1 and first["next"]
    _, second = call("get", f"/contact/suppressions?limit=1&after={first['next']}")
    assert second["next"] is None and second["results"][0]["id"] != first["results"][0]["id"]
    _, one = call("get", "/contact/suppressions?address=A@b.example")
    found = one["results"][0]
    assert (found["reason"], found["source"], found["person"]) == ("complaint", "Old tool", None)
    status, lifted = call("post", f"/contact/suppressions/{found['id']}/lift", {"why": "He wrote again."})
    assert status == 200 and lifted["lifted_why"] == "He wrote again."
    assert call("get", "/contact/suppressions?address=a@b.example")[1]["results"] == []
    assert len(call("get", "/contact/suppressions?address=a@b.example&in_force=false")[1]["results"]) == 1
    assert call("post", "/contact/suppressions", {"addresses": [" "]})[0] == 400
    assert caller("analyst")("post", "/contact/suppressions", body)[0] == 403
