"""Where terms stand in JSON-LD: at the object that describes them, or at the text that names them.

Contexts are read as far as places need it: prefixes, names of terms, ``@vocab`` and ``@base``, as
if each held for the whole file. https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from urllib.parse import urljoin

from publish.faults.places import LineCounter
from publish.rdf.namespaces import XSD
from publish.rdf.places.marks import marked_label
from publish.rdf.positions import ABSOLUTE, expanded, literal_text

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_CONTEXT = re.compile(r'"@context"\s*:\s*')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DOUBLE = f"<{XSD.double}>"
_MAPS = {"@index", "@language", "@id", "@type"}
"""Containers of which the names are no properties."""


@dataclass(kw_only=True, slots=True)
class Item:
    """An object, an array or another value that stands in a file."""

    offset: int
    key: str | None
    """The name that it is the value of, also through arrays; None in none."""
    value: str | None = None
    """What a text, a number or another simple value is; of objects and arrays None."""
    is_text: bool = False
    is_object: bool = False
    members: dict[str, Item] = field(default_factory=dict)
    """The simple values of an object by name, in no array."""
    names: dict[str, int] = field(default_factory=dict)
    """Where the names of an object stand."""
    around: Item | None = None
    """The object around it, also through arrays."""


def _items(text: str) -> Iterator[Item]:
    """Yield every value when it ends, and so what is within before what is around."""
    stack = list[Item]()
    name: tuple[str, int] | None = None  # the name before the value that comes
    pending: tuple[str, int] | None = None
    is_text = False  # whether what is pending is one
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == ":" and pending and stack and stack[-1].is_object:
            name, pending = pending, None
            stack[-1].names[name[0]] = name[1]
            continue
        if mark in ",]}" and pending:
            item = Item(offset=pending[1], key=None, value=pending[0], is_text=is_text)
            yield _placed(item, stack, name)
            pending = None
        if mark in "{[":
            item = Item(offset=token.start(), key=None, is_object=mark == "{")
            _placed(item, stack, name)
            stack.append(item)
            name = None
        elif mark in "}]":
            name = None
            if stack:
                yield stack.pop()
        elif mark == ",":
            name = None
        elif mark != ":":
            pending, is_text = (_value(mark), token.start()), mark[0] == '"'


def _value(mark: str) -> str:
    """Return what a text or a word of JSON stands for."""
    if mark[0] != '"':
        return mark
    if "\\" in mark:
        with contextlib.suppress(ValueError):
            return str(json.loads(mark, strict=False))
    return mark[1:-1]


def _placed(item: Item, stack: list[Item], name: tuple[str, int] | None) -> Item:
    """Return an item that knows what is around it."""
    if stack:
        within = stack[-1]
        if within.is_object:
            item.around = within
            item.key = name[0] if name else None
            if item.key is not None and item.value is not None:
                within.members[item.key] = item
        else:
            item.around, item.key = within.around, within.key
    return item


class _Context:
    """What names in a file stand for."""

    def __init__(self, text: str, base: str) -> None:
        self.base = base
        self.keywords = dict[str, str]()
        self.maps = dict[str | None, Set[str]]()
        """By what the values of a name are maps: by index, language or the like."""
        self._prefixes = {"_:": "_:"}
        self._vocabularies = list[str]()
        self._terms = dict[str, str]()
        declared = list(_declared(text))
        for name, word, containers in declared:
            if containers & _MAPS:
                self.maps[name] = containers
            if name == "@vocab":
                self._vocabularies.append(word)
            elif name == "@base":
                self.base = urljoin(base, word)
            elif word[:1] == "@":
                self.keywords[name] = word
            elif ABSOLUTE.match(word) and ":" not in name:
                self._prefixes.setdefault(f"{name}:", word)
        for name, word, _ in declared:
            if name[:1] != "@" and word:
                vocabulary = "" if ABSOLUTE.match(word) else "".join(self._vocabularies[:1])
                term = expanded(word, self._prefixes) or vocabulary + word
                self._terms.setdefault(name, term)

    def keyword(self, name: str | None) -> str | None:
        """Return the keyword that a name stands for, or the name itself."""
        return self.keywords.get(name, name) if name else name

    def node(self, text: str) -> str:
        """Return the IRI of a node, or ``_:x``."""
        return expanded(text, self._prefixes) or urljoin(self.base, text)

    def meanings(self, text: str) -> Iterator[str]:
        """Yield the IRIs that a text can stand for as name of a property, a class or a node."""
        if text in self._terms:
            yield self._terms[text]
        yield self.node(text)
        yield text
        for vocabulary in self._vocabularies:
            yield vocabulary + text


def _declared(text: str) -> Iterator[tuple[str, str, Set[str]]]:
    """Yield what contexts declare: the name, what it stands for, and its containers."""
    decoder = json.JSONDecoder(strict=False)
    for start in _CONTEXT.finditer(text):
        try:
            context, _ = decoder.raw_decode(text, start.end())
        except ValueError:
            continue
        for part in context if isinstance(context, list) else [context]:
            for name, value in part.items() if isinstance(part, dict) else ():
                entry = value if isinstance(value, dict) else {"@id": value}
                containers = entry.get("@container", ())
                found = {containers} if isinstance(containers, str) else set(containers or ())
                word = entry.get("@id")
                yield name, word if isinstance(word, str) else "", found


def find_in_json(
    text: str, base: str, wanted: Set[str], *, subjects: bool
) -> Iterator[tuple[str, int, int]]:
    """Yield where terms stand in JSON-LD: the term with line and column.

    With ``subjects`` only objects count that say more of a thing than its name.
    """
    context = _Context(text, base)
    find = _described if subjects else _used
    lines = LineCounter(text)
    for offset, term in sorted(find(text, context, wanted)):
        yield term, *lines.place(offset)


def _described(text: str, context: _Context, wanted: Set[str]) -> Iterator[tuple[int, str]]:
    for item in _items(text):
        if item.is_object:
            keys = {context.keyword(name): name for name in item.names}
            named = item.members.get(keys.get("@id", ""))
            term = context.node(named.value) if named and named.value else ""
            if named and term in wanted and keys.keys() - {"@id", "@context", "@index"}:
                yield named.offset, term


def _used(text: str, context: _Context, wanted: Set[str]) -> Iterator[tuple[int, str]]:
    literals = {term for term in wanted if term[:1] == '"'}
    for item in _items(text):
        words = [*item.names.items()]
        if item.value is not None:
            words.append((item.value, item.offset))
        for word, offset in words:
            for term in context.meanings(word):
                if term in wanted:
                    yield offset, term
                    break
        if literals and item.value is not None:
            for term in _literals(item, context, literals):
                yield item.offset, term


def _literals(item: Item, context: _Context, literals: Set[str]) -> Iterator[str]:
    """Yield the literals that a value can be, by the datatype beside it if there is one."""
    around = item.around
    beside = (
        {context.keyword(name): each for name, each in around.members.items()} if around else {}
    )
    if context.keyword(item.key) == "@value" and "@type" in beside:
        for datatype in context.meanings(beside["@type"].value or ""):
            if (term := literal_text(item.value or "", datatype)) in literals:
                yield term
                return
        return
    start = literal_text(item.value or "", "x:y").removesuffix("<x:y>")
    yield from (term for term in literals if term.startswith(start) and term[len(start)] == "<")
    if not item.is_text and _NUMBER.fullmatch(item.value or ""):  # JSON-LD writes it as a double
        number = float(item.value or "")
        for term in literals:
            written, _, datatype = term[1:].rpartition('"^^')
            if datatype == _DOUBLE and _NUMBER.fullmatch(written) and float(written) == number:
                yield term


def marked_json(text: str) -> tuple[bytes, list[tuple[int, int]]]:
    """Return JSON-LD in which objects without a name have marks, and the place of each mark."""
    context, lines = _Context(text, ""), LineCounter(text)
    found = sorted(
        item.offset for item in _items(text) if item.is_object and _is_unnamed(item, context)
    )
    parts, places, last = list[str](), list[tuple[int, int]](), 0
    for offset in found:
        parts += [text[last : offset + 1], f'"@id":"_:{marked_label(len(places))}",']
        places.append(lines.place(offset))
        last = offset + 1
    return "".join([*parts, text[last:]]).encode(), places


def _is_unnamed(item: Item, context: _Context) -> bool:
    """Return whether an object is a thing that has no name, so far as its members tell."""
    keys = {context.keyword(name) for name in item.names}
    if not keys or keys & {"@id", "@value", "@list", "@set"} or keys <= {"@context", "@graph"}:
        return False
    by = context.maps.get(item.around.key if item.around else None, set())
    if by & {"@id", "@type"}:  # the name in the map says what it is
        return False
    at: Item | None = item
    while at:
        if context.keyword(at.key) == "@context":
            return False
        at = at.around
    return item.key not in context.maps and context.keyword(item.key) not in ("@reverse", "@nest")
