"""Breaches of integrity constraints: the first thousand of each kind named, the rest counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from publish.faults.fault import Fault, fault

MOST_OF_A_KIND = 1_000
"""Things of one kind that are named; the rest is counted."""

Particulars = Mapping[str, object]
"""What the message of a fault says of one thing, by name."""


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One thing that breaks a constraint."""

    code: str
    thing: str
    """The IRI of the observation, slice, structure or property concerned, or ``_:x``."""
    at: int = -1
    """The place of an observation among all of its data set, from 0; -1 for other things."""
    particulars: Particulars = field(default_factory=dict)

    def fault(self, path: str, line: int = 0, column: int = 0) -> Fault:
        """Return the breach as a fault at a place."""
        shown = {"thing": self.thing, **self.particulars}
        return fault(self.code, path, line, column, **shown)


@dataclass(kw_only=True)
class Breaches:
    """Collects breaches of any number of things, in bounded memory."""

    found: list[Breach] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, code: str, thing: str, /, **particulars: object) -> None:
        """Note one thing, no observation, that breaks a constraint."""
        self.add_each(code, (0,), lambda _: thing, particulars)

    def add_each(
        self,
        code: str,
        places: Iterable[int],
        naming: Callable[[int], str],
        particulars: Particulars | Callable[[int], Particulars],
        *,
        first: int | None = None,
    ) -> None:
        """Note the things at some places of a batch.

        ``naming`` and ``particulars``, if these differ, are called only for those that are kept by
        name. ``first`` is the place of the batch's first observation among all; without it the
        things are no observations.
        """
        for place in places:
            self.counts[code] += 1
            if self.counts[code] <= MOST_OF_A_KIND:
                at = -1 if first is None else first + place
                more = particulars(place) if callable(particulars) else particulars
                self.found.append(Breach(code=code, thing=naming(place), at=at, particulars=more))

    def unnamed(self, path: str) -> Iterator[Fault]:
        """Yield a fault for each code of which not all things are named, with how many are not."""
        for code, count in self.counts.items():
            if more := max(count - MOST_OF_A_KIND, 0):
                yield fault("more-breaches", path, more=more, kept=MOST_OF_A_KIND, kind=code)
