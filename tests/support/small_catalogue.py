"""What a release with one data set in two files says for its catalogue, without a build."""

from __future__ import annotations

import copy
from typing import Any

from publish.release.catalogue.facts import CatalogueFacts, Dates, facts_of

BASE = "https://cijfers.example"
LICENCE = "https://data.vlaanderen.be/id/licentie/modellicentie-gratis-hergebruik/v1.0"
DATES: Dates = ("2026-01-05T09:00:00Z", "2026-03-01T09:00:00Z")
PLACE = "https://sws.geonames.org/3337388/"


def _file(name: str, media_type: str, compresses: str | None = None) -> dict[str, Any]:
    entry = {
        "path": f"dumps/{name}",
        "bytes": len(name),
        "sha256": "ab" * 32,
        "media-type": media_type,
        "about": f"{BASE}/id/dataset/{name.partition('.')[0].removesuffix('-cellen')}",
    }
    return entry | ({"compresses": compresses} if compresses else {})


MANIFEST: dict[str, Any] = {
    "base": BASE,
    "public-url": BASE,
    "vocabulary": "proef",
    "title": {"nl": "Cijfers", "en": "Figures"},
    "description": {"nl": "Cijfers over werk.", "en": "Figures on work."},
    "licence": LICENCE,
    "publication": {
        "publisher": {
            "name": {"nl": "Uitgever", "en": "Publisher"},
            "type": "NonGovernmentalOrganisation",
        },
        "contact": {"email": "info@cijfers.example", "page": "https://cijfers.example/contact"},
        "catalogue": {
            "themes": ["SOCI"],
            "keywords": {"nl": ["werk"], "en": ["work"]},
            "frequency": "QUARTERLY",
            "spatial": PLACE,
            "availability": "STABLE",
        },
    },
    "data-sets": [
        {
            "slug": "werknemers",
            "title": {"nl": "Werknemers per kwartaal", "en": "Workers by quarter"},
            "description": {"nl": "Aantal werknemers.", "en": "Number of workers."},
            "observations": 8,
            "dimensions": [f"{BASE}/ns/proef#kwartaal", f"{BASE}/ns/proef#leeftijd"],
            "measures": [f"{BASE}/ns/proef#werknemers"],
            "units": [f"{BASE}/id/concept/eenheid/PERSON"],
            "documents": ["antwoord"],
            "derived-from": [],
            "spatial": [PLACE],
            "for-portals": {},
            "temporal": ["2022-01-01", "2022-12-31"],
            "resolution": "P3M",
            "series": 2,
        }
    ],
    "files": [
        _file("werknemers.ttl", "text/turtle"),
        _file("werknemers.nt.gz", "application/gzip", "application/n-triples"),
    ],
    "documents": {
        "antwoord": {
            "title": {"nl": "Antwoord nr. 19", "en": "Answer no. 19"},
            "addresses": ["https://parlement.example/19"],
        }
    },
    "places": {PLACE: {"nl": "Vlaams Gewest", "en": "Flemish Region"}},
}
"""What the catalogue needs of a manifest."""


def small_manifest(data_sets: int = 1) -> dict[str, Any]:
    """Return a manifest with so many data sets that are alike, each with two files."""
    manifest = copy.deepcopy(MANIFEST)
    [first], files = manifest["data-sets"], manifest["files"]
    for number in range(2, data_sets + 1):
        slug = f"werknemers-{number}"
        manifest["data-sets"].append({**first, "slug": slug})
        for name, *kind in (
            ("ttl", "text/turtle"),
            ("nt.gz", "application/gzip", "application/n-triples"),
        ):
            files.append(_file(f"{slug}.{name}", *kind))
    return manifest


def small_facts(data_sets: int = 1) -> CatalogueFacts:
    """Return what the catalogue of such a release says."""
    facts = facts_of(small_manifest(data_sets), DATES)
    assert facts is not None
    return facts
