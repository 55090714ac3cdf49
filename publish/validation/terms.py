"""Faults of the terms in RDF files: those that no vocabulary has, and ill-typed literals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pyoxigraph as ox

from publish.faults.fault import Fault, fault, shortened
from publish.rdf.input.files import RdfFile
from publish.rdf.namespaces import XSD
from publish.rdf.places.files import find_uses
from publish.rdf.statements import Statements
from publish.rdf.terms import split_iri
from publish.rdf.unknown_terms import SHACL, no_slips, unknown_terms
from publish.validation.constraints.breaches import MOST_OF_A_KIND
from publish.validation.constraints.literals import EXAMPLES, ill_typed


def judge_terms(
    files: Sequence[RdfFile], statements: Statements, code: str = "unknown-term"
) -> Iterator[Fault]:
    """Yield a fault for each term that its vocabulary does not define, at its first use.

    ``code`` is that of unknown terms of SHACL: in shapes a validator ignores them in silence.
    """
    terms = statements.terms.found
    names = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    names |= {term.datatype.value for term in terms if isinstance(term, ox.Literal)}
    unknown = unknown_terms(names)
    if unknown:
        known = no_slips(statements)
        unknown = {iri: hint for iri, hint in unknown.items() if iri not in known}
    named = dict(islice(unknown.items(), MOST_OF_A_KIND))
    places = find_uses(files, named.keys(), most=1)
    for iri, hint in named.items():
        namespace, name = split_iri(iri)
        place = next(iter(places.get(iri, ())), (iri, 0, 0))
        kind = code if namespace == SHACL else "unknown-term"
        yield fault(kind, *place, name=name, namespace=namespace, hint=hint)
    yield from _more(files, len(unknown), code)


def judge_literals(files: Sequence[RdfFile], statements: Statements) -> Iterator[Fault]:
    """Yield a fault for each use of a literal whose text its datatype does not allow."""
    terms, code = statements.terms.found, "ill-typed-literal"
    numbers = ill_typed(terms)
    literals = {str(terms[number]): terms[number] for number in numbers}
    uses = find_uses(files, literals.keys(), most=MOST_OF_A_KIND)
    found = (
        (literal, place)
        for text, literal in literals.items()
        for place in uses.get(text, [(files[0].shown, 0, 0)])
    )
    for literal, place in islice(found, MOST_OF_A_KIND):
        name = literal.datatype.value.removeprefix(str(XSD))  # type: ignore[union-attr]
        yield fault(
            code,
            *place,
            value=shortened(literal.value),  # type: ignore[union-attr]
            datatype=f"xsd:{name}",
            example=EXAMPLES[name],
        )
    count = int(np.isin(statements.object, numbers).sum())
    yield from _more(files, count, code)


def _more(files: Sequence[RdfFile], count: int, code: str) -> Iterator[Fault]:
    """Yield a fault that says how many of a kind are not named, if any."""
    if more := max(count - MOST_OF_A_KIND, 0):
        path = files[0].shown
        yield fault("more-breaches", path, more=more, kept=MOST_OF_A_KIND, kind=code)
