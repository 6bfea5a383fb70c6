"""What a file is, told from its first bytes: names lie. Pure."""

import re

HEAD = 4_096
"""Bytes that are looked at."""

UNKNOWN = "application/octet-stream"
PROGRAM = "program"
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"#!", PROGRAM),
)
WORDS = {
    "image/png": "PNG picture", "image/jpeg": "JPEG picture", "image/gif": "GIF picture", "image/webp": "WebP picture",
    "application/pdf": "PDF", "application/zip": "Archive or office document", "application/gzip": "Archive",
    "audio/mpeg": "Sound", "audio/ogg": "Sound", "audio/wav": "Sound", "video/mp4": "Video",
    "application/x-ole-storage": "Office document", "text/plain": "Text",
}  # fmt: skip


def type_of(head: bytes) -> str:
    """The media type of a file that begins like this; PROGRAM for what a machine would run, UNKNOWN for the rest."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return "text/plain" if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) == HEAD  # a letter cut in two at the end
    return True


def plain_name(name: str) -> str:
    """A file's name without folders, control characters and the dots that hide it; at most 120 characters."""
    last = re.split(r"[/\\]", name)[-1]
    text = " ".join("".join(c if c.isprintable() else " " for c in last).split()).lstrip(".")
    stem, dot, ending = text.rpartition(".")
    return (f"{stem[: 119 - len(ending)]}.{ending}" if dot and len(ending) < 12 else text[:120]) or "file"
