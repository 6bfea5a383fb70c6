"""The pure rules of ingestion: time correction, message keys, and why a message is set aside."""

import hashlib
import re
from dataclasses import dataclass
from itertools import accumulate

TYPES = ("identify", "track", "page", "screen", "group", "alias")
MAX_MESSAGE_BYTES = 32 * 1024
MAX_PROPERTIES = 300
MAX_MESSAGE_ID = 100
MAX_GROUP_ID = 500
MAX_DEPTH = 40
"""Objects and lists inside each other, the message itself counted."""
MAX_EXACT = 2**53
"""From here on a JSON number with a point no longer tells whole numbers apart."""


def corrected_us(received: int, sent: int | None, original: int | None) -> int:
    """When an event happened by the server's clock. All values in microseconds since the epoch.

    timestamp = received − (sent − original): the client's clock error cancels out. Without `sent`
    the client's time stands; without both it is the time of receipt. Never in the future.
    """
    if original is None:
        return received
    if sent is None:
        return min(original, received)
    return min(received - (sent - original), received)


def identifier_text(value: str | int | float) -> str:
    """An identifier as text: a number without a fraction is the same with and without a point. As `shape.identifier_sql`."""
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_EXACT:
        return str(int(value))
    return str(value)


_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def too_deep(raw: str) -> bool:
    """Whether the JSON is nested deeper than MAX_DEPTH: what is read or shown of it walks it level by level."""
    brackets = re.sub(r"[^\[\]{}]+", "", _TEXT.sub("", raw))
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MAX_DEPTH


def message_key(source_no: int, message_id: str) -> int:
    """The 64-bit number under which the ledger knows a message: the second half of an MD5, as
    DuckDB's md5_number_lower gives it. Not a secret; chosen because it is stable and quick."""
    digest = hashlib.md5(f"{source_no}:{message_id}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message was set aside, and what its sender can do."""

    code: str
    says: str
    fix: str


REASONS = {
    r.code: r
    for r in (
        Reason("malformed_json", "The message is not valid JSON.", "Encode the body with a JSON library, in UTF-8."),
        Reason(
            "invalid_unicode",
            "A text holds half of a surrogate pair.",
            "Send whole characters: cut texts by characters, not by UTF-16 units.",
        ),
        Reason("null_byte", "A text holds the character U+0000.", "Remove null characters before sending."),
        Reason(
            "wrong_type",
            "A field has the wrong JSON type.",
            "Send identifiers and names as strings; properties, traits and context as objects.",
        ),
        Reason(
            "unknown_type",
            "The message's type is not one of identify, track, page, screen, group, alias.",
            "Use one of the six types.",
        ),
        Reason(
            "no_user_anon_id",
            "Neither userId nor anonymousId is given.",
            "Send at least one of them with every message.",
        ),
        Reason("missing_event", "A track message needs the name of its event.", "Set the field “event”."),
        Reason("missing_group_id", "A group message needs a groupId.", "Set the field “groupId”."),
        Reason(
            "group_id_too_long",
            f"The groupId is longer than {MAX_GROUP_ID} characters.",
            "Use the identifier of the company, not a description.",
        ),
        Reason("missing_previous_id", "An alias message needs previousId and userId.", "Set both fields."),
        Reason("message_id_too_long", f"The messageId has more than {MAX_MESSAGE_ID} characters.", "Use a UUID."),
        Reason(
            "message_too_large",
            f"The message is larger than {MAX_MESSAGE_BYTES // 1024} KB.",
            "Send a reference instead of the content.",
        ),
        Reason(
            "too_many_properties",
            f"The message has more than {MAX_PROPERTIES} properties or traits.",
            "Send what you will use; put lists into one property.",
        ),
        Reason(
            "too_deep",
            f"The message is nested more than {MAX_DEPTH} levels deep.",
            "Flatten its properties, traits and context.",
        ),
        Reason(
            "identifier_too_long",
            "An identifier is longer than 500 characters.",
            "Use the identifier itself, not a token or a document.",
        ),
        Reason(
            "bad_timestamp",
            "The timestamp cannot be read or lies before 1970.",
            "Send ISO 8601, such as 2026-11-20T10:00:00Z.",
        ),
        Reason(
            "id_conflict",
            "The same messageId came before with a different content; the first was kept.",
            "Make a new messageId for each message.",
        ),
        Reason(
            "blocked_identifiers",
            "All identifiers of the message are on the list of blocked values.",
            "Send the identifier only when it is known; leave it out instead of “null” or zeros.",
        ),
        Reason(
            "loader_failed",
            "The message could not be loaded.",
            "Report what the detail says; the message waits here unharmed.",
        ),
        Reason(
            "erased",
            "The message was received before its person was erased.",
            "Nothing to do: erased data does not come back.",
        ),
    )
}
