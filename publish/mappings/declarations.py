"""What a mapping declares of its figures, so that they can be checked.

These are shares (a percentage with its part and its whole), agreements with other data sets, and
how far figures may be apart by rounding. Nothing of this is guessed: two figures are compared
only where somebody says that they must fit.
"""

from __future__ import annotations

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
    form = FORMATS[numbers]

    def tolerance(entry: dict[str, Any], *steps: str | int) -> Decimal | None:
        """Return a tolerance as an exact number; None where there is none or it is at fault."""
        text = entry.get("within")
        if text is None:
            return None
        read = read_numbers([text.strip()], form)
        if read.faulty[0] or read.mantissa[0] < 0:
            place, example = file.place(*steps, "within"), format_number(5, 2, form)
            faults.append(fault("wrong-tolerance", *place, value=text, example=example))
            return None
        return Decimal(int(read.mantissa[0])).scaleb(-int(read.decimals[0]))

    within = {
        name: tolerance(entry, "totals", name) or Decimal(0)
        for name, entry in file.data.get("totals", {}).items()
        if isinstance(entry, dict)
    }
    shares = []
    for name, entry in file.data.get("shares", {}).items():
        steps = ("shares", name)
        share = Share(
            measure=name,
            part=entry["part"],
            whole=entry.get("whole", entry["part"]),
            over=entry.get("over"),
            within=tolerance(entry, *steps),
            steps=steps,
        )
        if share.over is None and share.whole == share.part:
            faults.append(fault("share-of-itself", *file.place(*steps), name=name))
        else:
            shares.append(share)
    agreements = []
    for number, entry in enumerate(file.data.get("agrees-with", ())):
        own: dict[str, Any] = {"data-set": entry} if isinstance(entry, str) else entry
        agreements.append(
            Agreement(
                slug=own["data-set"],
                here=own.get("here", {}),
                there=own.get("there", {}),
                within=tolerance(own, "agrees-with", number) or Decimal(0),
                steps=("agrees-with", number),
            )
        )
    return Declarations(within=within, shares=tuple(shares), agreements=tuple(agreements))


def parts_of(entry: str | dict[str, str]) -> str:
    """Return whether the parts of a total are complete, however it was declared."""
    return entry if isinstance(entry, str) else entry["parts"]
