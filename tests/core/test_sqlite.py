"""Threads of a process write in the order in which they came."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from pentad.core.models import Setting
from pentad.core.sqlite import base
from pentad.core.sqlite.line import Line
from tests.serving import until


def test_each_gets_their_turn_in_the_order_in_which_they_came() -> None:
    line, order = Line(), list[int]()
    assert line.take(0) and not line.take(0.001), "whoever gave up is out of the line"

    def wait(number: int) -> None:
        assert line.take(30)
        order.append(number)
        line.give_back()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(4)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        until(lambda number=number: len(line._waiting) == number)
    line.give_back()
    for thread in threads:
        thread.join(30)
    assert order == [0, 1, 2, 3]
    assert line.take(0)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_a_turn_is_given_back_however_a_transaction_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    line = base._lines.setdefault(str(connection.settings_dict["NAME"]), Line())
    seen = list[bool]()

    def is_free() -> bool:
        if free := line.take(0):
            line.give_back()
        return free

    def write(*, fails: bool = False, closes: bool = False) -> None:
        with transaction.atomic():
            seen.append(is_free())
            Setting.objects.create(name="turn", value=1)
            with transaction.atomic():
                Setting.objects.filter(name="turn").delete()
            if closes:
                connection.close()
            if fails:
                raise ValueError

    write()
    assert is_free()
    with pytest.raises(ValueError):
        write(fails=True)
    assert is_free()
    write(closes=True)
    assert is_free() and seen == [False] * 3
    assert line.take(0)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)
    with pytest.raises(OperationalError, match="locked"):
        write()
    line.give_back()
    write()
    assert is_free()
