from typing import Any

import pytest

from pentad.core import errors, settings
from pentad.core.actor import SYSTEM, Actor
from pentad.core.models import AuditLine, Setting

DAYS = settings.define("tests.days", 7, "Days to keep, 1 to 90.", minimum=1, maximum=90)
SHARE = settings.define("tests.share", 0.5, "A share.", minimum=0.0, maximum=1.0)
STYLE = settings.define("tests.style", "plain", "How it looks.", choices=("plain", "rich"))
NAMES = settings.define("tests.names", ["a"], "Some names.")
LOUD = settings.define("tests.loud", False, "Whether to be loud.")


def test_the_default_holds_until_a_value_is_put(db: None) -> None:
    assert DAYS.get() == 7
    settings.put("tests.days", 30)
    assert DAYS.get() == settings.get("tests.days") == 30
    settings.reset("tests.days")
    assert DAYS.get() == 7


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("tests.days", 0, "is below 1"),
        ("tests.days", 91, "is above 90"),
        ("tests.days", "7", "is not a whole number"),
        ("tests.days", True, "is not a whole number"),
        ("tests.days", None, "is not a whole number"),
        ("tests.share", float("nan"), "is below 0"),
        ("tests.share", "much", "is not a number"),
        ("tests.style", "bold", "is none of plain, rich"),
        ("tests.names", [1], "is not a list of texts"),
        ("tests.loud", 1, "is not yes or no"),
    ],
)
def test_a_bad_value_is_refused_with_the_reason(db: None, name: str, value: Any, why: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        settings.put(name, value)
    assert caught.value.code == "invalid_setting"
    assert why in caught.value.message
    assert caught.value.fix
    assert not Setting.objects.exists()


def test_typed_text_becomes_a_value() -> None:
    assert DAYS.parse(" 12 ") == 12
    assert SHARE.parse("1") == 1.0
    assert NAMES.parse("a, b,") == ["a", "b"]
    assert LOUD.parse("Yes") is True
    for one, text in ((DAYS, "twelve"), (LOUD, "maybe"), (SHARE, "1.5")):
        with pytest.raises(errors.Invalid):
            one.parse(text)


def test_a_whole_number_is_a_number(db: None) -> None:
    settings.put("tests.share", 1)
    assert SHARE.get() == 1.0


def test_a_stored_value_that_is_no_longer_allowed_gives_the_default(db: None) -> None:
    Setting.objects.create(name="tests.days", value=1000)
    assert DAYS.get() == 7


def test_an_unknown_setting_is_named(db: None) -> None:
    with pytest.raises(errors.NotFound, match="There is no setting “no such”"):
        settings.get("no such")


def test_changing_one_needs_the_right_and_leaves_a_line(db: None) -> None:
    with pytest.raises(errors.Denied):
        settings.change_setting(actor=Actor("user", "2", "Tom Reyes"), name="tests.days", value=9)
    settings.change_setting(actor=SYSTEM, name="tests.days", value=9)
    line = AuditLine.objects.get()
    assert (line.subject, line.detail) == ("setting:tests.days", {"before": 7, "after": 9})


def test_reads_are_remembered_for_a_moment(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        DAYS.get()
        SHARE.get()
