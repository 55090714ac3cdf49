"""Differences between releases as JSON, written while they are read; see docs/differences.md."""

from __future__ import annotations

import json
from typing import Any, TextIO

from publish.mappings.marks import canonical_decimal
from publish.project.iris import Uris
from publish.release.differences.change import (
    Change,
    DataSetChange,
    StatedFigure,
    ThingChange,
)
from publish.release.differences.compare import Comparison
from publish.release.differences.state import State

FORMAT = 1
"""The number of this form."""


def write_json(comparison: Comparison, target: TextIO, *, most: int | None = None) -> None:
    """Write a comparison as one JSON object, a line for each observation that differs.

    At most ``most`` observations of each data set are listed; all are counted.
    """
    old, new = comparison.old, comparison.new
    head: dict[str, Any] = {
        "differences": FORMAT,
        "base": new.base,
        "old": _release(old),
        "new": _release(new),
        "counts": comparison.counts(),
        "data-sets-the-same": comparison.same,
    }
    for key, value in head.items():
        target.write(f"{'{' if key == 'differences' else ','}\n{_json(key)}: {_json(value)}")
    target.write(',\n"data-sets": [')
    for number, item in enumerate(comparison.data_sets):
        record = _json(_data_set(item))
        target.write(f'{"," if number else ""}\n{record[:-1]}, "changes": [')
        changes = comparison.changes(item.slug, most=most)
        for at, change in enumerate(changes):
            target.write(f"{',' if at else ''}\n  {_json(_change(change, new.base))}")
        target.write("]}")
    target.write("]")
    for name, things in (("concepts", comparison.concepts), ("terms", comparison.terms)):
        records = ",\n".join(_json(_thing(item)) for item in things)
        target.write(f",\n{_json(name)}: [{records}]")
    target.write("\n}\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _release(state: State) -> dict[str, object] | None:
    """Return which release it is; None before the first one."""
    if not state.id:
        return None
    return {"id": state.id, "number": state.number, "released": state.released}


def _data_set(item: DataSetChange) -> dict[str, object]:
    return {
        "slug": item.slug,
        "title": item.title,
        "change": item.kind,
        "observations": {"old": item.old_count, "new": item.new_count},
        "counts": item.counts,
        "structure": [
            {key: value for key, value in vars(change).items() if value != ""}
            for change in item.structure
        ],
        "codes-new": dict(item.new_codes),
        "codes-gone": dict(item.gone_codes),
    }


def _change(change: Change, base: str) -> dict[str, object]:
    uris = Uris(base=base, vocabulary="")
    codes = "/".join(change.codes)
    return {
        "change": change.kind,
        "observation": uris.iri("observation", slug=change.slug, codes=codes),
        "codes": change.codes,
        "old": figure_as_json(change.old),
        "new": figure_as_json(change.new),
    }


def figure_as_json(figure: StatedFigure | None) -> dict[str, object] | None:
    """Return what a release states in an observation; numbers are texts, as they are exact."""
    if figure is None:
        return None
    source = figure.source
    return {
        "value": None if figure.value is None else canonical_decimal(figure.value),
        "decimals": figure.decimals,
        "status": figure.status,
        "reasons": figure.reasons,
        "bounds": {key: canonical_decimal(value) for key, value in figure.bounds},
        "unit": figure.unit,
        "source": source
        and {
            "cell": source.iri,
            "document": source.document,
            "table": source.name,
            "row": source.row,
            "column": source.column,
        },
    }


def _thing(item: ThingChange) -> dict[str, object]:
    found: dict[str, object] = {"change": item.kind, "iri": item.iri, "label": item.label}
    if item.properties:
        found["properties"] = [vars(change) for change in item.properties]
    if item.kind == "removed":
        found |= {"deprecated": item.deprecated, "replaced-by": item.replaced_by}
    return found
