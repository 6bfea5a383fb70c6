"""An app as others write it: a client library drives, Django's test client carries what it says."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client
from oauthlib.oauth2 import WebApplicationClient

from pentad.core.actor import SYSTEM
from pentad.roles.access.apps import actions
from pentad.roles.access.apps.models import App
from pentad.roles.access.models import User

HERE = "https://testserver"
BACK = "https://reports.example/callback"
RIGHTS = ["people.view", "people.edit", "tasks.view"]


def add(owner: User, **said: Any) -> tuple[App, str]:
    said = {"name": "Reports", "addresses": [BACK], "rights": RIGHTS, "owner": owner} | said
    return actions.add_app(actor=SYSTEM, **said)


class AppOf:
    """One app at work. browser: the colleague's, signed in."""

    def __init__(self, id: str, secret: str = "", browser: Client | None = None):
        self.id, self.secret, self.browser = id, secret, browser or Client()
        self.library = WebApplicationClient(id)
        self.server = Client()

    def question(self, scope: str, **said: Any) -> str:
        """The address to which the app sends the browser."""
        verifier = self.library.create_code_verifier(64)
        self.library.create_code_challenge(verifier, "S256")
        asked = {
            "redirect_uri": BACK, "scope": scope, "state": "st4te", "code_challenge": self.library.code_challenge,
            "code_challenge_method": "S256", **said,
        }  # fmt: skip
        return str(
            self.library.prepare_request_uri(
                f"{HERE}/oauth/authorize", **{name: value for name, value in asked.items() if value}
            )
        )

    def ask(self, scope: str, **said: Any) -> Any:
        return self.browser.get(self.question(scope, **said), secure=True)

    def agree(self, scope: str, *, tick: list[str] | None = None, action: str = "grant") -> Any:
        """The colleague's answer on the page; `tick` is what they leave ticked."""
        page = self.ask(scope, prompt="consent")
        assert page.status_code == 200, page.headers.get("Location")
        request = re.search(r'name="request" value="([^"]+)"', page.content.decode())
        assert request
        scopes = scope.split() if tick is None else tick
        data = {"request": request[1].replace("&quot;", '"'), "scopes": scopes, "action": action}
        return self.browser.post("/oauth/authorize", data, secure=True)

    def exchange(self, answer: Any, **said: Any) -> dict[str, Any]:
        """What the code in the answer is worth."""
        code = self.library.parse_request_uri_response(answer.headers["Location"], state="st4te")["code"]
        body = self.library.prepare_request_body(
            code=code, redirect_uri=BACK, code_verifier=self.library.code_verifier, **said
        )
        return self.token(body)

    def token(self, body: str) -> dict[str, Any]:
        data: dict[str, Any] = parse_qs(body) | ({"client_secret": [self.secret]} if self.secret else {})
        answer = self.post("/oauth/token", data | {"client_id": [self.id]})
        return {**answer.json(), "status": answer.status_code}

    def post(self, path: str, data: dict[str, Any]) -> Any:
        return self.server.post(path, urlencode(data, doseq=True), "application/x-www-form-urlencoded", secure=True)

    def sign_in(self, scope: str, **said: Any) -> dict[str, Any]:
        return self.exchange(self.agree(scope, **said))


def call(token: str, path: str = "/api/v1/people", method: str = "get", data: Any = None) -> Any:
    return Client().generic(
        method.upper(), path, json.dumps(data or {}), "application/json", headers={"Authorization": f"Bearer {token}"}
    )


def fault(answer: Any) -> str:
    """The error that the app is sent back with."""
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(BACK)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["error"][0]
