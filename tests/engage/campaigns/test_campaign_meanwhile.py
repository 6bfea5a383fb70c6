"""What happens to customers while a campaign is at work on them: two become one."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from pentad.core import clock
from pentad.data.identity.models import Person
from pentad.engage.campaigns import releasing
from tests.engage.campaigns import running
from tests.engage.campaigns.running import outcomes, people, plan, segment, sent, started, work

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mailbox() -> None:
    running.destination()


def test_an_entry_that_is_read_again_after_two_became_one_is_told_once() -> None:
    with clock.held(NOON):
        ada, old, bo = people("Ada", "Old", "Bo")
        fresh = segment("Fresh")
        trigger = {"on": "segment", "segment": fresh.id, "again_days": 0}
        row = started(plan(content={"message": running.message().id}, when={"start": "trigger", "trigger": trigger}))
        work()
    with clock.held(NOON + timedelta(minutes=1)):
        running.enter(fresh, old)
        work()
        assert sent() == ["old"]
        old.root = ada
        old.save()
        running.enter(fresh, bo)  # entries before it are looked at again
        work()
        assert (sent(), outcomes(row).keys()) == (["old", "bo"], {"Old", "Bo"})
        running.enter(fresh, ada)
        work()
        assert outcomes(row)["Ada"] == ("queued", ""), "another entry is another message"


def test_who_becomes_another_while_it_is_composed_is_told_as_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.held(NOON):
        ada, old = people("Ada", "Old")
        row = started(plan(audience={"include": [segment("All", [old]).id]}, content={"message": running.message().id}))
        looked_up = releasing.roots_of

        def and_merge(numbers: Collection[int]) -> dict[int, int]:
            roots = looked_up(numbers)
            Person.objects.filter(pk=old.pk).update(root=ada)
            return roots

        monkeypatch.setattr(releasing, "roots_of", and_merge)
        work()
        assert (sent(), outcomes(row)) == (["ada"], {"Old": ("queued", "")})
