"""What import contracts cannot see: foreign keys, SQL on another's table, HTTP in the core, overlong files."""

import os
import re
import subprocess
import sys

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from tests.architecture.source import PACKAGE, name, python_files, strings

SHARED = {
    "pentad_data.person",
    "pentad_data.company",
    "pentad_roles.user",
    "pentad_roles.team",
    "contenttypes.contenttype",
    "allauth_idp_oidc.client",  # the half of an app that is the sign-in library's
}
LONGEST_FILE = {"src": 400, "tests": 500, "bench": 400, "scripts": 400}

SHARED_TABLES = {
    "src/pentad/config/template.py": "builds the whole database that a first start copies",
    "src/pentad/data/profiles/fold.py": "folds a slice into person rows and their search words, set by set, with the traits",
    "src/pentad/data/profiles/mirror_rows.py": "reads persons with all that is kept beside the events, set by set",
}
"""Files that use SQL on another feature's table, and why they may."""


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("pentad.")]


def test_foreign_keys_across_apps_point_to_what_is_shared() -> None:
    strays = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in our_models()
        for field in model._meta.get_fields(include_parents=False)
        if isinstance(field, ForeignKey)
        and field.related_model._meta.app_label != model._meta.app_label
        and field.related_model._meta.label_lower not in SHARED
        and model.__module__.split(".")[1] in {"core", "roles", "data", "platforms", "shell"}
        and field.related_model._meta.app_label != "auth"  # Django's own groups and permissions
    ]
    assert strays == []


def _feature(module: str) -> str:
    """`pentad.data.identity.models` → `data/identity`; a module right in a folder → that folder."""
    parts = module.split(".")[1:]
    return "/".join(parts[:2] if len(parts) > 2 else parts[:1])


def test_no_sql_on_another_features_table() -> None:
    """A table is written and read by SQL only in the folder whose models own it."""
    owners = {model._meta.db_table: _feature(model.__module__) for model in our_models()}
    pattern = re.compile(r"\b(?:from|join|into|update|table)\s+\"?(pentad_\w+)", re.IGNORECASE)
    strays = []
    for path in python_files("src"):
        if name(path) in SHARED_TABLES:
            continue
        parts = path.relative_to(PACKAGE).parts
        here = "/".join(parts[:2]) if len(parts) > 2 else parts[0]
        for line, text in strings(path):
            for table in pattern.findall(text):
                if owners.get(table.lower(), here) != here:
                    strays.append(f"{name(path)}:{line} uses {table} of {owners[table.lower()]}")
    assert strays == []


def test_the_core_and_the_rules_know_no_http() -> None:
    strays = [
        name(path)
        for path in python_files("src")
        if (path.is_relative_to(PACKAGE / "core") or path.name.startswith("rules"))
        and re.search(
            r"^\s*(?:from|import) (?:django\.(?:http|shortcuts|urls|views)|ninja|granian)", path.read_text(), re.M
        )
    ]
    assert strays == []


@pytest.mark.parametrize("folder", ["src", "tests", "bench", "scripts"])
def test_files_stay_readable(folder: str) -> None:
    long = {
        name(path): lines
        for path in python_files(folder)
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE[folder]
    }
    assert long == {}, f"longer than {LONGEST_FILE[folder]} lines: make two files of each"


def test_tests_do_not_sleep() -> None:
    """Tests wait for something to become true (tests.serving.until), not for time to pass."""
    sleepers = [
        name(path)
        for path in python_files("tests")
        if path.name not in {"serving.py", "test_tree.py"} and re.search(r"\bsleep\((?!0\))", path.read_text())
    ]
    assert sleepers == []


def test_nothing_is_left_to_do() -> None:
    notes = [
        f"{name(path)}:{number}"
        for path in python_files("src", "tests", "bench", "scripts")
        if path.name != "test_tree.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line)
    ]
    assert notes == []


def test_migrations_fit_the_models() -> None:
    """In a process of its own: tests run without migrations, which would hide every difference."""
    command = [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "pentad.config.settings"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"models and migrations differ:\n{done.stdout}{done.stderr}"
