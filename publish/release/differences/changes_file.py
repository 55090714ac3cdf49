"""What the record of a release keeps of its difference with the release before it.

``changes.json`` says it as ``publish diff`` does, with so many observations of each data set; the
columns in the history give the others at any time. ``gone.json`` names what the release no longer
has, but for observations, of which it says in which data sets some were removed: their columns
before it are those where they were last.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from publish.cube.columns_file.engine import Connection, open_engine, sql_text
from publish.project.project import Text
from publish.release.differences.as_json import write_json
from publish.release.differences.compare import Comparison, compare
from publish.release.differences.gone_list import FORMAT, GONE
from publish.release.differences.recorded import CHANGES
from publish.release.differences.state import (
    State,
    Stored,
    nothing,
    state_of_record,
    state_of_release,
)
from publish.release.differences.things import LABELS
from publish.release.differences.triples import sql_lines, unequal
from publish.release.history.records import History, ReleaseRecord

MOST_LISTED = 1000
"""The observations of each data set that ``changes.json`` lists."""


@contextmanager
def compare_with_last(
    history: History, record: ReleaseRecord, release: Path
) -> Iterator[Comparison]:
    """Compare a release with the one before it; of a first release all was added.

    ``release`` is its folder, finished but for its name. Raises FaultyInput when the columns of
    the release before it are damaged.
    """
    new = state_of_release(release)
    new = replace(new, number=record.number, released=record.released)
    old = state_of_record(history, history.last) if history.last else nothing(new.base)
    with compare(old, new) as comparison:
        yield comparison


def write_changes(comparison: Comparison, folder: Path) -> dict[str, int]:
    """Write what changed into the folder of a record; return how many observations did."""
    with (folder / CHANGES).open("w", encoding="utf-8") as target:
        write_json(comparison, target, most=MOST_LISTED)
    removed = {
        item.slug: item.counts["removed"] for item in comparison.data_sets if item.counts["removed"]
    }
    things = _gone_things(comparison.old, comparison.new)
    text = json.dumps(
        {"gone": FORMAT, "removed": removed, "things": things}, ensure_ascii=False, indent=1
    )
    (folder / GONE).write_text(text + "\n", encoding="utf-8")
    return {kind: count for kind, count in comparison.counts().items()}


def _gone_things(old: State, new: State) -> dict[str, Text]:
    """Return the things that are described in the old release only, by their path.

    Without its dumps, those of the shared graphs.
    """
    graphs = (old.dumps, new.dumps) if old.dumps and new.dumps else (old.graphs, new.graphs)
    before, after = unequal(*graphs), unequal(*reversed(graphs))
    if not before:
        return {}
    gone: dict[str, Text] = {f"graaf/{name}": {} for name in graphs[0] if name not in graphs[1]}
    head = f"<{old.base}/id/"
    with (
        tempfile.TemporaryDirectory(prefix="publish-") as temporary,
        open_engine(Path(temporary)) as connection,
    ):
        connection.execute(
            f"CREATE TABLE gone AS "
            f"(SELECT {_SUBJECT} AS subject FROM {sql_lines(before)} WHERE {_has_document(head)})"
            f" EXCEPT (SELECT {_SUBJECT} FROM {sql_lines(after)} WHERE {_has_document(head)})"
        )
        labels = _labels(connection, before)
        rows = connection.execute("SELECT subject FROM gone ORDER BY subject").fetchall()
    return gone | {subject[len(head) : -1]: labels.get(subject, {}) for (subject,) in rows}


_SUBJECT = "split_part(line, ' ', 1)"


def _has_document(head: str) -> str:
    """Return SQL for the lines about things with an address of their own but for observations."""
    return (
        f"starts_with(line, {sql_text(head)}) AND NOT contains({_SUBJECT}, '#') "
        f"AND NOT starts_with(line, {sql_text(head + 'observatie/')})"
    )


def _labels(connection: Connection, files: Iterable[Stored]) -> dict[str, Text]:
    """Return what the things in the table ``gone`` are called."""
    predicates = ", ".join(sql_text(f"<{iri}>") for iri in LABELS)
    rows = connection.execute(
        f"SELECT line FROM {sql_lines(files)} WHERE {_SUBJECT} IN (SELECT subject FROM gone) "
        f"AND split_part(line, ' ', 2) IN ({predicates}) ORDER BY line"
    ).fetchall()
    labels: dict[str, Text] = {}
    for (line,) in rows:
        quad = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES)))
        if isinstance(quad.object, ox.Literal) and quad.object.language:
            labels.setdefault(str(quad.subject), {})[quad.object.language] = quad.object.value
    return labels
