"""From a data folder to a working Django with an up-to-date database, quickly.

A new SQLite database is a copy of the pre-migrated template in this package: migrating from
nothing takes long. Afterwards a fingerprint of the migration files, kept in the database, tells
without loading them that there is nothing to do.
"""

import fcntl
import gc
import gzip
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pentad.core.errors import Conflict, Invalid, Unavailable

TEMPLATE = Path(__file__).with_name("template.db.gz")
FINGERPRINT = "schema.fingerprint"


def setup(data: Path | str, database: str | None = None, *, create: bool = True, log_level: str = "warning") -> Path:
    """Make this process ready to work on a data folder; returns the folder.

    data: the folder, made when missing unless `create` is false, then Invalid.
    database: URL of the relational database; default the one last given for this folder, else SQLite in it.
    """
    root = Path(data).expanduser().absolute()
    if not create and not root.is_dir():
        raise Invalid(
            f"There is no data folder {root}.",
            code="no_data_folder",
            fix=f"Give the right one with --data, or make it with: pentad up --data {root}",
        )
    _make_private(root)
    os.environ["PENTAD_DATA"] = str(root)
    os.environ["PENTAD_DATABASE"] = _database_url(root, database)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pentad.config.settings")

    import django

    django.setup()

    from pentad.core import logs

    logs.configure(level=log_level.upper())
    bring_up_to_date(root)
    spare_collector()
    return root


def spare_collector() -> None:
    """Keep the garbage collector from walking through everything again and again while slices are loaded.

    A slice makes a hundred thousand objects that live for a moment; at Python's threshold of 700 each of them is
    looked at several times, which took a tenth of the loader's time.
    """
    gc.set_threshold(20_000, 20, 20)


def _make_private(root: Path) -> None:
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid(f"The data folder {root} cannot be made: {error.strerror}.", code="bad_data_folder") from None
    if not os.access(root, os.W_OK | os.X_OK):
        raise Invalid(f"The data folder {root} is not writable by this user.", code="bad_data_folder")


def _database_url(root: Path, given: str | None) -> str:
    """The address is kept in the folder, so that later commands need not repeat it."""
    kept = root / "database.url"
    if given:
        if not given.startswith(("postgres://", "postgresql://", "sqlite://")):
            raise Invalid(
                "The database is neither SQLite nor PostgreSQL.",
                code="bad_database_url",
                fix="Write --database postgresql://USER:PASSWORD@HOST/NAME",
            )
        if not kept.exists() or kept.read_text() != given:
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(given)
        return given
    return os.environ.get("PENTAD_DATABASE") or (kept.read_text() if kept.exists() else "")


def bring_up_to_date(root: Path) -> bool:
    """Make or migrate the database when needed. True when something was done."""
    from django.db import connection

    wanted = fingerprint()
    file = _sqlite_file()
    if (file is None or file.exists()) and _known_fingerprint() == wanted:
        return False
    with _only_one(root):
        if file is not None and not file.exists():
            _copy_template(file)
        if _known_fingerprint() != wanted:
            _migrate(wanted)
    connection.close()
    return True


def fingerprint() -> str:
    """A hash of all migration files of all installed apps."""
    from django.apps import apps

    total = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for file in sorted(Path(config.path, "migrations").glob("[0-9]*.py")):
            total.update(f"{config.label}/{file.name}\0".encode())
            total.update(file.read_bytes())
    return total.hexdigest()[:16]


def _sqlite_file() -> Path | None:
    from django.db import connection

    if connection.vendor != "sqlite":
        return None
    return Path(str(connection.settings_dict["NAME"]))


def _known_fingerprint() -> str | None:
    """What the database says it was last migrated to; None when it is empty. Raises Unavailable when out of reach."""
    from django.db import DatabaseError, OperationalError, connection

    from pentad.core.models import Setting

    try:
        row = Setting.objects.filter(name=FINGERPRINT).first()
    except OperationalError as error:
        if connection.vendor == "sqlite" and "no such table" in str(error):
            return None
        raise Unavailable(
            f"The database cannot be reached: {str(error).strip().splitlines()[0]}", code="database_unreachable"
        ) from None
    except DatabaseError:  # PostgreSQL: the table does not exist yet
        connection.close()
        return None
    return str(row.value) if row else None


def _migrate(wanted: str) -> None:
    from django.core.management import call_command

    _check_not_newer()
    call_command("migrate", interactive=False, verbosity=0)
    stamp(wanted)


def _check_not_newer() -> None:
    """Raise Conflict when the database knows migrations that this code does not: it would misread the tables."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    unknown = [f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in loader.disk_migrations]
    if unknown:
        raise Conflict(
            f"This data folder was last used by a newer Pentad (it knows {', '.join(sorted(unknown)[:3])}).",
            code="newer_data",
            fix="Install that version again, or restore a backup from before it.",
        )


def stamp(wanted: str) -> None:
    from pentad.core.models import Setting

    Setting.objects.update_or_create(name=FINGERPRINT, defaults={"value": wanted})


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Several commands may meet a new or outdated folder at once: one works, the others wait."""
    handle = os.open(root / "setup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _copy_template(file: Path) -> None:
    """Under another name first: nobody ever opens half a database."""
    from django.db import connection

    connection.close()
    part = file.with_name(f"{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with gzip.open(TEMPLATE, "rb") as packed, os.fdopen(handle, "wb") as out:
        shutil.copyfileobj(packed, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, file)


def describe() -> dict[str, Any]:
    """Where things are, for logs and the first lines of `pentad up`. Never shows a password."""
    from django.conf import settings
    from django.db import connection

    place = connection.settings_dict
    where = str(place["NAME"]) if connection.vendor == "sqlite" else f"{place['HOST']}/{place['NAME']}"
    return {"data": str(settings.DATA), "database": f"{connection.vendor}: {where}"}
