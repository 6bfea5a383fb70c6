"""Every page, API operation, list, search and export as each role, and as nobody, against what the rules say."""

import json
import re
from functools import cache
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from pentad.config.routers import api
from pentad.roles.access.builtin import ROLES
from tests.data.road import Road
from tests.rights.table import API, OPEN, PAGES, SIGNED_IN
from tests.rights.world import WHOSE, World, allowed, body, build, sees, word

pytestmark = pytest.mark.once  # what PostgreSQL does with the conditions is told by test_rules.py
FILLED = {
    "other": "0",
    "name": "New",
    "value": "x",
    "text": "x",
    "kind": "people",
    "label": "New",
    "title": "x",
    "approve": True,
    "variant": "A",
}
OTHERWISE = {
    "/api/v1/deliveries/{id}/reports": {"kind": "delivered"},
    "/api/v1/destinations": {"channel": "email", "adapter": "mailbox"},
    "/api/v1/destinations/{id}/state": {"state": "off"},
}
FALLBACK = {"str": "0", "slug": "0", "int": "0", "path": "0"}


def routes(patterns: Any = None, before: str = "") -> set[str]:
    found: set[str] = set()
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        here = before + str(one.pattern)
        found |= routes(one.url_patterns, here) if isinstance(one, URLResolver) else {here}
    return {route for route in found if not route.startswith("api/v1/")}


@cache
def described() -> dict[str, Any]:
    return dict(api.get_openapi_schema()["paths"])


def operations() -> set[tuple[str, str]]:
    return {(method, path) for path, item in described().items() for method in item}


def address(route: str, **known: str) -> str:
    def value(match: re.Match[str]) -> str:
        kind, _, name = match[1].rpartition(":")
        return known.get(name, FALLBACK[kind or "str"])

    return "/" + re.sub(r"<([\w:]+)>", value, route)


def asked(client: Client, path: str, **headers: str) -> list[Any]:
    """The answers to GET and to POST, without those that say that the method is not for this address."""
    answers = [client.get(path, headers=headers), client.post(path, {"all": "0"}, headers=headers)]
    return [answer for answer in answers if answer.status_code != 405]


def test_every_page_and_operation_has_its_line() -> None:
    assert routes() == set(PAGES), "tests/rights/table.py has a line for each page and for no other"
    assert operations() == set(API), "and for each API operation"


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(route for route, right in PAGES.items() if right != OPEN))
def test_nobody_gets_anywhere(client: Client, route: str) -> None:
    for answer in asked(client, address(route)):
        assert answer.status_code in (302, 401), route
        assert answer.status_code == 401 or "/signin/" in answer.headers["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), sorted(API))
def test_no_token_no_answer(client: Client, method: str, path: str) -> None:
    answer = client.generic(method.upper(), path.replace("{", "").replace("}", ""))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_reaches_what_its_rules_say(road: Road, role: str) -> None:
    world = build(road, role)
    _check_pages(world, role)
    _check_operations(world, role)
    _check_lists(world, role)
    _check_records(world, role)
    _check_fields(world, role)


def _check_pages(world: World, role: str) -> None:
    """Without the right: refused. With it: anything but refused."""
    for route, right in PAGES.items():
        if right in (OPEN, SIGNED_IN) or "eyes/" in route:
            continue
        for answer in asked(world.client, address(route)):
            denied = answer.status_code == 403
            assert denied is not bool(allowed(role, right)), f"{role} at {route}: {answer.status_code}"


def _check_operations(world: World, role: str) -> None:
    for (method, path), right in API.items():
        if right == SIGNED_IN:
            continue
        answer = call(
            world,
            method,
            re.sub(r"{\w+}", "0", path) + needed(described()[path][method]),
            FILLED | OTHERWISE.get(path, {}),
        )
        denied = answer.status_code == 403
        assert denied is not bool(allowed(role, right)), f"{role} at {method} {path}: {answer.status_code}"


def needed(operation: dict[str, Any]) -> str:
    """The query parameters without which the operation does not answer."""
    given = {"kind": "people", "name": "plan"}
    asked = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query" and one["required"]]
    return "?" + "&".join(f"{name}={given[name]}" for name in asked)


def call(world: World, method: str, path: str, data: Any = None) -> Any:
    return Client().generic(
        method.upper(),
        path,
        json.dumps(data or {}),
        "application/json",
        headers={"Authorization": f"Bearer {world.token}"},
    )


def _check_lists(world: World, role: str) -> None:
    """Lists, counts, search, filters, suggestions, palette, exports and the API name exactly those that may be seen."""
    mine = {whose for whose in WHOSE if sees(role, whose)}
    plain = not ROLES[role].fields
    for path in ("/people/?cols=name&cols=email", "/people/?sort=-first_seen", "/companies/"):
        _names(world.client.get(path), mine, path, plain or "companies" in path)
    count = body(world.client.get("/people/?part=count&f="))
    assert re.search(rf"\b{len(mine)}\b", count), f"{role}: {count}"
    for whose in WHOSE:
        palette = body(world.client.get(f"/palette/?q=u-{whose}"))
        assert (world.people[whose].id in palette) is (whose in mine), f"{role}: palette on {whose}"
        found = call(world, "get", f"/api/v1/people?identifier=user_id:u-{whose}").json()["results"]
        assert bool(found) is (whose in mine), f"{role}: API on {whose}"
        for question in (f"q=u-{whose}", f"f=trait:plan~is~{word(whose)}", f"q=u-{whose}&part=count"):
            text = body(world.client.get(f"/people/?{question}"))
            assert (world.people[whose].id in text or "part=count" in question) is (
                whose in mine or "part=count" in question
            )
            assert "part=count" not in question or re.search(rf"\b{int(whose in mine)}\b", text), f"{role}: {question}"
    listed = {row["id"] for row in call(world, "get", "/api/v1/people").json()["results"]}
    assert listed == {world.people[whose].id for whose in mine}
    suggestions = body(world.client.get("/people/?part=filter&field=trait:plan"))
    assert all(whose in mine or word(whose) not in suggestions for whose in WHOSE)
    if allowed(role, "people.export"):
        ids = [("id", world.people[whose].id) for whose in WHOSE]
        for data in ({"all": "1"}, {"id": [one for _, one in ids]}):
            _names(world.client.post("/people/export/", data), mine, "export", plain)


def _names(answer: Any, mine: set[str], where: str, plain: bool) -> None:
    assert answer.status_code == 200, where
    text = body(answer)
    for whose in WHOSE:
        assert whose in mine or word(whose) not in text, f"{where} tells of {whose}"
        assert not plain or whose not in mine or word(whose) in text, f"{where} hides {whose}"


def _check_records(world: World, role: str) -> None:
    """A record that may not be seen answers as one that does not exist, whatever is asked of it."""
    few = WHOSE if allowed(role, "people.view") != "all" else ("own", "other")  # all are alike to who sees all
    missing: dict[str, str] = {}
    for route, right in PAGES.items():
        if ("person_id" not in route and "company_id" not in route) or not allowed(role, right):
            continue
        kind = "people" if "person_id" in route else "companies"
        for whose in few:
            if "erase" in route or route.endswith("merge/"):
                continue
            record = world.people[whose] if kind == "people" else world.companies[whose]
            answer = world.client.get(address(route, person_id=record.id, company_id=record.id))
            if answer.status_code == 405:
                continue
            hidden = not sees(role, whose, f"{kind}.view")
            assert (answer.status_code == 404) is hidden, f"{role} at {route} of {whose}: {answer.status_code}"
            if hidden:
                if kind not in missing:
                    missing[kind] = _words(body(world.client.get(address(route, person_id="0", company_id="0"))))
                assert _words(body(answer)) == missing[kind], "in the same words as for one that does not exist"
    for whose in few:
        person = world.people[whose]
        if allowed(role, "people.edit"):
            answer = world.client.post(f"/people/{person.id}/notes/", {"text": "Called back"})
            expected = 200 if sees(role, whose, "people.edit") else 403 if sees(role, whose) else 404
            assert answer.status_code == expected, f"{role} writes on {whose}: {answer.status_code}"
        for path in (f"/api/v1/people/{person.id}", f"/api/v1/people/{person.id}/events"):
            assert (call(world, "get", path).status_code == 200) is sees(role, whose), f"{role} at {path}"
        if allowed(role, "people.merge") and not sees(role, whose):
            answer = call(world, "post", f"/api/v1/people/{world.people['own'].id}/merge", {"other": person.id})
            assert answer.status_code == 404


def _words(page: str) -> str:
    """What a page says, without ids and tokens."""
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.S)
    return " ".join(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|&#x27;0&#x27;|‘0’", "", text).replace("&#x27;", "").split())


def _check_fields(world: World, role: str) -> None:
    """What is masked or hidden stands in no answer."""
    fields = {target: level for (_, target), level in ROLES[role].fields.items()}
    person = world.people["own"]
    texts = [
        body(world.client.get(path))
        for path in (
            "/people/?cols=name&cols=email&cols=trait:health", f"/people/{person.id}/", f"/people/{person.id}/peek/",
            f"/people/{person.id}/timeline/", f"/people/{person.id}/figures/", "/palette/?q=u-own",
        )
    ]  # fmt: skip
    texts += [
        body(call(world, "get", path)) for path in (f"/api/v1/people/{person.id}", f"/api/v1/people/{person.id}/events")
    ]
    if "class:personal" in fields:
        for text in texts:
            for told in (
                f"{word('own')} Person",
                f"{word('own')}@lumen",
                f"{word('own').lower()}@lumen",
                f"+49{word('own')}",
            ):
                assert told not in text, f"{role} reads {told}"
    if "class:sensitive" in fields:
        seen = [
            text
            for text in texts
            if f'"health": "{word("own")}"' in text or f"health&quot;: &quot;{word('own')}" in text
        ]
        assert not seen
        assert f'"{word("own")}"' not in json.dumps(
            call(world, "get", f"/api/v1/people/{person.id}").json()["traits"].get("health")
        )
    if not fields:
        assert f"{word('own')} Person" in texts[1]
