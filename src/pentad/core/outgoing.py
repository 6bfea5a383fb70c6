"""Calls to addresses that somebody typed in: never to a private network unless the operator allows it.

    with outgoing.session() as session:
        session.get("https://login.example.com/.well-known/openid-configuration").json()

The address a name stands for is looked up once, checked and then connected to, so that a name which answers differently
the second time gains nothing. Redirects go the same way.
"""

import functools
import ipaddress
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from pentad.core import settings
from pentad.core.errors import Invalid

PRIVATE = settings.define(
    "outgoing.private",
    list[str](),
    "Private networks that Pentad may call, such as 10.0.7.0/24: an identity provider inside the house, for instance."
    " Everything else that is not on the Internet is refused.",
)
MOST_BYTES = 4 * 1024 * 1024
TIMEOUT_SECONDS = 10.0


class Refused(requests.ConnectionError):
    """The address is not one that Pentad calls."""


def allowed(address: str) -> bool:
    """Whether Pentad may connect to this IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return (ip.is_global and not ip.is_multicast) or any(
        ip in network for network in _networks() if network.version == ip.version
    )


def _networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for text in PRIVATE.get():
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue  # a typing mistake allows nothing
    return found


def checked_address(host: str, port: int) -> str:
    """One address of the host. Raises Refused when any of them may not be called, or there is none."""
    try:
        found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise Refused(f"There is no address for {host}: {error}") from None
    if bad := [address for address in found if not allowed(address)]:
        raise Refused(
            f"{host} is at {bad[0]}, which is not on the Internet. The setting outgoing.private can allow it."
        )
    return found[0]


class _Checked:
    """Connects to the address that was checked; certificates are still those of the name."""

    _dns_host: str
    port: int

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        self._dns_host = checked_address(name, self.port)
        try:
            made: socket.socket = super()._new_conn()  # type: ignore[misc]
        finally:
            self._dns_host = name
        return made


class _Http(_Checked, HTTPConnection):
    pass


class _Https(_Checked, HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLError as error:
            error.unsent = True  # type: ignore[attr-defined]
            raise


def is_unsent(error: requests.exceptions.SSLError) -> bool:
    """Whether there was no encrypted connection yet. Encryption can also fail afterwards, with the request taken."""
    found: Any = error
    while isinstance(found, BaseException) and not hasattr(found, "unsent"):
        found = getattr(found, "reason", None) or next(iter(found.args), None)
    return isinstance(found, BaseException)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Transport(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        answer: requests.Response = super().send(request, *args, **{**kwargs, "stream": True})
        body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
        answer.raw.release_conn()
        if len(body) > MOST_BYTES:
            raise requests.ConnectionError(f"The answer of {request.url} is longer than {MOST_BYTES} bytes.")
        answer._content, answer._content_consumed = body, True
        return answer


def session() -> requests.Session:
    """A session whose calls are checked, bounded in size and time, and go through no proxy of the environment."""
    made = requests.Session()
    made.trust_env = False
    made.mount("http://", _Transport())
    made.mount("https://", _Transport())
    made.request = functools.partial(made.request, timeout=TIMEOUT_SECONDS)  # type: ignore[method-assign]
    return made


def check_url(url: str, field: str) -> str:
    """An address worth calling: https, or http inside an allowed private network. Raises Invalid."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        raise Invalid(f"“{url}” is no web address.", code="bad_address", fix="It begins with https://.", field=field)
    if parts.scheme == "http" and not _is_private(parts.hostname):
        raise Invalid(f"“{url}” is not encrypted.", code="bad_address", fix="Use https.", field=field)
    return url.strip()


def _is_private(host: str) -> bool:
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return all(not ipaddress.ip_address(one.partition("%")[0]).is_global and allowed(one) for one in found)
