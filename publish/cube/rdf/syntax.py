"""How the triples of a subject are written, as N-Triples or as Turtle with prefixes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from publish.rdf.namespaces import RDF
from publish.rdf.terms import short_name

SUBJECT = "\0"
"""Stands for the observation's IRI in a prepared line; no text can hold it unescaped."""


@dataclass(frozen=True, kw_only=True)
class Syntax:
    """How the triples of a subject, an observation or a source cell, are written."""

    prefixes: dict[str, str]
    begin: str
    """What stands before the first triple of a subject."""
    middle: str
    """A triple of the subject that is not its last."""
    last: str
    single: str
    """A triple by itself, of another subject."""

    def term(self, iri: object) -> str:
        """Return an IRI, short where a prefix allows it."""
        text = str(iri)
        if self.prefixes and text == str(RDF.type):
            return "a"
        return short_name(text, self._by_namespace) or f"<{text}>"

    @cached_property
    def _by_namespace(self) -> dict[str, str]:
        return {namespace: prefix for prefix, namespace in self.prefixes.items()}

    def triple(self, predicate: object, value: str) -> str:
        """Return a triple of the subject that is not its last."""
        return self.middle.format(s=SUBJECT, p=self.term(predicate), o=value)

    def last_triples(self, predicate: object, values: Iterable[str]) -> str:
        """Return the last triples of the subject, one per value."""
        *others, last = values
        text = "".join(self.triple(predicate, value) for value in others)
        return text + self.last.format(s=SUBJECT, p=self.term(predicate), o=last)

    def header(self) -> bytes:
        """Return what stands at the top of a file."""
        lines = (f"@prefix {name}: <{iri}> .\n" for name, iri in self.prefixes.items())
        return ("".join(lines) + "\n" if self.prefixes else "").encode()


N_TRIPLES = Syntax(
    prefixes={},
    begin="",
    middle="{s} {p} {o} .\n",
    last="{s} {p} {o} .\n",
    single="{s} {p} {o} .\n",
)


def turtle(prefixes: dict[str, str]) -> Syntax:
    """Return Turtle with these prefixes."""
    return Syntax(
        prefixes=prefixes,
        begin="{s}\n",
        middle="    {p} {o} ;\n",
        last="    {p} {o} .\n\n",
        single="{s} {p} {o} .\n",
    )
