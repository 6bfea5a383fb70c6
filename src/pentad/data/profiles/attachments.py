"""Files of notes: on disk under random names, in rows by their own.

A file is on disk before its row commits, and goes after its row has gone: what a crash leaves between is an orphan,
swept once a day.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from pentad.core import settings
from pentad.core.errors import Invalid, NotFound, TooLarge
from pentad.core.runtime import folder
from pentad.data.profiles.models import Attachment, Note
from pentad.data.profiles.rules_files import HEAD, PROGRAM, plain_name, type_of

MOST = 10
"""Files of one note."""
LARGEST = settings.define(
    "notes.file_mb", 10, "The largest file that can be attached to a note, in MB.", minimum=1, maximum=25
)
Upload: TypeAlias = "UploadedFile[Any]"
ORPHAN_SECONDS = 3_600
"""A file without a row is left alone for so long: its note may be about to be saved."""


def home() -> Path:
    return folder().root / "attachments"


def path_of(key: str) -> Path:
    return home() / key[:2] / key


def check(uploads: "Sequence[Upload]", already: int = 0) -> None:
    """Raise Invalid or TooLarge for what is not taken, before anything is kept."""
    if len(uploads) + already > MOST:
        raise Invalid(f"A note has at most {MOST} files.", code="too_many_files", fix="Write another note.")
    for upload in uploads:
        if not upload.size:
            raise Invalid(f"“{plain_name(upload.name or '')}” is empty.", code="empty_file")
        if upload.size > LARGEST.get() * 1_000_000:
            raise TooLarge(
                f"“{plain_name(upload.name or '')}” has {upload.size / 1e6:.1f} MB; the most is {LARGEST.get()} MB.",
                code="file_too_large",
                fix="Make it smaller, or put it where a link can point to.",
            )


def attach(note: Note, uploads: "Sequence[Upload]") -> list[Attachment]:
    """Keep files with a note, in the transaction of the action under way. Raises Invalid for a program."""
    check(uploads, note.files.count())
    written: list[str] = []
    try:
        return [_attach(note, upload, written) for upload in uploads]
    except BaseException:
        remove(written)
        raise


def _attach(note: Note, upload: "Upload", written: list[str]) -> Attachment:
    key = secrets.token_hex(20)
    written.append(key)
    path = path_of(key)
    for each in (home(), path.parent):
        each.mkdir(mode=0o700, exist_ok=True)
    head = b""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for chunk in upload.chunks():
            head = head or bytes(chunk[:HEAD])
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    kind, name = type_of(head), plain_name(upload.name or "")
    if kind == PROGRAM:
        raise Invalid(f"“{name}” is a program.", code="file_is_program", fix="Programs are not kept with customers.")
    return Attachment.objects.create(note=note, name=name, size=path.stat().st_size, type=kind, key=key)


def find(id: str) -> Attachment:
    """Raises NotFound; also when its note was deleted. Whether the reader may see the customer, the caller asks."""
    found = Attachment.objects.select_related("note__person__root").filter(id=id, note__deleted=None).first()
    if found is None or not path_of(found.key).is_file():
        raise NotFound("There is no such file.", code="file_not_found", fix="Reload the customer's page.")
    return found


def keys_of(person_nos: Collection[int]) -> list[str]:
    """The names on disk of all files of these customers."""
    return list(Attachment.with_removed.filter(note__person_id__in=person_nos).values_list("key", flat=True))


def remove(keys: Collection[str]) -> None:
    """Take files off the disk; those that are gone already are fine."""
    for key in keys:
        with contextlib.suppress(FileNotFoundError):
            path_of(key).unlink()


def remove_on_commit(keys: Collection[str]) -> None:
    transaction.on_commit(lambda: remove(keys))


def sweep() -> int:
    """Remove files that no row knows; returns how many."""
    before = time.time() - ORPHAN_SECONDS
    old = [path for path in home().glob("??/*") if path.stat().st_mtime < before]
    known = set(Attachment.with_removed.filter(key__in=[path.name for path in old]).values_list("key", flat=True))
    orphans = [path.name for path in old if path.name not in known]
    remove(orphans)
    return len(orphans)
