"""What the log tells of, who may read it, and how it is found, taken away and linked to."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from pentad.core import clock
from pentad.core.actor import NOBODY, SYSTEM, Actor, acting_as
from pentad.core.models import AuditLine
from pentad.data.identity.models import Person
from pentad.data.profiles.models import Company
from pentad.roles.access import actions
from pentad.roles.access.manage import actions as manage
from pentad.roles.access.models import User
from pentad.roles.access.purposes.models import Purpose
from pentad.roles.access.rights_models import Team
from pentad.roles.audit import chain, kinds, looked_at, record, revealed, telling
from pentad.roles.audit.telling import write_waiting
from pentad.roles.undo.owners import assign_many

pytestmark = pytest.mark.django_db
PASSWORD = "kestrel-demo"
TOM = Actor("user", "2", "Tom Reyes")


@pytest.fixture
def nadia() -> User:
    cache.clear()
    user = actions.add_user(
        actor=SYSTEM, email="nadia@kestrel.example", name="Nadia Karim", role="admin", password=PASSWORD
    )
    AuditLine.objects.all().delete()
    return user


@pytest.fixture
def browser(nadia: User) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(nadia, backend="allauth.account.auth_backends.AuthenticationBackend")
    AuditLine.objects.all().delete()
    return client


@pytest.fixture
def token() -> str:
    return actions.add_key(actor=SYSTEM, name="tests", role="admin")[1]


@pytest.fixture
def keiko() -> Person:
    return Person.objects.create(name="Keiko Yilmaz", email="keiko@kestrel.example", known=True, first_seen=clock.now())


def told() -> list[tuple[str, str, str]]:
    write_waiting()
    return list(AuditLine.objects.order_by("id").values_list("action", "subject", "origin"))


def listed(browser: Client, query: str = "") -> str:
    return str(browser.get(f"/audit/{query}").content.decode())


class TestTheDoor:
    def sign_in(self, **given: str) -> Any:
        client = Client(REMOTE_ADDR="198.51.100.7")
        client.post("/signin/", {"login": "nadia@kestrel.example", "password": PASSWORD, **given})
        return client

    def test_coming_and_going(self, nadia: User) -> None:
        self.sign_in().post("/signout/")
        subject = f"user:{nadia.pk}"
        assert told() == [("sign_in", subject, "198.51.100.7"), ("sign_out", subject, "198.51.100.7")]

    def test_a_wrong_password_tells_whose_account_it_was_and_nothing_that_was_typed(self, nadia: User) -> None:
        self.sign_in(password="wrong-password")
        self.sign_in(login="my-password-by-mistake@x.example")
        assert told() == [
            ("sign_in_failed", f"user:{nadia.pk}", "198.51.100.7"),
            ("sign_in_failed", "", "198.51.100.7"),
        ]
        assert "mistake" not in json.dumps(list(AuditLine.objects.values("actor", "actor_name", "detail")))

    def test_a_wrong_token_is_told_once_an_hour_and_address(self, client: Client) -> None:
        for _ in range(3):
            client.get("/api/v1/people", headers={"Authorization": "Bearer ptd_wrong"}, REMOTE_ADDR="203.0.113.9")
        assert told() == [("token_refused", "", "203.0.113.9")]


class TestLooks:
    def test_page_peek_timeline_and_api_are_told_and_repeated_looks_are_not(
        self, browser: Client, keiko: Person, token: str
    ) -> None:
        AuditLine.objects.all().delete()
        for _ in range(2):
            for part in ("", "peek/", "timeline/"):
                assert browser.get(f"/people/{keiko.id}/{part}").status_code == 200
            headers = {"Authorization": f"Bearer {token}"}
            assert browser.get(f"/api/v1/people/{keiko.id}", headers=headers).status_code == 200
        write_waiting()
        lines = AuditLine.objects.filter(subject=f"person:{keiko.id}", action="view")
        assert sorted(line.detail["how"] for line in lines) == ["api", "page", "peek", "timeline"]
        assert "Keiko" not in json.dumps(list(lines.values("subject", "detail", "actor_name")))
        assert f'<span class="truncate md:hidden">· Customer {keiko.name}</span>' in listed(browser)

    def test_names_are_the_readers_own_and_never_the_logs(self, browser: Client, nadia: User, keiko: Person) -> None:
        line = record(TOM, "view", f"person:{keiko.id}")
        own = record(TOM, "sign_in", f"user:{nadia.pk}")
        page = listed(browser)
        assert (
            "Customer Keiko Yilmaz" in page and f'title="person:{keiko.id}"' in page and "Colleague Nadia Karim" in page
        )
        page = browser.get(f"/audit/{line.pk}/").content.decode()
        assert "Customer Keiko Yilmaz" in page and f'data-copy="person:{keiko.id}"' in page
        with acting_as(NOBODY):
            kinds.load([line, own])
        assert [kinds.about(one).label for one in (line, own)] == [
            f"Customer …{keiko.id[-6:]}",
            "Colleague Nadia Karim",
        ]
        keiko.delete()
        assert "Keiko" not in listed(browser)

    def test_whose_a_record_is_and_with_whom_it_is_shared_is_told_by_name(
        self, browser: Client, nadia: User, keiko: Person
    ) -> None:
        europe = Team.objects.create(name="Europe")
        company = Company.objects.create(group_id="lumen", name="Lumen", first_seen=clock.now(), last_seen=clock.now())
        for one in (keiko, company):
            manage.assign(actor=SYSTEM, record=one, owner=nadia, team=europe)
            share = manage.share(actor=SYSTEM, record=one, team=europe)
            manage.unshare(actor=SYSTEM, record=one, share=share)
        for subject in (f"person:{keiko.id}", f"company:{company.id}"):
            assert [action for action, about, _ in told() if about == subject] == [
                "assign_record", "share_record", "unshare_record",
            ]  # fmt: skip
        page = listed(browser)
        assert "Customer Keiko Yilmaz" in page and "Company Lumen" in page
        assert all(said in page for said in ("owner: Nadia Karim", "team: Europe", "shared with: Europe"))
        line = AuditLine.objects.filter(action="assign_record").latest("id")
        assert line.detail == {"owner": f"user:{nadia.pk}", "team": f"team:{europe.pk}"}, "the log keeps no name"
        assert "Nadia Karim" in browser.get(f"/audit/{line.pk}/peek/").content.decode()

    def test_a_change_and_a_purpose_are_called_what_they_are(self, browser: Client, keiko: Person) -> None:
        change = assign_many(actor=SYSTEM, records=[keiko], owner=None, team=None)
        Purpose.objects.create(name="care", label="Looking after customers")
        record(TOM, "change_purpose", "purpose:care")
        page = listed(browser)
        assert f'title="change:{change.id}"' in page and "Change “Owner of 1 customer set to nobody”" in page
        assert "Purpose Looking after customers" in page

    def test_reading_the_list_by_the_api_tells_how_many_and_which(
        self, client: Client, keiko: Person, token: str
    ) -> None:
        client.get("/api/v1/people", headers={"Authorization": f"Bearer {token}"})
        write_waiting()
        line = AuditLine.objects.get(subject="list:people")
        assert line.detail == {"how": "api", "purposes": "every", "rows": 1, "first": keiko.id, "last": keiko.id}

    def test_both_customers_of_a_merge_preview_were_seen(self, browser: Client, keiko: Person) -> None:
        sven = Person.objects.create(name="Sven", known=True, first_seen=clock.now())
        assert browser.get(f"/people/{keiko.id}/merge/?other={sven.id}").status_code == 200
        assert {subject for _, subject, _ in told()} == {f"person:{keiko.id}", f"person:{sven.id}"}

    def test_the_next_hour_is_another_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        looked_at(TOM, "person:1")
        monkeypatch.setattr(telling, "_seen_hour", 0)
        looked_at(TOM, "person:1")
        assert len(told()) == 2

    def test_looks_that_are_too_many_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(telling, "MOST_WAITING", 2)
        for n in range(5):
            looked_at(TOM, f"person:{n}")
        assert [action for action, _, _ in told()] == ["view", "view", "views_lost"]
        assert AuditLine.objects.get(action="views_lost").detail == {"count": 3}

    def test_looks_wait_while_the_database_is_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        looked_at(TOM, "person:1")
        with monkeypatch.context() as away:
            away.setattr(AuditLine.objects, "bulk_create", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                write_waiting()
        assert len(told()) == 1

    def test_uncovering_a_field_is_told_with_its_reason(self) -> None:
        revealed(TOM, "person:1", "email", "Called back")
        assert AuditLine.objects.get().detail == {"field": "email", "reason": "Called back", "purposes": "every"}


class TestTheList:
    def fill(self) -> None:
        record(TOM, "merge_people", "person:0191-a", traits=["plan"])
        record(SYSTEM, "sign_in", "user:2")
        record(TOM, "view", "person:0191-b", how="page")

    @pytest.mark.parametrize(
        ("query", "shown", "hidden"),
        [
            ("?q=tom", ["Merge people", "Looked at"], ["Signed in"]),
            ("?q=merge", ["Merge people"], ["Looked at"]),
            ("?q=customer", ["Merge people", "Looked at"], ["Signed in"]),
            ("?q=0191-a", ["Merge people"], ["Looked at"]),
            ("?q=person:0191-b", ["Looked at"], ["Merge people"]),
            ("?q=nothing", ["No lines match"], ["Merge people"]),
            ("?f=actor~is~user:2", ["Merge people", "Looked at"], ["Signed in"]),
            ("?f=action~in~sign_in%7Cview", ["Signed in", "Looked at"], ["Merge people"]),
            ("?f=kind~is~user", ["Signed in"], ["Merge people"]),
            ("?f=subject~is~person:0191-a", ["Merge people"], ["Looked at"]),
            ("?f=at~after~2020-01-01&f=kind~is~user", ["Signed in"], ["Merge people"]),
            ("?f=at~before~2020-01-01", ["No lines match"], ["Merge people"]),
            ("?view=own-1", ["Looked at"], ["Merge people"]),
        ],
    )
    def test_is_narrowed(self, browser: Client, query: str, shown: list[str], hidden: list[str]) -> None:
        self.fill()
        body = browser.get(f"/audit/{query}", HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="partial").content.decode()
        table = body.partition("</table>")[0].partition("<tbody>")[2] or body
        assert [text for text in shown if text not in table] == []
        assert [text for text in hidden if text in table] == []

    def test_a_line_opens_with_its_place_in_the_chain(self, browser: Client) -> None:
        self.fill()
        chain.seal_waiting()
        line = AuditLine.objects.get(action="merge_people")
        page = browser.get(f"/audit/{line.pk}/").content.decode()
        assert bytes(line.seal or b"").hex()[:16] in page and "/people/0191-a/" in page and "plan" in page
        assert browser.get(f"/audit/{line.pk}/peek/").status_code == 200
        assert browser.get("/audit/999999/").status_code == 404

    def test_a_customers_page_leads_to_who_looked(self, browser: Client, keiko: Person) -> None:
        page = browser.get(f"/people/{keiko.id}/").content.decode()
        address = f"/audit/?f=subject~is~person:{keiko.id}&amp;f=action~in~view%7Creveal"
        assert address in page or address.replace("&amp;", "&") in page
        write_waiting()
        assert "Looked at" in listed(browser, address.partition("/audit/")[2].replace("&amp;", "&"))

    def test_is_closed_to_those_without_the_right(self, client: Client, nadia: User, keiko: Person) -> None:
        member = actions.add_user(actor=SYSTEM, email="tom@kestrel.example", name="Tom", role="member")
        client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
        for path in ("/audit/", f"/audit/{AuditLine.objects.latest('id').pk}/"):
            assert client.get(path).status_code == 403
        assert client.post("/audit/export/").status_code == 403
        assert "/audit/" not in client.get("/account/").content.decode()


class TestTakingItAway:
    def test_as_csv_and_json_lines_and_told(self, browser: Client) -> None:
        record(TOM, "=1+1", "person:1", n=1)
        record(SYSTEM, "sign_in", "user:2")
        state = {"state": "f=actor~is~user:2"}
        answer = browser.post("/audit/export/", {**state, "format": "csv"})
        rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        assert [(row["actor"], row["action"], json.loads(row["detail"])) for row in rows] == [
            ("user:2", "'=1+1", {"n": 1})
        ]
        answer = browser.post("/audit/export/", {**state, "format": "jsonl"})
        lines = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
        assert [(line["action"], line["subject"], len(line["mark"])) for line in lines] == [("=1+1", "person:1", 48)]
        exports = AuditLine.objects.filter(action="export_audit").order_by("id")
        assert [one.detail for one in exports] == [
            {"rows": 1, "filters": ["actor is"], "format": format} for format in ("csv", "jsonl")
        ]
        assert browser.post("/audit/export/", {"format": "exe"}).status_code == 400

    def test_customers_are_told_by_fields_and_rows_never_by_values(self, browser: Client, keiko: Person) -> None:
        answer = browser.post("/people/export/", {"all": "1", "state": "q=keiko&f=email~is~keiko@kestrel.example"})
        assert answer.status_code == 200
        line = AuditLine.objects.get(action="export_people")
        assert line.subject == "list:people" and line.detail["filters"] == ["search", "email is"]
        assert "keiko" not in json.dumps(line.detail)

    def test_by_the_api_page_by_page(self, client: Client, token: str) -> None:
        AuditLine.objects.all().delete()
        for n in range(5):
            record(TOM, "rename", f"thing:{n}")
        record(SYSTEM, "rename", "thing:9")

        def page(query: str) -> Any:
            return client.get(f"/api/v1/audit?actor=user:2{query}", headers={"Authorization": f"Bearer {token}"}).json()

        first = page("&limit=3")
        second = page(f"&limit=3&before={first['next']}")
        found = [line["subject"] for line in first["results"] + second["results"]]
        assert found == ["thing:4", "thing:3", "thing:2", "thing:1", "thing:0"] and second["next"] is None
        assert page("&until=2020-01-01T00:00:00Z")["results"] == []
        assert page("&limit=0")["code"] == "bad_limit" and page("&before=x")["code"] == "bad_cursor"
