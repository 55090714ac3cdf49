"""JSON-LD that others wrote: how deep it is nested, seen without parsing it."""

from __future__ import annotations

import io

import pytest

from publish.rdf import jsonld
from publish.rdf.jsonld import MOST_NESTED, place_nested_too_deep

IN = '{"http://x.example/in":'


def place_in(text: str) -> tuple[int, int] | None:
    return place_nested_too_deep(io.BytesIO(text.encode()))


@pytest.mark.parametrize("block", [1, 2, 7, 1 << 20])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        (IN * MOST_NESTED + "1" + "}" * MOST_NESTED, None),
        (IN * (MOST_NESTED + 1), (1, MOST_NESTED * len(IN) + 1)),
        ("[\n" * (MOST_NESTED + 1), (MOST_NESTED + 1, 1)),
        ('["\u00e9\u20ac",\n' + '{"\u20ac":[' * MOST_NESTED, (2, MOST_NESTED * 3)),
        ("[" + "{}," * 500 + "[]]", None),
        ('["' + "[{" * 500 + '"]', None),
        ('["\\"' + "[" * 500 + '"]', None),
        ('["\\\\"' + "," + "[" * 500, (1, MOST_NESTED + 6)),
        ('["\\\\\\"' + "[" * 500 + '"]', None),
        ('["]]]]"' + "," + "[" * 500, (1, MOST_NESTED + 8)),
        ("", None),
    ],
)
def test_find_place_nested_too_deep(
    monkeypatch: pytest.MonkeyPatch, block: int, text: str, place: tuple[int, int] | None
) -> None:
    """Brackets in strings do not count, escapes are respected, wherever a block ends."""
    monkeypatch.setattr(jsonld, "_BLOCK", block)
    assert place_in(text) == place


def test_find_nothing_in_what_is_written() -> None:
    """What the program writes itself is far from the bound."""
    assert place_in("".join(jsonld.json_ld([], {"x": "http://x.example/"}))) is None
