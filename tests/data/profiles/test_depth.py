"""What is nested without end breaks no page: neither what stands there from before, nor what colleagues would state."""

import json
from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.core.errors import Invalid
from pentad.data.ingest import slices
from pentad.data.profiles import vocabulary
from pentad.data.profiles.actions import set_trait
from pentad.data.profiles.entering import typed_value
from pentad.data.profiles.models import Company
from pentad.roles.access import actions as accounts
from pentad.roles.together.rules import version
from tests.data.road import Road

pytestmark = pytest.mark.once


def nested(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize("levels", [60, 900])
def test_what_is_nested_too_deep_already_is_cut_and_shown(
    road: Road, client: Client, monkeypatch: pytest.MonkeyPatch, levels: int
) -> None:
    monkeypatch.setattr(slices, "_deep", lambda body: False)  # as it was before there was a bound
    said = {"deal": nested(levels), "size": "Quxsize"}
    road.send(
        {"type": "track", "event": "Deep", "userId": "u", "properties": said, "context": {"deal": said}},
        {"type": "identify", "userId": "u", "traits": said},
        {"type": "group", "userId": "u", "groupId": "g", "traits": said},
    )
    for names in (vocabulary.trait_names, vocabulary.company_trait_names, vocabulary.stated_values):
        names.forget()  # type: ignore[attr-defined]
    user = accounts.add_user(actor=SYSTEM, email="ada@kestrel.example", name="Ada", role="admin")
    client.force_login(user)
    token = accounts.add_key(actor=SYSTEM, name="k", role="admin")[1]
    one, company = road.person("user_id:u").id, Company.objects.get().id
    pages = (
        *(f"/people/{one}/{part}" for part in ("", "timeline/", "peek/", "figures/", "trait/?name=deal", "trait/?name=size")),
        f"/companies/{company}/", f"/companies/{company}/?show=timeline", f"/companies/{company}/trait/?name=deal",
        *(f"/{kind}/?cols=name,trait:deal{more}" for kind in ("people", "companies") for more in (
            "", "&sort=trait:deal", "&as=group&by=trait:deal", "&as=board&by=trait:deal", "&f=trait:deal~contains~x")),
        "/receipts/m1/", "/receipts/m2/", "/live/", f"/api/v1/people/{one}", f"/api/v1/people/{one}/events",
        "/api/v1/people", "/api/v1/receipts/m1",
    )  # fmt: skip
    key = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    answers = {page: client.get(page, **(key if page.startswith("/api") else {})) for page in pages}
    assert {page: answer.status_code for page, answer in answers.items() if answer.status_code >= 500} == {}
    for page in (f"/people/{one}/timeline/", f"/api/v1/people/{one}/events"):
        assert levels > 100 or "Quxsize" in answers[page].content.decode(), "what lies beside it is shown"
        assert "nested too deeply to show" in answers[page].content.decode()
    for kind in ("csv", "parquet"):
        answer = client.post("/people/export/", {"all": "1", "state": "cols=name,trait:deal", "format": kind})
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_nobody_states_what_is_nested_too_deep(road: Road) -> None:
    road.send({"type": "identify", "userId": "u", "traits": {"size": 1}})
    person = road.person("user_id:u")
    set_trait(actor=SYSTEM, person=person, name="deal", value=nested(30))
    with pytest.raises(Invalid, match="nested"):
        set_trait(actor=SYSTEM, person=person, name="deal", value=nested(60))
    for levels in (60, 900):
        text = "[" * levels + "]" * levels
        assert typed_value(text) == text, "as nothing that anybody would type"
    assert version(nested(60)) != version(nested(61))
