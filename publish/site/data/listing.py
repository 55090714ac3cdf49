"""The list of data sets with data addresses, for programs: JSON in both languages."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from publish.exports.answer import FORMS
from publish.exports.description import DataSetDescription
from publish.release.opened import Served
from publish.site.data.data_sets import ViewedDataSets
from publish.site.data.request import PATH
from publish.site.discovery.links import SAFE


def data_set_list(served: Served, data_sets: ViewedDataSets) -> bytes:
    """Return the list. Raises DamagedFile."""
    content = {
        "title": served.title,
        "licence": served.licence,
        "forms": [
            {
                "format": form.name,
                "media-type": form.media_type,
                "most-observations": form.most,
                "paged": form.is_paged,
            }
            for form in FORMS.values()
        ],
        "data-sets": [
            _entry(served, data_sets.description(slug, keep=False)) for slug in data_sets.slugs
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _entry(served: Served, item: DataSetDescription) -> dict[str, Any]:
    address = f"{served.public_url}{PATH}/{quote(item.slug, safe=SAFE)}"
    return {
        "name": item.slug,
        "title": item.title,
        "description": item.description,
        "address": address,
        "query": f"{address}/query",
        "data-set": item.iri,
        "observations": item.observations,
        "dimensions": [
            {
                "parameter": dimension.column,
                "label": dimension.label,
                "kind": dimension.kind,
                "codes": len(dimension.codes),
                "first": dimension.codes[0].code if dimension.codes else None,
                "last": dimension.codes[-1].code if dimension.codes else None,
                "total": dimension.total,
            }
            for dimension in item.dimensions
        ],
    }
