"""Files that were sent to be imported: on disk under random names until they are imported, or for a day.

They hold customers' data in a form that cannot be searched for one of them, so all that waits goes with any erasure.
"""

import contextlib
import os
import secrets
import time
from pathlib import Path
from typing import Any, TypeAlias

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from pentad.core import settings
from pentad.core.errors import Invalid, TooLarge
from pentad.core.runtime import folder
from pentad.data.imports.models import Import

LARGEST = settings.define(
    "imports.file_mb", 50, "The largest file that can be imported in the browser, in MB.", minimum=1, maximum=100
)
Upload: TypeAlias = "UploadedFile[Any]"
WAITS_SECONDS = 24 * 3600
REJECTS_SECONDS = 30 * 24 * 3600


def home() -> Path:
    return folder().root / "imports"


def path_of(key: str) -> Path:
    return home() / key


def rejects_of(id: str) -> Path:
    """Where the rows of an import that could not be read are."""
    return home() / f"{id}.rejects.csv"


def keep(upload: Upload) -> tuple[str, str]:
    """Write a file to the disk; returns its key and its name."""
    name = Path((upload.name or "").replace("\\", "/")).name.strip()[:255]
    name = "".join(one for one in name if one.isprintable()) or "file"
    if not upload.size:
        raise Invalid(f"“{name}” is empty.", code="file_empty", fix="Choose another file.")
    if upload.size > LARGEST.get() * 1_000_000:
        raise TooLarge(
            f"“{name}” has {upload.size / 1e6:.1f} MB; the most is {LARGEST.get()} MB.",
            code="file_too_large",
            fix="Import it on the command line: `pentad import transactions FILE` takes files of any size.",
        )
    key = f"{secrets.token_hex(16)}.upload"
    home().mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path_of(key), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
    return key, name


def remove(key: str) -> None:
    if key:
        with contextlib.suppress(FileNotFoundError):
            path_of(key).unlink()


def remove_on_commit(key: str) -> None:
    transaction.on_commit(lambda: remove(key))


def in_use() -> set[str]:
    """Names on disk of the files that are being imported."""
    busy = Import.objects.filter(status__in=[Import.WAITING, Import.RUNNING, Import.LOADING]).exclude(upload="")
    return {name for row in busy for name in (row.upload, rejects_of(row.id).name)}


def clear() -> None:
    """Remove what waits, and rejected rows, but for the files that are being read."""
    busy = in_use()
    for path in home().glob("*"):
        if path.name not in busy:
            path.unlink(missing_ok=True)


def sweep() -> int:
    """Remove what was kept long enough; returns how many files."""
    now, gone, busy = time.time(), 0, in_use()
    for path in home().glob("*"):
        kept = REJECTS_SECONDS if path.name.endswith(".rejects.csv") else WAITS_SECONDS
        if path.name not in busy and path.stat().st_mtime < now - kept:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
