"""What a mapping declares of its figures, so that they can be checked.

These are shares (a percentage with its part and its whole), agreements with other data sets, and
how far figures may be apart by rounding. Nothing of this is guessed: two figures are compared
only where somebody says that they must fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from publish.faults.fault import Fault, fault
from publish.project.yaml import Steps, YamlFile
from publish.tables.numbers import FORMATS, format_number, read_numbers


@dataclass(frozen=True, kw_only=True)
class Share:
    """A measure that is a share: of what, and by how much it may differ from the quotient."""

    measure: str
    part: str
    whole: str
    """A measure too; the part itself where the whole is its total over a dimension."""
    over: str | None
    """The dimension of which the whole is the total; None where the whole has the same codes."""
    within: Decimal | None
    """By how much it may differ; None for what rounding explains."""
    steps: Steps


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Another data set in which the same figures are printed."""

    slug: str
    here: dict[str, str]
    """Dimensions of this data set that are compared at one code only."""
    there: dict[str, str]
    within: Decimal
    steps: Steps


@dataclass(frozen=True, kw_only=True)
class Declarations:
    """Everything that a mapping declares of its figures."""

    within: dict[str, Decimal]
    """Per dimension by how much a total may differ from the sum of its parts, where it may."""
    shares: tuple[Share, ...]
    agreements: tuple[Agreement, ...]


def read_declarations(file: YamlFile, numbers: str, faults: list[Fault]) -> Declarations:
    """Return what a mapping declares of its figures; a tolerance must be a number from 0."""
    data = file.data
    within = {}
    for name, entry in data.get("totals", {}).items():
        if isinstance(entry, dict):
            steps = ("totals", name, "within")
            found = _tolerance(file, steps, entry.get("within"), numbers, faults)
            within[name] = found or Decimal(0)
    return Declarations(
        within=within,
        shares=tuple(_read_shares(file, numbers, faults)),
        agreements=tuple(_read_agreements(file, numbers, faults)),
    )


def parts_of(entry: str | dict[str, str]) -> str:
    """Return whether the parts of a total are complete, however it was declared."""
    return entry if isinstance(entry, str) else entry["parts"]


def _read_shares(file: YamlFile, numbers: str, faults: list[Fault]) -> Iterator[Share]:
    for name, entry in file.data.get("shares", {}).items():
        steps = ("shares", name)
        within = _tolerance(file, (*steps, "within"), entry.get("within"), numbers, faults)
        whole, over = entry.get("whole", entry["part"]), entry.get("over")
        if over is None and whole == entry["part"]:
            faults.append(fault("share-of-itself", *file.place(*steps), name=name))
            continue
        yield Share(
            measure=name, part=entry["part"], whole=whole, over=over, within=within, steps=steps
        )


def _read_agreements(file: YamlFile, numbers: str, faults: list[Fault]) -> Iterator[Agreement]:
    for number, entry in enumerate(file.data.get("agrees-with", ())):
        steps = ("agrees-with", number)
        own: dict[str, Any] = {"data-set": entry} if isinstance(entry, str) else entry
        within = _tolerance(file, (*steps, "within"), own.get("within"), numbers, faults)
        yield Agreement(
            slug=own["data-set"],
            here=own.get("here", {}),
            there=own.get("there", {}),
            within=within or Decimal(0),
            steps=steps,
        )


def _tolerance(
    file: YamlFile, steps: Steps, text: str | None, numbers: str, faults: list[Fault]
) -> Decimal | None:
    """Return a tolerance as an exact number; None where there is none or it is at fault."""
    if text is None:
        return None
    form = FORMATS[numbers]
    read = read_numbers([text.strip()], form)
    if read.faulty[0] or read.mantissa[0] < 0:
        example = format_number(5, 2, form)
        faults.append(fault("wrong-tolerance", *file.place(*steps), value=text, example=example))
        return None
    return Decimal(int(read.mantissa[0])).scaleb(-int(read.decimals[0]))
