"""The published golden cases of Liquid: which pass, which are left out, and why."""

import json
from pathlib import Path
from typing import Any

import pytest

from pentad.content.render.faults import Faulty, NotWritten, NoValue
from pentad.content.render.liquid import compile

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden" / "golden_liquid.json").read_text())
LEFT_OUT = {
    "include_tag": "a message has no other templates to include",
    "render_tag": "a message has no other templates to render",
    "comment_tag: incomplete tags are not parsed": "later versions of the language take what stands in a comment as it is",
}
"""Group, or group and case → why."""
WITHIN = "a partial template is needed"


def left_out(case: dict[str, Any]) -> bool:
    return case["group"] in LEFT_OUT or f"{case['group']}: {case['name']}" in LEFT_OUT or bool(case.get("partials"))


def result(case: dict[str, Any], strict: bool) -> str | None:
    """What comes out; None for an error."""
    try:
        return compile(case["template"], strict=strict).render(case.get("globals", {}))
    except NoValue:
        return "no value" if strict else None
    except (Faulty, NotWritten):
        return None


def wanted(case: dict[str, Any]) -> str | None:
    return None if case.get("error") else case["expect"]


def test_the_language_is_as_it_is_published() -> None:
    asked = [case for case in CASES if not left_out(case)]
    wrong = [f"{one['group']}: {one['name']}" for one in asked if result(one, strict=False) != wanted(one)]
    assert wrong == []
    assert (len(CASES), len(asked)) == (1025, 982)


def test_messages_differ_only_where_a_value_is_missing() -> None:
    asked = [case for case in CASES if not left_out(case)]
    got = [(case, result(case, strict=True)) for case in asked]
    differing = [f"{case['group']}: {case['name']}" for case, found in got if found not in (wanted(case), "no value")]
    assert differing == ["reject_filter: too many arguments"]  # of a list that is missing, which stays so
    assert sum(found == "no value" for _, found in got) == 90


@pytest.mark.parametrize("tag", ["include 'x'", "render 'x'"])
def test_nothing_is_included(tag: str) -> None:
    with pytest.raises(Faulty, match="There is no tag"):
        compile(f"{{% {tag} %}}")
