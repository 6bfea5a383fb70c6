"""Many write at once while lines are sealed: every line has one place, none is left out, and all fit together."""

import threading

import pytest
from django.db import connections

from pentad.core.actor import SYSTEM, Actor
from pentad.core.models import AuditLine
from pentad.core.settings import change_setting
from pentad.roles.audit import chain, looked_at, retention, telling  # noqa: F401  retention defines the setting
from pentad.roles.audit.verifying import verify

WRITERS, EACH = 4, 8


@pytest.mark.django_db(transaction=True)
def test_lines_of_many_at_once_are_sealed_each_once() -> None:
    faults: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for n in range(EACH):
                change_setting(actor=SYSTEM, name="audit.keep_days", value=number * EACH + n)
                looked_at(Actor("user", str(number), "Somebody"), f"person:{number}-{n}")
                telling.write_waiting()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        chain.seal_waiting()
    assert faults == []
    verdict = verify()
    assert verdict.sound and verdict.lines == 2 * WRITERS * EACH
    assert list(AuditLine.objects.order_by("no").values_list("no", flat=True)) == list(range(1, verdict.lines + 1))
