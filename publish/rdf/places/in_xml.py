"""Where terms stand in RDF/XML: at the element that describes or uses them.

https://www.w3.org/TR/rdf-syntax-grammar/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.parsers import expat

from publish.rdf.places.marks import MARK, MARKS, marked_label
from publish.rdf.positions import literal_text

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
IDENTIFIERS = (f"{RDF} about", f"{RDF} ID", f"{RDF} nodeID")
SYNTAX = {f"{RDF} {name}" for name in ("datatype", "parseType", "resource")} | set(IDENTIFIERS)
"""Attributes that are no properties."""

_TAG = re.compile(rb"""(?P<name><[^\s/>]+)(?:[^"'>]|"[^"]*"|'[^']*')*>""")

Found = tuple[str, int, int]
"""A term with its line and column."""


@dataclass(kw_only=True)
class Element:
    """An element that is open."""

    name: str
    attributes: dict[str, str]
    base: str
    place: tuple[int, int]
    offset: int
    """In bytes."""
    is_node: bool
    """Whether it stands for a thing, and not for a property of the one around it."""
    holds_nodes: bool
    is_literal: bool = False
    """Whether what is in it is a text with marks in it."""
    has_children: bool = False
    text: list[str] = field(default_factory=list)

    @property
    def iri(self) -> str:
        """The IRI that its name stands for."""
        return "".join(self.name.rsplit(" ", 1))

    @property
    def thing(self) -> str | None:
        """The IRI of the thing it stands for or names, or ``_:x``; None without."""
        for name in IDENTIFIERS:
            if (value := self.attributes.get(name)) is not None:
                if name.endswith("nodeID"):
                    return f"_:{value}"
                return urljoin(self.base, f"#{value}" if name.endswith("ID") else value)
        return None

    @property
    def is_resource(self) -> bool:
        """Whether it is a property that stands for its value too, which has no name."""
        return not self.is_node and self.attributes.get(f"{RDF} parseType") == "Resource"

    @property
    def properties(self) -> list[str]:
        """The attributes that are properties."""
        names = (name for name in self.attributes if name not in SYNTAX)
        return [name for name in names if " " in name and not name.startswith(f"{XML} ")]

    @property
    def says_something(self) -> bool:
        """Whether the element itself says something of the thing that it stands for."""
        return self.name != f"{RDF} Description" or bool(self.properties)


class _Reader:
    """Follows the elements of RDF/XML; calls are made as each begins and ends."""

    def __init__(self, base: str) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.open: list[Element] = []
        self._base = base
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parser, around = self.parser, self.open[-1] if self.open else None
        is_root = around is None and name == f"{RDF} RDF"
        kind = attributes.get(f"{RDF} parseType")
        is_node = not is_root and (around is None or around.holds_nodes)
        element = Element(
            name=name,
            attributes=attributes,
            base=attributes.get(f"{XML} base", around.base if around else self._base),
            place=(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1),
            offset=parser.CurrentByteIndex,
            is_node=is_node,
            holds_nodes=is_root or (not is_node and kind != "Resource"),
            is_literal=bool(around and around.is_literal)
            or (not is_node and kind not in (None, "Resource", "Collection")),
        )
        self.open.append(element)
        if not (around and around.is_literal):
            self.begin(element, around)
        if around:
            around.has_children = True

    def _text(self, text: str) -> None:
        if self.open:
            self.open[-1].text.append(text)

    def _end(self, _: str) -> None:
        self.end(self.open.pop())

    def begin(self, element: Element, around: Element | None) -> None:
        """See an element begin, with the one around it."""

    def end(self, element: Element) -> None:
        """See an element end."""


class _Finder(_Reader):
    """Notes where terms stand."""

    def __init__(self, base: str, wanted: Set[str], *, subjects: bool) -> None:
        super().__init__(base)
        self.found: list[Found] = []
        self._wanted, self._subjects = wanted, subjects

    def _note(self, term: str | None, element: Element) -> None:
        if term is not None and term in self._wanted:
            self.found.append((term, *element.place))

    def begin(self, element: Element, around: Element | None) -> None:
        if self._subjects:
            if around and around.is_node and not around.has_children and not around.says_something:
                self._note(around.thing, around)
            if element.is_node and element.says_something:
                self._note(element.thing, element)
            return
        self._note(element.iri, element)
        self._note(element.thing, element)
        for name in element.properties:
            self._note("".join(name.rsplit(" ", 1)), element)
        for name in ("resource", "datatype", "type"):
            if (value := element.attributes.get(f"{RDF} {name}")) is not None:
                self._note(urljoin(element.base, value), element)

    def end(self, element: Element) -> None:
        datatype = element.attributes.get(f"{RDF} datatype")
        if datatype is not None and not self._subjects:
            term = literal_text("".join(element.text), urljoin(element.base, datatype))
            self._note(term, element)


def find_in_xml(
    text: bytes, base: str, wanted: Set[str], *, subjects: bool
) -> Iterator[tuple[str, int, int]]:
    """Yield where terms stand in RDF/XML: the term with line and column of its element.

    With ``subjects`` only elements that say something of their thing count.
    """
    finder = _Finder(base, wanted, subjects=subjects)
    finder.parser.Parse(text, True)
    yield from finder.found


class _Unnamed(_Reader):
    """Notes the elements of things that have no name."""

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self.found: list[Element] = []

    def begin(self, element: Element, around: Element | None) -> None:
        if element.is_node:
            is_unnamed = element.thing is None
        else:
            names = SYNTAX & element.attributes.keys()
            is_unnamed = element.is_resource or bool(element.properties and not names)
        if is_unnamed and element.name != f"{RDF} RDF":
            self.found.append(element)


def marked_xml(text: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """Return RDF/XML in which things without a name have marks, and the place of each mark."""
    reader = _Unnamed("")
    reader.parser.Parse(text, True)
    parts, places, last = list[bytes](), list[tuple[int, int]](), 0
    for element in reader.found:
        tag = _TAG.match(text, element.offset)
        label = marked_label(len(places))
        places.append(element.place)
        if tag and element.is_resource and not tag[0].endswith(b"/>"):
            end = tag.end()
            mark = f'<m:{MARK} xmlns:m="{MARKS}">{label}</m:{MARK}>'
        elif tag and not element.is_resource:
            end = tag.end("name")
            mark = f' xmlns:m="{RDF}" m:nodeID="{label}"'
        else:
            continue
        parts += [text[last:end], mark.encode()]
        last = end
    return b"".join([*parts, text[last:]]), places
