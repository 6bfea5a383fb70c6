"""Whatever is done to lines by hand in the database is found, and the first line it was done to is named."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from pentad.core import clock, hooks, trail
from pentad.core import settings as runtime_settings
from pentad.core.actor import CLI, SYSTEM, Actor
from pentad.core.errors import Conflict, Invalid
from pentad.core.models import AuditCheckpoint, AuditLine
from pentad.roles.audit import chain, record, retention
from pentad.roles.audit.verifying import Finding, verify

pytestmark = pytest.mark.django_db
NADIA = Actor("user", "1", "Nadia Karim")


def write(count: int) -> list[AuditLine]:
    made = [record(NADIA, "rename", f"thing:{n}", letters=n) for n in range(count)]
    chain.seal_waiting()
    return made


def found() -> Finding:
    finding = verify().finding
    assert finding is not None
    return finding


def test_an_untouched_log_is_sound() -> None:
    write(5)
    record(NADIA, "rename", "thing:tail", whole=1.0, part=0.1, large=1e22, nested={"b": [1, None], "a": "é€"})
    verdict = verify()
    assert (verdict.sound, verdict.lines, verdict.unsealed) == (True, 6, 0)
    assert not [problem for problem in hooks.doctor_checks() if problem.check == "audit"]


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "user:2"}, {"actor_name": "Tom"}, {"action": "view"}, {"subject": "thing:9"}, {"origin": "10.0.0.1"},
        {"detail": {"letters": 3}}, {"right": "x.y"}, {"at": clock.now()},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_changed_line_is_named_by_the_doctor(change: dict[str, object]) -> None:
    write(5)
    AuditLine.objects.filter(no=3).update(**change)
    assert found().what == "changed" and found().message.startswith("Line 3 (id ")
    problem = next(problem for problem in hooks.doctor_checks() if problem.check == "audit")
    assert problem.severity == "error" and "Line 3 (id " in problem.message and problem.fix


def test_a_changed_line_with_a_mark_of_another_is_named() -> None:
    write(5)
    AuditLine.objects.filter(no=3).update(mark=AuditLine.objects.get(no=2).mark)
    assert (found().what, found().message[:8]) == ("inserted", "Line 3 (")


@pytest.mark.parametrize(("gone", "first", "last"), [([3], 3, 3), ([1, 2], 1, 2), ([2, 3, 4], 2, 4), ([4, 5], 4, 5)])
def test_removed_lines_are_named(gone: list[int], first: int, last: int) -> None:
    write(5)
    AuditLine.objects.filter(no__in=gone).delete()
    assert (found().what, found().first, found().last) == ("removed", first, last)
    write(2)
    assert (found().what, found().first, found().last) == ("removed", first, last), "also when the log went on"


def test_the_whole_log_removed_is_noticed() -> None:
    write(3)
    AuditLine.objects.all().delete()
    assert found().message == "Lines 1 to 3 were removed."


def test_a_line_put_in_by_hand_is_named_before_and_after_it_was_sealed() -> None:
    write(2)
    AuditLine.objects.bulk_create([AuditLine(actor="user:2", actor_name="Tom", action="rename", mark=bytes(24))])
    assert found().what == "inserted"
    write(2)
    assert (found().what, found().message[:8]) == ("inserted", "Line 3 (")


def test_a_copied_line_is_named() -> None:
    write(2)
    line = AuditLine.objects.get(no=1)
    line.pk, line.no, line.seal = None, None, None
    line.save(force_insert=True)
    assert (found().what, found().message[:8]) == ("copied", "Line 3 (")


def test_lines_that_changed_places_are_named() -> None:
    write(4)
    AuditLine.objects.filter(no=2).update(no=-1)
    AuditLine.objects.filter(no=3).update(no=2)
    AuditLine.objects.filter(no=-1).update(no=3)
    assert (found().what, found().message[:8]) == ("moved", "Line 2 (")


def test_another_key_makes_other_seals(settings: object) -> None:
    write(2)
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert found().what == "inserted"


def test_a_line_of_a_transaction_that_was_taken_back_leaves_no_gap() -> None:
    write(1)
    with transaction.atomic():
        record(NADIA, "rename")
        transaction.set_rollback(True)
    write(1)
    assert list(AuditLine.objects.order_by("no").values_list("no", flat=True)) == [1, 2]
    assert verify().sound


def test_what_commits_late_comes_later_in_the_chain() -> None:
    """Ids are given before the commit: a lower one may be seen after a higher one was sealed."""
    late, early = record(NADIA, "late"), record(NADIA, "early")
    AuditLine.objects.filter(pk=late.pk).delete()
    chain.seal_waiting()
    late.save(force_insert=True)
    chain.seal_waiting()
    assert dict(AuditLine.objects.values_list("action", "no")) == {"early": 1, "late": 2}
    assert early.pk > late.pk and verify().sound


class TestLettingGo:
    def old(self, count: int) -> None:
        with clock.held(clock.now() - timedelta(days=400)):
            write(count)

    def test_a_signed_checkpoint_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "BATCH", 2)
        self.old(5)
        write(2)
        runtime_settings.put("audit.keep_days", 365)
        assert retention.prune(actor=SYSTEM) == 5
        chain.seal_waiting()
        point = AuditCheckpoint.objects.get()
        assert (point.first, point.last, point.reason) == (1, 5, "pruned")
        assert verify().sound and AuditLine.objects.latest("id").action == "prune_audit"
        assert retention.prune(actor=SYSTEM) == 0

    def test_all_may_go_and_the_chain_goes_on(self) -> None:
        self.old(3)
        runtime_settings.put("audit.keep_days", 365)
        assert retention.prune(actor=SYSTEM) == 3
        write(1)
        assert verify().sound and AuditLine.objects.latest("id").no == 5

    def test_nothing_goes_unless_it_is_asked_for(self) -> None:
        self.old(3)
        assert retention.prune(actor=SYSTEM) == 0

    def test_a_stretched_checkpoint_is_noticed(self) -> None:
        self.old(3)
        write(2)
        runtime_settings.put("audit.keep_days", 365)
        retention.prune(actor=SYSTEM)
        AuditLine.objects.filter(no=4).delete()
        AuditCheckpoint.objects.update(last=4, seal=bytes(32))
        assert found().what == "checkpoint"


class TestAnOlderBackup:
    def test_is_accepted_with_a_reason_that_stays(self) -> None:
        write(5)
        AuditLine.objects.filter(no__gte=4).delete()
        write(2)
        assert (found().first, found().last) == (4, 5)
        with pytest.raises(Invalid):
            retention.accept(actor=CLI, reason=" ")
        retention.accept(actor=CLI, reason="Restored the backup of Monday")
        assert verify().sound
        line = AuditLine.objects.get(action="accept_missing")
        assert line.detail == {"first": 4, "last": 5, "reason": "Restored the backup of Monday"}

    def test_lines_from_the_midst_cannot_be_accepted(self) -> None:
        write(5)
        AuditLine.objects.filter(no=2).delete()
        with pytest.raises(Conflict):
            retention.accept(actor=CLI, reason="Never mind")
        assert found().what == "removed"


def test_a_file_of_the_data_folder_that_was_forged_counts_for_nothing() -> None:
    write(2)
    Path(settings.DATA, "audit.head").write_text(f"9 {bytes(32).hex()} {bytes(32).hex()}\n")
    assert chain.in_folder() is None and verify().sound


def test_the_canonical_form_is_the_same_for_what_databases_give_back() -> None:
    at = clock.now()
    assert trail.canonical(at, "x", detail={"n": 1e3, "l": (1,)}) == trail.canonical(
        at, "x", detail={"l": [1], "n": 1000}
    )
