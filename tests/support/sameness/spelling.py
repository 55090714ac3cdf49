"""Queries spelled as people spell them: prefixes, sigils, `;` and `,`, `[ ]`, comments, cases."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from sameness.choices import Choices
from sameness.syntax import (
    Bind,
    Column,
    Filter,
    Group,
    Other,
    Path,
    Pattern,
    Query,
    Select,
    Triples,
    Union,
    Values,
    Var,
    Worded,
    walk,
)
from sameness.worlds import BASE, TYPE, XSD, Iri, Text

USUAL = {
    "http://purl.org/linked-data/cube#": ("qb", "cube", "data"),
    "http://www.w3.org/2004/02/skos/core#": ("skos", "s"),
    "http://www.w3.org/2000/01/rdf-schema#": ("rdfs", "r-s"),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": ("rdf", "select"),
    "http://www.w3.org/2001/XMLSchema#": ("xsd", "x.s"),
    "http://purl.org/linked-data/sdmx/2009/attribute#": ("sdmx-attribute", "a"),
    "http://purl.org/linked-data/sdmx/2009/code#": ("sdmx-code", "sc"),
    f"{BASE}ns/": ("ns", "", "maat"),
    f"{BASE}id/dataset/": ("ds", "qb2"),
}
_LOCAL = re.compile(r"[A-Za-z_0-9][\w-]*", re.ASCII)
_WORD = re.compile(r"[A-Za-z]+")
_KEPT = frozenset({"true", "false", "a"})
_COMMENTS = ("# } UNION {", '# "', "# <x", "#", "# SELECT ?x WHERE { ?x ?y ?z }", "# '''")


class Speller:
    """Spells a query; without choices always in the same plain way."""

    def __init__(self, choices: Choices | None) -> None:
        self._choices = choices
        self.prefixes: dict[str, str] = {}
        self._cases = self._pick({"upper": 5, "lower": 3, "mixed": 1})
        self._sigil = self._pick({"?": 6, "$": 1, "both": 1})
        self._shortens = self._pick({"usual": 5, "all": 2, "none": 2}) if choices else "none"
        self._style = self._pick({"dots": 3, "groups": 4, "mixed": 2})
        self._blank = choices is not None and choices.chance(20)
        self._odd = choices is not None and choices.chance(3)
        self.relative = choices is not None and choices.chance(5)
        self._counts: Counter[Var] = Counter()
        self._blanks = 0
        self._has_star = False

    def _pick(self, weights: dict[str, int]) -> str:
        return self._choices.weighed(weights) if self._choices else next(iter(weights))

    def _chance(self, percent: int) -> bool:
        return self._choices is not None and self._choices.chance(percent)

    # -- Terms ---------------------------------------------------------------------------------

    def term(self, term: Any) -> str:
        """Return a term or variable as it is written."""
        if isinstance(term, Var):
            sigil = self._sigil
            if sigil == "both":
                sigil = "$" if self._chance(50) else "?"
            return sigil + term.name
        if isinstance(term, Iri):
            return self._iri(term.value)
        return self._literal(term)

    def _iri(self, iri: str) -> str:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        space, local = iri[:cut], iri[cut:]
        known = space in USUAL
        if (
            self._shortens != "none"
            and (known or self._shortens == "all")
            and _LOCAL.fullmatch(local)
            and not self._chance(10)
        ):
            if space not in self.prefixes:
                assert self._choices is not None
                names = USUAL.get(space, (f"p{len(self.prefixes)}",))
                taken = set(self.prefixes.values())
                free = [name for name in names if name not in taken] or [f"p{len(taken)}"]
                self.prefixes[space] = self._choices.one_of(free)
            if self._odd and "-" in local:
                local = local.replace("-", "\\-", 1)
            return f"{self.prefixes[space]}:{local}"
        if self.relative and iri.startswith(BASE) and len(iri) > len(BASE):
            return f"<{iri[len(BASE) :]}>"
        if self._odd and iri.endswith("a"):
            return f"<{iri[:-1]}\\u0061>"
        return f"<{iri}>"

    def _literal(self, term: Text) -> str:
        text, language, datatype = term.value, term.language, term.datatype
        if datatype and not self._chance(20):
            name = datatype.removeprefix(XSD)
            is_short = {
                "integer": r"[+-]?[0-9]+",
                "decimal": r"[+-]?[0-9]*\.[0-9]+",
                "double": r"[+-]?[0-9]+(?:\.[0-9]*)?[eE][0-9]+",
                "boolean": "true|false",
            }.get(name)
            if is_short and re.fullmatch(is_short, text):
                return text
        quote = '"'
        if self._chance(25):
            quote = self._pick({"'": 2, '"""': 1, "'''": 1})
        body = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        body = body.replace(quote[0], "\\" + quote[0])
        tail = ""
        if language:
            tail = "@" + (language.upper() if self._odd else language)
        elif datatype:
            tail = "^^" + self._iri(datatype)
        return f"{quote}{body}{quote}{tail}"

    def word(self, word: str) -> str:
        """Return a keyword or the name of a function in some case; signs stay."""
        if not _WORD.fullmatch(word) or word in _KEPT:
            return word
        if self._cases == "mixed":
            return "".join(c.upper() if self._chance(50) else c.lower() for c in word)
        return word.upper() if self._cases == "upper" else word.lower()

    # -- Patterns ------------------------------------------------------------------------------

    def expression(self, parts: tuple[Any, ...]) -> list[str]:
        """Return the tokens of an expression."""
        found: list[str] = []
        for part in parts:
            if isinstance(part, str):
                # The engine takes no space after these names.
                glued = part == "(" and found and found[-1].casefold() in ("coalesce", "concat")
                if glued and not self._odd:
                    found[-1] += part
                else:
                    found.append(self.word(part))
            elif isinstance(part, Group):
                found += self.group(part)
            elif isinstance(part, tuple):
                found += self.expression(part)
            else:
                found.append(self.term(part))
        return found

    def group(self, group: Group) -> list[str]:
        """Return the tokens of a group with its braces."""
        first = group.elements[0] if len(group.elements) == 1 else None
        if isinstance(first, Select) and not self._chance(30):
            return ["{", *self.select(first), "}"]
        found = ["{"]
        for element in group.elements:
            found += self._element(element)
        return [*found, "}"]

    def _element(self, element: Any) -> list[str]:
        match element:
            case Triples():
                return self._triples(element)
            case Group():
                return self.group(element)
            case Filter(condition):
                tokens = self.expression(condition)
                call = isinstance(condition[0], str) and _WORD.fullmatch(condition[0])
                bare = call and (condition[-1] == ")" or isinstance(condition[-1], Group))
                if bare and _is_one_call(condition) and self._chance(60):
                    return [self.word("FILTER"), *tokens, *self._dot()]
                return [self.word("FILTER"), "(", *tokens, ")", *self._dot()]
            case Bind(value, variable):
                words = self.expression(value)
                return [self.word("BIND"), "(", *words, self.word("AS"), self.term(variable), ")"]
            case Values():
                return self._values(element)
            case Worded(words, group):
                return [*self.expression(words), *self.group(group), *self._dot()]
            case Union(groups):
                found = self.group(groups[0])
                for group in groups[1:]:
                    found += [self.word("UNION"), *self.group(group)]
                return found
            case Select():
                return ["{", *self.select(element), "}"]
        raise TypeError(element)

    def _dot(self) -> list[str]:
        return ["."] if self._chance(12) else []

    def _values(self, values: Values) -> list[str]:
        def cell(term: Any) -> str:
            return self.word("UNDEF") if term is None else self.term(term)

        names = [self.term(variable) for variable in values.variables]
        if len(names) == 1 and not self._chance(30):
            cells = [cell(row[0]) for row in values.rows]
            return [self.word("VALUES"), names[0], "{", *cells, "}"]
        found = [self.word("VALUES"), "(", *names, ")", "{"]
        for row in values.rows:
            found += ["(", *(cell(term) for term in row), ")"]
        return [*found, "}"]

    def _triples(self, block: Triples) -> list[str]:
        patterns = list(block.patterns)
        if self._choices:
            patterns = self._choices.shuffled(patterns)
        anonymous = self._anonymous(patterns) if self._blank else {}
        style = self._style
        if style == "mixed":
            style = "groups" if self._chance(50) else "dots"
        return self._block(patterns, anonymous, style == "groups" or bool(anonymous))

    def _anonymous(self, patterns: list[Pattern]) -> dict[Var, str]:
        """Return the variables that are written as blank nodes: nothing else names them."""
        here = Counter(part for pattern in patterns for part in walk(pattern) if _is_var(part))
        found = {}
        for variable, count in here.items():
            used_as_property = any(pattern[1] == variable for pattern in patterns)
            in_brackets = any(pattern[0] == variable for pattern in patterns)
            if self._counts[variable] != count or used_as_property or self._has_star:
                continue
            if in_brackets or self._chance(10):
                self._blanks += 1
                found[variable] = f"_:b{self._blanks}"
        return found

    def _block(
        self, patterns: list[Pattern], anonymous: dict[Var, str], grouped: bool
    ) -> list[str]:
        def node(term: Any) -> str:
            return anonymous.get(term) or self.term(term)

        lists: dict[Any, list[Pattern]] = {}
        for pattern in patterns:
            lists.setdefault(pattern[0], []).append(pattern)
        inner = None
        for variable in anonymous:
            as_object = [item for item in patterns if item[2] == variable]
            if len(as_object) == 1 and variable in lists and as_object[0][0] != variable:
                inner = variable
                break

        def properties(of: list[Pattern]) -> list[str]:
            found: list[str] = []
            before = None
            for at, (_, verb, value) in enumerate(of):
                if at and verb == before and self._chance(80):
                    found.append(",")
                else:
                    found += [*([";"] if at else []), *self._verb(verb)]
                before = verb
                if inner is not None and value == inner:
                    found += ["[", *properties(lists[inner]), "]"]
                else:
                    found.append(node(value))
            if self._chance(8):
                found.append(";")
            return found

        tokens: list[str] = []
        if not grouped:
            for subject, verb, value in patterns:
                tokens += [node(subject), *self._verb(verb), node(value), "."]
            return tokens
        for subject, of in lists.items():
            if subject == inner:
                continue
            of = sorted(of, key=lambda pattern: repr(pattern[1])) if self._chance(30) else of
            only_subject = subject in anonymous and all(item[2] != subject for item in patterns)
            if only_subject and self._chance(90):
                tokens += ["[", *properties(of), "]", "."]
            else:
                tokens += [node(subject), *properties(of), "."]
        return tokens

    def _verb(self, verb: Any) -> list[str]:
        if isinstance(verb, Path):
            return self.expression(verb.parts)
        if verb == TYPE and self._chance(75):
            return ["a"]
        return [self.term(verb)]

    # -- Queries -------------------------------------------------------------------------------

    def select(self, query: Select) -> list[str]:
        """Return the tokens of a SELECT query."""
        found = [self.word("SELECT"), *([self.word(query.modifier)] if query.modifier else [])]
        for column in query.columns:
            found += self._column(column)
        if not query.columns:
            found.append("*")
        if query.dataset:
            found += [*map(self.word, query.dataset[0].split()), self.term(query.dataset[1])]
        if not self._chance(40):
            found.append(self.word("WHERE"))
        found += self.group(query.group)
        if query.group_by:
            found += [self.word("GROUP"), self.word("BY")]
            for key in query.group_by:
                if isinstance(key, Column):
                    found += self._column(key)
                else:
                    found += self._bracketed(key)
        if query.having:
            found.append(self.word("HAVING"))
            for condition in query.having:
                found += ["(", *self.expression(condition), ")"]
        found += self._order(query.order_by)
        bounds = []
        if query.limit is not None:
            bounds.append([self.word("LIMIT"), str(query.limit)])
        if query.offset is not None:
            bounds.append([self.word("OFFSET"), str(query.offset)])
        for bound in bounds[:: -1 if self._chance(30) else 1]:
            found += bound
        return found + (self._values(query.values) if query.values else [])

    def _order(self, order_by: tuple[tuple[str, Any], ...]) -> list[str]:
        if not order_by:
            return []
        found = [self.word("ORDER"), self.word("BY")]
        for direction, key in order_by:
            if direction:
                found += [self.word(direction), "(", *self.expression(key), ")"]
            else:
                found += self._bracketed(key)
        return found

    def _bracketed(self, key: tuple[Any, ...]) -> list[str]:
        tokens = self.expression(key)
        is_variable = len(key) == 1 and isinstance(key[0], Var)
        is_call = isinstance(key[0], str) and _is_one_call(key)
        if is_variable or (is_call and self._chance(50)):
            return tokens
        return ["(", *tokens, ")"]

    def _column(self, column: Column) -> list[str]:
        if column.value is None:
            return [self.term(column.variable)]
        value = self.expression(column.value)
        return ["(", *value, self.word("AS"), self.term(column.variable), ")"]

    def text(self, query: Query) -> str:
        """Return a query as text."""
        self._counts = Counter(part for part in walk(query) if _is_var(part))
        selects = [part for part in walk(query) if isinstance(part, Select)]
        self._has_star = any(not part.columns for part in selects)
        body = self.select(query) if isinstance(query, Select) else self._other(query)
        head: list[str] = []
        if self.relative and self._choices and self._choices.chance(50):
            head += [self.word("BASE"), f"<{BASE}>"]
            self.relative = False
        prefixes = [(name, space) for space, name in self.prefixes.items()]
        if self._choices:
            prefixes = self._choices.shuffled(prefixes)
        for name, space in prefixes:
            head += [self.word("PREFIX"), f"{name}:", f"<{space}>"]
        return self._joined(head + body)

    def _other(self, query: Other) -> list[str]:
        found = [self.word(query.form)]
        if query.form == "CONSTRUCT" and query.template:
            found += ["{", *self._block(list(query.template), {}, self._style != "dots"), "}"]
        if query.form == "DESCRIBE":
            found += [part if part == "*" else self.term(part) for part in query.described]
        if query.group is not None:
            if query.form == "CONSTRUCT" or not self._chance(30):
                found.append(self.word("WHERE"))
            found += self.group(query.group)
        found += self._order(query.order_by)
        if query.limit is not None:
            found += [self.word("LIMIT"), str(query.limit)]
        return found

    def _joined(self, tokens: list[str]) -> str:
        style = self._pick({"spaces": 4, "lines": 3, "dense": 2, "comments": 1})
        if style == "spaces":
            return " ".join(tokens)
        if style == "lines":
            text = " ".join(tokens)
            return re.sub(r" ([.;{}]) (?=\S)", r" \1\n  ", text) + "\n"
        found: list[str] = []
        for token in tokens:
            if found and style == "dense":
                tight = found[-1][-1] in "{}(),;[]" or token[0] in "{}(),;[]"
                found.append("" if tight and not found[-1].endswith("\\") else " ")
            elif found:
                assert self._choices is not None
                comment = self._choices.one_of(_COMMENTS) + "\n"
                found.append(
                    f" {comment}" if self._chance(8) else "\n\t" if self._chance(20) else " "
                )
            found.append(token)
        return "".join(found)


def _is_var(part: Any) -> bool:
    return isinstance(part, Var)


def _is_one_call(parts: tuple[Any, ...]) -> bool:
    """Return whether an expression is one call, such as STR ( ?x ), or EXISTS { … }."""
    if isinstance(parts[-1], Group):
        return parts[0] in ("EXISTS", "NOT") and len(parts) <= 3
    if len(parts) < 3 or parts[1] != "(":
        return False
    depth = 0
    for at, part in enumerate(parts[1:], start=1):
        depth += (part == "(") - (part == ")")
        if not depth:
            return at == len(parts) - 1
    return False
