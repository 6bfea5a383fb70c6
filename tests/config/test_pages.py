"""What holds for every page: safe headers, errors that tell what to do, probes, static files."""

import asyncio
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from pentad.config.static import HashedStorage, static_app
from pentad.core.actor import CLI
from pentad.core.health import readiness
from pentad.roles.access import actions
from pentad.roles.access.models import User

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "style-src": "'self'",
    "script-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
FOR_APPS = {"/.well-known/openid-configuration", "/.well-known/jwks.json"}
"""What every app of a third party must know; tells of nobody, and may be kept."""
FRAMED = {
    "/messages/canvas/": {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: http: https:",
        "font-src": "'self' data:",
        "frame-src": "'self'",
        "connect-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
}
"""A frame of ours in which a mail stands with its own styles: it shows more, and can do less."""
INLINE = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>\s*\S|\son\w+=|\sstyle=|javascript:", re.I)


@pytest.fixture
def nadia(db: None) -> User:
    return actions.add_user(
        actor=CLI, email="n@kestrel.example", name="Nadia Karim", role="admin", password="roast-and-grind"
    )


def addresses(patterns: Any = None, before: str = "/") -> list[str]:
    """Every address of a page without parameters."""
    found: list[str] = []
    for one in patterns or get_resolver().url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found += addresses(one.url_patterns, here)
        elif isinstance(one, URLPattern) and "<" not in here and "(" not in here:
            found.append(here)
    return found


def check_headers(answer: Any, address: str = "") -> None:
    sent = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    framed = address in FRAMED and answer.status_code == 200
    assert sent == (FRAMED[address] if framed else POLICY)
    assert answer.headers["X-Frame-Options"] == ("SAMEORIGIN" if framed else "DENY")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert address in FOR_APPS or "no-store" in answer.headers["Cache-Control"], (
        "nobody who uses this computer later may read it"
    )
    assert re.fullmatch(r"[\w-]{8,64}", answer.headers["X-Request-ID"])


class TestEveryPage:
    def test_signed_in(self, client: Client, nadia: User) -> None:
        client.force_login(nadia)
        seen = 0
        for address in addresses():
            answer = client.get(address)
            check_headers(answer, address)
            assert not INLINE.search(answer.content), f"{address}: {INLINE.search(answer.content)}"
            seen += answer.status_code == 200
        assert seen >= 10

    def test_nobody_in_without_signing_in(self, client: Client, nadia: User) -> None:
        open_to_all = {"/signin/", "/signin/passkey/", "/signin/forgot/", "/signin/closed/", "/setup/", "/signout/", "/password/done/",
                       "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/"}  # fmt: skip
        for address in set(addresses()) - open_to_all - FOR_APPS:
            answer = client.get(address)
            check_headers(answer)
            assert answer.status_code in (301, 302, 401, 404, 405), f"{address} answers {answer.status_code}"
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/signin/"), address

    def test_what_went_wrong_is_said_inside_the_frame_to_whoever_is_signed_in(
        self, client: Client, nadia: User
    ) -> None:
        palette = 'id="palette"'
        assert palette not in client.get("/nothing/").content.decode()
        client.force_login(nadia)
        for address, status in (("/nothing/", 404), ("/people/?f=nothing~is~x", 400)):
            answer = client.get(address)
            assert (answer.status_code, palette in answer.content.decode()) == (status, True), address
        part = client.get("/people/?f=nothing~is~x", headers={"HX-Request": "true"})
        assert palette not in part.content.decode(), "a part of a page is no page"

    def test_request_id_is_kept_when_it_is_sane(self, client: Client, db: None) -> None:
        assert client.get("/readyz", headers={"X-Request-ID": "abc-12345678"}).headers["X-Request-ID"] == "abc-12345678"
        assert client.get("/readyz", headers={"X-Request-ID": "a\u00e9<b>"}).headers["X-Request-ID"] != "a\u00e9<b>"


class TestErrors:
    def test_unknown_page(self, client: Client, nadia: User) -> None:
        answer = client.get("/no/such/<b>page/")
        check_headers(answer)
        page = answer.content.decode()
        assert answer.status_code == 404
        assert "There is nothing at /no/such/&lt;b&gt;page/" in page
        assert "not_found" in page

    def test_programs_get_a_problem(self, client: Client, nadia: User) -> None:
        answer = client.get("/no/such/page/", headers={"Accept": "application/json"})
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"

    def test_wrong_method(self, client: Client, nadia: User) -> None:
        client.force_login(nadia)
        answer = client.get(f"/settings/people/{nadia.pk}/")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert "method_not_allowed" in answer.content.decode()

    def test_forged_or_stale_form(self, nadia: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(nadia)
        answer = client.post("/settings/keys/", {"name": "x", "role": "admin"})
        assert answer.status_code == 403
        assert "reload the page" in answer.content.decode()

    def test_unforeseen(self, nadia: User, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> None:
            raise RuntimeError("a secret of the inside")

        monkeypatch.setattr("pentad.roles.access.settings_views.keys", fail)
        client = Client(raise_request_exception=False)
        client.force_login(nadia)
        answer = client.get("/settings/keys/")
        check_headers(answer)
        assert answer.status_code == 500
        assert "secret" not in answer.content.decode()
        assert answer.headers["X-Request-ID"] in answer.content.decode()

    def test_foreign_host_name(self, client: Client, settings: Any, db: None) -> None:
        settings.ALLOWED_HOSTS = ["cx.example.com"]
        answer = client.get("/signin/", HTTP_HOST="evil.example")
        assert answer.status_code == 400
        assert b"PENTAD_HOSTS" in answer.content


class TestProbes:
    def test_ready(self, client: Client, db: None) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (200, True)
        assert "no-store" in answer.headers["Cache-Control"]

    def test_not_ready(self, client: Client, db: None) -> None:
        readiness.add("loader", lambda: "The loader is behind by 70 MB.")
        try:
            answer = client.get("/readyz")
        finally:
            readiness.remove("loader")
        assert answer.status_code == 503
        assert answer.json()["checks"]["loader"] == {"ok": False, "detail": "The loader is behind by 70 MB."}

    def test_metrics_are_for_this_machine_and_administrators(self, client: Client, db: None, settings: Any) -> None:
        far = {"REMOTE_ADDR": "203.0.113.5", "HTTP_ACCEPT": "*/*"}
        assert b"pentad_http_request_seconds" in client.get("/metrics", HTTP_HOST="localhost").content
        assert client.get("/metrics", HTTP_HOST="localhost", HTTP_X_FORWARDED_FOR="203.0.113.5").status_code != 200
        assert client.get("/metrics", **far).status_code != 200
        for role, status in (("admin", 200), ("member", 403)):
            token = actions.add_key(actor=CLI, name=role, role=role)[1]
            assert client.get("/metrics", **far, HTTP_AUTHORIZATION=f"Bearer {token}").status_code == status
        settings.METRICS_OPEN = True
        assert client.get("/metrics", **far).status_code == 200


class TestStatic:
    def fetch(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        asyncio.run(static_app({"path": path, "method": method, "headers": pairs}, receive, send))
        return sent[0]["status"], {k.decode(): v.decode() for k, v in sent[0]["headers"]}, sent[1]["body"]

    def test_hashed_address_is_kept_for_ever(self) -> None:
        url = HashedStorage().url("shell/app.css")
        assert re.fullmatch(r"/static/shell/app\.[0-9a-f]{12}\.css", url)
        status, headers, body = self.fetch(url)
        assert (status, headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert "immutable" in headers["cache-control"]
        assert len(body) > 10_000

    def test_plain_and_outdated_addresses_are_asked_again(self) -> None:
        for path in ("/static/shell/app.css", "/static/shell/app.000000000000.css"):
            status, headers, _ = self.fetch(path)
            assert (status, headers["cache-control"]) == (200, "no-cache")
        assert self.fetch("/static/shell/app.css", if_none_match=headers["etag"])[0] == 304

    def test_compressed_for_those_who_ask(self) -> None:
        _, plain, whole = self.fetch("/static/shell/app.css")
        _, headers, packed = self.fetch("/static/shell/app.css", accept_encoding="gzip, br")
        assert "content-encoding" not in plain
        assert (headers["content-encoding"], headers["vary"]) == ("gzip", "accept-encoding")
        assert len(packed) < len(whole) / 3
        assert self.fetch("/static/shell/app.css", "HEAD")[2] == b""

    @pytest.mark.parametrize(
        "path", ["/static/", "/static/shell/", "/static/../config/settings.py", "/static//etc/passwd", "/static/%2e%2e/x",
                 "/static/shell/../../../config/settings.py", "/static/nothing.css", "/static/\x00", "/static/" + "a" * 5000],
    )  # fmt: skip
    def test_nothing_else_is_served(self, path: str) -> None:
        assert self.fetch(path)[0] == 404

    def test_only_reading(self) -> None:
        assert self.fetch("/static/shell/app.css", "POST")[0] == 404


class TestDialogs:
    @pytest.mark.parametrize(
        ("address", "home"),
        [
            ("/people/new/", "/people/"),
            ("/imports/new/", "/imports/"),
            ("/views/tasks/new/", "/tasks/"),
            ("/settings/fields/new/?kind=people", "/settings/fields/"),
        ],
    )
    def test_one_that_is_opened_by_its_address_stands_on_a_page(self, nadia: User, address: str, home: str) -> None:
        client = Client()
        client.force_login(nadia)
        alone = client.get(address)
        page = alone.content.decode()
        assert page.lstrip().startswith("<!doctype html>")
        assert f'data-home="{home}"' in page
        assert "HX-Request" in alone.headers["Vary"]
        part = client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "<!doctype" not in part
        assert part.strip()[:200] in page, "the same dialog"

    def test_nobody_sees_one_they_may_not_open(self, db: None) -> None:
        client = Client()
        assert client.get("/people/new/").status_code == 302

    def test_what_is_not_there_is_not_tried_again(self, nadia: User) -> None:
        client = Client()
        client.force_login(nadia)
        assert "Try again" not in client.get("/nothing/").content.decode()

    def test_what_is_refused_says_what_the_right_is_for(self, nadia: User) -> None:
        User.objects.update(role="member")
        client = Client()
        client.force_login(nadia)
        assert "The right: Change roles, teams" in client.get("/settings/roles/").content.decode()


class TestPlaces:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("explain access", "/settings/access/"),
            ("Review", "/settings/access/review/"),
            ("purposes", "/settings/purposes/"),
            ("invite", "/settings/people/#new-colleague"),
        ],
    )
    def test_the_palette_finds_pages_below_others(self, nadia: User, typed: str, found: str) -> None:
        client = Client()
        client.force_login(nadia)
        assert f'href="{found}"' in client.get("/palette/", {"q": typed}).content.decode()
        User.objects.update(role="member")
        assert found not in client.get("/palette/", {"q": typed}).content.decode()
