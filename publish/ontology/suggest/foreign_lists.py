"""Code lists of others, read from CSV with a code and a label, or from SKOS in any usual syntax.

Entries of SKOS keep their IRI. What is wrong is a fault with its place. RFC 4180 with any usual
separator; SKOS Reference, section 5.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from publish.faults.fault import Fault, did_you_mean, fault, phrase, reason_of
from publish.faults.places import place_of_byte
from publish.ontology.suggest.candidates import ForeignEntry
from publish.ontology.suggest.words import simplified
from publish.project.files import unusable_file
from publish.rdf.formats import format_of_content, format_of_name, parser_problem
from publish.rdf.input.files import RdfFile
from publish.rdf.namespaces import DCTERMS, RDF, RDFS, SKOS
from publish.rdf.reader import LONGEST_TOKEN, fault_before_parsing, place_of_long_line
from publish.rdf.terms import local_name

LABELS = tuple(map(str, (SKOS.prefLabel, RDFS.label, SKOS.altLabel)))
TITLES = (*LABELS[:2], str(DCTERMS.title))

NOTATION, TYPE = str(SKOS.notation), str(RDF.type)

TABLE_ENDINGS = (".csv", ".tsv", ".tab")
SEPARATORS = ",;\t|"

CODE_COLUMNS = (
    "code", "notation", "notatie", "id", "codes", "sleutel", "key", "nummer", "nr", "cd",
)  # fmt: skip
LABEL_COLUMNS = (
    "label", "labels", "naam", "name", "omschrijving", "description", "titel", "title", "preflabel",
    "benaming", "term", "waarde", "value", "tekst", "libelle", "betekenis",
)  # fmt: skip


MOST_LIST = 1 << 28
"""Bytes of a code list at most; the largest of those in use have some ten thousand codes."""


@dataclass(frozen=True, kw_only=True)
class ForeignList:
    """A code list of somebody else."""

    about: str
    """What is known of it as a whole: its title, or the names of file and column."""
    entries: tuple[ForeignEntry, ...]


def read_foreign_list(
    path: Path, languages: frozenset[str], faults: list[Fault]
) -> ForeignList | None:
    """Read a code list, without labels in other languages than those given, if any are."""
    shown = str(path)
    unusable = unusable_file(path, shown, None)
    if unusable:
        faults.append(unusable)
        return None
    try:
        with path.open("rb") as opened:
            content = opened.read(MOST_LIST + 1)
    except OSError as error:
        faults.append(fault("cannot-read", shown, reason=reason_of(error)))
        return None
    if len(content) > MOST_LIST:
        faults.append(fault("file-too-large", shown, most=f"{MOST_LIST >> 20} MiB"))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(fault("wrong-encoding", shown, *place_of_byte(error)))
        return None
    if not text.strip():
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    syntax = _syntax_of(path, content)
    if syntax is None:
        return _read_table(path, text, faults)
    return _read_skos(path, text, syntax, languages, faults)


def _syntax_of(path: Path, content: bytes) -> ox.RdfFormat | None:
    """Return the RDF syntax of a file by its name, else by how it begins; None for a table."""
    if path.suffix.lower() in TABLE_ENDINGS:
        return None
    start = content.removeprefix(b"\xef\xbb\xbf")[:2000]
    known = format_of_name(path) or format_of_content(start)
    return known.syntax if known else None


def _read_skos(
    path: Path, text: str, syntax: ox.RdfFormat, languages: frozenset[str], faults: list[Fault]
) -> ForeignList | None:
    """Return the concepts of an RDF file in the order in which they stand there."""
    labels = defaultdict[str, list[tuple[int, str, str]]](list)
    codes, titles = (defaultdict[str, list[str]](list) for _ in range(2))
    of_class = defaultdict[str, set[str]](set)
    file = RdfFile(path=path, shown=str(path), syntax=syntax)
    unsafe = fault_before_parsing(file)
    if unsafe:
        faults.append(unsafe)
        return None
    try:
        for triple in ox.parse(text.encode(), format=syntax, base_iri=file.base):
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if isinstance(subject, ox.Triple):
                continue
            name = subject.value
            if isinstance(value, ox.Literal):
                if predicate in LABELS:
                    rank = LABELS.index(predicate)
                    labels[name].append((rank, value.language or "", value.value))
                if predicate in TITLES:
                    titles[name].append(value.value)
                if predicate == NOTATION:
                    codes[name].append(value.value)
            elif predicate == TYPE and isinstance(value, ox.NamedNode):
                of_class[value.value].add(name)
    except SyntaxError as error:
        faults.append(_syntax_fault(file, error))
        return None
    except MemoryError as error:
        if "buffer" not in str(error):
            raise
        place = place_of_long_line(io.BytesIO(text.encode()))
        problem = phrase("token-too-long", most=LONGEST_TOKEN >> 20)
        faults.append(file.syntax_fault(problem, *place))
        return None
    schemes, concepts = of_class[str(SKOS.ConceptScheme)], of_class[str(SKOS.Concept)]
    entries = []
    for name, found in labels.items():
        if name in schemes or (concepts and name not in concepts):
            continue
        wanted = [item for item in found if not languages or item[1][:2] in languages | {""}]
        texts = dict.fromkeys(text for _, _, text in sorted(wanted, key=lambda item: item[0]))
        if texts:
            is_address = "://" in name or name.startswith("urn:")
            code = codes.get(name, [local_name(name) if is_address else ""])[0]
            iri = name if is_address else None
            entries.append(ForeignEntry(code=code, labels=tuple(texts), iri=iri))
    if not entries:
        faults.append(fault("no-concepts", str(path)))
        return None
    about = " ".join(text for name in sorted(schemes) for text in titles.get(name, ()))
    return ForeignList(about=about or path.stem, entries=tuple(entries))


def _syntax_fault(file: RdfFile, error: SyntaxError) -> Fault:
    problem, place = parser_problem(error)
    if file.syntax in (ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES):
        return fault("turtle-syntax", file.shown, *place, problem=problem)
    return file.syntax_fault(problem, *place)


def _read_table(path: Path, text: str, faults: list[Fault]) -> ForeignList | None:
    """Return the rows of a CSV file; the header tells which columns are codes and labels."""
    shown = str(path)
    separator = _separator_of(text)
    broken = len(faults)
    rows = list(_rows(text, separator, shown, faults))
    if len(faults) > broken:
        return None
    header = rows[0][1]
    columns = _columns_of(header)
    if columns is None:
        known = ", ".join(LABEL_COLUMNS[:6])
        hint = did_you_mean(header[0], LABEL_COLUMNS)
        faults.append(fault("no-label-column", shown, rows[0][0], 1, hint=hint, known=known))
        return None
    # A first row that names no column is an entry like the others: nothing is lost in silence.
    has_header = any(_named(header, known) is not None for known in (LABEL_COLUMNS, CODE_COLUMNS))
    if len(rows) == 1 and has_header:
        faults.append(fault("no-rows", shown, 1, 1))
        return None
    code_column, label_column = columns
    entries = []
    for line, cells, places in rows[1:] if has_header else rows:
        if len(cells) != len(header):
            faults.append(fault("ragged-row", shown, line, 1, found=len(cells), wanted=len(header)))
            continue
        label = cells[label_column].strip()
        code = cells[code_column].strip() if code_column is not None else ""
        if not label:
            faults.append(fault("empty-label", shown, line, places[label_column], code=code))
            continue
        entries.append(ForeignEntry(code=code, labels=(label,)))
    about = f"{path.stem} {header[label_column]}" if has_header else path.stem
    return ForeignList(about=about, entries=tuple(entries))


def _separator_of(text: str) -> str:
    """Return the separator that the first line has most, outside quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").splitlines()[0])
    return max(SEPARATORS, key=lambda mark: (first.count(mark), -SEPARATORS.index(mark)))


def _rows(
    text: str, separator: str, shown: str, faults: list[Fault]
) -> Iterator[tuple[int, list[str], list[int]]]:
    """Yield each row that is not empty: its line, its cells, and where each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines = text.splitlines(keepends=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells, _places(lines[line - 1], separator)
            line = reader.line_num + 1
    except csv.Error:
        column = lines[line - 1].find('"') + 1 if line <= len(lines) else 1
        problem = phrase("quote-not-closed")
        faults.append(fault("bad-csv", shown, line, max(column, 1), problem=problem))


def _places(line: str, separator: str) -> list[int]:
    """Return the column at which each cell of a line begins, from 1."""
    places, quoted = [1], False
    for offset, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            places.append(offset + 2)
    return places


def _named(header: list[str], known: tuple[str, ...]) -> int | None:
    """Return the first column that has one of these names, or begins or ends with one."""
    names = [re.sub(r"[^a-z]", "", simplified(name)) for name in header]
    exact = [at for at, name in enumerate(names) if name in known]
    long = tuple(word for word in known if len(word) > 3)
    inside = [at for at, name in enumerate(names) if name.startswith(long) or name.endswith(long)]
    return next(iter(exact or inside), None)


def _columns_of(header: list[str]) -> tuple[int | None, int] | None:
    """Return the columns of code and label: by name, else the first two; None without labels."""
    label, code = _named(header, LABEL_COLUMNS), _named(header, CODE_COLUMNS)
    if len(header) == 1:
        return None if label is None and code is not None else (None, 0)
    if label is None:
        label = next(at for at in range(len(header)) if at != (0 if code is None else code))
    if code is None or code == label:
        others = [at for at in range(len(header)) if at != label]
        code = others[0] if label > others[0] or len(header) == 2 else None
    return code, label
