"""Times, sizes and names in words."""

from datetime import UTC, datetime, timedelta

import pytest

from pentad.roles.views import words
from pentad.shell.templatetags import shell

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"), (-59, "just now"), (-60, "1 minute ago"), (-3599, "59 minutes ago"), (-7200, "2 hours ago"),
        (-86_400, "yesterday"), (-3 * 86_400, "3 days ago"), (-31 * 86_400, "last month"), (-400 * 86_400, "last year"),
        (-800 * 86_400, "2 years ago"), (90, "in 1 minute"), (2 * 86_400, "in 2 days"),
    ],
)  # fmt: skip
def test_relative(seconds: int, said: str) -> None:
    assert words.relative(NOW + timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (950, "950"),
        (0.5, "0.50"),
        (1234, "1.2k"),
        (1000, "1k"),
        (34_500, "34k"),
        (1_250_000, "1.2M"),
        (-2_000_000, "-2M"),
        (3e9, "3bn"),
    ],
)
def test_short(value: float, said: str) -> None:
    assert words.short(value) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Keiko Yılmaz", "KY"),
        ("Ada", "AD"),
        ("a.b@example.org", "AO"),
        ("", "?"),
        ("???", "?"),
        ("Élodie de la Cruz", "ÉC"),
    ],
)
def test_initials(name: str, said: str) -> None:
    assert words.initials(name) == said


@pytest.mark.once
def test_long_identifiers_keep_their_end() -> None:
    assert words.middle("u-1001", 16) == ("u-1001", "")
    assert words.middle("anon_9f31bb20a3c2d1", 16) == ("anon_9f31bb20", "a3c2d1")
    assert shell.middle("anon_9f31bb2047aa11a3c2d1", 16) == "anon_9f31…a3c2d1"
