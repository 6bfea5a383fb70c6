"""From a folder to a working database: the template, the fingerprint, settings of a folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from pentad.config import bootstrap, template

pytestmark = pytest.mark.django_db


def test_the_template_is_what_the_migrations_make() -> None:
    assert template.content(template.fresh()) == template.content(bootstrap.TEMPLATE.read_bytes()), (
        "migrations changed: run python -m pentad.config.template and commit the result"
    )


def test_the_template_knows_the_present_migrations() -> None:
    rows = template.content(bootstrap.TEMPLATE.read_bytes())["pentad_core_setting"]
    assert [row[1] for row in rows] == [f'"{bootstrap.fingerprint()}"']


def test_models_have_migrations(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "pentad.config.settings", "PENTAD_DATA": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout


def test_system_checks_are_clean() -> None:
    call_command("check", fail_level="WARNING")


def test_an_older_database_is_migrated(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("old")
    script = (
        "import sys; from pentad.config import bootstrap\n"
        "root = bootstrap.setup(sys.argv[1])\n"
        "from pentad.core.models import Setting\n"
        "first = bootstrap.bring_up_to_date(root)\n"
        "Setting.objects.filter(name=bootstrap.FINGERPRINT).update(value='older')\n"
        "print(first, bootstrap.bring_up_to_date(root), bootstrap.bring_up_to_date(root))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    script = (
        "import sys; from pentad.config import bootstrap\n"
        "root = bootstrap.setup(sys.argv[1])\n"
        "from pentad.core.models import Setting\n"
        "from django.db.migrations.recorder import MigrationRecorder\n"
        "MigrationRecorder.Migration.objects.create(app='pentad_data', name='0099_of_tomorrow')\n"
        "Setting.objects.filter(name=bootstrap.FINGERPRINT).update(value='newer')\n"
        "bootstrap.bring_up_to_date(root)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "newer Pentad (it knows pentad_data.0099_of_tomorrow)" in done.stderr


def test_setting_up_loads_no_ledger(tmp_path: Path) -> None:
    """Each command sets Pentad up; the engine alone would take as long again, and few commands ask it anything."""
    code = (
        "import sys; from pentad.config.bootstrap import setup; setup(sys.argv[1]);"
        " print(sorted({'duckdb', 'pyarrow', 'pandas'} & set(sys.modules)))"
    )
    environment = os.environ | {"PENTAD_DATABASE": ""}  # its own: a sibling leaves the shared one newer than the code
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[]\n"
