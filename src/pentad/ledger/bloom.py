"""Bloom filters over message keys: is this key surely not in that file?

32 bits a key and 12 probes give about 9 false answers in ten million. It is more than a Bloom filter
usually spends, because each false answer costs a scan of a month's key column, and a slice of 10,000
new messages asks every month: with 16 bits a key, five of twelve months would be scanned for each slice.
Probes stop at the first unset bit, so that an absent key reads one or two of them.

On disk: b"PBLOOM1\\0", u64 number of keys, u64 number of bits, then the bits. Immutable; written
aside, synced and renamed. Read through a memory map, so that its memory is the page cache's.
"""

import os
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]

_MAGIC = b"PBLOOM1\0"
_HEADER = struct.Struct("<8sQQ")
_BITS_PER_KEY = 32
_PROBES = 12
_LOW = np.uint64(0xFFFF_FFFF)


def _hashes(keys: Keys) -> tuple[Keys, Keys]:
    """Two 32-bit hashes of each key: splitmix64's finaliser (Steele, Lea, Flood 2014), halved."""
    x = keys.astype(np.uint64, copy=True)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x & _LOW, (x >> np.uint64(32)) | np.uint64(1)


class Bloom:
    """A set of uint64 keys that answers "surely not" or "probably"."""

    def __init__(self, bits: int, words: npt.NDArray[np.uint8], count: int = 0):
        self._bits = np.uint64(bits)
        self._words = words
        self.count = count

    @classmethod
    def for_keys(cls, capacity: int) -> "Bloom":
        bits = min(max(capacity, 64) * _BITS_PER_KEY, 2**32 - 8)
        return cls(bits, np.zeros(bits // 8 + 1, np.uint8))

    @classmethod
    def open(cls, path: Path) -> "Bloom":
        """Map a written filter. Raises ValueError when the file is not one, or is cut short."""
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            raise ValueError(f"{path.name} is not a Bloom filter")
        magic, count, bits = _HEADER.unpack(header)
        if magic != _MAGIC or path.stat().st_size != _HEADER.size + bits // 8 + 1:
            raise ValueError(f"{path.name} is not a whole Bloom filter")
        return cls(bits, np.memmap(path, np.uint8, "r", offset=_HEADER.size), count)

    def write(self, path: Path) -> None:
        """Write aside, sync, rename: the file is whole or not there."""
        aside = path.with_suffix(path.suffix + ".part")
        with aside.open("wb") as file:
            file.write(_HEADER.pack(_MAGIC, self.count, int(self._bits)))
            file.write(self._words.data)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)

    def _places(self, first: Keys, second: Keys, probe: int) -> Keys:
        # Multiply-shift maps 32 bits onto [0, bits) without a division.
        hashed = (first + np.uint64(probe) * second) & _LOW
        return (hashed * self._bits) >> np.uint64(32)

    def add(self, keys: Keys) -> None:
        first, second = _hashes(keys)
        for probe in range(_PROBES):
            place = self._places(first, second, probe)
            bit = (np.uint8(1) << (place & np.uint64(7)).astype(np.uint8)).astype(np.uint8)
            _set(self._words, (place >> np.uint64(3)).astype(np.int64), bit)
        self.count += len(keys)

    def maybe(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """For each key: False when it was surely never added."""
        answer = np.zeros(len(keys), np.bool_)
        left = np.arange(len(keys))
        first, second = _hashes(keys)
        for probe in range(_PROBES):
            place = self._places(first, second, probe)
            word = self._words[(place >> np.uint64(3)).astype(np.int64)]
            found = (word >> (place & np.uint64(7)).astype(np.uint8)) & np.uint8(1) == 1
            left, first, second = left[found], first[found], second[found]
            if not len(left):
                break
        answer[left] = True
        return answer


def _set(words: npt.NDArray[np.uint8], at: npt.NDArray[np.int64], bit: npt.NDArray[np.uint8]) -> None:
    """words[at] |= bit. Of two keys in one byte the vectorised form writes one: repeat for the other.
    (numpy's own `bitwise_or.at` does it in one go and takes five times as long.)"""
    while len(at):
        words[at] |= bit
        missed = words[at] & bit == 0
        at, bit = at[missed], bit[missed]
