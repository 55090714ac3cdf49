"""Reads descriptions in Croissant with the reader of its authors: ``URL…``, what it finds as JSON.

It runs in an environment of its own, and fetches what a description names.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import mlcroissant


def read(url: str) -> dict[str, Any]:
    """Return the warnings about a description and, by record set, its records as texts."""
    data_set = mlcroissant.Dataset(jsonld=url)
    metadata = data_set.metadata
    records = {
        item.id: [
            {name.rpartition("/")[2]: _text(value) for name, value in record.items()}
            for record in data_set.records(item.id)
        ]
        for item in metadata.record_sets
    }
    return {
        "name": metadata.name,
        "files": {item.name: item.sha256 for item in metadata.distribution},
        "warnings": sorted(metadata.ctx.issues.warnings),
        "records": records,
    }


def _text(value: object) -> str | None:
    if value is None or value != value:
        return None
    return value.decode() if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    json.dump({url: read(url) for url in sys.argv[1:]}, sys.stdout)
