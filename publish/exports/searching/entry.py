"""What can be found: an entry of the index, and the names of the codes of data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

DATA_SET, MISSING, CODE, PERIOD_KIND = "data-set", "missing", "code", "period"
TERM, PRINTED_TABLE, LINE = "term", "table", "line"
KINDS = (DATA_SET, MISSING, CODE, PERIOD_KIND, TERM, PRINTED_TABLE, LINE)
"""The kinds of entry, in the order in which they are shown."""


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """Something that can be found, with the texts by which it is."""

    kind: str
    """One of KINDS."""
    iri: str
    """What it is about, or where it stands."""
    anchor: str = ""
    """A place on its page, as ``L71``."""
    title: Mapping[str, str]
    """What it is called, by language."""
    text: Mapping[str, str] = field(default_factory=dict)
    """What is said of it, by language."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What it belongs to, as the name of its code list, by language."""
    names: tuple[str, ...] = ()
    """Its other names, in whatever language."""
    slugs: tuple[str, ...] = ()
    """The data sets that it is about or is used in."""
    span: tuple[str, str] | None = None
    """Of a period its first and its last day."""


class NamedCode(NamedTuple):
    """A code of a dimension of a data set."""

    slug: str
    column: str
    code: str
