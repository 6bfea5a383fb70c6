"""How what a delivery says is kept: packed, without what all deliveries of the same version have in common."""

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pentad.platforms.channels.items import Item, Message
from pentad.platforms.channels.models import PayloadBase

LEAST_PEOPLE = 5
"""Different customers whose messages are compared: only words told to all of them are kept as common."""
MOST_PEOPLE = 12
WINDOW = 32_000
"""Bytes of a dictionary that deflate looks back over."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Message).decode
_WORDS = re.compile(rb"[^\s<>\"]+|[\s<>\"]+")


class Packer:
    """Packs messages that share a dictionary. b"" is none."""

    def __init__(self, dictionary: bytes = b"") -> None:
        # Made once and copied: reading the dictionary in takes longer than packing a message. A window no larger than needed
        # is copied sooner.
        bits = min(15, max(10, (2 * len(dictionary)).bit_length())) if dictionary else 15
        made = zlib.compressobj(1, wbits=bits, memLevel=6, zdict=dictionary) if dictionary else zlib.compressobj(1)
        self._fresh = made

    def pack(self, item: Item) -> bytes:
        packing = self._fresh.copy()
        return packing.compress(written(item)) + packing.flush()


def written(item: Item) -> bytes:
    kept: dict[str, Any] = {"content": item.content, "links": item.links}
    if not item.once_in_run:
        kept["once_in_run"] = False
    if item.rests:
        kept["rests"] = item.rests
    if item.address:
        kept["address"] = item.address
    return _encode(kept)


def unpack(payload: bytes, dictionary: bytes = b"") -> Message:
    """The message again; an empty one when its content has been removed since."""
    if not payload:
        return Message({})
    unpacking = zlib.decompressobj(zdict=dictionary) if dictionary else zlib.decompressobj()  # of any window
    return _decode(unpacking.decompress(bytes(payload)) + unpacking.flush())


def common(texts: Sequence[bytes]) -> bytes:
    """The words of the first text that stand in all the others too, in their order."""
    first, *others = texts
    held = [set(_WORDS.findall(text)) for text in others]
    kept = b"".join(word for word in _WORDS.findall(first) if all(word in words for words in held))
    return kept[-WINDOW:]


def base_of(key: str, texts: Mapping[int, bytes]) -> PayloadBase | None:
    """What is common to deliveries of this key; made of these texts by person where there is none yet, if they are enough."""
    found = PayloadBase.objects.filter(key=key).first()
    if found is None and len(texts) >= LEAST_PEOPLE:
        dictionary = common(list(texts.values())[:MOST_PEOPLE])
        if dictionary:
            found = PayloadBase.objects.get_or_create(key=key, defaults={"dictionary": dictionary})[0]
    return found
