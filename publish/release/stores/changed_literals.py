"""Literals that the store keeps in another form than their file has them.

The store keeps values: ``"12.0"^^xsd:decimal`` comes back as ``"12"``, ``"1"^^xsd:int`` as an
``xsd:integer``. RDF tells such literals apart (RDF 1.1 Concepts, 3.3), so what changes is counted
while files are loaded. What the store makes of a literal is asked of a store.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyoxigraph as ox

from publish.faults.fault import Fault, Words, fault, number_of, phrase
from publish.rdf.input.files import RdfFile
from publish.rdf.namespaces import XSD
from publish.rdf.places.files import find_in_file
from publish.rdf.statements import unique_integers

SHOWN = 3
"""Changed literals of a file that are shown."""
MOST_SEARCHED = 16_000_000
"""Bytes of a file in which the places of those are looked for."""
MOST_REMEMBERED = 100_000
_NODE = ox.NamedNode("urn:x")
_NUMBER = re.compile(r"(?!-0$)-?(?:0|[1-9][0-9]*+)(?:\.[0-9]*[1-9])?")
_DATE = re.compile(
    r"[1-9][0-9]{3}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
    r"(?:T(?!24)[0-9]{2}:[0-9]{2}:[0-9]{2})?(?:Z|[+-](?!00:00)[0-9]{2}:[0-9]{2})?"
)
_SAFE: dict[str, tuple[re.Pattern[str], int]] = {
    str(XSD[name]): (pattern, longest)
    for pattern, longest, names in (
        (_NUMBER, 10_000, "integer decimal"),
        (_NUMBER, 16, "double"),
        (_NUMBER, 7, "float"),
        (re.compile("true|false"), 5, "boolean"),
        (_DATE, 25, "dateTime date gYear gYearMonth"),
        (
            re.compile("(?!)"),
            0,
            "byte short int long unsignedByte unsignedShort unsignedInt unsignedLong"
            " positiveInteger nonNegativeInteger negativeInteger nonPositiveInteger"
            " dateTimeStamp time gMonth gDay gMonthDay"
            " duration yearMonthDuration dayTimeDuration",
        ),
    )
    for name in names.split()
}
"""By the datatypes whose values the store keeps, which literals up to which length it keeps as they
are for sure; of others it is asked."""


class _Store:
    """What the store makes of literals, each asked once."""

    def __init__(self) -> None:
        self._known: dict[ox.Literal, ox.Literal] = {}
        self._store = ox.Store()

    def of(self, literal: ox.Literal) -> ox.Literal:
        """Return what the store makes of a literal."""
        stored = self._known.get(literal)
        if stored is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
                self._store.clear()
            self._store.add(ox.Quad(_NODE, _NODE, literal))
            [quad] = self._store.quads_for_pattern(_NODE, _NODE, literal)
            assert isinstance(quad.object, ox.Literal)  # noqa: S101 - it went in as one
            stored = self._known[literal] = quad.object
        return stored


def _is_kept(literal: ox.Literal) -> bool:
    """Return whether the store keeps a literal as it is for sure."""
    safe, longest = _SAFE[literal.datatype.value]
    return len(literal.value) <= longest and safe.fullmatch(literal.value) is not None


@dataclass(kw_only=True)
class ChangedLiterals:
    """The literals of some files that the store changes, counted as their quads pass."""

    counts: dict[RdfFile, int] = field(default_factory=dict)
    """How many statements of each file have one as their object."""
    examples: dict[RdfFile, dict[ox.Literal, ox.Literal]] = field(default_factory=dict)
    """The first that differ, with what the store makes of each."""
    _store: _Store = field(default_factory=_Store)
    _before: array[int] = field(default_factory=lambda: array("q"))
    _after: array[int] = field(default_factory=lambda: array("q"))
    """Hashes of statements with a value, as in their file and as in the store."""

    def passing(self, file: RdfFile, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Yield the quads of a file, and count."""
        for quad in quads:
            value = quad.object
            while isinstance(value, ox.Triple):
                value = value.object
            if isinstance(value, ox.Literal) and value.datatype.value in _SAFE:
                self._note(file, quad, value)
            yield quad

    def _note(self, file: RdfFile, quad: ox.Quad, literal: ox.Literal) -> None:
        number = hash(quad)
        self._before.append(number)
        if not _is_kept(literal) and (stored := self._store.of(literal)) != literal:
            self.counts[file] = self.counts.get(file, 0) + 1
            shown = self.examples.setdefault(file, {})
            if len(shown) < SHOWN:
                shown[literal] = stored
            # Within a triple that is an object, what coincides is not counted.
            if quad.object == literal:
                number = hash(ox.Quad(quad.subject, quad.predicate, stored, quad.graph_name))
        self._after.append(number)

    @property
    def number(self) -> int:
        """How many statements of all files have a literal that changes."""
        return sum(self.counts.values())

    def count_coinciding(self) -> int:
        """Return how many statements became equal to others by it, in the same graph."""
        if not self.number:
            return 0
        before, after = (
            unique_integers(np.array(hashes, dtype=np.int64))
            for hashes in (self._before, self._after)
        )
        return len(before) - len(after)

    def faults(self) -> list[Fault]:
        """Return a warning for each file that has such literals, at the first of them."""
        return [_fault_of(file, self.counts[file], self.examples[file]) for file in self.counts]


def _fault_of(file: RdfFile, count: int, examples: dict[ox.Literal, ox.Literal]) -> Fault:
    places = _places(file, set(examples))
    shown = [
        phrase(
            "literal-becomes",
            place=":".join((file.shown, *map(str, places.get(literal, ())[:1]))),
            before=_short(literal),
            after=_short(stored),
        )
        for literal, stored in examples.items()
    ]
    more = [Words("…")] * (count > len(examples))
    return fault(
        "literals-changed",
        file.shown,
        *min(places.values(), default=(0, 0)),
        number=number_of(count, "literals"),
        examples=_listed([*shown, *more]),
    )


def _listed(items: list[Words]) -> Words:
    return Words("; ".join(items), "; ".join(item.nl for item in items))


def _short(literal: ox.Literal) -> str:
    return f'"{literal.value}"^^xsd:{literal.datatype.value.removeprefix(str(XSD))}'


def _places(file: RdfFile, wanted: set[ox.Literal]) -> dict[ox.Literal, tuple[int, int]]:
    """Return line and column of the first of each of some literals, as far as they are found."""
    found = dict[ox.Literal, tuple[int, int]]()
    if file.path.stat().st_size > MOST_SEARCHED:
        return found
    literals = {str(literal): literal for literal in wanted}
    for text, line, column in find_in_file(file, literals.keys(), subjects=False):
        found.setdefault(literals[text], (line, column))
        if len(found) == len(wanted):
            break
    return found
