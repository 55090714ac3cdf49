"""What is compared when a code list of others is held against ours, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from publish.faults.fault import Words
from publish.ontology.suggest.ranges import ValueRange


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label of a code, and what kind of label it is: pref, alt, printed, hidden or code."""

    text: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class OwnCode:
    """A code of one of our lists, with everything by which it can be recognised."""

    list_name: str
    code: str
    iri: str
    shown: str
    labels: tuple[Label, ...]
    range: ValueRange | None = None
    total: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """The list and the code."""
        return self.list_name, self.code


@dataclass(frozen=True, kw_only=True)
class OwnList:
    """One of our lists: words about it, its name first, and whether a dimension uses it."""

    name: str
    about: tuple[str, ...]
    used: bool = True


@dataclass(frozen=True, kw_only=True)
class ForeignEntry:
    """An entry of somebody else's list: its code, its labels, and its address if it has one."""

    code: str
    labels: tuple[str, ...]
    iri: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One of our codes that an entry may correspond to."""

    code: OwnCode
    score: float
    reason: Words
