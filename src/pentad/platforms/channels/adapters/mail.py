"""A mail as bytes: the parts that mail programs show, the headers that servers ask for, and the signature (DKIM)."""

import email.policy
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from pentad.core import clock
from pentad.platforms.channels.adapters.protocol import Outgoing, Refused, Setup

POLICY = email.policy.SMTP.clone(max_line_length=200)
SIGNED = [
    b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type", b"reply-to",
    b"list-unsubscribe", b"list-unsubscribe-post",
]  # fmt: skip
"""RFC 8058 asks that the headers of one-click unsubscribing be signed."""


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom mail goes. domain: of Message-ID. key: DKIM's private key (PEM), "" for none."""

    address: str
    name: str
    reply_to: str
    envelope: str
    domain: str
    dkim_domain: str = ""
    selector: str = ""
    key: str = ""

    @classmethod
    def of(cls, setup: Setup) -> "Sender":
        address = setup.text("from_address")
        domain = address.rpartition("@")[2] or "localhost"
        return cls(
            address, setup.text("from_name"), setup.text("reply_to"), setup.text("bounces_to", address), domain,
            setup.text("dkim_domain", domain), setup.text("dkim_selector", "pentad"), setup.text("dkim_key"),
        )  # fmt: skip

    def problem(self) -> str:
        """What is wrong with the key; "" when nothing is."""
        if not self.key:
            return ""
        try:
            signature(b"From: a@example.com\r\n\r\n\r\n", self)
        except Exception as error:
            return f"The DKIM key cannot be used: {type(error).__name__}: {error}"
        return ""


def message_bytes(out: Outgoing, key: str, sender: Sender) -> bytes:
    """The whole mail, signed where there is a key. Raises Refused for an address or a header that no mail can have."""
    try:
        data = _message(out, key, sender).as_bytes()
    except Exception as error:  # of a header that cannot be, the library raises what it likes; nothing has left yet
        raise Refused(f"It cannot be a mail: {error}", status="malformed") from None
    return signature(data, sender) + data if sender.key else data


def _message(out: Outgoing, key: str, sender: Sender) -> EmailMessage:
    content = out.content
    mail = EmailMessage(policy=POLICY.clone(utf8=not out.address.isascii()))
    mail["From"] = _address(sender.name, sender.address)
    mail["To"] = _address("", out.address)
    mail["Subject"] = one_line(content.get("subject", ""))
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{key}@{sender.domain}>"
    if reply := one_line(content.get("reply_to", "") or sender.reply_to):
        mail["Reply-To"] = reply
    for name, value in out.headers.items():
        mail[name] = one_line(value)
    text, html = content.get("text", ""), content.get("html", "")
    mail.set_content(text or " ", cte="quoted-printable")
    if html:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def _address(name: str, address: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=one_line(address))


def one_line(text: str) -> str:
    """A header cannot hold line breaks, and what a customer calls themselves must not begin another one."""
    return " ".join(text.replace("\0", " ").split())


def signature(data: bytes, sender: Sender) -> bytes:
    """The DKIM-Signature header of a mail (RFC 6376), as a line of its own."""
    import dkim  # takes a while to load, and most tests and commands send nothing

    present = {line.partition(b":")[0].strip().lower() for line in data.split(b"\r\n\r\n", 1)[0].split(b"\r\n")}
    made: bytes = dkim.sign(
        data,
        sender.selector.encode(),
        sender.dkim_domain.encode(),
        sender.key.encode(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[name for name in SIGNED if name in present],
    )
    return made
