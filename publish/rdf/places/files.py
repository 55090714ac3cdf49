"""Where terms stand in RDF files of any format.

IRIs are asked for as they are, literals as N-Triples has them, and blank nodes by their labels
among those of all files. Files larger than MOST_SEARCHED are searched only when they consist of
lines; of others a place is the file alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

import pyoxigraph as ox

from publish.project.progress import Progress
from publish.rdf.formats import BY_LINE
from publish.rdf.input.files import RdfFile, open_decompressed
from publish.rdf.places.in_json import find_in_json, marked_json
from publish.rdf.places.in_lines import find_in_lines
from publish.rdf.places.in_turtle import marked_turtle
from publish.rdf.places.in_xml import find_in_xml, marked_xml
from publish.rdf.places.marks import Place, places_of_unnamed
from publish.rdf.positions import find_in_turtle
from publish.rdf.reader import MOST_SEARCHED, Labels
from publish.rdf.terms import LABEL

Places = dict[str, tuple[str, int, int]]
"""By term, the file with line and column."""


def find_places(files: Sequence[RdfFile], wanted: Set[str]) -> Places:
    """Return where terms are first described, or else first stand in any role.

    Of a blank node whose place is not found the file is returned, with line 0.
    """
    found: Places = {}
    for subjects in (True, False):
        for file in files:
            rest = wanted - found.keys()
            for term, line, column in find_in_file(file, rest, subjects=subjects):
                found.setdefault(term, (file.shown, line, column))
    shown = {file.number: file.shown for file in files}
    for term in wanted - found.keys():
        label = LABEL.fullmatch(term)
        number = int(label["file"] or label["of"]) if label else -1
        if number in shown:
            found[term] = (shown[number], 0, 0)
    return found


def find_in_file(
    file: RdfFile, wanted: Set[str], *, subjects: bool
) -> Iterator[tuple[str, int, int]]:
    """Yield where terms stand in a file, only as ``subjects`` if asked.

    Blank nodes without a label are found as subjects, with the place of their brackets or element.
    """
    unnamed, asked = dict[int, str](), dict[str, str]()
    for term in wanted:
        label = LABEL.fullmatch(term) if term[:2] == "_:" else None
        if label is None:
            asked[term] = term
        elif label["label"] and int(label["file"]) == file.number:
            asked[f"_:{label['label']}"] = term
        elif label["number"] and int(label["of"]) == file.number and subjects:
            unnamed[int(label["number"])] = term
    if unnamed:
        places = _unnamed(file)
        yield from ((unnamed[at], *places[at]) for at in unnamed.keys() & places.keys())
    if asked:
        for term, line, column in _found(file, asked.keys(), subjects=subjects):
            yield asked[term], line, column


def _found(file: RdfFile, wanted: Set[str], *, subjects: bool) -> Iterator[tuple[str, int, int]]:
    """Yield where terms stand in a file, under the names that they have there."""
    size = file.path.stat().st_size
    with (
        Progress(f"{file.shown}: places", "bytes", size) as progress,
        open_decompressed(file.path, progress, file.syntax) as content,
    ):
        if file.syntax in BY_LINE:
            yield from find_in_lines(content, wanted, subjects=subjects)
            return
        text = content.read(MOST_SEARCHED + 1)
    if len(text) > MOST_SEARCHED:
        return
    if file.syntax == ox.RdfFormat.RDF_XML:
        yield from find_in_xml(text, file.base, wanted, subjects=subjects)
    elif file.syntax == ox.RdfFormat.JSON_LD:
        yield from find_in_json(
            text.decode("utf-8", "replace"), file.base, wanted, subjects=subjects
        )
    else:
        yield from find_in_turtle(
            text.decode("utf-8", "replace"), file.base, wanted, subjects=subjects
        )


def _unnamed(file: RdfFile) -> Mapping[int, Place]:
    """Return line and column of the blank nodes without label, by their number."""
    with open_decompressed(file.path, syntax=file.syntax) as content:
        text = content.read(MOST_SEARCHED + 1)
    if len(text) > MOST_SEARCHED:
        return {}
    if file.syntax == ox.RdfFormat.RDF_XML:
        marked, places = marked_xml(text)
    else:
        mark = marked_json if file.syntax == ox.RdfFormat.JSON_LD else marked_turtle
        marked, places = mark(text.decode("utf-8", "replace"))
    return places_of_unnamed(Labels(file=file), marked, places)


def find_uses(
    files: Sequence[RdfFile], wanted: Set[str], *, most: int
) -> dict[str, list[tuple[str, int, int]]]:
    """Return places where terms stand, in the order of the files, at most so many of each."""
    found = defaultdict[str, list[tuple[str, int, int]]](list)
    for file in files if wanted else ():
        for term, line, column in find_in_file(file, wanted, subjects=False):
            if len(found[term]) < most:
                found[term].append((file.shown, line, column))
    return found
