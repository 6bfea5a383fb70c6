"""Presence: who is at a record now, told only to those who may see it, written nowhere."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.roles.access.gate import EYES
from pentad.roles.access.manage.actions import share
from pentad.roles.access.models import User
from pentad.roles.access.rights_models import FieldRule, Role
from pentad.roles.together import presence
from tests.roles.notices.conftest import Browser

NOW = datetime(2026, 6, 5, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    presence.forget_all()
    yield
    presence.forget_all()


def beat(client: Client, record: Person, doing: str = "", window: str = "1", **more: str) -> Any:
    return client.post("/here/", {"at": f"people:{record.id}", "doing": doing, "window": window, **more})


def told(client: Client, record: Person) -> list[str]:
    return re.findall(r'<li[^>]* title="([^"]+)"', beat(client, record).content.decode())


def test_colleagues_see_each_other_and_what_they_do(nadia: User, rita: User, keiko: Person, browser: Browser) -> None:
    hers, theirs = browser(rita), browser(nadia)
    with clock.held(NOW):
        assert told(hers, keiko) == []
        assert told(theirs, keiko) == ["Rita Osei is looking"]
        beat(hers, keiko, "field:trait:loyalty_tier")
        beat(hers, keiko, "", window="2")
        assert told(theirs, keiko) == ["Rita Osei is editing Loyalty tier"], "once, and of her windows the busy one"
        beat(hers, keiko, "note")
        assert told(theirs, keiko) == ["Rita Osei is writing a note"]
        beat(hers, keiko, gone="1")
        assert told(theirs, keiko) == ["Rita Osei is looking"], "in her other window"
    with clock.held(NOW + timedelta(seconds=31)):
        assert told(theirs, keiko) == []
    assert beat(hers, keiko, "anything").status_code == 400


def test_nothing_is_written(rita: User, keiko: Person, browser: Browser, django_assert_max_num_queries: Any) -> None:
    hers = browser(rita)
    beat(hers, keiko)
    with django_assert_max_num_queries(14) as asked:
        beat(hers, keiko)
    reads = ("SELECT", "WITH", "SAVEPOINT", "RELEASE", "BEGIN")
    changes = [one["sql"] for one in asked if not one["sql"].lstrip().startswith(reads)]
    assert changes == []
    assert not [one["sql"] for one in asked if re.search(r"\b(INSERT INTO|UPDATE|DELETE FROM)\b", one["sql"])]


def test_only_of_what_one_may_see(nadia: User, rita: User, sam: User, keiko: Person, browser: Browser) -> None:
    assert beat(browser(sam), keiko).status_code == 404
    assert told(browser(rita), keiko) == []
    share(actor=SYSTEM, record=keiko, user=sam)
    beat(browser(rita), keiko, "field:trait:salary")
    FieldRule.objects.create(role=Role.objects.get(name="rep"), kind="people", target="trait:salary", level="hidden")
    assert told(browser(sam), keiko) == ["Rita Osei is editing"], "not even that there is such a field"
    assert told(browser(nadia), keiko) == ["Rita Osei is editing Salary", "Sam Vogel is looking"]


def test_who_looks_through_a_colleagues_eyes_is_not_there(
    nadia: User, rita: User, keiko: Person, browser: Browser
) -> None:
    through = browser(nadia)
    session = through.session
    session[EYES] = rita.pk
    session.save()
    assert "data-here" not in through.get(f"/people/{keiko.id}/").content.decode()
    assert beat(through, keiko).status_code == 403
    assert told(browser(rita), keiko) == []
    assert "data-here" in browser(rita).get(f"/people/{keiko.id}/").content.decode()


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "MOST_RECORDS", 3)
    monkeypatch.setattr(presence, "MOST_AT_ONE", 2)
    with clock.held(NOW):
        for number in range(5):
            for user in range(4):
                one = presence.Here(user, f"U{user}", "", "", clock.now_us())
                presence.come(("people", number), "1", one)
        assert [len(presence.others(("people", number), 99)) for number in range(5)] == [0, 0, 2, 2, 2]
