"""Custom fields: declared in the settings, kept by colleagues, shown and filtered by wherever traits are."""

from typing import Any

import pytest
from django.test import Client
from django.utils.datastructures import MultiValueDict

from pentad.core import clock
from pentad.core.actor import SYSTEM, Actor, acting_as
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.models import AuditLine, OutboxMessage
from pentad.data.fields import actions, queries
from pentad.data.fields.models import CustomField
from pentad.data.identity.models import Person
from pentad.data.identity.rules import Ident
from pentad.data.ingest.models import Source
from pentad.data.profiles import field_filters, fold, vocabulary
from pentad.data.profiles.actions import create_person, set_trait
from pentad.data.profiles.company_actions import set_company_trait
from pentad.data.profiles.company_list import COMPANIES
from pentad.data.profiles.lists import PEOPLE
from pentad.data.profiles.models import Company, PersonTrait
from pentad.data.profiles.rules import Fact
from pentad.roles.access import actions as accounts
from pentad.roles.access import builtin
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import FieldClass
from pentad.roles.views import counts, plans
from pentad.roles.views.actions import change_view, save_view
from pentad.roles.views.state import Filter, ListState
from tests.data.fields.test_rules import CHOICES, STORED, field

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    vocabulary.trait_names.forget()  # type: ignore[attr-defined]
    vocabulary.company_trait_names.forget()  # type: ignore[attr-defined]
    counts.forget_counts()


@pytest.fixture
def web() -> Source:
    return Source.objects.create(name="Web", write_key="web")


def customer(web: Source, name: str, **traits: Any) -> Person:
    """A customer of whom a source says this."""
    person = Person.objects.create(name=name, email=f"{name.lower()}@lumen.example", known=True)
    stated = fold.Stated()
    for trait, value in {"name": name, **traits}.items():
        stated.person(Fact(trait, web.no, value, clock.now(), "m1", person.no))
    fold.fold([], stated, {}, ())
    return Person.objects.get(pk=person.pk)


def company(web: Source, group_id: str, **traits: Any) -> Company:
    stated = fold.Stated()
    stated.group(group_id, fold.NOBODY, traits, clock.now(), web.no, "m1")
    fold.fold([], stated, {}, ())
    return Company.objects.get(group_id=group_id)


def declare(name: str, type: str, kind: str = "people", **more: Any) -> CustomField:
    more.setdefault("choices", CHOICES if type in ("one", "several") else ())
    return actions.add_field(actor=SYSTEM, kind=kind, name=name, type=type, **{"label": name.capitalize(), **more})


def signed_in(role: str) -> Client:
    user = accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role.title(), role=role)
    client = Client()
    client.force_login(user)
    client.actor = actor_of(user)  # type: ignore[attr-defined]
    return client


def listed(spec: Any, *filters: Filter) -> set[str]:
    return {row.name for row in plans.plan(spec, ListState(filters=filters)).rows}


class TestDeclaring:
    def test_the_whole_life_of_a_field(self, web: Source) -> None:
        admin = signed_in("admin")
        ann, _ = customer(web, "Ann", seats="12"), customer(web, "Ben", seats="many")
        given = {"kind": "people", "label": "Seats", "name": "seats", "type": "text"}
        asked = admin.post("/settings/fields/new/", given)
        assert "It has values already" in asked.content.decode() and not CustomField.objects.exists()
        assert admin.post("/settings/fields/new/", {**given, "confirmed": "1"}).status_code == 204
        seats = CustomField.objects.get()
        change = f"/settings/fields/{seats.id}/change/"
        shown = admin.post(change, {"label": "Seats", "type": "number"}).content.decode()
        assert "many" in shown and "stay as they are" in shown, "what would not fit is told first"
        assert CustomField.objects.get().type == "text"
        admin.post(change, {"label": "Seats", "type": "number", "confirmed": "1"})
        assert queries.usage(CustomField.objects.get().declared) == queries.Usage(2, 1)
        assert PersonTrait.objects.filter(name="seats").count() == 2, "and nothing is lost"
        page = admin.get("/settings/fields/?kind=people").content.decode()
        assert "trait:seats~misfit~" in page
        assert "With a value" in admin.get(f"/settings/fields/{seats.id}/archive/").content.decode()
        admin.post(f"/settings/fields/{seats.id}/archive/")
        assert queries.declared_field("people", "seats") is None
        assert Person.objects.get(pk=ann.pk).traits["seats"] == "12"
        assert f'data-undo="/settings/fields/{seats.id}/restore/"' in admin.get("/settings/fields/").content.decode()
        admin.post(f"/settings/fields/{seats.id}/restore/")
        assert queries.declared_field("people", "seats") is not None
        told = list(AuditLine.objects.filter(subject=f"custom_field:{seats.id}").values_list("action", flat=True))
        assert sorted(told) == ["add_field", "archive_field", "change_field", "restore_field"]

    def test_views_that_a_declaration_breaks_are_named_before_and_open_after(self, web: Source) -> None:
        admin, rep = signed_in("admin"), signed_in("member")
        customer(web, "Ann", loyalty_tier="Falcon")
        falcons = ListState(filters=(Filter("trait:loyalty_tier", "is", "Falcon"), Filter("known", "is", "yes")))
        view = save_view(actor=SYSTEM, list_name="people", name="Falcons", state=falcons, everyone=True)
        change_view(actor=SYSTEM, view=view, default=True)
        save_view(actor=rep.actor, list_name="people", name="Tom's", state=falcons)  # type: ignore[attr-defined]
        given = {"kind": "people", "label": "Tier", "name": "loyalty_tier", "type": "number"}
        asked = admin.post("/settings/fields/new/", given).content.decode()
        assert "“Falcons” and 1 of colleagues" in asked and "Tom" not in asked, "another's private view is not named"
        admin.post("/settings/fields/new/", {**given, "confirmed": "1"})
        for address in ("/people/", f"/people/?view={view.id}", "/people/?view=own-0&part=tabs"):
            assert rep.get(address).status_code == 200
        page = rep.get("/people/").content.decode()
        assert "“Tier = Falcon”" in page and "“Falcon” does not fit “Tier”" in page and "Save to “Falcons”" in page
        assert "Ann" in page and "f=known~is~yes" in page, "what works still narrows"
        assert rep.get("/people/?f=trait:loyalty_tier~gte~Falcon").status_code == 400, "an address is not a view"

    def test_who_saves_a_view_without_seeing_one_of_its_fields_leaves_that_filter_in_it(self, web: Source) -> None:
        rep = signed_in("rep")
        hidden = Filter("trait:iban", "is", "x")
        view = save_view(
            actor=SYSTEM, list_name="people", name="Paid", state=ListState(filters=(hidden,)), everyone=True
        )
        FieldClass.objects.create(kind="people", field="trait:iban", sensitivity="sensitive")
        page = rep.get(f"/people/?view={view.id}").content.decode()
        assert "by a field that you may not see" in page and "iban" not in page and "Save to" not in page
        shown = ListState(q="ann", view=view.id).query()
        rep.post(f"/views/{view.id}/change/", {"overwrite": "1", "state": shown})
        view.refresh_from_db()
        assert view.state["q"] == "ann" and view.state["filters"] == [["trait:iban", "is", "x"]]

    def test_a_faulty_declaration_comes_back_with_what_was_typed(self) -> None:
        admin = signed_in("admin")
        answer = admin.post(
            "/settings/fields/new/", {"kind": "companies", "label": "Tier", "type": "one", "help": "Why"}
        )
        assert answer.status_code == 422
        assert "A list needs choices" in answer.content.decode() and 'value="Why"' in answer.content.decode()
        declare("tier", "text", "companies")
        with pytest.raises(Conflict, match="has the field “Tier”"):
            declare("tier", "number", "companies")
        declare("tier", "number", "people")  # of another kind

    def test_sensitivity_is_the_class_that_rights_know(self) -> None:
        declare("salary_band", "text", sensitivity="sensitive")
        assert FieldClass.objects.get().sensitivity == "sensitive"
        assert queries.sensitivity("people", "salary_band") == "sensitive"
        assert (
            'name="field:people:trait:salary_band"' in signed_in("admin").get("/settings/roles/rep/").content.decode()
        )
        developer = Actor("user", "7", "Dev", policy=builtin.policy("developer"))
        kept = CustomField.objects.get()
        with pytest.raises(Denied, match=r"admin\.rights"):
            actions.change_field(actor=developer, field=kept, label="Band", type="text", sensitivity="public")
        assert actions.change_field(actor=developer, field=kept, label="Band", type="text").label == "Band"

    def test_programs_read_what_is_declared(self) -> None:
        declare("plan", "one", help="What they pay for", required=True)
        declare("health", "text", sensitivity="sensitive")
        _, token = accounts.add_key(actor=SYSTEM, name="Export", role="marketer")
        answer = Client().get("/api/v1/fields?kind=people", headers={"Authorization": f"Bearer {token}"})
        assert [one["name"] for one in answer.json()["results"]] == ["plan"], "what is hidden from it is left out"
        assert answer.json()["results"][0]["choices"] == list(CHOICES)


class TestEntering:
    def test_colleagues_are_checked_and_sources_are_not(self, web: Source) -> None:
        declare("seats", "number")
        ann = customer(web, "Ann", seats="a dozen")
        assert ann.traits["seats"] == "a dozen", "stored as it was sent"
        with pytest.raises(Invalid, match="“lots” does not fit “Seats”: it wants a number"):
            set_trait(actor=SYSTEM, person=ann, name="seats", value="lots")
        assert set_trait(actor=SYSTEM, person=ann, name="seats", value="12").traits["seats"] == 12

    def test_programs_are_checked_as_colleagues_are(self, web: Source) -> None:
        declare("seats", "number")
        ann = customer(web, "Ann")
        _, token = accounts.add_key(actor=SYSTEM, name="Sync", role="member")
        path, bearer = f"/api/v1/people/{ann.id}/traits/seats", {"Authorization": f"Bearer {token}"}
        refused = Client().put(path, {"value": "lots"}, "application/json", headers=bearer)
        assert (refused.status_code, refused.json()["code"]) == (400, "value_does_not_fit")
        kept = Client().put(path, {"value": 9}, "application/json", headers=bearer)
        assert kept.json()["traits"]["seats"] == 9

    def test_the_dialog_has_the_control_of_the_type(self, web: Source) -> None:
        member, ann = signed_in("member"), customer(web, "Ann", tier="Bronze")
        declare("tier", "one", help="As signed")
        page = member.get(f"/people/{ann.id}/").content.decode()
        assert "Does not fit: it wants one of Gold" in page
        dialog = member.get(f"/people/{ann.id}/trait/?name=tier").content.decode()
        assert '<option value="Gold"' in dialog and "As signed" in dialog and "“Bronze” does not fit" in dialog
        refused = member.post(f"/people/{ann.id}/trait/", {"name": "tier", "value": "Iron"})
        assert refused.status_code == 422 and "“Iron” does not fit" in refused.content.decode()
        assert member.post(f"/people/{ann.id}/trait/", {"name": "tier", "value": "gold"}).status_code == 204
        assert Person.objects.get(pk=ann.pk).traits["tier"] == "Gold"
        assert member.get(f"/people/{ann.id}/trait/?name=other&part=control").status_code == 204

    def test_what_a_field_is_called_means_the_field(self, web: Source) -> None:
        member, ann = signed_in("member"), customer(web, "Ann", tier="Gold")
        declare("tier", "one", label="Loyalty level")
        refused = member.post(f"/people/{ann.id}/trait/", {"name": "loyalty level", "value": "Iron"})
        assert refused.status_code == 422 and "“Iron” does not fit" in refused.content.decode()
        assert set(Person.objects.get(pk=ann.pk).traits) == {"name", "tier"}

    def test_date_and_time_is_that_of_the_readers_zone(self, web: Source) -> None:
        member, ann = signed_in("member"), customer(web, "Ann")
        declare("visit", "moment")
        member.cookies["zone"] = "Europe/Lisbon"
        member.post(f"/people/{ann.id}/trait/", {"name": "visit", "value": "2026-07-01T09:30"})
        assert Person.objects.get(pk=ann.pk).traits["visit"] == "2026-07-01T08:30:00Z"
        assert "2026-07-01T09:30" in member.get(f"/people/{ann.id}/trait/?name=visit").content.decode()

    def test_fields_stand_on_the_page_before_they_have_a_value(self, web: Source) -> None:
        ann = customer(web, "Ann")
        declare("renewal", "date", key_fact=True, help="End of the contract")
        declare("health", "text", sensitivity="sensitive", required=True)
        page = signed_in("member").get(f"/people/{ann.id}/").content.decode()
        assert 'aria-label="Fill in Renewal"' in page and "End of the contract" in page
        assert 'aria-label="Fill in Health, required"' in page
        other = signed_in("marketer").get(f"/people/{ann.id}/").content.decode()
        assert "Renewal" in other and "Fill in" not in other and "Health" not in other

    def test_a_refused_declaration_says_which_field_was_wrong(self) -> None:
        admin = signed_in("admin")
        given = {"kind": "people", "label": "Colour", "type": "one"}
        assert 'data-fault-of="choices"' in admin.post("/settings/fields/new/", given).content.decode()
        given |= {"type": "text", "label": " "}
        assert 'data-fault-of="name"' in admin.post("/settings/fields/new/", given).content.decode()

    def test_what_is_required_is_asked_of_a_new_customer_and_stays(self) -> None:
        declare("seats", "number", required=True)
        member = signed_in("member")
        assert 'name="field:seats"' in member.get("/people/new/").content.decode()
        answer = member.post("/people/new/", {"email": "new@lumen.example", "field:seats": ""})
        assert answer.status_code == 422 and "“Seats” is required" in answer.content.decode()
        assert 'data-fault-of="seats"' in answer.content.decode(), "which field it was"
        nobody = member.post("/people/new/", {"name": "Nobody", "field:seats": "3"}).content.decode()
        assert 'data-fault-of="email"' in nobody
        assert not Person.objects.exists()
        member.post("/people/new/", {"email": "new@lumen.example", "field:seats": "3"})
        person = Person.objects.get()
        assert person.traits["seats"] == 3
        with pytest.raises(Invalid, match="required"):
            set_trait(actor=SYSTEM, person=person, name="seats", value=None)
        with pytest.raises(Invalid, match="required"):
            create_person(actor=SYSTEM, identifiers=[Ident("email", "b@lumen.example")], traits={})

    def test_many_are_checked_before_any_is_changed(self, web: Source) -> None:
        declare("seats", "number")
        ids = [customer(web, name).id for name in ("Ann", "Ben")]
        member = signed_in("member")
        dialog = member.get("/people/bulk/trait/", MultiValueDict({"id": ids, "name": ["seats"], "part": ["control"]}))
        assert 'type="number"' in dialog.content.decode()
        refused = member.post("/people/bulk/trait/", {"id": ids, "name": "seats", "value": "lots"})
        assert refused.status_code == 422 and "“lots” does not fit" in refused.content.decode()
        assert not PersonTrait.objects.filter(name="seats").exists()
        member.post("/people/bulk/trait/", {"id": ids, "name": "seats", "value": "7"})
        assert sorted(PersonTrait.objects.filter(name="seats").values_list("number", flat=True)) == [7, 7]


class TestCompanies:
    def test_a_colleague_states_a_trait(self, web: Source) -> None:
        lumen = company(web, "lumen", name="Lumen")
        declare("seats", "number", "companies")
        before = lumen.last_seen
        OutboxMessage.objects.all().delete()
        changed = set_company_trait(actor=SYSTEM, company=lumen, name="seats", value="12")
        assert changed.traits == {"name": "Lumen", "seats": 12}
        assert changed.last_seen == before, "the company did nothing"
        message = OutboxMessage.objects.get().message
        assert (message["type"], message["groupId"], message["traits"]) == ("group", "lumen", {"seats": 12})
        assert AuditLine.objects.filter(action="set_company_trait", subject=f"company:{lumen.id}").exists()
        assert "seats" not in set_company_trait(actor=SYSTEM, company=lumen, name="seats", value=None).traits

    def test_only_who_may_edit_companies(self, web: Source) -> None:
        lumen = company(web, "lumen", name="Lumen", seats="many")
        declare("seats", "number", "companies")
        marketer = signed_in("marketer")
        page = marketer.get(f"/companies/{lumen.id}/").content.decode()
        assert "Does not fit: it wants a number" in page and "Set trait" not in page
        assert marketer.get(f"/companies/{lumen.id}/trait/").status_code == 403
        admin = signed_in("admin")
        assert "Set trait" in admin.get(f"/companies/{lumen.id}/").content.decode()
        assert 'type="number"' in admin.get(f"/companies/{lumen.id}/trait/?name=seats").content.decode()
        assert admin.post(f"/companies/{lumen.id}/trait/", {"name": "seats", "value": "9"}).status_code == 204
        assert Company.objects.get().traits["seats"] == 9


@pytest.mark.parametrize("type", sorted({type for type, _, _ in STORED}))
def test_the_database_finds_what_does_not_fit(web: Source, type: str) -> None:
    """Against the rule itself, on every value of its table; of customers and of companies."""
    of = [(f"n{no}", value, right) for no, (one, value, right) in enumerate(STORED) if one == type]
    for name, value, _ in of:
        customer(web, name, x=value)
        company(web, name, name=name, x=value)
    for name, said in (("silent", {}), ("gone", {"x": None})):
        customer(web, name, **said)
        company(web, name, name=name, **said)
    declare("x", type)
    declare("x", type, "companies")
    wrong = {name for name, _, right in of if not right}
    if wrong:
        for spec in (PEOPLE, COMPANIES):
            assert listed(spec, Filter("trait:x", "misfit")) == wrong
            assert listed(spec, Filter("trait:x", "any")) == {name for name, *_ in of}
            assert listed(spec, Filter("trait:x", "none")) == {"silent", "gone"}
    for kind in ("people", "companies"):
        said = queries.declared_field(kind, "x")
        assert said is not None
        assert queries.usage(said) == queries.Usage(len(of), len(wrong))


TODAY = clock.now().date().isoformat()


@pytest.mark.parametrize(
    ("type", "values", "operator", "value", "found"),
    [
        ("number", [3, "12", "many", None], "gte", "12", {"n1"}),
        ("number", [3, "12", "many", None], "isnt", "3", {"n1", "n2", "n3"}),
        ("yes_no", [True, "no", "perhaps"], "is", "no", {"n1"}),
        ("date", ["2026-01-31", "2026-02-01", "soon", 9], "after", "2026-02-01", {"n1"}),
        ("date", ["2026-01-31", "2026-02-01", "soon", 9], "before", "2026-02-01", {"n0"}),
        ("date", ["2026-01-31", "2026-02-01", "soon", 9], "starts", "2026-01", {"n0"}),
        ("date", ["1999-01-01", TODAY, "soon"], "within", "3", {"n1"}),
        ("moment", [f"{TODAY}T08:00:00Z", "1999-01-01T08:00:00Z"], "coming", "3", {"n0"}),
        ("one", ["Gold", "gold", "Bronze", None], "in", "Gold|Silver (old)", {"n0", "n1"}),
        ("one", ["Gold", "gold", "Bronze", None], "notin", "Gold", {"n2", "n3"}),
        ("several", [["Gold"], ['a "b" \\c', "Gold"], [], "Gold"], "has", 'a "b" \\c', {"n1"}),
        ("several", [["Gold"], ['a "b" \\c', "Gold"], [], "Gold"], "hasnt", "Gold", {"n2", "n3"}),
        ("email", ["a@x.example", "b@y.example"], "contains", "@X", {"n0"}),
    ],
)
def test_each_type_has_its_operators(
    web: Source, type: str, values: list[Any], operator: str, value: str, found: set[str]
) -> None:
    for no, one in enumerate(values):
        customer(web, f"n{no}", x=one)
        company(web, f"n{no}", name=f"n{no}", x=one)
    declare("x", type)
    declare("x", type, "companies")
    for spec in (PEOPLE, COMPANIES):
        assert listed(spec, Filter("trait:x", operator, value)) == found
        assert spec.field("trait:x").label == "X"


def test_a_wrong_filter_says_what_is_wanted(web: Source) -> None:
    declare("x", "number")
    with pytest.raises(Invalid, match="“ten” does not fit “X”"):
        listed(PEOPLE, Filter("trait:x", "gte", "ten"))
    assert "misfit" not in {one.name for one in field_filters.operators(field("text"))}


def test_lists_show_values_by_their_type(web: Source) -> None:
    for name, type in (
        ("seats", "number"),
        ("renewal", "date"),
        ("vip", "yes_no"),
        ("site", "link"),
        ("tags", "several"),
    ):
        declare(name, type)
    ann = customer(web, "Ann", seats=1200, renewal="2026-11-21", vip=True, site="https://lumen.example/", tags=["Gold"])
    odd = customer(web, "Odd", seats="<b>", site="javascript:alert(1)")
    columns = PEOPLE.shown_columns([f"trait:{name}" for name in ("seats", "renewal", "vip", "site", "tags", "other")])
    assert [one.label for one in columns[:3]] == ["Seats", "Renewal", "Vip"] and columns[0].number
    cells = [str(one.cell(ann)) for one in columns]
    assert cells[:3] == ["1,200", "21 November 2026", "yes"] and cells[4] == "Gold"
    assert 'href="https://lumen.example/"' in cells[3]
    assert "&lt;b&gt;" in columns[0].cell(odd) and "Does not fit" in columns[0].cell(odd)
    assert "<a " not in columns[3].cell(odd)
    with acting_as(Actor("user", "7", "x", policy=builtin.policy("analyst"))):
        assert "trait:seats" in {one.name for one in PEOPLE.extra_columns()}, "before anybody has a value too"
