"""The grammar of definitions as JSON Schema, published in docs/reference. Pure.

It says what the types in definition.py say; reading.check says more, such as what makes a sequence.
"""

import json
from typing import Any as Anything

import msgspec

from pentad.intelligence.segments.definition import Definition


def schema() -> str:
    """The JSON Schema of a definition, as text."""
    return schema_of(
        Definition, "Definition of a segment", "Who belongs to a segment of customers. Explained in segments.md."
    )


def schema_of(kind: type[msgspec.Struct], title: str, description: str) -> str:
    said = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        **msgspec.json.schema(kind),
    }
    return json.dumps(_unwrapped(said), ensure_ascii=False, indent=1) + "\n"


def _unwrapped(said: Anything) -> Anything:
    """With descriptions, which are docstrings, in one line each."""
    if isinstance(said, list):
        return [_unwrapped(one) for one in said]
    if isinstance(said, dict):
        return {key: " ".join(one.split()) if key == "description" else _unwrapped(one) for key, one in said.items()}
    return said
