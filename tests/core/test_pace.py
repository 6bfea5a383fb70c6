"""Token buckets by key: each its own, and not more of them than are kept."""

import pytest

from pentad.core import pace


def test_each_key_has_its_own_and_those_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("pentad.core.pace.time.monotonic", lambda: now[0])
    buckets = pace.Buckets(rate=0.5, most=2, keys=2)
    assert [buckets.take("a") for _ in range(3)] == [0.0, 0.0, 2.0]
    assert buckets.take("b") == 0.0
    now[0] += 2
    assert (buckets.take("a"), buckets.take("a")) == (0.0, 2.0)
    buckets.take("c")
    assert buckets.take("a") == 2.0, "asked for last but one"
    buckets.take("b")
    assert (buckets.take("c"), buckets.take("a")) == (0.0, 0.0), "forgotten, and so begun anew"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_place_is_what_one_connection_is_given(address: str, place: str) -> None:
    assert pace.place(address) == place
