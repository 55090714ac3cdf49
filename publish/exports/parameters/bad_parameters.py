"""What is wrong with the parameters of an address, as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publish.faults.fault import Words, phrase, shortened

MOST_TOLD = 10
"""Faults that are told; the rest is counted."""


@dataclass(frozen=True, kw_only=True)
class ParameterFault:
    """One fault in the parameters of an address."""

    parameter: str
    """The name as it was given, shortened; empty where the fault is in none of them alone."""
    value: str
    """The value as it was given, shortened."""
    sentence: Words
    """What is wrong and what is valid, in whole sentences."""


class BadParameters(Exception):
    """Parameters that stand for no view: all that is wrong with them, but for very many faults."""

    def __init__(self, faults: Sequence[ParameterFault], more: int = 0) -> None:
        self.faults = tuple(faults)
        self.more = more
        """How many faults there are besides."""
        super().__init__(str(self.sentence))

    @property
    def sentence(self) -> Words:
        """All sentences, a line each."""
        sentences = [fault.sentence for fault in self.faults]
        if self.more:
            sentences.append(phrase("more-faulty-parameters", count=self.more))
        return Words("\n".join(sentences), "\n".join(item.nl for item in sentences))


class FaultList:
    """Collects what is wrong with parameters."""

    def __init__(self) -> None:
        self.found: list[ParameterFault] = []
        self._more = 0

    def add(self, name: str, parameter: str, value: str, /, **particulars: object) -> None:
        """Add a fault by the name of its phrase, which is told parameter and value.

        Of very many the later ones are counted only.
        """
        if len(self.found) == MOST_TOLD:
            self._more += 1
            return
        parameter, value = shortened(parameter), shortened(value)
        self.found.append(
            ParameterFault(
                parameter=parameter,
                value=value,
                sentence=phrase(name, parameter=parameter, value=value, **particulars),
            )
        )

    def finish(self) -> None:
        """Raise BadParameters if there are any."""
        if self.found:
            raise BadParameters(self.found, self._more)
