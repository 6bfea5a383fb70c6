"""Tests that commit leave the database as Django's own `flush` does: see tests/emptying.py."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from pentad.core.models import Setting
from pentad.roles.access.rights_models import Grant, Role
from tests import emptying


def contents() -> dict[str, int]:
    with connection.cursor() as cursor:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        return {name: len(emptying._rows("default", name, cursor)) for name in names}


def first_rows() -> list[tuple[object, ...]]:
    grants = Grant.objects.values_list("role_id", "role__label", "right", "scope", "deny")
    return [*sorted(grants), *Role.objects.order_by("name").values_list()]


@pytest.mark.django_db(transaction=True)
def test_what_is_left_is_what_flush_leaves() -> None:
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
    flushed, rows = contents(), first_rows()

    Setting.objects.create(name="left", value=1)
    Role.objects.create(name="barista", label="Barista")
    Role.objects.filter(name="rep").update(label="Changed")
    Grant.objects.filter(role_id="rep").delete()
    TransactionTestCase._fixture_teardown(TransactionTestCase())  # type: ignore[attr-defined]

    assert contents() == flushed
    assert first_rows() == rows
