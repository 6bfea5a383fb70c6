from pathlib import Path

import numpy as np
import pytest

from pentad.ledger.bloom import Bloom
from pentad.ledger.duckdb.seen import HotKeys


def keys(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, n, dtype=np.uint64)


@pytest.mark.parametrize("added", [keys(1, 50_000), np.arange(50_000, dtype=np.uint64)], ids=["hashed", "counted"])
def test_no_added_key_is_ever_missed(added: np.ndarray) -> None:
    bloom = Bloom.for_keys(len(added))
    bloom.add(added)
    assert bloom.maybe(added).all()
    assert bloom.count == 50_000


def test_false_answers_are_as_rare_as_promised() -> None:
    bloom = Bloom.for_keys(100_000)
    bloom.add(keys(1, 100_000))
    # 9 in ten million are expected at full load; 20 in two million would be twenty times as many.
    assert bloom.maybe(keys(2, 2_000_000)).sum() < 20


def test_a_written_filter_is_read_back_and_a_damaged_one_refused(tmp_path: Path) -> None:
    bloom = Bloom.for_keys(1000)
    bloom.add(keys(1, 1000))
    path = tmp_path / "2026-09.bloom"
    bloom.write(path)
    again = Bloom.open(path)
    assert again.count == 1000
    assert again.maybe(keys(1, 1000)).all()
    assert list(tmp_path.iterdir()) == [path]
    for wrong in (path.read_bytes()[:-1], b"something else", b""):
        path.write_bytes(wrong)
        with pytest.raises(ValueError, match="Bloom"):
            Bloom.open(path)


def test_the_hot_filter_grows_without_forgetting() -> None:
    hot = HotKeys()
    added = keys(1, 700_000)  # more than its first two layers take
    for start in range(0, len(added), 70_000):
        hot.add(added[start : start + 70_000])
    assert hot.maybe(added).all()
    assert hot.maybe(keys(2, 100_000)).sum() < 5
    assert not hot.maybe(np.array([], np.uint64)).size
