"""Which files make up the store. Replaced as a whole by rename: the one moment at which a seal or an
erasure takes place. A file in the folder that no manifest names is a leftover of a crash and is removed."""

import json
import os
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pentad.core.errors import Unavailable

NAME = "manifest.json"
OLDER = "older"
_OURS = re.compile(
    r"^(hot|older|derived|\d{4}-\d{2})(\.\d+)?\.(duckdb|duckdb\.wal|bloom|bloom\.part)$|^manifest\.json\.part$"
)


@dataclass(frozen=True)
class Manifest:
    """`hot`, `derived` and the values of `sealed` are file names; the keys of `sealed` are months or "older"."""

    version: int = 1
    hot: str = "hot.duckdb"
    sealed: dict[str, str] = field(default_factory=dict)
    derived: str = ""

    def next_name(self, label: str) -> str:
        """A file name for the next state of a label; never one that is in use."""
        return f"{label}.{self.version + 1}.duckdb"

    def succeeded_by(self, *, hot: str, sealed: dict[str, str]) -> "Manifest":
        return replace(self, version=self.version + 1, hot=hot, sealed=dict(sorted(sealed.items())))

    def with_derived(self, file: str) -> "Manifest":
        return replace(self, version=self.version + 1, derived=file)

    def files(self) -> list[str]:
        """Those that hold events."""
        return [self.hot, *self.sealed.values()]

    def every(self) -> list[str]:
        return [*self.files(), self.derived] if self.derived else self.files()


def bloom_name(file: str) -> str:
    return file.removesuffix(".duckdb") + ".bloom"


def read(folder: Path) -> Manifest | None:
    path = folder / NAME
    if not path.exists():
        return None
    try:
        return Manifest(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise Unavailable(
            f"{path} cannot be read: {error}.", code="ledger_damaged", fix="Restore the data folder from a backup."
        ) from error


def write(folder: Path, manifest: Manifest) -> None:
    aside = folder / f"{NAME}.part"
    with aside.open("w") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(folder / NAME)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renames and new names in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder: Path, manifest: Manifest) -> None:
    """Delete what a crash left: files of ours that the manifest does not name."""
    named = {NAME}
    for file in manifest.every():
        named |= {file, f"{file}.wal", bloom_name(file)}
    for path in folder.iterdir():
        if path.name not in named and _OURS.match(path.name):
            path.unlink()
    for path in (folder / "tmp").glob("*"):
        if path.is_file():
            path.unlink()


def ours(folder: Path) -> list[str]:
    """Ledger files that lie in the folder, whatever the manifest says."""
    return sorted(path.name for path in folder.iterdir() if _OURS.match(path.name))
