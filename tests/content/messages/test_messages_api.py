"""/api/v1/messages: the same verbs and answers, under the key's rights."""

from typing import Any

import pytest

from pentad.content.messages import queries
from pentad.core.models import AuditLine
from pentad.data.profiles import vocabulary
from pentad.roles.access.rights_models import FieldRule, Role
from pentad.roles.audit import telling
from tests.calling import caller
from tests.content.writing import content, mail, message, purpose, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HI = content(sms={"body": "Hi {{ customer.first_name | default: 'you' }}"})


@pytest.fixture(autouse=True)
def _fresh() -> None:
    vocabulary.trait_names.forget()  # type: ignore[attr-defined]


def test_a_message_is_written_read_changed_published_and_taken_away() -> None:
    call = caller("marketer")
    status, made = call("post", "/messages", {"name": "Hello", "purpose": purpose(), "content": HI})
    assert (status, made["state"], made["version"], made["published"], made["channels"]) == (
        201,
        "draft",
        1,
        None,
        ["sms"],
    )
    at = f"/messages/{made['id']}"
    assert (
        call("patch", at, {"content": content(sms={"body": "{{ customer.nope }}"}), "seen": 1})[1]["checks"][0]["level"]
        == "stop"
    )
    status, refused = call("post", f"{at}/publish", {})
    assert (status, refused["code"], refused["checks"][0]["code"]) == (400, "message_not_ready", "unknown_variable")
    assert call("post", f"{at}/versions/1/restore")[1]["version"] == 3
    assert call("post", f"{at}/publish", {"seen": 3})[1]["published"] == 3
    listed = call("get", "/messages?state=published&limit=1")[1]
    assert [(one["name"], one["languages"]) for one in listed["results"]] == [("Hello", ["en"])]
    assert [one["number"] for one in call("get", f"{at}/versions")[1]["results"]] == [3, 2, 1]
    assert call("get", f"{at}/versions/2")[1]["content"]["variants"]["A"]["sms"]["en"] == {
        "body": "{{ customer.nope }}"
    }
    assert call("post", f"{at}/copy", {"name": "Copy"})[0] == 201
    assert call("post", f"{at}/archive")[1]["state"] == "archived"
    assert call("post", f"{at}/restore")[1]["state"] == "published"
    assert call("delete", at)[0] == 204 and call("get", at)[1]["code"] == "message_not_found"


def test_pages_follow_one_another() -> None:
    for name in "cab":
        message(name, publish=False, sms={"body": name})
    call = caller("marketer")
    first = call("get", "/messages?limit=2")[1]
    second = call("get", f"/messages?limit=2&after={first['next']}")[1]
    assert [one["name"] for one in first["results"] + second["results"]] == ["a", "b", "c"] and second["next"] is None


def test_who_reads_may_not_write() -> None:
    row = message(publish=False)
    analyst = caller("analyst")
    assert analyst("get", f"/messages/{row.id}")[0] == 200
    for method, path, body in (
        ("post", "/messages", {"name": "x"}), ("patch", f"/messages/{row.id}", {}), ("delete", f"/messages/{row.id}", None),
        ("post", f"/messages/{row.id}/publish", {}), ("post", f"/messages/{row.id}/archive", None),
    ):  # fmt: skip
        assert analyst(method, path, body)[0] == 403
    assert caller("rep")("get", "/messages")[0] == 403


def preview(call: Any, row: Any, **body: Any) -> Any:
    return call("post", f"/messages/{row.id}/preview", {"channel": "email", **body})


def test_a_preview_shows_what_a_customer_would_get_and_is_told_of() -> None:
    ann = somebody("Ann Smith", nick="Annie")
    body = "<mj-text>Hi {{ customer.nick }} <a href='/x?o={{ event.order }}'>x</a> {{ campaign.name }}</mj-text>"
    row = message(publish=False, email=mail(body))
    call = caller("marketer")
    status, shown = preview(call, row, person=ann.id, event={"order": 5}, campaign={"name": "Spring"})
    assert (status, shown["reason"], shown["links"]) == (200, "", ["/x?o=5"])
    assert "Hi Annie" in shown["content"]["html"] and "{{{" not in shown["content"]["html"] + shown["content"]["text"]
    assert 'href="/x?o=5"' in shown["content"]["html"]
    telling.write_waiting()
    assert AuditLine.objects.filter(action="view", subject=f"person:{ann.id}").exists()
    nobody = preview(call, row)[1]
    assert (nobody["reason"], nobody["problem"], nobody["content"]) == ("no_value", "customer.nick", {})
    unsaved = preview(call, row, content=HI, channel="sms")[1]
    assert unsaved["content"] == {"body": "Hi you"}
    assert preview(call, row, channel="sms")[1]["code"] == "message_part_missing"
    broken = content(sms={"body": "a\n{{ x | y }}"})
    assert preview(call, row, content=broken, channel="sms")[1]["line"] == 2


def test_who_does_not_see_a_field_neither_writes_of_it_nor_reads_it_in_a_preview() -> None:
    ann = somebody("Ann Smith", salary=5000, nick="Annie")
    FieldRule.objects.create(
        role=Role.objects.get(name="marketer"), kind="people", target="trait:salary", level="hidden"
    )
    FieldRule.objects.create(role=Role.objects.get(name="marketer"), kind="people", target="name", level="masked")
    call = caller("marketer")
    told = content(sms={"body": "{{ customer.salary | default: 0 }}"})
    status, refused = call("post", "/messages", {"name": "Pay", "content": told})
    assert (status, refused["code"]) == (403, "message_fields") and "customer.salary" in refused["detail"]
    for body in (
        "{{ customer.name }}",
        "{{ customer | json }}",
        "{% if customer.salary > 3 %}a{% endif %}",
        "{{ event.salary }}",
        "{% for customer in event.none %}{% else %}{{ customer.salary }}{% endfor %}",
        "{% if 1 == 2 %}{% assign customer = today %}{% endif %}{{ customer.salary }}",
        "{% if 1 == 2 %}{% capture customer %}{% endcapture %}{% endif %}{{ customer.salary }}",
        "{% increment customer %}{{ customer.salary }}",
        "{{ customer.first[1] }}",
    ):
        assert (
            call("post", "/messages", {"name": "Pay", "content": content(sms={"body": body})})[1]["code"]
            == "message_fields"
        )
    row = message(publish=False, transactional=True, sms={"body": "{{ customer.nick }} {{ customer.salary }}"})
    assert call("post", f"/messages/{row.id}/publish", {})[1]["code"] == "message_fields"
    shown = preview(call, row, person=ann.id, channel="sms")[1]
    assert (shown["reason"], shown["problem"]) == ("no_value", "customer.salary")
    assert preview(caller("admin"), row, person=ann.id, channel="sms")[1]["content"] == {"body": "Annie 5000"}
    assert queries.named("Pay") is None
