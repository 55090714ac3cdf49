"""What the manifest says of data sets, among it what the catalogue needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rdflib import Literal

from publish.cube.columns_file.layout import about_columns
from publish.cube.derive import AnyCube, DerivedCube
from publish.cube.rdf.describe import areas_of
from publish.ontology.periods import period
from publish.project.project import Text
from publish.rdf.namespaces import FOAF, SKOS
from publish.release.stages.inputs import Inputs
from publish.release.stages.judge_graphs import Content
from publish.release.stages.write_cubes import WrittenCube

LENGTHS = {"kwartaal": "P3M", "jaar": "P1Y"}
"""The length of each kind of period that follows upon itself, as XML Schema writes durations."""
PLACES = ("https://sws.geonames.org/", "http://publications.europa.eu/resource/authority/")
"""Where the addresses of places are that portals know; the first is preferred."""

SAME = (SKOS.exactMatch, FOAF.focus)
"""Relations of an area to what is the same place elsewhere."""


def data_set_entries(content: Content) -> list[dict[str, object]]:
    """Return the entries of the manifest for the data sets."""
    inputs = content.written.inputs
    return [
        {
            "slug": written.described.slug,
            "title": written.described.cube.mapping.title,
            "description": written.described.cube.mapping.description,
            "observations": written.count,
            **_for_portals(written, inputs),
        }
        for written in content.written.cubes
    ]


def _for_portals(written: WrittenCube, inputs: Inputs) -> dict[str, object]:
    """Return what the catalogue says of a data set besides its texts."""
    cube = written.described.cube
    structure, dimension = cube.structure, cube.structure.period
    found: dict[str, object] = {
        "dimensions": [item.iri for item in structure.dimensions[:-1]],
        "measures": [item.iri for item in structure.measures],
        "columns": {
            item.column: item.iri
            for item in about_columns(structure, inputs.project.uris, scale=0).dimensions
        },
        "units": sorted(set(structure.units)),
        "documents": sorted(_documents(cube)),
        "derived-from": sorted(
            {item.cube.structure.slug for item in cube.inputs}
            if isinstance(cube, DerivedCube)
            else ()
        ),
        "spatial": [iri for iri, _ in _places(cube, inputs)],
        "for-portals": cube.mapping.for_portals,
    }
    if dimension is not None and dimension.period is not None and dimension.codes:
        periods = [period(dimension.period, code) for code in dimension.codes]
        first, last = min(item.start for item in periods), max(item.last for item in periods)
        found |= {"temporal": [first.isoformat(), last.isoformat()], "series": written.series}
        if dimension.period in LENGTHS:
            found["resolution"] = LENGTHS[dimension.period]
    return found


def _documents(cube: AnyCube) -> set[str]:
    """Return the keys of the documents that a data set comes from."""
    if isinstance(cube, DerivedCube):
        return {key for item in cube.inputs for key in item.cube.structure.sources()}
    return set(cube.structure.sources())


def _places(cube: AnyCube, inputs: Inputs) -> Iterator[tuple[str, Text]]:
    """Yield the place that portals know of each area of a data set, with its labels."""
    vocabulary = inputs.vocabulary
    for scheme, code in areas_of(cube):
        concept = vocabulary.concept(scheme, code)
        same = sorted(
            str(link.target)
            for link in inputs.links
            if link.concept == concept and link.relation in SAME
        )
        known = [iri for head in PLACES for iri in same if iri.startswith(head)]
        labels = {
            label.language: str(label)
            for label in vocabulary.concepts.objects(concept, SKOS.prefLabel)
            if isinstance(label, Literal) and label.language in ("nl", "en")
        }
        yield (known or [str(concept)])[0], dict(sorted(labels.items(), reverse=True))


def portal_entries(content: Content) -> dict[str, Any]:
    """Return what the manifest says for the catalogue that is not about one data set."""
    inputs = content.written.inputs
    publication, cubes = inputs.project.publication, content.written.all_cubes
    used = sorted({key for cube in cubes for key in _documents(cube)})
    return {
        "publication": publication.settings if publication else {},
        "documents": {
            key: {
                "title": inputs.documents[key].title,
                "addresses": [
                    inputs.documents[key].addresses[name]
                    for name in ("landing-page", "download")
                    if name in inputs.documents[key].addresses
                ],
            }
            for key in used
            if key in inputs.documents
        },
        "places": dict(sorted(item for cube in cubes for item in _places(cube, inputs))),
    }
