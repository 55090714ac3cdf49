"""What can differ between two releases, as data: observations, structures, concepts and terms.

An observation is what its IRI names: the codes of its dimensions in order, the measure last. It
was revised when its value, its status with the reasons of it, its unit or its bounds changed, or
what its dimensions or the datatype of its value are; not when only its source, its printed
decimals, labels or the order of things did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from publish.project.project import Text

Kind = Literal["added", "removed", "revised"]
KINDS: tuple[Kind, ...] = ("added", "removed", "revised")


@dataclass(frozen=True, kw_only=True)
class SourceCell:
    """A cell of a printed table, counted from 1, the header included."""

    table: str
    """The IRI of the printed table."""
    row: int
    column: int

    @property
    def iri(self) -> str:
        """The IRI of the cell."""
        return f"{self.table}#cell={self.row},{self.column}"

    @property
    def document(self) -> str:
        """The key of the document that prints the table."""
        return self.table.rsplit("/", 3)[1]

    @property
    def name(self) -> str:
        """The table as a person writes it, ``document/table``."""
        return f"{self.document}/{self.table.rpartition('/')[2].removesuffix('.csv')}"


@dataclass(frozen=True, kw_only=True)
class StatedFigure:
    """What one release says in an observation."""

    value: Decimal | None
    """None when it is not shown."""
    decimals: int
    """How many decimals are printed."""
    status: str
    """A code of sdmx-code:obsStatus, as ``A``."""
    reasons: tuple[str, ...] = ()
    """Why there is no value: codes of the list of reasons."""
    bounds: tuple[tuple[str, Decimal], ...] = ()
    """Bounds of a value that is not shown, by their key (``at-least`` …)."""
    unit: str
    """The IRI of the unit."""
    source: SourceCell | None = None
    """The first source cell."""

    def says_the_same(self, other: StatedFigure) -> bool:
        """Return whether neither is a revision of the other."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("value", "status", "reasons", "bounds", "unit")
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """An observation that was added, removed or revised."""

    kind: Kind
    slug: str
    codes: tuple[str, ...]
    """The codes of its IRI, in their order, the measure last."""
    old: StatedFigure | None
    new: StatedFigure | None

    @property
    def old_source(self) -> SourceCell | None:
        """The source cell in the earlier release."""
        return self.old.source if self.old else None

    @property
    def new_source(self) -> SourceCell | None:
        """The source cell in the later release."""
        return self.new.source if self.new else None


@dataclass(frozen=True, kw_only=True)
class StructureChange:
    """A change of the structure of a data set."""

    part: Literal["dimension", "measure", "unit", "datatype", "code-list", "scale"]
    old: str | None
    """The name or number in the earlier release; None for what was added."""
    new: str | None
    of: str = ""
    """The measure whose unit or datatype it is, or the dimension whose code list."""


@dataclass(frozen=True, kw_only=True)
class DataSetChange:
    """What happened to a data set."""

    slug: str
    title: Text
    old_count: int | None
    """Its observations in the earlier release; None where it was not there."""
    new_count: int | None
    counts: dict[Kind, int] = field(default_factory=dict)
    """Its observations that were added, removed or revised."""
    structure: tuple[StructureChange, ...] = ()
    new_codes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """By dimension, the codes that observations have since; of data sets in both releases."""
    gone_codes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """By dimension, the codes that no observation has any more."""

    @property
    def kind(self) -> Kind:
        """Whether it was added, removed or revised as a whole."""
        if self.old_count is None:
            return "added"
        return "removed" if self.new_count is None else "revised"


@dataclass(frozen=True, kw_only=True)
class PropertyChange:
    """A property of a thing with the values that it lost and got, as N-Triples terms."""

    predicate: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ThingChange:
    """A concept, a code list or a term that was added, removed or revised."""

    kind: Kind
    iri: str
    label: Text
    properties: tuple[PropertyChange, ...] = ()
    deprecated: bool = False
    """Whether it was removed and is kept as deprecated."""
    replaced_by: tuple[str, ...] = ()
