"""What people have to know of a data set to read its figures, in both languages.

A release has it as ``descriptions/SLUG.json`` beside the columns of the data set: whoever writes
or answers a view needs no graph. It tells the codes that occur, in the order of their list.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Any, TypeVar

from publish.project.project import Text

LANGUAGES = ("nl", "en")
"""The languages of exports; the first is for who asks for neither."""
FORMAT = 1
"""The number of the layout of the file."""

PERIOD, CODE, MEASURE = "period", "code", "measure"
"""The kinds of dimension."""


@dataclass(frozen=True, kw_only=True)
class CodeDescription:
    """A code of a list, a period or a measure that a data set uses."""

    code: str
    iri: str
    label: Text
    definition: Text | None = None
    printed: tuple[str, ...] = ()
    """Other labels that it is found by, as tables print it."""
    broader: str | None = None
    """The code above it, where that occurs too."""
    is_total: bool = False
    """Whether it is the total of the others."""
    start: str | None = None
    """The first day of a period."""
    last: str | None = None
    """The last day of a period."""
    missing: Text | None = None
    """Of a period: why the source gives no figures for it; then no observation has it."""


MOST_OF_ONE_TEXT = 13
"""The codes of one text that are kept: enough to say that it is no name of one of them."""


def as_compared(text: str) -> str:
    """Return a text as labels are compared: its case and white space folded, in Unicode's NFC."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = " ".join(text.casefold().split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _codes_as_texts(item: CodeDescription) -> Iterable[str]:
    return (item.code,)


def _labels(item: CodeDescription) -> Iterable[str]:
    return item.label.values()


def _printed_labels(item: CodeDescription) -> Iterable[str]:
    return item.printed


@dataclass(frozen=True, kw_only=True)
class DimensionDescription:
    """A dimension with the codes that occur, in order; the measure dimension is the last."""

    column: str
    """Its column in the file of columns, which is its name in every export and address."""
    name: str
    iri: str
    kind: str
    label: Text
    definition: Text | None = None
    scheme: str | None = None
    """The IRI of its code list."""
    period: str | None = None
    """The kind of its periods: kwartaal, jaar or dag."""
    is_area: bool = False
    """Whether its codes are areas."""
    codes: tuple[CodeDescription, ...]

    @cached_property
    def by_code(self) -> dict[str, CodeDescription]:
        """The codes by themselves."""
        return {item.code: item for item in self.codes}

    @cached_property
    def positions(self) -> dict[str, int]:
        """The place of each code in the order of the dimension, counted from 0."""
        return {item.code: place for place, item in enumerate(self.codes)}

    @cached_property
    def is_sorted(self) -> bool:
        """Whether the order of the codes is that of their texts, by which a file is sorted."""
        return all(one.code < other.code for one, other in pairwise(self.codes))

    @cached_property
    def digest(self) -> str:
        """A checksum of the codes in their order, 16 hexadecimal digits."""
        listed = "\n".join(item.code for item in self.codes)
        return hashlib.sha256(listed.encode()).hexdigest()[:16]

    @cached_property
    def codes_by_text(self) -> dict[str, tuple[str, ...]]:
        """The codes that a text stands for: as code in any case, else as label, else as printed."""
        found: dict[str, tuple[str, ...]] = {}
        for texts_of in (_codes_as_texts, _labels, _printed_labels):
            level: dict[str, tuple[str, ...]] = {}
            for item in self.codes:
                for text in set(map(as_compared, texts_of(item))):
                    if len(codes := level.get(text, ())) < MOST_OF_ONE_TEXT:
                        level[text] = (*codes, item.code)
            found = level | found
        return found

    @property
    def total(self) -> str | None:
        """The code that is the total of the others, where it occurs."""
        return next((item.code for item in self.codes if item.is_total), None)


@dataclass(frozen=True, kw_only=True)
class MeasureDescription:
    """A measure; its ``name`` is its code in the measure dimension."""

    name: str
    iri: str
    label: Text
    definition: Text | None = None
    datatype: str
    """An IRI of XML Schema: integer or decimal."""
    unit: str
    """The IRI of the unit."""
    unit_code: str
    """A short code of the unit, as FTE."""
    unit_label: Text
    decimals: int
    """The most decimals that are printed of its figures."""


@dataclass(frozen=True, kw_only=True)
class TermDescription:
    """A reason for absence, by its code, or a remark, by its name."""

    code: str
    iri: str
    label: Text
    definition: Text | None = None


@dataclass(frozen=True, kw_only=True)
class FiguresNotGiven:
    """Figures that somebody asked for, and that a document does not give."""

    what: Text
    why: Text
    question: str | None
    """The number of the question."""
    lines: str | None
    """The lines of the document that tell it."""
    document: str
    """The IRI of the document."""


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A printed table, and the document it stands in."""

    name: str
    """As the columns name it: DOCUMENT/HASH/TABLE."""
    iri: str
    title: Text
    document: str
    """The IRI of the document."""
    document_title: Text
    address: str | None
    """Where the document can be read."""
    date: str | None = None
    """The date of the document, else that of the question it answers."""
    lines: str | None = None
    """The lines of the document that print it, as 70-83."""
    header_rows: int = 1
    """How many of its rows are the header."""


@dataclass(frozen=True, kw_only=True)
class DataSetDescription:
    """All that an export says of a data set besides its figures."""

    slug: str
    iri: str
    structure: str
    """The IRI of its structure."""
    base: str
    public_url: str
    vocabulary: str
    title: Text
    description: Text
    notes: tuple[Text, ...]
    """What holds for all of it: notes of the mapping, the way of measuring, what was assumed."""
    licence: str | None
    licence_label: Text | None = None
    """What the licence is called, where it is one of the known ones."""
    publisher: Text | None
    area: tuple[Text, ...]
    derived_from: tuple[str, ...]
    """Slugs of the data sets of which it has the sums."""
    tables: tuple[SourceTable, ...]
    dimensions: tuple[DimensionDescription, ...]
    """In the order of the columns: the period first, the measure dimension last."""
    measures: tuple[MeasureDescription, ...]
    reasons: tuple[TermDescription, ...]
    remarks: tuple[TermDescription, ...]
    """The remarks on its figures or on all of it; ``notes`` of an observation names them."""
    not_given: tuple[FiguresNotGiven, ...] = ()
    """What one would look for in it, and its documents do not give."""
    scale: int
    """The decimals of the columns of values and bounds."""
    observations: int
    several: tuple[str, ...] = ()
    """The columns by which some observation says several things: ``addends``, ``further_cells``,
    ``notes``, and ``reasons`` where one has more than one."""

    @property
    def page(self) -> str:
        """The address that names the data set and leads to its page."""
        return self.iri

    @property
    def address(self) -> str:
        """The data address: where views of it are answered."""
        return f"{self.public_url}/data/{self.slug}"

    @cached_property
    def measure_by_name(self) -> dict[str, MeasureDescription]:
        """The measures by their names."""
        return {item.name: item for item in self.measures}

    @cached_property
    def dimension_by_column(self) -> dict[str, DimensionDescription]:
        """The dimensions by their columns, the measure dimension too."""
        return {item.column: item for item in self.dimensions}

    @cached_property
    def table_by_name(self) -> dict[str, SourceTable]:
        """The printed tables as the columns name them."""
        return {item.name: item for item in self.tables}

    def to_json(self) -> str:
        """Return the text of its file."""
        content = {"format": FORMAT, **_plain(self)}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def read_description(text: str | bytes) -> DataSetDescription:
    """Return the description in a file. Raises KeyError, TypeError or ValueError."""
    content: dict[str, Any] = json.loads(text)
    if content.pop("format") != FORMAT:
        raise ValueError("The description is of another format.")
    return _read(DataSetDescription, content)


def _plain(value: Any) -> Any:
    """Return what JSON can hold of a value, without what is as a field has it by default.

    A list can have hundreds of thousands of codes, of which little more is known than a label.
    """
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        fields = value.__dataclass_fields__.items()
        pairs = ((name, getattr(value, name), field.default) for name, field in fields)
        return {name: _plain(given) for name, given, usual in pairs if given != usual}
    return value


Described = TypeVar("Described")


def _read(kind: type[Described], content: dict[str, Any]) -> Described:
    """Return a data class from what its file says of it."""
    readers = _readers(kind)  # type: ignore[arg-type]  # classes can be hashed
    return kind(
        **{
            name: value if (reader := readers[name]) is None else reader(value)
            for name, value in content.items()
        }
    )


@cache
def _readers(kind: type[Any]) -> dict[str, Callable[[Any], Any] | None]:
    """Return what reads each field of a data class; None for one that is as JSON has it."""
    return {name: _reader(hint) for name, hint in typing.get_type_hints(kind).items()}


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    if typing.get_origin(hint) is types.UnionType:
        of_value = _reader(next(one for one in typing.get_args(hint) if one is not type(None)))
        return of_value and (lambda value: None if value is None else of_value(value))
    if typing.get_origin(hint) is tuple:
        of_item = _reader(typing.get_args(hint)[0])
        return tuple if of_item is None else lambda value: tuple(map(of_item, value))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda value: _read(hint, value)
    return None
