"""Adding, changing, archiving sources and rotating keys: allowed, denied, and what is refused."""

from typing import Any

import pytest

from pentad.core.actor import CLI, Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.models import AuditLine
from pentad.data.ingest import actions
from pentad.data.ingest.models import Source

pytestmark = pytest.mark.django_db
VIEWER = Actor("user", "7", "Lea Sommer", frozenset({"sources.view"}))


def add(name: str = "Web shop", **options: Any) -> Source:
    return actions.add_source(actor=CLI, name=name, **options)


def test_a_new_source_has_a_key_and_an_audit_line() -> None:
    source = add("  Web\u00a0  shop ")
    assert source.name == "Web shop"
    assert len(source.write_key) == 32
    assert source.write_key[0].isalnum()
    line = AuditLine.objects.get()
    assert (line.action, line.subject, line.right) == ("add_source", f"source:{source.id}", "sources.edit")
    assert source.write_key not in str(line.detail)


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "bell\x07", "zero\u200bwidth\u2028"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(Invalid):
        add(name)


def test_a_name_is_taken_whatever_its_case_and_in_the_archive() -> None:
    first = add()
    with pytest.raises(Conflict):
        add("WEB SHOP")
    actions.archive_source(actor=CLI, source=first)
    with pytest.raises(Conflict, match="archive"):
        add()


@pytest.mark.parametrize(
    "origin",
    [
        "shop.example",
        "ftp://x.example",
        "https://x.example/path",
        "https://u@x.example",
        "https://x:99999",
        "javascript:alert(1)",
        "https://",
    ],
)
def test_origins_that_cannot_be(origin: str) -> None:
    with pytest.raises(Invalid):
        add(origins=[origin])


def test_origins_are_kept_as_browsers_send_them() -> None:
    assert add(origins=["HTTPS://Shop.Example/", "", "https://shop.example", "http://localhost:3000"]).origins == [
        "https://shop.example", "http://localhost:3000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "options", [{"kind": "fax"}, {"priority": 0}, {"rate_per_second": 0}, {"rate_per_second": 10**9}]
)
def test_values_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        add(**options)


def test_a_change_is_written_down_field_by_field() -> None:
    source = actions.change_source(actor=CLI, source=add(), enabled=False, priority=100, name="Shop")
    source.refresh_from_db()
    assert (source.enabled, source.name) == (False, "Shop")
    assert AuditLine.objects.latest("id").detail["changed"] == {"enabled": [True, False], "name": ["Web shop", "Shop"]}
    with pytest.raises(Invalid):
        actions.change_source(actor=CLI, source=source, write_key="chosen")


def test_rotating_archiving_and_restoring() -> None:
    source = add()
    before = source.write_key
    assert actions.rotate_key(actor=CLI, source=source).write_key != before
    key = source.write_key
    assert actions.archive_source(actor=CLI, source=source).archived
    assert actions.restore_source(actor=CLI, source=source).archived is None
    assert source.write_key == key


def test_our_own_source_stays_as_it_is() -> None:
    own = Source.objects.filter(kind="pentad").first() or Source.objects.create(
        name="Pentad", kind="pentad", write_key="k"
    )
    for act in (actions.archive_source, actions.rotate_key):
        with pytest.raises(Conflict):
            act(actor=CLI, source=own)


def test_who_only_looks_changes_nothing() -> None:
    source = add()
    for act in (actions.archive_source, actions.restore_source, actions.rotate_key, actions.change_source):
        with pytest.raises(Denied):
            act(actor=VIEWER, source=source)
    with pytest.raises(Denied):
        actions.add_source(actor=VIEWER, name="Mine")
