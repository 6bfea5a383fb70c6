"""SMS and chat by the hundred services that apprise knows, each by its address, such as twilio://… or tgram://….

Apprise says only whether it went well, and calls whatever address it is given. So its plugins get our sessions in place of
`requests`: addresses are checked, and what was answered tells why it did not go well.
"""

import sys
import threading
from typing import Any
from urllib.parse import quote

import requests

from pentad.core import outgoing
from pentad.platforms.channels.adapters.http import failed, receipt
from pentad.platforms.channels.adapters.phones import COUNTRY, e164
from pentad.platforms.channels.adapters.protocol import Adapter, Busy, Field, Outgoing, Receipt, Refused, Unknown

TO, KEY = "{to}", "{key}"
TRY_OUT = {"sms": "+15005550006"}


class _Calls(threading.local):
    """What one thread called while a message was handed over."""

    answer: requests.Response | None = None
    error: requests.RequestException | None = None

    def __init__(self) -> None:
        self.session = outgoing.session()
        self.session.max_redirects = 0

    def forget(self) -> None:
        self.answer = self.error = None


class _Requests:
    """`requests`, as far as plugins use it, by our sessions."""

    def __init__(self) -> None:
        self.calls = _Calls()

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        try:
            self.calls.answer = self.calls.session.request(method, url, **more)
        except requests.RequestException as error:
            self.calls.error = error
            raise
        return self.calls.answer

    def post(self, url: str, **more: Any) -> requests.Response:
        return self.request("POST", url, **more)

    def put(self, url: str, **more: Any) -> requests.Response:
        return self.request("PUT", url, **more)

    def get(self, url: str, **more: Any) -> requests.Response:
        return self.request("GET", url, **more)

    def patch(self, url: str, **more: Any) -> requests.Response:
        return self.request("PATCH", url, **more)

    def delete(self, url: str, **more: Any) -> requests.Response:
        return self.request("DELETE", url, **more)

    def __getattr__(self, name: str) -> Any:
        if name in ("Session", "session"):
            return outgoing.session
        if name in ("api", "sessions", "head", "options", "adapters"):
            raise AttributeError(f"A plugin may not use requests.{name} here")
        return getattr(requests, name)


CHECKED = _Requests()


class Apprise(Adapter):
    fields = (
        Field(
            "url", "Service", "secret", required=True,
            help="Its address as apprise wants it, with {to} where the customer’s number or chat id goes, such as"
            " twilio://SID:TOKEN@+15551234567/{to}.",
        ),
        COUNTRY,
    )  # fmt: skip

    def send(self, out: Outgoing, key: str) -> Receipt:
        address = e164(out.address, self.setup.text("country")) if out.channel == "sms" else out.address
        plugin = self._plugin(address, key)
        CHECKED.calls.forget()
        went = plugin.notify(body=out.content.get("body", ""), title=out.content.get("title", ""))
        answer, error = CHECKED.calls.answer, CHECKED.calls.error
        if error is not None and not went:
            raise failed(error)
        if answer is None:
            raise Refused(f"{plugin.service_name} does not take this address or message", status="plugin")
        if not went:
            receipt(answer)
            raise Unknown(f"{plugin.service_name} did not say that it took it", status=str(answer.status_code))
        return Receipt(receipt(answer).provider_id or key, "sent", str(answer.status_code))

    def _plugin(self, address: str, key: str) -> Any:
        """Made for each message: an address of apprise's names the recipient. Raises Busy for one it cannot read."""
        import apprise  # takes about a second

        url = self.setup.text("url").replace(TO, quote(address, safe="")).replace(KEY, quote(key, safe=""))
        found: Any = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if found is None:
            raise Busy("Apprise does not know this service, or its address is not whole")
        modules = [
            sys.modules[one.__module__] for one in type(found).__mro__ if one.__module__.startswith("apprise.plugins.")
        ]
        if not any(hasattr(one, "requests") for one in modules):
            raise Busy(f"{found.service_name} is not spoken to by the web: it cannot be used here")
        for one in modules:
            if getattr(one, "requests", CHECKED) is not CHECKED:
                one.requests = CHECKED  # type: ignore[attr-defined]
        found.request_rate_per_sec = 0  # our own rates hold; its way is to sleep
        return found

    def check(self) -> str:
        try:
            self._plugin(TRY_OUT.get(self.setup.channel, "1"), "check")
        except Busy as error:
            return error.reason
        return ""
