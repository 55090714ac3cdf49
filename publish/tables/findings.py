"""Collects what is wrong in a printed table, by row and column, and reports it by line and column.

Where a row stands in the file is looked up once, after reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from publish.faults.fault import KINDS, Fault, fault, phrase
from publish.ontology.periods import EXAMPLES
from publish.tables.table import Table, places

MOST_FINDINGS = 10_000
"""Findings kept of one table; of more, only the number is reported."""

LONGEST_SHOWN = 80
"""Characters of a cell that a message repeats."""


def shown(text: str) -> str:
    """Return the text of a cell as a message repeats it: on one line, and cut when it is long."""
    text = "".join(letter if letter.isprintable() else " " for letter in text[: LONGEST_SHOWN + 1])
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def about_period(kind: str, label: str) -> dict[str, object]:
    """Return the particulars of the fault of a label that is no period."""
    one, *others = EXAMPLES[kind]
    example = phrase("one-or-other", one=one, other=others[0]) if others else one
    return {"label": shown(label), "kind": phrase(f"period-{kind}"), "example": example}


@dataclass(kw_only=True)
class Findings:
    """What is wrong in a table, by row and column, until it is reported."""

    table: Table
    found: list[tuple[str, int, int, dict[str, object]]] = field(default_factory=list)
    dropped: int = 0

    def add(self, code: str, row: int, column: int, /, **particulars: object) -> None:
        """Note a finding at a cell, row and column counted from 1."""
        if len(self.found) < MOST_FINDINGS:
            self.found.append((code, row, column, particulars))
        else:
            self.dropped += 1

    def faults(self) -> Iterator[Fault]:
        """Yield the findings as faults with their line and column in the file."""
        if not self.found:
            return
        wanted = {(row, column) for _, row, column, _ in self.found}
        wanted |= {(int(str(p["first"])), 1) for *_, p in self.found if "first" in p}
        at = places(self.table, wanted)
        for code, row, column, particulars in self.found:
            if "first" in particulars:
                # Messages name a row by its line; line feeds in cells make the two differ.
                first = int(str(particulars["first"]))
                particulars = particulars | {"first": at.get((first, 1), (first,))[0]}
            line, place, text = at.get((row, column), (row, 1, ""))
            found = fault(code, self.table.shown, line, place, **particulars)
            if KINDS[code].can_be_acknowledged:
                name = f"{self.table.document}/{self.table.name}"
                how = phrase("how-to-acknowledge", code=code, table=name, cell=f"{row},{column}")
                found = replace(found, fix=found.fix + how)
            yield replace(found, text=shown(text))
        if self.dropped:
            yield fault("more-faults", self.table.shown, kept=len(self.found), more=self.dropped)


@dataclass(kw_only=True)
class TableFindings:
    """What is wrong in the tables of a cube, by table number, row and column."""

    tables: list[Table]
    found: dict[int, Findings] = field(default_factory=dict)

    def add(self, code: str, table: int, row: int, column: int, /, **particulars: object) -> None:
        """Note a finding at a cell of a table."""
        findings = self.found.setdefault(table, Findings(table=self.tables[table]))
        findings.add(code, row, column, **particulars)

    def faults(self) -> Iterator[Fault]:
        """Yield the findings as faults, table by table."""
        for findings in self.found.values():
            yield from findings.faults()
