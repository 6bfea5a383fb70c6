"""The examples of MJML's own documentation render."""

import json
from pathlib import Path

import pytest

from pentad.content.render import mail
from pentad.content.render.faults import Faulty

EXAMPLES: list[dict[str, str]] = json.loads((Path(__file__).parents[1] / "golden" / "mjml_examples.json").read_text())
LEFT_OUT = {"mjml-head-html-attributes": "mrml does not know mj-html-attributes"}


def whole(source: str) -> str:
    """One of them is a part of a document."""
    if source.startswith("<mjml"):
        return source
    return f"<mjml><mj-body><mj-section><mj-column><mj-social>{source}</mj-social></mj-column></mj-section></mj-body></mjml>"


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_renders(number: int) -> None:
    example = EXAMPLES[number]
    if example["component"] in LEFT_OUT:
        with pytest.raises(Faulty, match="mj-html-attributes"):
            mail.compile_mjml(example["mjml"])
        return
    html = mail.compile_mjml(whole(example["mjml"]))
    assert html.endswith("</html>") and "<mj-" not in html


def test_there_are_examples_of_every_component() -> None:
    assert len(EXAMPLES) == 28
