"""The triples to remove from one release and to add to it, so that it becomes another.

Releases have no blank nodes and their N-Triples are canonical, so that equal triples are equal
lines. Graphs with equal content are left out, and so is what another graph still says: the result
is about the union of all graphs, which is the default graph of the store. Lines are compared by
their MD5, 16 bytes each, since those of a large release do not fit into memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from publish.cube.columns_file.engine import Connection, open_engine, sql_pattern, sql_text
from publish.cube.columns_file.reader import ColumnsFile, open_columns
from publish.cube.rdf.observations import ObservationWriter
from publish.release.differences.state import State, Stored

LONGEST_LINE = 8 << 20
"""Bytes of a triple; those of printed cells have up to a megabyte."""


@dataclass(frozen=True, kw_only=True)
class KeptTriples:
    """How many triples are to be removed and added."""

    removed: int
    added: int
    is_whole: bool
    """Whether they are all; not where dumps were pruned, and columns and shared graphs are left."""


def keep_triples(old: State, new: State, folder: Path) -> KeptTriples:
    """Write ``remove.nt`` and ``add.nt`` into a folder: what makes the old release the new one.

    Without the dumps of both, the triples are those of the shared graphs, and those that columns
    give: of observations and what remarks concern them. Descriptions of data sets, their slices
    and remarks, and source cells are not covered then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    is_whole = bool(old.dumps and new.dumps)
    with (
        tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as unfinished,
        open_engine(Path(unfinished)) as connection,
    ):
        remove, add = Path(unfinished, "remove.nt"), Path(unfinished, "add.nt")
        if is_whole:
            graphs = old.dumps, new.dumps
        else:
            graphs = _from_columns(old, new, Path(unfinished), connection)
        before, after = unequal(*graphs), unequal(*reversed(graphs))
        both = [stored for name, stored in graphs[0].items() if stored not in before]
        removed = _write_lines(connection, before, after, both, remove)
        added = _write_lines(connection, after, before, both, add)
        for path in (remove, add):
            path.replace(folder / path.name)
    return KeptTriples(removed=removed, added=added, is_whole=is_whole)


Graphs = Mapping[str, Stored]


def unequal(graphs: Graphs, others: Graphs) -> list[Stored]:
    """Return the graphs that differ from those of the same name, or have none."""
    return [
        stored
        for name, stored in graphs.items()
        if name not in others or others[name].sha256 != stored.sha256
    ]


def _from_columns(
    old: State, new: State, folder: Path, connection: Connection
) -> tuple[Graphs, Graphs]:
    """Write the triples of observations that columns give; return them with the shared graphs."""
    found: list[dict[str, Stored]] = []
    for name, state, other in (("old", old, new), ("new", new, old)):
        graphs = dict(state.graphs)
        for slug, item in state.data_sets.items():
            same = other.data_sets.get(slug)
            if same is None or same.columns.sha256 != item.columns.sha256:
                path = folder / f"{name}-{slug}.nt"
                with path.open("wb") as target:
                    _write_observations(open_columns(item.columns.path, connection), target)
                graphs[slug] = Stored(path=path, sha256=item.columns.sha256)
        found.append(graphs)
    return found[0], found[1]


def _write_observations(columns: ColumnsFile, target: BinaryIO) -> None:
    """Write the observations of a file of columns as N-Triples."""
    uris, structure = columns.about.uris, columns.structure()
    writer = ObservationWriter(structure=structure, uris=uris, observations=target, cells=None)
    for batch, notes in columns.batches(structure):
        writer.write(batch)
        writer.annotate(batch, notes)


def _write_lines(
    connection: Connection,
    files: Sequence[Stored],
    without: Sequence[Stored],
    both: Sequence[Stored],
    target: Path,
) -> int:
    """Write the lines of files that are in none of the others, sorted; return their number."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE found AS
        SELECT DISTINCT line, md5_number(line) AS sum FROM {sql_lines(files)}
        WHERE sum NOT IN (SELECT md5_number(line) FROM {sql_lines(without)})
        """
    )
    if not _count(connection):
        target.write_bytes(b"")
        return 0
    # Usually few lines differ, so that only their sums are held while the other graphs pass.
    connection.execute(
        f"""
        DELETE FROM found WHERE sum IN (
            SELECT md5_number(line) FROM {sql_lines(both)}
            WHERE md5_number(line) IN (SELECT sum FROM found)
        )
        """
    )
    connection.execute(
        f"COPY (SELECT line FROM found ORDER BY line) TO {sql_text(str(target))} "
        "(FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '')"
    )
    return _count(connection)


def _count(connection: Connection) -> int:
    [(count,)] = connection.execute("SELECT count(*) FROM found").fetchall()
    return int(count)


def sql_lines(files: Iterable[Stored]) -> str:
    """Return SQL for the lines of files; a control character, which none has, ends no column.

    How they are compressed is said, as DuckDB does not see it in every name.
    """
    parts = []
    by_kind: dict[str, list[str]] = {}
    for stored in files:
        kind = "gzip" if stored.path.suffix == ".gz" else "none"
        by_kind.setdefault(kind, []).append(sql_pattern(stored.path))
    for kind, paths in by_kind.items():
        parts.append(
            f"SELECT line FROM read_csv([{', '.join(paths)}], columns = {{'line': 'VARCHAR'}}, "
            "auto_detect = false, header = false, delim = '\x01', quote = '', escape = '', "
            f"strict_mode = false, compression = '{kind}', "
            f"max_line_size = {LONGEST_LINE}, buffer_size = {4 * LONGEST_LINE})"
        )
    return f"({' UNION ALL '.join(parts) or 'SELECT NULL::VARCHAR AS line WHERE false'})"
