"""The loop as a table is the loop as it is: its functions exist, its stages connect, ARCHITECTURE.md shows it."""

import importlib
import re
from typing import Any

import pytest

from pentad.loop import LOOP, Stage
from tests.architecture.source import ROOT


def _resolve(path: str) -> Any:
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise AssertionError(f"{path} does not exist")


@pytest.mark.parametrize("stage", LOOP, ids=lambda stage: stage.stage)
def test_its_function_exists(stage: Stage) -> None:
    assert callable(_resolve(stage.function))


def test_each_stage_takes_what_an_earlier_one_gives() -> None:
    given = {LOOP[0].takes}
    for stage in LOOP:
        wanted = {part.strip() for part in stage.takes.split(",")}
        assert wanted <= given, f"{stage.stage} takes {wanted - given}, which no earlier stage gives"
        given |= {part.strip() for part in stage.gives.split(",")}


def test_architecture_shows_the_same_table() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rows = [
        [cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*\|$", text, re.M)
    ]
    for stage in LOOP:
        assert list(stage) in rows, f"ARCHITECTURE.md lacks the row of {stage.stage}, or tells it otherwise"
