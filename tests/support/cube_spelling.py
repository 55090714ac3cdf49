"""The same question to a cube in many spellings of SPARQL, as different people write it.

A spelling has names for prefixes and variables, an order of triples, and a way in which codes are
fixed: as a constant, by FILTER or by VALUES. So no two queries of a measurement are the same text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

WAYS = ("list", "apart", "filter", "in", "values", "blank", "within")
"""How a star of observations is written; see ``Spelling.star``."""
QB = "http://purl.org/linked-data/cube#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = re.compile(
    r"\b(?:PREFIX|SELECT|DISTINCT|WHERE|FILTER|VALUES|GROUP|ORDER|BY|DESC|LIMIT|HAVING|SUM|AVG"
    r"|COUNT|AS|IN|LANG|STR|CONTAINS|UNION|CONSTRUCT|DESCRIBE)\b"
)


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node of a triple or expression as SPARQL: a variable, an IRI or a literal."""

    text: str


class Spelling:
    """One way to write queries; every name that it gives is its own."""

    def __init__(self, chance: random.Random, way: str) -> None:
        self.chance, self.way = chance, way
        self.prefixes: dict[str, str] = {}
        self.variables: set[str] = set()
        self.is_full = chance.random() < 0.25
        self.is_lower = chance.random() < 0.3
        self.has_dollars = chance.random() < 0.1

    def variable(self, hint: str) -> Node:
        """Return a variable that no other node is."""
        name = hint[: self.chance.randint(1, len(hint))]
        while name in self.variables:
            name = f"{hint}{self.chance.randrange(100)}"
        self.variables.add(name)
        return Node(text=("$" if self.has_dollars else "?") + name)

    def iri(self, iri: str) -> Node:
        """Return an IRI, with a prefix where this spelling has them."""
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        if self.is_full or not _LOCAL.fullmatch(iri[cut:]):
            return Node(text=f"<{iri}>")
        space = iri[:cut]
        if space not in self.prefixes:
            name = self.chance.choice("abcdefghkmnpqrstuvwxyz")
            while name in self.prefixes.values():
                name += self.chance.choice("aeioux")
            self.prefixes[space] = name
        return Node(text=f"{self.prefixes[space]}:{iri[cut:]}")

    def fixed(self, node: Node, iri: str) -> str:
        """Return a pattern that lets a variable be one code, as this spelling does."""
        code = self.iri(iri).text
        if self.way == "values":
            if self.chance.random() < 0.5:
                return f"VALUES {node.text} {{ {code} }}"
            return f"VALUES ({node.text}) {{ ({code}) }}"
        if self.way == "in":
            return f"FILTER({node.text} IN ({code}))"
        sides = [node.text, code]
        self.chance.shuffle(sides)
        return f"FILTER({sides[0]} = {sides[1]})"

    def star(
        self,
        subject: Node | None,
        data_set: str,
        found: Sequence[tuple[str, Node]],
        fixed: Sequence[tuple[str, str]] = (),
    ) -> str:
        """Return the pattern of observations: properties with a variable, properties with a code.

        ``within`` puts all of it in a subquery. A star without a subject may be a blank node.
        """
        pairs = [(self.iri(QB + "dataSet"), self.iri(data_set))]
        if self.chance.random() < 0.6:
            kind = Node(text="a") if self.chance.random() < 0.7 else self.iri(RDF + "type")
            pairs.append((kind, self.iri(QB + "Observation")))
        more: list[str] = []
        for property_, code in fixed:
            if self.way in ("filter", "in", "values"):
                node = self.variable("f")
                more.append(self.fixed(node, code))
            else:
                node = self.iri(code)
            pairs.append((self.iri(property_), node))
        pairs += [(self.iri(property_), node) for property_, node in found]
        self.chance.shuffle(pairs)
        written = [f"{one.text} {other.text}" for one, other in pairs]
        if self.way == "blank" and subject is None:
            text = f"[ {' ; '.join(written)} ]"
        else:
            name = (subject or self.variable("obs")).text
            if self.way == "apart":
                text = " . ".join(f"{name} {pair}" for pair in written)
            else:
                text = f"{name} " + " ; ".join(written)
        parts = [text + " .", *more]
        if more and self.chance.random() < 0.5:
            parts.reverse()
        text = "\n  ".join(parts)
        if self.way != "within":
            return text
        names = [node.text for _, node in found]
        if subject and not subject.text.startswith("<"):
            names.append(subject.text)
        self.chance.shuffle(names)
        return f"{{ SELECT {' '.join(names)} WHERE {{ {text} }} }}"

    def query(self, form: str, where: str, end: str = "") -> str:
        """Return a query: its form and what is asked, its patterns, and what follows them."""
        space = self.chance.choice((" ", "\n", "\n  "))
        word = self.chance.choice(("WHERE ", "")) if form.split()[0] != "DESCRIBE" else "WHERE "
        body = f"{form} {word}{{{space}{where}{space}}}{space}{end}".rstrip()
        head = [f"PREFIX {name}: <{iri}>" for iri, name in self.prefixes.items()]
        self.chance.shuffle(head)
        text = "\n".join([*head, body])
        return _KEYWORDS.sub(lambda word: word[0].lower(), text) if self.is_lower else text
