"""Build the pre-migrated SQLite database that a first start copies.

python -m pentad.config.template          after a change of any app's migrations
python -m pentad.config.template --check  says whether the committed one is current
"""

import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from pentad.config.bootstrap import TEMPLATE

Content = dict[str, list[tuple[object, ...]]]


def build(place: Path) -> bytes:
    """A migrated database, packed. Run in a process of its own, on an empty folder: `place`."""
    os.environ |= {"PENTAD_DATA": str(place), "PENTAD_DATABASE": "", "DJANGO_SETTINGS_MODULE": "pentad.config.settings"}
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from pentad.config.bootstrap import fingerprint, stamp

    call_command("migrate", interactive=False, verbosity=0)
    stamp(fingerprint())
    with connection.cursor() as cursor:
        # Fixed times, so that building twice gives the same file.
        cursor.execute("UPDATE django_migrations SET applied = '2026-01-01 00:00:00'")
        cursor.execute("UPDATE pentad_core_setting SET changed = '2026-01-01 00:00:00'")
    connection.close()
    file = place / "pentad.db"
    with sqlite3.connect(file) as plain:
        plain.execute("PRAGMA journal_mode=DELETE")
        plain.execute("VACUUM")
    plain.close()
    return gzip.compress(file.read_bytes(), 9, mtime=0)


def content(packed: bytes) -> Content:
    """Schema and rows, for comparison: the bytes differ between versions of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "t.db")
        file.write_bytes(gzip.decompress(packed))
        database = sqlite3.connect(file)
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: Content = {
            "": sorted(database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"), key=repr),
            **{table: sorted(database.execute(f'SELECT * FROM "{table}"'), key=repr) for table in tables},
        }
        database.close()
    return found


def fresh() -> bytes:
    """The template as the present migrations make it."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.gz")
        subprocess.run([sys.executable, "-m", "pentad.config.template", "--into", str(out)], check=True)
        return out.read_bytes()


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--into"]:
        with tempfile.TemporaryDirectory() as folder:
            Path(arguments[1]).write_bytes(build(Path(folder)))
        return 0
    packed = fresh()
    if arguments == ["--check"]:
        same = TEMPLATE.exists() and content(packed) == content(TEMPLATE.read_bytes())
        sys.stdout.write("current\n" if same else "outdated: run python -m pentad.config.template\n")
        return 0 if same else 1
    TEMPLATE.write_bytes(packed)
    sys.stdout.write(f"{TEMPLATE}: {len(packed) // 1024} KB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
