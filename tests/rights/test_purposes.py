"""What for: a field that may be used for other purposes is hidden everywhere, exactly as a rule of the role would hide it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.models import AuditLine
from pentad.data.fields import actions as fields
from pentad.data.profiles import vocabulary
from pentad.data.profiles.kinds import veiled_inside
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage import actions as manage
from pentad.roles.access.manage.explain import explain_field
from pentad.roles.access.manage.eyes import look_through
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.purposes import actions, queries
from pentad.roles.access.purposes.models import Purpose
from pentad.roles.access.queries import actor_by_token, actor_named, actor_of
from pentad.roles.access.rights import Level, Policy
from pentad.roles.access.rights_models import FieldRule, Role
from pentad.roles.access.seeing import kinds, level_for
from pentad.roles.audit.telling import write_waiting
from tests.data.road import Road
from tests.rights.test_walk import _words, call
from tests.rights.world import World, body, build, word

BUDGET = "Quxbudget"
HIDDEN = ("trait:budget", "email")


def works_for(role: str, *purposes: str) -> None:
    actions.set_role_purposes(actor=SYSTEM, role=Role.objects.get(name=role), purposes=purposes)


def limit(field: str, *purposes: str, actor: Actor = SYSTEM) -> None:
    actions.set_field_purposes(actor=actor, kind="people", field=field, purposes=purposes)


def answers(world: World) -> dict[str, tuple[int, str]]:
    """Address → status and words of everything that could tell of the customer's fields."""
    one = f"people/{world.people['own'].id}"
    pages = (
        "people/?cols=name&cols=email&cols=trait:budget", f"people/?f=trait:budget~is~{BUDGET}", "people/?q=quxbudget",
        f"people/?q={word('own')}@lumen.example", "people/?sort=trait:budget", "people/?as=board&by=trait:budget",
        "people/?part=filter&field=trait:budget", "people/?part=filter", "palette/?q=quxbudget",
        f"palette/?q={word('own')}@lum", *(f"{one}/{part}" for part in ("", "peek/", "timeline/", "figures/")),
    )  # fmt: skip
    found = {page: world.client.get(f"/{page}") for page in pages}
    found["export"] = world.client.post("/people/export/", {"all": "1", "state": "cols=name,email,trait:budget"})
    for path in (one, f"{one}/events", "people", f"people?identifier=email:{word('own')}@lumen.example"):
        found[f"api {path}"] = call(world, "get", f"/api/v1/{path}")
    return {name: (answer.status_code, _words(body(answer))) for name, answer in found.items()}


def telling(found: dict[str, tuple[int, str]]) -> set[str]:
    """The addresses whose answers hold what is limited, beyond what was asked."""
    secrets = (BUDGET, f"{word('own')}@lumen.example")
    return {
        name for name, (_, text) in found.items() if any(one in text for one in secrets if one not in name)
    }  # fmt: skip


@pytest.mark.once  # what is hidden is no matter of the database
def test_what_may_not_be_used_for_ones_purposes_is_hidden_as_by_a_rule(road: Road) -> None:
    world = build(road, "member")
    road.send(
        {"type": "identify", "userId": "u-own", "traits": {"budget": BUDGET}},
        {"type": "track", "event": "Asked", "userId": "u-own", "properties": {"budget": BUDGET}},
    )
    vocabulary.trait_names.forget()  # type: ignore[attr-defined]
    for field in HIDDEN:
        limit(field, "service")
    open_to = telling(answers(world))
    one = f"people/{world.people['own'].id}"
    least = {"people/?cols=name&cols=email&cols=trait:budget", f"{one}/", f"{one}/timeline/", "export", f"api {one}"}
    assert least <= open_to, "for every purpose"
    works_for("member", "marketing")
    by_purpose = answers(world)
    assert not telling(by_purpose)
    assert call(world, "put", f"/api/v1/{one}/traits/budget", {"value": "9"}).status_code == 403
    works_for("member", "marketing", "service")
    assert BUDGET in body(call(world, "get", f"/api/v1/{one}")), "one of several purposes is enough"
    for field in HIDDEN:
        FieldRule.objects.create(role_id="member", kind="people", target=field, level="hidden")
    by_rule = answers(world)
    assert {name: by_rule[name] == told for name, told in by_purpose.items()} == dict.fromkeys(by_purpose, True)


@pytest.mark.once  # what is hidden is no matter of the database
def test_it_is_hidden_at_every_depth_and_in_capital_letters_too(road: Road) -> None:
    world = build(road, "member")
    deep = {"customer": {"budget": BUDGET, "size": "Quxsize"}, "items": [{"Budget": BUDGET}, [{"BUDGET": BUDGET}]]}
    road.send(
        {"type": "identify", "userId": "u-own", "traits": {"Budget": BUDGET, "deal": deep}},
        {"type": "track", "event": "Asked", "userId": "u-own", "properties": {**deep, "Budget": BUDGET, "name": "Chair"},
         "context": {"deal": deep, "traits": {"deal": deep}}},
    )  # fmt: skip
    one, company = f"people/{world.people['own'].id}", f"companies/{world.companies['own'].id}"

    def told() -> dict[str, str]:
        found = {f"{one}{part}": body(world.client.get(f"/{one}{part}")) for part in ("/", "/timeline/", "/peek/")}
        found["company"] = body(world.client.get(f"/{company}/?show=timeline"))
        found["export"] = body(
            world.client.post("/people/export/", {"all": "1", "state": "cols=trait:deal,trait:Budget"})
        )
        return found | {f"api {path}": body(call(world, "get", f"/api/v1/{path}")) for path in (one, f"{one}/events")}

    assert [name for name, text in told().items() if BUDGET not in text and "peek" not in name] == []
    limit("trait:budget", "service")
    works_for("member", "marketing")
    found = told()
    assert [name for name, text in found.items() if BUDGET in text] == []
    assert [name for name, text in found.items() if "Quxsize" not in text and "peek" not in name] == []
    assert "Chair" in found[f"api {one}/events"], "the name of an article is nobody's own"
    refused = call(world, "put", f"/api/v1/{one}/traits/deal", {"value": {"customer": {}}})
    assert refused.status_code == 403, "whoever does not see all of it would lose the rest"


@pytest.mark.once  # what is hidden is no matter of the database
@pytest.mark.parametrize("declared", [False, True])
def test_what_lies_inside_a_field_is_not_found_out_by_filtering(road: Road, declared: bool) -> None:
    world = build(road, "member")
    if declared:
        fields.add_field(actor=SYSTEM, kind="people", name="deal", label="Deal", type="text")
    road.send({"type": "identify", "userId": "u-own", "traits": {"deal": {"budget": BUDGET}}})
    road.send({"type": "identify", "userId": "u-other", "traits": {"deal": f"said {BUDGET}"}})
    own, other = f"{word('own')} Person", f"{word('other')} Person"
    asked = {one: f"/people/?f=trait:deal~{one}~{BUDGET}" for one in ("contains", "isnt")}

    def told() -> dict[str, tuple[bool, bool]]:
        texts = {one: body(world.client.get(url)) for one, url in asked.items()}
        return {one: (own in text, other in text) for one, text in texts.items()}

    assert told() == {"contains": (True, True), "isnt": (True, True)}
    limit("trait:budget", "service")
    works_for("member", "marketing")
    assert told() == {"contains": (False, True), "isnt": (True, True)}
    assert own in body(world.client.get("/people/?f=trait:deal~any"))


def test_what_is_nested_too_deep_is_not_shown_to_who_does_not_see_all() -> None:
    value: Any = BUDGET
    for _ in range(900):
        value = [value]
    assert BUDGET not in str(veiled_inside(value, lambda name: Level.SEE))


def test_a_field_and_the_trait_of_its_name_are_one(db: None) -> None:
    limit("trait:email", "service")
    policy = Policy(("rep",), purposes={"rep": frozenset({"sales"})}, limits=queries.of_fields())
    assert policy.level("people", "email") == Level.HIDDEN
    assert policy.level("people", "trait:E-Mail") == Level.CHANGE
    assert policy.level("people", "trait:Email") == Level.HIDDEN
    assert policy.level("companies", "email") == Level.CHANGE


# -- who gets them -----------------------------------------------------------------------------------


def colleague(name: str, role: str) -> User:
    return accounts.add_user(actor=SYSTEM, email=f"{name}@kestrel.example", name=name.title(), role=role)


def held(actor: Actor | None) -> frozenset[str] | None:
    assert actor is not None
    assert isinstance(actor.policy, Policy)
    return actor.policy.works_for


def test_an_elevation_adds_the_purposes_of_its_role(db: None) -> None:
    lea = colleague("lea", "rep")
    assert held(actor_of(lea)) == {"sales"}
    agent = Role.objects.get(name="agent")
    elevation = manage.elevate(actor=SYSTEM, user=lea, role=agent, reason="Covers for Tom", hours=1)
    assert held(actor_of(lea)) == {"sales", "service"}
    manage.end_elevation(actor=SYSTEM, elevation=elevation)
    assert held(actor_of(lea)) == {"sales"}


def test_a_key_is_narrowed_to_some_of_its_roles_purposes(db: None) -> None:
    def key(role: str, *purposes: str) -> frozenset[str] | None:
        return held(actor_by_token(accounts.add_key(actor=SYSTEM, name="k", role=role, purposes=purposes)[1]))

    assert key("admin") is None
    assert key("admin", "service") == {"service"}
    assert key("rep") == {"sales"}
    with pytest.raises(Invalid, match="no purpose “service”"):
        key("rep", "service")
    works_for("rep", "sales", "service")
    assert key("rep", "service") == {"service"}
    works_for("rep", "sales")
    last = ApiKey.objects.latest("created")
    assert held(actor_named(f"key:{last.id}")) == frozenset(), "what the role loses, its keys lose"


@pytest.fixture
def officer(db: None) -> Actor:
    """May administer roles, colleagues and keys, and works for service alone."""
    role = manage.save_role(actor=SYSTEM, name="officer", label="Officer")
    for right in ("admin.rights", "admin.users", "admin.keys", "admin.elevate", "people.view", "people.edit"):
        manage.set_grant(actor=SYSTEM, role=role, right=right, scope="all")
    works_for("officer", "service")
    return actor_of(colleague("olga", "officer"))


def test_nobody_gives_a_purpose_they_do_not_work_for(officer: Actor) -> None:
    lea, omar = colleague("lea", "rep"), colleague("omar", "agent")
    rep, wide = Role.objects.get(name="rep"), Role.objects.create(name="wide", label="Wide")
    limit("trait:plan", "service")
    refused: tuple[Callable[[], object], ...] = (
        lambda: accounts.add_key(actor=officer, name="k", role="rep"),
        lambda: accounts.add_key(actor=officer, name="k", role="wide"),
        lambda: accounts.add_user(actor=officer, email="tom@kestrel.example", name="Tom", role="rep"),
        lambda: accounts.change_user(actor=officer, user=omar, role="rep"),
        lambda: accounts.invitation(actor=officer, user=lea),
        lambda: look_through(actor=officer, user=lea),
        lambda: manage.elevate(actor=officer, user=omar, role=rep, reason="For now", hours=1),
        lambda: manage.save_role(actor=officer, name="more", label="More", like="wide"),
        lambda: actions.set_role_purposes(actor=officer, role=rep, purposes=["sales", "marketing"]),
        lambda: actions.set_role_purposes(actor=officer, role=rep, purposes=[]),
        lambda: limit("trait:plan", "service", "sales", actor=officer),
        lambda: limit("trait:plan", actor=officer),
    )
    for act in refused:
        with pytest.raises(Denied, match="more than they have: whoever gets this may act for"):
            act()
    limit("trait:budget", "sales")
    for purposes in ((), ("service",), ("sales", "service")):
        with pytest.raises(Denied, match="works for nothing"):
            limit("trait:budget", *purposes, actor=officer)
    accounts.add_key(actor=officer, name="k", role="wide", purposes=["service"])
    actions.set_role_purposes(actor=officer, role=wide, purposes=["service"])
    manage.elevate(actor=officer, user=omar, role=wide, reason="For now", hours=1)
    manage.save_role(actor=officer, name="more", label="More", like="wide")
    assert queries.of_role("more") == {"service"}
    actions.set_role_purposes(actor=officer, role=rep, purposes=["service", "sales"])
    with pytest.raises(Denied, match="rules of a role they hold"):
        actions.set_role_purposes(actor=officer, role=Role.objects.get(name="officer"), purposes=["service"])
    manage.put_role_back(actor=SYSTEM, role=rep)
    assert queries.of_role("rep") == {"sales"}, "as it came"


# -- which there are ---------------------------------------------------------------------------------


def test_a_retired_purpose_opens_nothing_until_it_comes_back(db: None) -> None:
    lea = colleague("lea", "rep")
    sales = Purpose.objects.get(name="sales")
    limit("trait:budget", "sales")
    with pytest.raises(Conflict, match=r"people\.trait:budget"):
        actions.retire_purpose(actor=SYSTEM, purpose=sales)
    limit("trait:budget", "sales", "service")
    actions.retire_purpose(actor=SYSTEM, purpose=sales)
    assert held(actor_of(lea)) == frozenset(), "not every purpose"
    assert level_for(actor_of(lea), "people", "trait:budget") == Level.HIDDEN
    with pytest.raises(Invalid):
        works_for("agent", "sales")
    works_for("rep", "sales")  # as its page sends it when only something else is changed
    actions.restore_purpose(actor=SYSTEM, purpose=sales)
    assert level_for(actor_of(lea), "people", "trait:budget") > Level.HIDDEN


def test_what_is_misspelt_is_refused_and_not_left_open(db: None) -> None:
    for kind, field, purpose in (("people", "budget", "sales"), ("people", "trait:", "sales"), ("persons", "name", "sales"),
                                 ("people", "trait:budget", "sale")):  # fmt: skip
        with pytest.raises(Invalid):
            actions.set_field_purposes(actor=SYSTEM, kind=kind, field=field, purposes=[purpose])
    with pytest.raises(Conflict):
        works_for("admin", "sales")
    for label in ("Sales", "sales", "Every", " "):
        with pytest.raises((Invalid, Conflict)):
            actions.add_purpose(actor=SYSTEM, label=label)


# -- what is told of them ----------------------------------------------------------------------------


def test_it_is_explained_with_what_would_change_it(db: None) -> None:
    lea = colleague("lea", "rep")
    people = next(kind for kind in kinds() if kind.name == "people")
    limit("trait:budget", "service", "analytics")

    def told() -> tuple[str, list[tuple[str, str]], list[str]]:
        policy = actor_of(lea).policy
        assert isinstance(policy, Policy)
        found = explain_field(lea, policy, people, "trait:budget")
        return found.verdict, [(step.effect, step.text) for step in found.steps], found.changes

    verdict, steps, changes = told()
    assert verdict == "Lea does not see the field “budget”."
    assert ("silent", "Sales rep works for Sales.") in steps
    assert ("denies", "“trait:budget” may be used for Analytics and Service only.") in steps
    assert changes[0] == "Let a role of theirs work for Analytics or Service: on the page of the role."
    assert not any("Class the field" in one for one in changes), "that would change nothing"
    works_for("rep", "sales", "service")
    verdict, steps, changes = told()
    assert (verdict, changes) == ("Lea sees the field “budget” and may change it.", [])
    assert ("allows", "“trait:budget” may be used for Analytics and Service only.") in steps
    key = Policy(
        ("rep",), purposes=queries.of_roles(["rep"]), limits=queries.of_fields(), only_for=frozenset({"sales"})
    )
    found = explain_field(lea, key, people, "trait:budget")
    assert "The program was narrowed to Sales." in [step.text for step in found.steps]
    assert found.changes[0] == "Make a key that is for Analytics or Service too."


@pytest.mark.once
def test_looks_and_exports_say_for_which_purposes(road: Road) -> None:
    world = build(road, "marketer")
    world.client.get(f"/people/{world.people['own'].id}/")
    world.client.post("/people/export/", {"all": "1"})
    works_for("marketer", "marketing", "sales")
    world.client.get(f"/people/{world.people['own'].id}/")
    write_waiting()
    lines = AuditLine.objects.filter(actor=f"user:{world.user.pk}", action__in=("view", "export_people"))
    assert [line.detail["purposes"] for line in lines.order_by("id") if line.action == "export_people"] == [
        ["marketing"]
    ]
    told = [line.detail["purposes"] for line in lines.order_by("id") if line.detail.get("how") == "page"]
    assert told == [["marketing"], ["marketing", "sales"]], "the same hour, for other purposes"


@pytest.mark.once
def test_the_pages_say_and_change_it(client: Client, db: None) -> None:
    client.force_login(colleague("nadia", "admin"))
    client.post("/settings/purposes/", {"label": "Fraud checks", "note": "Finding out who cheats."})
    client.post("/settings/roles/agent/", {"purposes": "", "purpose": ["service", "fraud-checks"]})
    client.post("/settings/access/purposes/", {"kind": "people", "field": "trait:iban", "purpose": "fraud-checks"})
    page = client.get("/settings/purposes/").content.decode()
    line = page.partition('data-row="fraud-checks"')[2].partition("</tr>")[0]
    assert "Service agent" in line
    assert "people.trait:iban" in line
    assert 'value="fraud-checks" checked' in client.get("/settings/roles/agent/").content.decode()
    review = client.get("/settings/access/review/").content.decode()
    assert 'data-row="people.trait:iban"' in review
    answer = client.post("/settings/purposes/fraud-checks/", {"retire": "1"}, follow=True)
    assert "nobody would see that any more" in answer.content.decode()
    client.post("/settings/purposes/fraud-checks/", {"label": "Risk"})
    client.post("/settings/access/purposes/", {"kind": "people", "field": "trait:iban"})
    client.post("/settings/purposes/fraud-checks/", {"retire": "1"})
    purpose = Purpose.objects.get(name="fraud-checks")
    assert (purpose.label, purpose.retired is None) == ("Risk", False)
    assert not queries.of_fields()
    client.post("/settings/keys/", {"name": "Nightly", "role": "member", "purposes": ["service"]})
    assert "for Service" in client.get("/settings/keys/").content.decode()
