"""A release made of anybody's RDF files: a store of their own graphs, to put the endpoint over.

It keeps the default graph and the named graphs that the files have, and has no data sets and no
downloads. The store changes some literals, which is told (``changed_literals``). Files are streamed
into the store and counted there, so memory hardly grows with them. Blank nodes of different files
stay apart. A relative IRI is resolved against the ``file:`` address of its own file, as RDF parsers
do that are given no base.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from publish import __version__
from publish.faults.fault import Fault, FaultyInput
from publish.project.progress import Progress
from publish.rdf.input.files import RdfFile, open_decompressed, recognise_file, report_unreadable
from publish.rdf.positions import turtle_prefixes
from publish.rdf.reader import check_syntax, fault_before_parsing
from publish.release.manifest import MANIFEST, manifest_text
from publish.release.soundness import MADE
from publish.release.stores.changed_literals import ChangedLiterals

BASE = "http://localhost"
"""The base in the manifest; no IRI of the files counts as one of ours."""
MOST_PARTITIONS = 2000
"""Properties and classes that the description of the endpoint counts; graphs that have more, after
those before them, go without."""
MOST_GRAPHS = 1000
"""Named graphs that are counted one by one."""
HEAD = 128 * 1024
"""Bytes at the beginning of a file in which prefixes are looked for."""
XMLNS = re.compile(
    r"""\sxmlns:(?P<name>[^\s=]+)\s*=\s*(?P<quote>["'])(?P<iri>[^"'&<]*)(?P=quote)"""
)
PREFIX = re.compile(r"(?:[^\W\d_](?:[\w.\-\u00b7]*[\w\-\u00b7])?)?")
"""A name of a prefix that every syntax can write."""


Counts = dict[str, Any]
"""How much a graph holds, by its names in the manifest: its IRI, None for the default graph, the
number of its triples, of distinct subjects and predicates, and of distinct objects of rdf:type."""


Partitions = dict[str, dict[str, int]]
"""``property-partitions`` and ``class-partitions``: numbers by IRI."""


@dataclass(frozen=True, kw_only=True)
class StoreSummary:
    """What was loaded into a store, and how much its graphs hold."""

    files: tuple[Path, ...]
    graphs: tuple[Counts, ...] = field(hash=False)
    """The default graph, then named graphs in the order of their IRIs, at most MOST_GRAPHS."""
    prefixes: dict[str, str] = field(hash=False)
    """What Turtle, TriG and RDF/XML files declare at their beginning; the first one wins."""
    changed: ChangedLiterals = field(hash=False)
    """The literals that the store holds in another form than the files."""
    partitions: tuple[Partitions, ...] = field(hash=False)
    """For each of the graphs, how many triples have each property, and things each class."""


def make_store(files: Sequence[Path], folder: Path, faults: list[Fault]) -> StoreSummary | None:
    """Load files into a store in ``folder``, which does not exist yet or is empty.

    Return None, leave no store and add the faults of all files when one of them is faulty. Raises
    OSError when the store itself cannot be written.
    """
    wrong: list[Fault] = []
    known: list[RdfFile] = []
    store, changed = ox.Store(str(folder)), ChangedLiterals()
    for path in dict.fromkeys(files):
        with report_unreadable(path, wrong):
            file = recognise_file(path, wrong)
            if file and not wrong and fault_before_parsing(file) is None:
                known.append(file)
            elif file:
                check_syntax(file, wrong)
    for file in known:
        if not wrong:
            _load(store, file, wrong, changed)
        else:
            with report_unreadable(file.path, wrong):
                check_syntax(file, wrong)
    if wrong:
        faults.extend(wrong)
        del store
        shutil.rmtree(folder)
        return None
    store.optimize()
    store.flush()
    names = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    counted = (None, *names[:MOST_GRAPHS])
    with Progress("counting the triples", "graphs", len(counted)) as progress:
        found = [_counted(store, name, progress) for name in counted]
    return StoreSummary(
        files=tuple(file.path for file in known),
        graphs=tuple(counts for counts, _ in found),
        prefixes=_prefixes(known),
        changed=changed,
        partitions=tuple(partitions for _, partitions in found),
    )


def _load(store: ox.Store, file: RdfFile, wrong: list[Fault], changed: ChangedLiterals) -> None:
    """Load a file into the store, or note what is wrong with it."""
    try:
        with (
            Progress(f"loading {file.shown}", "bytes", file.path.stat().st_size) as progress,
            open_decompressed(file.path, progress, file.syntax) as content,
        ):
            quads = ox.parse(content, file.syntax, base_iri=file.base, rename_blank_nodes=True)
            store.bulk_extend(changed.passing(file, quads))
    except (SyntaxError, MemoryError, OSError, EOFError, zlib.error):
        # It stopped at the first fault; reading again finds all of them, with their places.
        with report_unreadable(file.path, wrong):
            check_syntax(file, wrong)
        if not wrong:
            raise


def _counted(store: ox.Store, name: str | None, progress: Progress) -> tuple[Counts, Partitions]:
    """Return how much a graph holds, and of which properties and classes.

    Subjects come in the order of the store's index, so counting where they change is enough: the
    evaluator does so for REDUCED, and keeps nothing in memory.
    """
    graph, end = (f"GRAPH <{name}> {{", "}") if name else ("", "")
    pattern = f"{graph} ?s ?p ?o {end}"
    properties = _numbers(store, "?p", pattern)
    classes = _numbers(store, "?c", f"{graph} ?s a ?c {end}")
    [subjects] = _numbers(store, "", f"{{ SELECT REDUCED ?s {{ {pattern} }} }}").values()
    counts = {
        "name": name,
        "triples": sum(properties.values()),
        "distinct-subjects": subjects,
        "properties": len(properties),
        "classes": len(classes),
    }
    progress.step()
    return counts, {
        "property-partitions": _by_iri(properties),
        "class-partitions": _by_iri(classes),
    }


def _by_iri(found: dict[Any, int]) -> dict[str, int]:
    return dict(
        sorted((node.value, n) for node, n in found.items() if isinstance(node, ox.NamedNode))
    )


def _numbers(store: ox.Store, variable: str, pattern: str) -> dict[Any, int]:
    """Return how many solutions a pattern has, by the values of a variable or in all."""
    group = f"GROUP BY {variable}" if variable else ""
    found = store.query(f"SELECT {variable} (COUNT(*) AS ?n) {{ {pattern} }} {group}")
    assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - a SELECT gives solutions
    return {row[0]: int(row["n"].value) for row in found}


def _prefixes(files: list[RdfFile]) -> dict[str, str]:
    """Return the prefixes that files declare, those of the first files first."""
    found: dict[str, str] = {}
    for file in files:
        with open_decompressed(file.path, syntax=file.syntax) as content:
            text = content.read(HEAD).decode("utf-8", "ignore")
        if file.syntax in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG):
            declared = turtle_prefixes(text, file.base)
        elif file.syntax == ox.RdfFormat.RDF_XML:
            declared = [(item["name"], item["iri"]) for item in XMLNS.finditer(text)]
        else:
            continue
        for name, iri in declared:
            if PREFIX.fullmatch(name) and iri:
                found.setdefault(name, iri)
    return found


def make_release_of_files(
    files: Sequence[Path], folder: Path, *, public_url: str, is_strict: bool = False
) -> list[Fault]:
    """Make the release in a folder that exists; ``public_url`` is where it will be served.

    Return warnings of literals that the store changes. Raises FaultyInput, also for those when it
    is strict, or OSError.
    """
    faults: list[Fault] = []
    summary = make_store(files, folder / "store", faults)
    if summary is None:
        raise FaultyInput(faults)
    warnings = summary.changed.faults()
    if warnings and is_strict:
        raise FaultyInput(replace(item, severity="error") for item in warnings)
    names = ", ".join(path.name for path in summary.files[:3])
    names += ", …" if len(summary.files) > 3 else ""
    stamps = [(str(path), path.stat().st_mtime_ns) for path in summary.files]
    manifest = {
        "manifest": MANIFEST,
        "id": hashlib.sha256(json.dumps(stamps).encode()).hexdigest()[:16],
        "software": __version__,
        "base": BASE,
        "public-url": public_url,
        "vocabulary": "data",
        "title": {"nl": names, "en": names},
        "default-graph": "own",
        "prefixes": summary.prefixes,
        "data-sets": [],
        "queries": [],
        "files": [],
        "graphs": [],
        "graphs-of-files": [*_with_partitions(summary)],
    }
    if warnings:
        manifest["changed-literals"] = {
            "literals": summary.changed.number,
            "files": len(warnings),
            "coinciding": summary.changed.count_coinciding(),
        }
    (folder / "manifest.json").write_text(manifest_text(manifest), encoding="utf-8")
    (folder / MADE).write_text('{"made": null}\n', encoding="utf-8")
    return warnings


def _with_partitions(summary: StoreSummary) -> Iterator[Counts]:
    """Yield what was counted of each graph, with its partitions unless they are too many."""
    left = MOST_PARTITIONS
    for counts, partitions in zip(summary.graphs, summary.partitions, strict=True):
        number = sum(map(len, partitions.values()))
        yield counts | (partitions if number <= left else {})
        left -= number if number <= left else 0
