"""Small projects as states of releases that can be compared, made without a build."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from small_project import SmallProject

from publish.cube.assemble import assemble_cube
from publish.cube.columns_file.engine import open_engine
from publish.cube.columns_file.writer import ColumnsWriter
from publish.faults.fault import Fault
from publish.mappings.document import read_documents
from publish.mappings.mapping import read_mappings
from publish.ontology.vocabulary import read_vocabulary
from publish.release.differences.state import DataSetState, State, Stored
from publish.release.dumps import canonical_triples


def stored(path: Path, content: bytes | None = None) -> Stored:
    """Return a file, written if its content is given, with its checksum."""
    if content is not None:
        path.write_bytes(content)
    return Stored(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def state_of(project: SmallProject, name: str) -> State:
    """Return the columns, code lists and vocabulary of a project; they are kept under a name."""
    folder = project.root / "states" / name
    folder.mkdir(parents=True)
    read, faults = project.read(), list[Fault]()
    vocabulary = read_vocabulary(read, faults)
    documents = read_documents(read, faults)
    data_sets = {}
    with tempfile.TemporaryDirectory() as spill, open_engine(Path(spill)) as connection:
        for mapping in read_mappings(read, faults):
            cube = assemble_cube(read, mapping, vocabulary, documents, faults)
            assert cube, faults
            path = folder / f"{mapping.slug}.parquet"
            writer = ColumnsWriter(
                path=path,
                spool=Path(spill, mapping.slug),
                structure=cube.structure,
                uris=read.uris,
            )
            for batch in cube.batches(faults):
                writer.write(batch)
            writer.finish(connection)
            data_sets[mapping.slug] = DataSetState(
                slug=mapping.slug,
                title=mapping.title,
                observations=writer.content.count,
                columns=stored(path),
            )
    assert not faults, faults
    graphs = {"codelijsten": vocabulary.concepts, "vocabularium": vocabulary.terms}
    return State(
        id=hashlib.sha256(name.encode()).hexdigest()[:16],
        base=read.base,
        data_sets=data_sets,
        graphs={
            key: stored(folder / f"{key}.nt", canonical_triples(graph))
            for key, graph in graphs.items()
        },
        dumps={},
    )
