"""/api/v1/fields: the same verbs as in the settings, under the key's rights."""

import pytest

from pentad.core.actor import SYSTEM
from pentad.data.ingest.models import Source
from pentad.roles.access.manage.actions import set_grant
from pentad.roles.access.rights_models import Role
from tests.calling import caller
from tests.data.fields.test_fields import customer

pytestmark = pytest.mark.django_db
FIELD = {"kind": "people", "label": "Seats"}


def test_a_field_is_declared_changed_archived_and_restored() -> None:
    call = caller("admin")
    status, made = call("post", "/fields", FIELD | {"type": "number", "sensitivity": "internal"})
    assert (status, made["name"], made["type"], made["sensitivity"]) == (201, "seats", "number", "internal")
    assert call("post", "/fields", FIELD)[1]["code"] == "field_taken"
    at = f"/fields/{made['id']}"
    changed = call("patch", at, {"required": True, "help": "How many"})[1]
    assert changed == made | {"required": True, "help": "How many"}, "what is not given stays"
    assert call("patch", at, {"type": "one"})[1]["code"] == "bad_choices"
    assert call("post", f"{at}/archive")[1]["archived"] is True
    assert call("get", "/fields")[1]["results"] == []
    assert [one["id"] for one in call("get", "/fields?archived=true")[1]["results"]] == [made["id"]]
    assert call("post", f"{at}/restore")[1] == changed
    assert call("get", "/fields?kind=people")[1]["results"] == [changed]


def test_what_a_change_would_mean_is_told_before_to_who_sees_all_values() -> None:
    web = Source.objects.create(name="Web", write_key="web")
    for name, seats in (("Keiko", "12"), ("Ann", "many"), ("Bo", "lots"), ("Cy", None)):
        customer(web, name, seats=seats)
    call = caller("developer")
    _, made = call("post", "/fields", FIELD)
    ask = "/fields/usage?kind=people&name=seats"
    assert call("get", ask)[1] == {"records": 3, "misfits": 0, "examples": []}
    assert call("get", f"{ask}&type=number")[1] == {"records": 3, "misfits": 2, "examples": ["lots", "many"]}
    set_grant(actor=SYSTEM, role=Role.objects.get(name="developer"), right="people.view", scope="own")
    assert call("get", ask)[1] == {"records": None, "misfits": None, "examples": []}
    for method, path in (("post", "/fields"), ("patch", f"/fields/{made['id']}"), ("get", ask)):
        assert caller("member")(method, path, FIELD if method != "get" else None)[0] == 403
    assert caller("member")("get", "/fields?archived=true")[0] == 403


def test_a_class_needs_its_own_right() -> None:
    call = caller("developer")
    status, said = call("post", "/fields", FIELD | {"sensitivity": "sensitive"})
    assert (status, said["right"]) == (403, "admin.rights")
    assert call("get", "/fields")[1]["results"] == [], "all or nothing"
