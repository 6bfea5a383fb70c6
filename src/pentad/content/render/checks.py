"""What is wrong with a message before anybody gets it. Pure: what is known of the world is handed in.

A “stop” keeps a message from being published; a “warn” is for its author to weigh; “fine” says what was looked at.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from html.parser import HTMLParser
from typing import Literal

from pentad.content.render import contrast
from pentad.content.render.links import SCHEMES
from pentad.content.render.usage import Steps, Use

Level = Literal["stop", "warn", "fine"]
CLIPPED = 102_000
"""Bytes from which Gmail cuts a mail off."""
MOST_MAIL = 500_000
SUBJECT, PREHEADER, TITLE, PUSH = 70, 140, 60, 170
"""Characters that most programs show."""
SMS_PARTS = 3
EVERYBODY_HAS = frozenset({"id"})
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ASIDE = re.compile(r"^(https?:)?//(www\.)?example\.(com|org|net)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """where: the part, as “A · email · en”, and the line where there is one. about: the path of the variable it speaks of."""

    level: Level
    code: str
    text: str
    where: str = ""
    about: Steps = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Names that variables may have, by root; None: anything. always: those that everybody has, such as the address of the
    channel. hidden: those that are not proposed.
    """

    names: dict[str, frozenset[str] | None]
    always: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def variables(uses: Iterable[Use], known: Known, where: str) -> Iterator[Check]:
    """Each variable is one there is, and says what happens without a value."""
    told, missing = set[str](), list[str]()
    for use in uses:
        if use.name in told:
            continue
        wrong = _unknown(use, known)
        if wrong:
            told.add(use.name)
            yield Check("stop", "unknown_variable", wrong, f"{where} · line {use.line}", use.path)
        elif not use.guarded and not _always(use, known):
            told.add(use.name)
            missing.append(use.name)
            yield _without_fallback(use, where)
    if not told:
        yield Check("fine", "variables", "Every variable is known and says what happens without a value.", where)


def _always(use: Use, known: Known) -> bool:
    if use.path[0] in ("links", "now", "today", "campaign"):
        return True
    return len(use.path) == 2 and (str(use.path[1]) in EVERYBODY_HAS or use.name in known.always)


def _without_fallback(use: Use, where: str) -> Check:
    name = use.name
    if use.path[0] == "event":
        text = f"Who comes with an event without “{name}” gets nothing; with a fallback they would: {{{{ {name} | default: … }}}}."
        return Check("warn", "no_fallback", text, f"{where} · line {use.line}", use.path)
    fix = f'write {{{{ {name} | default: "…" }}}}, or ask first: {{% if {name} %}}'
    return Check(
        "stop",
        "no_fallback",
        f"“{name}” has no fallback for customers without it: {fix}.",
        f"{where} · line {use.line}",
        use.path,
    )


def _unknown(use: Use, known: Known) -> str:
    root = str(use.path[0])
    if root not in known.names:
        guess = _near(root, known.names)
        return f"There is no “{use.name}”: messages speak of {', '.join(known.names)}.{guess}"
    names = known.names[root]
    if names is None or len(use.path) < 2 or not isinstance(use.path[1], str) or use.path[1] in names:
        return ""
    whose = {"customer": "No customer has", "company": "No company has"}.get(root, "There is no")
    return f"{whose} “{use.path[1]}”.{_near(use.path[1], names - known.hidden)}"


def _near(name: str, among: Iterable[str]) -> str:
    found = get_close_matches(name, list(among)[:5000], n=1, cutoff=0.7) if len(name) < 60 else []
    return f" Did you mean “{found[0]}”?" if found else ""


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.images: list[dict[str, str]] = []
        self.forbidden: list[str] = []
        self.text = 0
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        self._style = tag in ("style", "title")
        if tag == "img":
            self.images.append(given)
        if tag in ("script", "iframe", "object", "embed", "form"):
            self.forbidden.append(f"<{tag}>")
        self.forbidden += [name for name in given if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.text += len(data.strip())


def mail(
    html: str, mjml: str, links: Sequence[str], where: str, *, transactional: bool, fields: dict[str, str]
) -> Iterator[Check]:
    """html: compiled, with its Liquid."""
    yield from _header(fields, where)
    yield from _links(links, where)
    if not transactional:
        found = any("links.unsubscribe" in one or "links.preferences" in one for one in links)
        yield _either(
            found, "unsubscribe", "Who has enough can unsubscribe.",
            "There is no link to unsubscribe: link to {{ links.unsubscribe }}.", where,
        )  # fmt: skip
    yield from _looks(html, where)
    yield from (
        Check("stop" if one.ratio < contrast.LEAST_LARGE else "warn", "contrast", one.text, where)
        for one in contrast.faint(mjml)
    )


def _either(good: bool, code: str, fine: str, wrong: str, where: str, level: Level = "stop") -> Check:
    return Check("fine", code, fine, where) if good else Check(level, code, wrong, where)


def _header(fields: dict[str, str], where: str) -> Iterator[Check]:
    subject = _LIQUID.sub("…", fields["subject"]).strip()
    if len(subject) > SUBJECT:
        yield Check("warn", "subject_length", f"Most programs cut a subject after about {SUBJECT} characters.", where)
    if subject.isupper() and len(subject) > 8:
        yield Check("warn", "subject_capitals", "The subject is in capitals: filters take that for spam.", where)
    if not fields["preheader"].strip() and "<mj-preview" not in fields["mjml"]:
        yield Check("warn", "preheader", "Without a preheader the inbox shows how the mail begins.", where)
    reply = _LIQUID.sub("x", fields["reply_to"]).strip()
    if reply and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+|[^<>\n]*<[^@\s<>]+@[^@\s<>]+>", reply):
        yield Check("stop", "reply_to", f"“{reply[:60]}” is no address to reply to.", where)


def _links(links: Sequence[str], where: str) -> Iterator[Check]:
    before = 0
    for level, code, text in (found for address in dict.fromkeys(links) for found in _link(address.strip())):
        before += 1
        yield Check(level, code, text, where)
    if not before:
        yield Check("fine", "links", f"{len(links)} links lead somewhere." if links else "There are no links.", where)


def _link(address: str) -> Iterator[tuple[Level, str, str]]:
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", address)
    if not address or address == "#":
        yield "stop", "link_empty", "A link leads nowhere."
    elif scheme and scheme[1].lower() not in SCHEMES:
        yield "stop", "link_scheme", f"A link leads to “{address[:60]}”: only {', '.join(SCHEMES)} may be linked to."
    elif _ASIDE.match(address):
        yield "stop", "link_example", f"A link leads to “{address[:60]}”, which is an example."
    elif scheme and scheme[1].lower() == "http":
        yield "warn", "link_plain", f"“{address[:60]}” is not encrypted: write https."
    elif not scheme and not address.startswith(("{", "/", "#")):
        yield "stop", "link_relative", f"“{address[:60]}” is no whole address: begin it with https://."


def _looks(html: str, where: str) -> Iterator[Check]:
    seen = _Seen()
    seen.feed(_LIQUID.sub("x", html))
    if seen.forbidden:
        yield Check("stop", "forbidden_html", f"Mail programs remove {seen.forbidden[0]}: leave it out.", where)
    without = sum("alt" not in one for one in seen.images)
    yield _either(
        not without, "alternative_text", "Every image says in words what it shows." if seen.images else "There are no images.",
        f"{without} of {len(seen.images)} images have no alternative text (alt); an empty one is right for ornaments.", where,
    )  # fmt: skip
    for one in seen.images:
        if one.get("src", "").startswith("data:"):
            yield Check(
                "warn", "image_inline", "Most programs do not show images that stand in the mail itself.", where
            )
        elif not one.get("src", "").startswith(("http", "/", "x")):
            yield Check("stop", "image_source", f"“{one.get('src', '')[:60]}” is no address of an image.", where)
    if seen.images and seen.text < 40:
        yield Check("warn", "image_only", "There is hardly any text: who sees no images sees nothing.", where)
    size = len(html.encode())
    if size > MOST_MAIL:
        yield Check("stop", "size", f"The mail has {size:,} bytes; {MOST_MAIL:,} are allowed.", where)
    else:
        yield _either(
            size <= CLIPPED, "size", f"The mail has {size:,} bytes.",
            f"The mail has {size:,} bytes: Gmail cuts it off after {CLIPPED:,}.", where, "warn",
        )  # fmt: skip


def sms_parts(text: str) -> tuple[int, bool]:
    """How many messages a text goes out as, and whether one character makes all of them shorter (3GPP TS 23.038)."""
    if all(one in _GSM or one in _GSM_TWICE for one in text):
        length = len(text) + sum(one in _GSM_TWICE for one in text)
        return (1 if length <= 160 else -(-length // 153)), False
    length = len(text.encode("utf-16-le")) // 2
    return (1 if length <= 70 else -(-length // 67)), True


def sms(body: str, where: str) -> Iterator[Check]:
    """By its fixed text: variables make it longer."""
    number, wide = sms_parts(_LIQUID.sub("", body))
    least = " at least" if _LIQUID.search(body) else ""
    said = f"It goes out as{least} {number} SMS" + (
        "; a character such as an emoji makes each hold 67." if wide else "."
    )
    yield Check("warn" if number > SMS_PARTS or (wide and number > 1) else "fine", "sms_length", said, where)


def lengths(fields: dict[str, str], where: str) -> Iterator[Check]:
    """Of push and in-app messages."""
    for name, most in (("title", TITLE), ("body", PUSH)):
        length = len(_LIQUID.sub("", fields.get(name, "")))
        if length > most:
            yield Check("warn", f"{name}_length", f"The {name} has {length} characters; about {most} are shown.", where)


def addressed(url: str, where: str) -> Iterator[Check]:
    """Where a push or in-app message leads; nowhere is fine."""
    if url.strip():
        yield from _links([url], where)
