"""/api/v1 as programs see it: tokens, problems with stable codes, and the committed document."""

import json
from typing import Any

import pytest
from django.test import Client

from pentad.config import openapi
from pentad.core.actor import CLI
from pentad.data.identity.models import Person
from pentad.roles.access import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    return actions.add_key(actor=CLI, name="tests", role="admin")[1]


@pytest.fixture
def client() -> Client:
    """As a browser would: with the check against forged forms."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def call(client: Client, method: str, path: str, token: str = "", **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.generic(method, f"/api/v1{path}", headers={**headers, **options.pop("headers", {})}, **options)


def check_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    assert body["title"]
    return body


def test_the_document_is_the_committed_one() -> None:
    committed = openapi.DOCUMENT.read_text(encoding="utf-8")
    assert openapi.text() == committed, "the API changed: run python -m pentad.config.openapi and review the difference"


def test_the_document_is_served_to_all(client: Client) -> None:
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Pentad"


class TestTokens:
    def test_none(self, client: Client) -> None:
        answer = call(client, "GET", "/people")
        body = check_problem(answer, 401, "token_missing")
        assert "pentad key add" in body["fix"]
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["Bearer ptd_wrong", "bearer ptd_wrong", "Bearer  ptd_wrong "])
    def test_unknown(self, client: Client, header: str) -> None:
        check_problem(client.get("/api/v1/people", headers={"Authorization": header}), 401, "token_unknown")

    @pytest.mark.parametrize("header", ["Basic cHRkOng=", "Bearer", "Bearer ", "ptd_wrong", ""])
    def test_other_schemes(self, client: Client, header: str) -> None:
        check_problem(client.get("/api/v1/people", headers={"Authorization": header}), 401, "token_missing")

    def test_works(self, client: Client, token: str) -> None:
        assert call(client, "GET", "/people", token).json() == {"results": [], "next": None}

    def test_revoked(self, client: Client) -> None:
        key, token = actions.add_key(actor=CLI, name="old", role="admin")
        actions.revoke_key(actor=CLI, key=key)
        check_problem(call(client, "GET", "/people", token), 401, "token_unknown")

    def test_a_role_without_the_right(self, client: Client) -> None:
        token = actions.add_key(actor=CLI, name="member", role="member")[1]
        body = check_problem(
            call(client, "POST", "/sources", token, data='{"name": "x"}', content_type="application/json"),
            403,
            "denied",
        )
        assert body["right"] == "sources.edit"

    def test_a_session_opens_nothing_here(self, client: Client) -> None:
        user = actions.add_user(
            actor=CLI, email="n@kestrel.example", name="N", role="admin", password="roast-and-grind"
        )
        client.force_login(user)
        check_problem(client.get("/api/v1/people"), 401, "token_missing")

    def test_no_other_site_may_read_answers(self, client: Client, token: str) -> None:
        answer = call(client, "GET", "/people", token, headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        assert answer.headers["Cache-Control"] == "no-store"


class TestProblems:
    def test_unknown_path(self, client: Client, token: str) -> None:
        check_problem(call(client, "GET", "/nothing/here", token), 404, "not_found")

    def test_wrong_method(self, client: Client, token: str) -> None:
        answer = call(client, "DELETE", "/people", token)
        check_problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == "GET"

    def test_values_that_do_not_fit(self, client: Client, token: str) -> None:
        body = check_problem(call(client, "GET", "/people?limit=many", token), 422, "invalid_request")
        assert body["errors"][0]["field"] == "limit"

    @pytest.mark.parametrize("sent", [b"{", b"\xff", b"[1", b'{"name": "\\ud800"'])
    def test_body_that_is_no_json(self, client: Client, token: str, sent: bytes) -> None:
        answer = call(client, "POST", "/sources", token, data=sent, content_type="application/json")
        check_problem(answer, 400, "bad_request")

    def test_body_with_the_wrong_shape(self, client: Client, token: str) -> None:
        answer = call(client, "POST", "/sources", token, data="[]", content_type="application/json")
        check_problem(answer, 422, "invalid_request")

    def test_too_large_a_body(self, client: Client, token: str) -> None:
        answer = call(client, "POST", "/sources", token, data=b" " * (11 << 20), content_type="application/json")
        assert answer.status_code in (400, 413)
        assert answer.json()["code"]

    def test_null_bytes_and_odd_ids(self, client: Client, token: str) -> None:
        for path in ("/people/%00", "/people?identifier=user_id:%00", "/people/%F0%9F%A6%86", "/receipts/%00"):
            assert call(client, "GET", path, token).status_code in (200, 400, 404, 503), path

    def test_unforeseen_errors_say_nothing_of_the_inside(
        self, client: Client, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any) -> None:
            raise RuntimeError("a secret of the inside")

        monkeypatch.setattr("pentad.data.profiles.api.check", fail)
        answer = call(client, "GET", "/people", token)
        body = check_problem(answer, 500, "internal")
        assert "secret" not in answer.content.decode()
        assert answer.headers["X-Request-ID"] in body["fix"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/people?after=%C2%B2", "bad_cursor"),
        ("/people?after=" + "9" * 5_000, "bad_cursor"),
        ("/receipts?since=9999-12-31T23:59:59-23:59", "bad_since"),
    ],
    ids=["digits", "long", "since"],
)
def test_odd_values_are_told(client: Client, token: str, path: str, code: str) -> None:
    check_problem(call(client, "GET", path, token), 400, code)


def test_half_a_character_is_told(client: Client, token: str) -> None:
    person = Person.objects.create(name="Ann")
    answer = call(
        client,
        "POST",
        f"/people/{person.id}/merge",
        token,
        data='{"other": "\\ud800"}',
        content_type="application/json",
    )
    check_problem(answer, 422, "invalid_request")


class TestValuesBeyondBounds:
    @pytest.mark.parametrize("at", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"])
    @pytest.mark.parametrize("path", ["/audit?since=", "/audit?until="])
    def test_a_moment_that_is_none_in_utc(self, client: Client, token: str, path: str, at: str) -> None:
        check_problem(call(client, "GET", f"{path}{at}", token), 422, "invalid_request")

    @pytest.mark.parametrize("at", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"])
    def test_other_moments(self, client: Client, token: str, at: str) -> None:
        body = f'{{"title": "Call", "due": "{at.replace("%2B", "+")}"}}'
        answer = call(client, "POST", "/tasks", token, data=body, content_type="application/json")
        assert answer.status_code == 400, answer.content

    @pytest.mark.parametrize("said", [{"assignee": "\0"}, {"about": "people:\0"}, {"about": "people:" + "9" * 30}])
    def test_a_text_that_no_row_can_hold(self, client: Client, token: str, said: dict[str, str]) -> None:
        body = json.dumps({"title": "Call", **said})
        answer = call(client, "POST", "/tasks", token, data=body, content_type="application/json")
        assert answer.status_code in (400, 404, 422), answer.content


def test_a_parameter_that_an_operation_does_not_have_is_refused(client: Client, token: str) -> None:
    body = check_problem(
        call(client, "GET", "/people?identifer=email:ada@example.com", token), 400, "unknown_parameter"
    )
    assert "“identifer”" in body["detail"]
    assert body["fix"] == "There are: after, identifier, limit."
    check_problem(call(client, "GET", "/people/p1?limit=2", token), 400, "unknown_parameter")
    assert call(client, "GET", "/people?limit=2", token).status_code == 200
    assert call(client, "GET", "/segments?state=live&limit=2", token).status_code == 200
