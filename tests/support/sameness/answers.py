"""Answers of the ways to evaluate a query, as values that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import pyoxigraph as ox
import rdflib
from rdflib.plugins.sparql.processor import SPARQLResult

from sameness.syntax import Asked

Found = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Cells = tuple[str | None, ...]


class AnswersOfCubes(Protocol):
    """What answers queries from columns; None leaves a query to the engine."""

    def answer(self, text: str, base: str | None) -> Found | None:
        """Answer a query."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An answer, or the kind of error that there is instead."""

    form: str
    """``rows``, ``truth``, ``triples``, ``syntax``, ``error``, or ``crash`` of the recogniser."""
    names: tuple[str, ...] = ()
    rows: tuple[Cells, ...] = ()
    truth: bool | None = None
    triples: frozenset[str] = frozenset()
    message: str = ""


def _text(term: object) -> str | None:
    return None if term is None else "_:" if isinstance(term, ox.BlankNode) else str(term)


def read(found: Found) -> Outcome:
    """Return all of an answer."""
    if isinstance(found, ox.QueryBoolean):
        return Outcome(form="truth", truth=bool(found))
    if isinstance(found, ox.QueryTriples):
        return Outcome(form="triples", triples=frozenset(str(triple) for triple in found))
    names = tuple(variable.value for variable in found.variables)
    rows = tuple(tuple(_text(term) for term in solution) for solution in found)
    return Outcome(form="rows", names=names, rows=rows)


def of_engine(store: ox.Store, text: str, base: str | None = None) -> Outcome:
    """Return what the engine answers."""
    try:
        return read(store.query(text, base_iri=base))
    except SyntaxError as error:
        return Outcome(form="syntax", message=str(error))
    except (ValueError, RuntimeError, OSError) as error:
        return Outcome(form="error", message=str(error))


def of_columns(answers: AnswersOfCubes, asked: Asked) -> Outcome | None:
    """Return what columns answer; None for what they leave to the engine."""
    try:
        found = answers.answer(asked.text, asked.base)
        return None if found is None else read(found)
    except SyntaxError as error:
        return Outcome(form="syntax", message=str(error))
    except Exception as error:  # noqa: BLE001 - a difference like others, to be made small
        return Outcome(form="crash", message=f"{type(error).__name__}: {error}")


def of_rdflib(graph: rdflib.Graph, asked: Asked) -> Outcome:
    """Return what rdflib answers, its terms as it writes them."""
    try:
        found = graph.query(asked.text, base=asked.base)
        assert isinstance(found, SPARQLResult)
        if found.type == "ASK":
            return Outcome(form="truth", truth=found.askAnswer)
        if found.type in ("CONSTRUCT", "DESCRIBE"):
            assert found.graph is not None
            return Outcome(
                form="triples",
                triples=frozenset(" ".join(part.n3() for part in triple) for triple in found.graph),
            )
        names = tuple(str(name) for name in found.vars or ())
        rows = tuple(
            tuple(None if term is None else term.n3() for term in row)  # type: ignore[union-attr]
            for row in found
        )
        return Outcome(form="rows", names=names, rows=rows)
    except Exception as error:  # noqa: BLE001 - it raises whatever its functions raise
        return Outcome(form="error", message=f"{type(error).__name__}: {error}")


def number_of(cell: str | None) -> Decimal | None:
    """Return the number that a cell is, whatever its datatype; None if it is none."""
    if cell is None or "XMLSchema#" not in cell or not cell.startswith('"'):
        return None
    text, _, datatype = cell[1:].partition('"^^<')
    if datatype.endswith(("#integer>", "#decimal>")):
        return Decimal(text)
    return Decimal(text) if datatype.endswith("#double>") and text[-1:].isdigit() else None
