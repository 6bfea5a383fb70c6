"""Is this body fit to be accepted, and how many messages does it hold?

Only the outer form is looked at: whole JSON, UTF-8, sizes, the list of messages. What each message
says is judged by the loader, which sets aside the ones that are wrong and shows them, so that one bad
message never costs its neighbours.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

import msgspec

from pentad.core.errors import Invalid
from pentad.data.ingest.bodies import too_large
from pentad.data.ingest.limits import Limits

_ABSENT = msgspec.Raw()


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]
    writeKey: Any = None
    context: msgspec.Raw = _ABSENT


class _Single(msgspec.Struct):
    writeKey: Any = None
    context: msgspec.Raw = _ABSENT


class Apart(NamedTuple):
    """A message that must travel in a frame of its own; `place` is its index among those sent."""

    body: bytes
    type: str
    place: int


@dataclass(slots=True)
class Accepted:
    """A body that may be written: what it holds and the write key inside it."""

    body: bytes
    count: int
    key: str
    direct: bool = False
    """The sender vouches that the connection is the customer's own (context.direct)."""
    apart: list[Apart] = field(default_factory=list)
    flags: int = 0


_batch = msgspec.json.Decoder(_Batch)
_single = msgspec.json.Decoder(_Single)


def open_batch(body: bytes, limits: Limits, *, large: bool = False) -> Accepted:
    """Look into `{"batch": […], …}`. Raises Invalid. large: with the limits of an import."""
    body = plain(body, limits.import_batch if large else limits.batch)
    most = limits.import_items if large else limits.items
    try:
        found = _batch.decode(body)
    except msgspec.ValidationError as problem:
        raise Invalid(
            f"The body is not a batch: {problem}.",
            code="not_a_batch",
            fix="Send an object with a list “batch” of messages.",
        )
    except msgspec.DecodeError as problem:
        return _with_half_characters(body, problem, most)
    except RecursionError:
        _too_deep()
    check_count(len(found.batch), most)
    return Accepted(body, len(found.batch), _key(found.writeKey), _direct(found.context))


def open_message(body: bytes, limits: Limits) -> Accepted:
    """Look into a single message. Raises Invalid."""
    body = plain(body, limits.message, "message_too_large")
    try:
        found = _single.decode(body)
    except msgspec.ValidationError as problem:
        raise Invalid(f"The body is not a message: {problem}.", code="wrong_type", fix="Send one JSON object.")
    except msgspec.DecodeError as problem:
        value = _lenient(body, problem)
        if not isinstance(value, dict):
            raise Invalid(
                "The body is not a message: it is not an object.", code="wrong_type", fix="Send one JSON object."
            )
        return Accepted(body, 1, _key(value.get("writeKey")))
    except RecursionError:
        _too_deep()
    return Accepted(body, 1, _key(found.writeKey), _direct(found.context))


def plain(body: bytes, limit: int, code: str = "body_too_large") -> bytes:
    """The body without a byte order mark. Raises Invalid when it is too large or not UTF-8."""
    if len(body) > limit:
        if code == "body_too_large":
            raise too_large(limit)
        raise Invalid(
            f"The message has {len(body)} bytes; {limit} are allowed.",
            code=code,
            fix="Send a reference instead of the content itself.",
        )
    if body[:3] == b"\xef\xbb\xbf":
        body = body[3:]
    try:
        body.decode()
    except UnicodeDecodeError as problem:
        raise Invalid(
            f"The body is not UTF-8: byte {problem.start} cannot be read.",
            code="invalid_utf8",
            fix="Encode the JSON as UTF-8.",
        )
    return body


def check_count(count: int, most: int) -> None:
    """Raise Invalid for a batch of too many messages."""
    if count > most:
        raise Invalid(
            f"The batch holds {count} messages; {most} are allowed.",
            code="too_many_messages",
            fix="Send several smaller batches.",
        )


def _key(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _direct(context: msgspec.Raw) -> bool:
    if b'"direct"' not in bytes(context):
        return False
    value = msgspec.json.decode(context)
    return isinstance(value, dict) and value.get("direct") is True


def _too_deep() -> NoReturn:
    raise Invalid("The JSON is nested too deeply.", code="too_deep", fix="Flatten the properties.")


def _malformed(problem: object) -> NoReturn:
    raise Invalid(
        f"The body is not valid JSON: {problem}.",
        code="malformed_json",
        fix="Encode the body with a JSON library, in UTF-8.",
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    if math.isfinite(number := float(text)):
        return number
    raise ValueError(f"{text[:40]} is out of range")


def _lenient(body: bytes, problem: Exception) -> Any:
    """Read what the strict decoder refuses and JSON allows: an escape with half a surrogate pair.

    Browsers send it for an emoji that was cut in two. Anything else is malformed for good.
    """
    if b"\\ud" not in body.lower():
        _malformed(problem)
    try:
        return json.loads(body, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        _too_deep()
    except ValueError as other:
        _malformed(other)


def _with_half_characters(body: bytes, problem: Exception, most: int) -> Accepted:
    """A batch in which some message holds half a character: that one travels apart and is set aside."""
    value = _lenient(body, problem)
    if not isinstance(value, dict) or not isinstance(value.get("batch"), list):
        raise Invalid(
            "The body is not a batch.", code="not_a_batch", fix="Send an object with a list “batch” of messages."
        )
    items = value.pop("batch")
    check_count(len(items), most)
    sound = [item for item in items if _whole(item)]
    apart = [
        Apart(json.dumps(item).encode(), _type_of(item), place) for place, item in enumerate(items) if not _whole(item)
    ]
    rest = {name: part for name, part in value.items() if _whole(part)}
    return Accepted(json.dumps({**rest, "batch": sound}).encode(), len(sound), _key(value.get("writeKey")), apart=apart)


def _type_of(item: Any) -> str:
    """A frame of a single message names its type; what is read of an unreadable one matters little."""
    kind = item.get("type") if isinstance(item, dict) else None
    return kind if isinstance(kind, str) and kind and _whole(kind) else "track"


def _whole(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
        return True
    except UnicodeEncodeError:
        return False
