"""/api/v1/computed-traits, and who may see what computed traits hold."""

import pytest

from pentad.core.actor import SYSTEM
from pentad.roles.access.manage import actions as rights
from pentad.roles.access.rights_models import Role
from tests.calling import caller
from tests.data.road import Road, identify
from tests.intelligence.computed.computing import order, save, send, work

pytestmark = pytest.mark.once  # what PostgreSQL does is told by test_computing.py
SPENT = {"name": "spent", "text": 'sum of total of "Order Completed"'}


def test_the_road_of_a_computed_trait(road: Road) -> None:
    send(road, order("ann", total=5), order("bo", total=1), order("cy"))
    call = caller("admin")
    status, seen = call("post", "/computed-traits/preview", {"text": SPENT["text"], "sample": 1})
    assert (status, seen["count"], [one["value"] for one in seen["sample"]]) == (200, 2, [1])
    status, made = call("post", "/computed-traits", SPENT)
    assert (status, made["definition"]["function"], made["text"]) == (201, "sum", SPENT["text"])
    work()
    at = f"/computed-traits/{made['id']}"
    assert call("get", at)[1]["size"] == 2
    assert call("get", "/computed-traits?state=live")[1]["results"][0]["correct_as_of"]
    assert call("get", f"/computed-traits?after={made['id']}")[1] == {"results": [], "next": None}
    assert call("post", "/computed-traits", SPENT)[1]["code"] == "computed_taken"
    changed = {"definition": {**made["definition"], "function": "maximum"}, "seen": 1}
    assert call("patch", at, changed)[1]["version"] == 2
    assert call("patch", at, changed)[1]["code"] == "changed_meanwhile"
    assert [one["number"] for one in call("get", f"{at}/versions")[1]["results"]] == [2, 1]
    converted = call("post", "/computed-traits/convert", {"definition": changed["definition"]})[1]
    assert converted["text"] == 'maximum of total of "Order Completed"'
    assert call("post", f"{at}/archive")[1]["state"] == "archived"
    assert call("patch", at, {"description": "x"})[1]["code"] == "computed_archived"
    assert call("post", f"{at}/restore")[1]["state"] == "live"
    assert call("post", f"{at}/refresh")[1]["job"]
    assert call("get", "/computed-traits/none")[0] == 404


def test_what_it_is_made_of_hides_it(road: Road) -> None:
    send(road, identify("ann"), order("ann", total=5))
    send(road, {"type": "track", "event": "Checked", "userId": "ann", "properties": {"health": "well"}})
    save("spent", SPENT["text"])
    state = save("state", 'last health of "Checked"')
    ann, traits = road.person("user_id:ann").id, {"state", "spent"}

    def sees(role: str) -> set[str]:
        return traits & caller(role)("get", f"/people/{ann}")[1]["traits"].keys()

    assert (sees("admin"), sees("marketer")) == (traits, {"spent"})
    call = caller("marketer")
    told = call("get", f"/computed-traits/{state.id}")[1]
    assert (told["readable"], told["text"], told["size"]) == (False, None, None)
    assert call("get", f"/computed-traits/{state.id}/versions")[1]["code"] == "segment_fields"
    asked = {"text": 'last health of "Checked"'}
    assert call("post", "/computed-traits/preview", asked)[1]["code"] == "segment_fields"
    where = {"where": {"kind": "trait", "name": "state", "test": {"op": "set"}}}
    assert call("post", "/segments/count", {"definition": where})[1]["code"] == "segment_fields"
    role = Role.objects.get(name="marketer")
    rights.set_field_rule(actor=SYSTEM, role=role, kind="people", target="events", level="hidden")
    assert sees("marketer") == set()
