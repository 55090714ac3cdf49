"""Makes JSON Schema of typed dictionaries, so that the structure of answers is said once."""

from __future__ import annotations

import types
import typing
from typing import Annotated, Any, Literal, NotRequired, Union

_SIMPLE = {str: "string", int: "integer", bool: "boolean", type(None): "null"}


def schema_of(kind: Any) -> dict[str, Any]:
    """Return the schema of a type: a typed dictionary, list, text, number or choice of them."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return {**schema_of(parts[0]), "description": parts[1]}
    if origin is NotRequired:
        return schema_of(parts[0])
    if origin is Literal:
        return {"type": "string", "enum": list(parts)}
    if origin is list:
        return {"type": "array", "items": schema_of(parts[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(parts[1])}
    if origin in (Union, types.UnionType):
        return {"type": [_SIMPLE[part] for part in parts]}
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return {
            "type": "object",
            "properties": {name: schema_of(hint) for name, hint in hints.items()},
            "required": [
                name for name, hint in hints.items() if typing.get_origin(hint) is not NotRequired
            ],
            "additionalProperties": False,
        }
    return {"type": _SIMPLE[kind]}
