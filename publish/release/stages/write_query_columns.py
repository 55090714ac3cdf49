"""The stage that writes the columns of all data sets for queries, and what they leave unsaid.

Columns say all of an observation but for what stands in other graphs than its own: whoever edits
the ontology can say there of anything that it is an observation. Then queries must not go by them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from publish.cube.columns_file.engine import open_engine
from publish.cube.columns_file.names import QUERY_COLUMNS
from publish.cube.columns_file.query_columns import write_query_columns
from publish.cube.structure import Structure
from publish.faults.fault import phrase
from publish.project.iris import CELLS, Uris
from publish.rdf.namespaces import QB, RDF, SDMX_ATTRIBUTE
from publish.release.compressed import read_blocks, triples_file
from publish.release.stages.judge_graphs import Content

log = logging.getLogger("publish")
_TYPE = f"<{RDF.type}>".encode()
_OBSERVATION = f"<{QB.Observation}> .".encode()
_ATTRIBUTES = ("unitMeasure", "obsStatus", "decimals")


@dataclass(frozen=True, kw_only=True)
class StatementsOfObservations:
    """Recognises statements that make of columns less than all that is said of observations."""

    always: frozenset[bytes]
    """Properties that only observations have."""
    of_observations: frozenset[bytes]
    """Properties that columns hold all values of, for observations of the cubes."""
    heads: tuple[bytes, ...]
    """How the IRIs of these begin."""

    @staticmethod
    def of(structures: Iterable[Structure], uris: Uris) -> StatementsOfObservations:
        """Return what recognises them for some cubes."""
        always = {str(QB.dataSet)}
        single = {str(RDF.type), *(str(SDMX_ATTRIBUTE[name]) for name in _ATTRIBUTES)}
        heads = []
        for structure in structures:
            always.update(item.iri for item in structure.measures)
            single.update(item.iri for item in structure.dimensions)
            heads.append(f"<{uris.iri('observation', slug=structure.slug, codes='')}".encode())
        return StatementsOfObservations(
            always=frozenset(f"<{iri}>".encode() for iri in always),
            of_observations=frozenset(f"<{iri}>".encode() for iri in single),
            heads=tuple(heads),
        )

    def are_in(self, lines: bytes) -> bool:
        """Return whether any is among lines of canonical N-Triples."""
        for line in lines.splitlines():
            subject, predicate, value = line.split(b" ", 2)
            if predicate in self.always or (predicate == _TYPE and value == _OBSERVATION):
                return True
            if predicate in self.of_observations and subject.startswith(self.heads):
                return True
        return False

    def mentioned_in(self, lines: bytes) -> Iterator[str]:
        """Yield the properties by which lines of canonical N-Triples name observations."""
        for line in lines.splitlines():
            subject, predicate, value = line.split(b" ", 2)
            if subject.startswith(self.heads) or value.startswith(self.heads):
                yield predicate[1:-1].decode()


@dataclass(frozen=True, kw_only=True)
class StoredObservations:
    """Which observations the triple store has, and whether all that is said of them is columns."""

    elsewhere: bool
    """Whether other graphs say of observations what the columns do not."""
    left_out: Mapping[str, bytes]
    """The data sets whose observations the store lacks, with what it has instead, as N-Triples."""

    @staticmethod
    def of(content: Content) -> StoredObservations:
        """Return what the store is to have of the data sets of a release.

        Nothing is left out that columns cannot answer for: with an empty default graph queries name
        graphs, and need what these hold; and no query may go by columns that do not say all.
        """
        written = content.written
        project, most = written.inputs.project, written.inputs.project.store_up_to
        structures = [cube.structure for cube in written.all_cubes]
        statements = StatementsOfObservations.of(structures, project.uris)
        elsewhere = any(statements.are_in(block) for block in _other_lines(content))
        large = {
            cube.described.slug: cube.description
            for cube in written.cubes
            if most is not None and cube.count > most
        }
        if large and elsewhere:
            log.warning(phrase("nothing-left-out", names=", ".join(large)))
        is_possible = not elsewhere and project.default_graph == "union"
        return StoredObservations(elsewhere=elsewhere, left_out=large if is_possible else {})


def add_query_columns(content: Content, stored: StoredObservations) -> None:
    """Write the columns of all data sets of a release into its folder. Raises OSError."""
    written, project = content.written, content.written.inputs.project
    mentions: set[str] = set()
    if stored.left_out:
        structures = [cube.structure for cube in written.all_cubes]
        statements = StatementsOfObservations.of(structures, project.uris)
        for block in _other_lines(content):
            mentions.update(statements.mentioned_in(block))
    files = [cube.columns.path for cube in written.cubes if cube.columns]
    with open_engine(written.folder / "engine") as connection:
        write_query_columns(
            written.folder / QUERY_COLUMNS,
            files,
            connection,
            default_graph=project.default_graph,
            elsewhere=stored.elsewhere,
            left_out=stored.left_out.keys(),
            mentions=mentions,
        )


def _other_lines(content: Content) -> Iterator[bytes]:
    """Yield all that the store holds besides observations, as blocks of N-Triples.

    Source cells are left out: the program alone writes them, and nothing about observations.
    """
    cubes = {cube.described.slug: cube for cube in content.written.cubes}
    for dump in content.graphs.dumps:
        if dump.name in cubes:
            yield cubes[dump.name].description
        elif dump.name.removesuffix(CELLS) not in cubes:
            yield from read_blocks(triples_file(content.written.folder / "dumps", dump.name))
