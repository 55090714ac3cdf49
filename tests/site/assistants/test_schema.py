"""JSON Schema made of typed dictionaries."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

import jsonschema
import pytest

from publish.site.assistants.schema import schema_of
from publish.site.assistants.tools import TOOLS


class Thing(TypedDict):
    """A dictionary with one key of each sort."""

    name: Annotated[str | None, "What it is called."]
    kind: Literal["a", "b"]
    parts: NotRequired[list[dict[str, int]]]


def test_make_a_schema_of_types() -> None:
    """Keys, types, choices and descriptions are those of the dictionary."""
    assert schema_of(Thing) == {
        "type": "object",
        "properties": {
            "name": {"type": ["string", "null"], "description": "What it is called."},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "parts": {
                "type": "array",
                "items": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
        },
        "required": ["name", "kind"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("name", TOOLS)
def test_offer_schemas_that_are_valid(name: str) -> None:
    """What is offered is JSON Schema, and every argument says what it means."""
    for schema in (TOOLS[name].input_schema(), TOOLS[name].output_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)
    assert all(item.meaning.endswith(".") for item in TOOLS[name].arguments)
