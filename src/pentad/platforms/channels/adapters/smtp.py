"""Mail by plain SMTP: one connection a thread, kept for many messages.

Mail servers do not know a message again, so nothing is sent again of which it is unknown whether it was taken. That is only so
from the moment the last line of the message is on its way: see `_hand_over`.
"""

import smtplib
import socket
import ssl
import threading
import time

from pentad.platforms.channels.adapters.mail import Sender, message_bytes
from pentad.platforms.channels.adapters.protocol import (
    Adapter,
    Busy,
    Field,
    Outgoing,
    Receipt,
    Refused,
    SendError,
    Setup,
    Unknown,
)

MOST_A_CONNECTION = 100
IDLE_SECONDS = 30.0
"""Servers hang up on who says nothing; a connection that rested longer is made anew."""
NO_SUCH_ADDRESS = {550, 551, 553}


class Smtp(Adapter):
    fields = (
        Field("host", "Mail server", "text", required=True),
        Field("port", "Port", "number", default=587),
        Field(
            "security", "Encryption", "choice", default="starttls",
            choices=(("starttls", "STARTTLS"), ("tls", "TLS from the start"), ("none", "None: inside the house alone")),
        ),
        Field("user", "User name", "text"),
        Field("password", "Password", "secret"),
        Field("from_address", "Sender’s address", "email", required=True),
        Field("from_name", "Sender’s name", "text"),
        Field("reply_to", "Answers go to", "email"),
        Field("bounces_to", "Bounces go to", "email", help="The envelope’s sender; the sender’s address when empty."),
        Field("dkim_domain", "DKIM: domain", "text", help="Usually what stands behind the @ of the sender’s address."),
        Field("dkim_selector", "DKIM: selector", "text", default="pentad"),
        Field(
            "dkim_key", "DKIM: private key", "secret", help="Made by Pentad; its public half goes into your DNS.", made=True
        ),
        Field("timeout", "Seconds to wait for an answer", "number", default=20),
    )  # fmt: skip

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._sender = Sender.of(setup)
        self._timeout = float(min(max(setup.number("timeout", 20), 1), 60))
        self._own = threading.local()
        self._made: list[smtplib.SMTP] = []

    def send(self, out: Outgoing, key: str) -> Receipt:
        data = message_bytes(out, key, self._sender)
        server = self._connection()
        try:
            self._envelope(server, out.address)
            status, said = _hand_over(server, data)
        except SendError:
            self._end()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self._end()
            raise Busy(f"The connection broke: {error}") from None
        self._own.left, self._own.used = self._own.left - 1, time.monotonic()
        return Receipt(f"<{key}@{self._sender.domain}>", "sent", status, said)

    def _envelope(self, server: smtplib.SMTP, address: str) -> None:
        """Say from whom and to whom. A refused sender is about us, a refused recipient about the message."""
        options = ["SMTPUTF8", "BODY=8BITMIME"] if not address.isascii() else []
        if options and not server.has_extn("smtputf8"):
            raise Refused("The mail server takes no addresses with letters beyond ASCII")
        code, said = server.mail(self._sender.envelope, options)
        if code >= 400:
            raise Busy(f"The sender {self._sender.envelope} is refused: {_text(said)}", status=_status(code, said))
        code, said = server.rcpt(_ascii_domain(address))
        if code >= 500:
            raise Refused(_text(said), status=_status(code, said), address=_no_such_address(code, said))
        if code == 421:
            raise Busy(_text(said), status=_status(code, said))
        if code >= 400:
            raise Refused(_text(said), status=_status(code, said), permanent=False)

    # ── The connection ──────────────────────────────────────────────────────────────────────────

    def _connection(self) -> smtplib.SMTP:
        server: smtplib.SMTP | None = getattr(self._own, "server", None)
        if server is not None and self._own.left > 0 and time.monotonic() - self._own.used < IDLE_SECONDS:
            try:
                if server.rset()[0] == 250:
                    return server
            except (OSError, smtplib.SMTPException):
                pass  # it hung up: made anew below
        self._end()
        self._own.server = server = self._connected()
        self._own.left, self._own.used = MOST_A_CONNECTION, time.monotonic()
        self._made.append(server)
        return server

    def _connected(self) -> smtplib.SMTP:
        host, security = self.setup.text("host"), self.setup.text("security", "starttls")
        port = self.setup.number("port", 465 if security == "tls" else 587)
        try:
            name = socket.getfqdn() or "localhost"
            if security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    host, port, name, timeout=self._timeout, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(host, port, name, timeout=self._timeout)
            server.ehlo_or_helo_if_needed()
            if security == "starttls":
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if user := self.setup.text("user"):
                server.login(user, self.setup.text("password"))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            code = getattr(error, "smtp_code", "")
            raise Busy(f"No connection to {host}:{port}: {error}", status=str(code)) from None
        return server

    def _end(self) -> None:
        server: smtplib.SMTP | None = getattr(self._own, "server", None)
        if server is not None:
            self._own.server = None
            self._made.remove(server)
            server.close()

    def close(self) -> None:
        made, self._made = self._made, []
        for server in made:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()

    def check(self) -> str:
        try:
            self._connection()
        except Busy as error:
            return error.reason
        return self._sender.problem()


def _hand_over(server: smtplib.SMTP, data: bytes) -> tuple[str, str]:
    """DATA, and the answer. Until the line with the single dot is sent, the server cannot have taken the message (RFC 5321,
    4.1.1.4); from then on, only its answer tells.
    """
    code, said = server.docmd("DATA")
    if code != 354:
        raise _refused(code, said)
    quoted = smtplib._quote_periods(data)  # type: ignore[attr-defined]  # what SMTP.data does first
    server.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")
    try:
        server.send(b".\r\n")
        code, said = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unknown(f"No answer after the message: {error}") from None
    if code == 250:
        return _status(code, said), _text(said)
    raise _refused(code, said)


def _refused(code: int, said: bytes) -> SendError:
    if code == 421 or code < 400:
        return Busy(_text(said), status=_status(code, said))
    return Refused(_text(said), status=_status(code, said), permanent=code >= 500)


def _no_such_address(code: int, said: bytes | str) -> bool:
    """5.1.x is about the address; 5.2.x its mailbox, 5.7.x a policy (RFC 3463). Without that, the code must do."""
    enhanced = _status(code, said).partition(" ")[2]
    return enhanced.startswith("5.1.") if enhanced else code in NO_SUCH_ADDRESS


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:300]


def _status(code: int, said: bytes | str) -> str:
    """The code, with the enhanced one (RFC 3463) where the server says it."""
    first = _text(said).partition(" ")[0]
    return f"{code} {first}" if first.count(".") == 2 and first.replace(".", "").isdigit() else str(code)


def _ascii_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise Refused(f"“{domain}” is no domain", address=True) from None
