"""The graphs that data sets share: vocabulary, code lists, links and sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rdflib import Graph

from publish.cube.derive import AnyCube
from publish.cube.rdf.describe import (
    describe_periods,
    describe_sources,
    periods_of,
    with_longer_periods,
)
from publish.cube.rdf.remarks import describe_code_quality, describe_document_quality
from publish.ontology.links import describe_links, describe_statuses, report_links
from publish.ontology.period_links import link_periods
from publish.ontology.periods import Period
from publish.project.iris import CELLS, SHARED_GRAPHS, Uris
from publish.release.dumps import PRIMARY_FORMATS, write_code_lists, write_graph
from publish.release.manifest import Dump
from publish.release.stages.inputs import Inputs
from publish.release.stages.judge_cubes import JudgedCubes
from publish.release.stages.write_cubes import WrittenCubes


@dataclass(frozen=True, kw_only=True)
class WrittenGraphs:
    """All graphs of a release as dumps, in order: those of the data sets, then the shared ones."""

    judged: JudgedCubes
    dumps: tuple[Dump, ...]
    code_lists: tuple[Dump, ...]
    """Dumps of parts of a graph: of each code list by itself."""


def write_shared_graphs(
    judged: JudgedCubes, *, formats: tuple[str, ...] = PRIMARY_FORMATS
) -> WrittenGraphs:
    """Write what the cubes share into the folder with their dumps.

    Code lists by themselves are written for readers only: without Turtle there are none.
    """
    written = judged.written
    inputs, folder = written.inputs, written.folder / "dumps"
    uris, vocabulary = inputs.project.uris, inputs.vocabulary
    concepts = vocabulary.concepts + inputs.levels + inputs.deprecated
    concepts += describe_code_quality(vocabulary)
    concepts += describe_statuses(vocabulary, report_links(vocabulary, inputs.links))
    periods = _periods(written.all_cubes)
    said, links = link_periods(uris, periods)
    shared = {
        "vocabularium": vocabulary.terms,
        "codelijsten": concepts,
        "koppelingen": describe_links(vocabulary, vocabulary.links + said, [*inputs.links, *links]),
        "bronnen": _describe_sources(inputs, written.all_cubes, periods),
    }
    for name in SHARED_GRAPHS:
        write_graph(folder, name, shared[name], uris, formats)
    return WrittenGraphs(
        judged=judged,
        dumps=tuple(_dumps_of_graphs(written, uris)),
        code_lists=tuple(write_code_lists(uris, folder, concepts)) if ".ttl" in formats else (),
    )


def _periods(cubes: Sequence[AnyCube]) -> list[Period]:
    """Return the periods of all cubes in order, and the longer ones that they finish."""
    found = {item for cube in cubes for item in periods_of(cube)}
    return with_longer_periods(sorted(found, key=lambda item: (item.kind, item.start)))


def _describe_sources(inputs: Inputs, cubes: Sequence[AnyCube], periods: Sequence[Period]) -> Graph:
    """Return periods, documents and tables, and what documents say of quality and lack."""
    uris, documents = inputs.project.uris, inputs.documents.values()
    graph = describe_periods(uris, periods) + describe_sources(uris, documents, cubes)
    for document in documents:
        graph += describe_document_quality(inputs.vocabulary, document, cubes)
    return graph


def _dumps_of_graphs(written: WrittenCubes, uris: Uris) -> list[Dump]:
    """Return a dump for each graph: of each data set and its cells, then of what they share."""
    about = {}
    for cube in written.cubes:
        slug = cube.described.slug
        about[slug] = uris.iri("data-set", slug=slug)
        if cube.has_cells:
            about[f"{slug}{CELLS}"] = about[slug]
    about |= {
        "vocabularium": uris.iri("vocabulary"),
        "codelijsten": uris.iri("concept-scheme", scheme=""),
        "koppelingen": uris.iri("linkset", linkset=""),
        "bronnen": uris.iri("document", document=""),
    }
    return [
        Dump(name=name, graph=uris.iri("graph", name=name), about=thing)
        for name, thing in about.items()
    ]
