"""Patterns over worlds: stars of observations, what hangs on their codes, and what bounds them."""

from __future__ import annotations

from typing import Any

from sameness.choices import Choices
from sameness.syntax import (
    Bind,
    Column,
    Expression,
    Filter,
    Group,
    Path,
    Select,
    Triples,
    Union,
    Values,
    Var,
    Worded,
    written,
)
from sameness.worlds import (
    ABOUT_GRAPH,
    BROADER,
    COMMENT,
    DATA_SET,
    DECIMALS,
    ID,
    IN_SCHEME,
    LABEL,
    MATCH,
    MEASURE_TYPE,
    NOTATION,
    NS,
    OBSERVATION,
    ORDER,
    QB,
    RDFS_LABEL,
    REASON,
    SINCE,
    SLICE_HAS,
    SOURCE,
    STATUS,
    SUM_OF,
    TOTAL_OF,
    TYPE,
    UNIT,
    WEIGHT,
    WORDS,
    XSD,
    Cube,
    Dimension,
    Iri,
    Row,
    Text,
    World,
)

NAMES = {
    "observation": ("o", "obs", "x", "waarneming"),
    "code": ("c", "code", "leeftijd", "k"),
    "value": ("v", "value", "waarde", "n"),
    "label": ("l", "label", "naam"),
}
NO_CODE = Iri(f"{ID}concept/leeftijd/onbekend")


class Patterns:
    """Makes the parts of one query, and remembers which variables hold what."""

    def __init__(self, choices: Choices, world: World) -> None:
        self.choices, self.world = choices, world
        self.scope: dict[Var, str] = {}
        """The kind of each variable: observation, code, value, label, number, text, term."""
        self.dimension_of: dict[Var, Dimension] = {}
        self.kinds: set[str] = set()
        self.cost = 1
        self._stars: list[tuple[Cube, Var | Iri]] = []
        self._row: Row | None = None
        """An observation of the last star: most of its constants are of this one."""

    def fresh(self, kind: str) -> Var:
        """Return a new variable for what is of a kind."""
        names = NAMES.get(kind, (kind,))
        name = self.choices.one_of(names)
        taken = {variable.name for variable in self.scope}
        plain = name
        number = 1
        while name in taken:
            number += 1
            name = f"{plain}{number}"
        variable = Var(name)
        self.scope[variable] = kind
        return variable

    def of_kind(self, *kinds: str) -> list[Var]:
        """Return the variables of some kinds."""
        return [variable for variable, kind in self.scope.items() if kind in kinds]

    # -- Stars ---------------------------------------------------------------------------------

    def star(self, cube: Cube | None = None, shared: tuple[Var, ...] = ()) -> list[Any]:
        """Return a star of observations as elements of a group."""
        choices = self.choices
        cube = cube or choices.one_of(self.world.cubes)
        self.cost *= max(1, len(cube.rows))
        self._row = choices.one_of(cube.rows)
        one: Var | Iri = self.fresh("observation")
        if choices.chance(4):
            self.kinds.add("one-observation")
            one = cube.observation(self._row)
            if choices.chance(20):
                one = Iri(cube.head + "geen")
        self._stars.append((cube, one))
        patterns: list[Any] = []
        elements: list[Any] = []
        if choices.chance(60):
            patterns.append((one, TYPE, OBSERVATION))
        how = choices.weighed({"constant": 12, "none": 5, "variable": 3, "values": 2})
        if how == "constant":
            patterns.append((one, DATA_SET, cube.data_set))
        elif how != "none":
            variable = self.fresh("dataset")
            self.scope[variable] = "term"
            patterns.append((one, DATA_SET, variable))
            if how == "values":
                some = choices.some([item.data_set for item in self.world.cubes], 1)
                elements.append(Values((variable,), tuple((iri,) for iri in some)))
        for dimension in cube.dimensions:
            self._dimension(cube, dimension, one, shared, patterns, elements)
        self._measures(cube, one, patterns, elements)
        self._attributes(one, patterns, elements)
        if not patterns:
            patterns.append((one, DATA_SET, cube.data_set))
        return self._arranged(patterns, elements)

    def _dimension(
        self,
        cube: Cube,
        dimension: Dimension,
        one: Var | Iri,
        shared: tuple[Var, ...],
        patterns: list[Any],
        elements: list[Any],
    ) -> None:
        choices = self.choices
        same = [item for item in shared if self.dimension_of[item].property == dimension.property]
        if same and choices.chance(75):
            patterns.append((one, dimension.property, same[0]))
            return
        how = choices.weighed({"variable": 12, "none": 6, "constant": 4, "again": 1})
        codes = [iri for _, iri in dimension.codes]
        if how == "constant":
            patterns.append((one, dimension.property, self._code(cube, dimension)))
            if choices.chance(3):
                patterns.append((one, dimension.property, choices.one_of(codes)))
        elif how == "again" and self.of_kind("code"):
            self.kinds.add("variable-twice")
            variable = choices.one_of(self.of_kind("code"))
            patterns.append((one, dimension.property, variable))
        elif how == "variable":
            variable = self.fresh("code")
            self.dimension_of[variable] = dimension
            patterns.append((one, dimension.property, variable))
            if choices.chance(35):
                elements += self.fixed(variable, codes, self._code(cube, dimension))

    def _code(self, cube: Cube, dimension: Dimension) -> Iri:
        """Return a code of a dimension, most often that of an observation of the star."""
        choices, row = self.choices, self._row
        assert row is not None
        codes = dict(dimension.codes)
        if choices.chance(15):
            return choices.one_of([*codes.values(), NO_CODE])
        return codes[row.codes[cube.dimensions.index(dimension)]]

    def fixed(self, variable: Var, codes: list[Iri], code: Iri | None = None) -> list[Any]:
        """Return what bounds a variable that holds a code."""
        choices = self.choices
        code = code or choices.one_of(codes)
        some = choices.shuffled(list(dict.fromkeys([code, *choices.some([*codes, NO_CODE], 0, 2)])))
        tail = code.value.rpartition("/")[2]
        how = choices.number(0, 11)
        self.kinds.add("codes-bounded")
        if how == 0:
            return [Values((variable,), tuple((item,) for item in some))]
        if how == 1:
            return [Filter(written("% = %", variable, code))]
        if how == 2:
            return [Filter(written("% = %", code, variable))]
        if how in (3, 4):
            inside: list[Any] = []
            for item in some:
                inside += [",", item] if inside else [item]
            word = "IN" if how == 3 else "NOT IN"
            return [Filter((variable, *word.split(), "(", *inside, ")"))]
        if how == 5:
            return [Filter(written("% != %", variable, code))]
        if how == 6:
            return [Filter(written("REGEX ( STR ( % ) , % )", variable, Text(f"{tail}$")))]
        if how == 7:
            start = code.value[: choices.number(len(ID), len(code.value))]
            return [Filter(written("STRSTARTS ( STR ( % ) , % )", variable, Text(start)))]
        if how == 8:
            return [Filter(written("STR ( % ) > %", variable, Text(code.value)))]
        if how == 9:
            other = choices.one_of(codes)
            return [Filter(written("% = % || % = %", variable, code, variable, other))]
        if how == 10:
            return [Filter(written("! SAMETERM ( % , % )", variable, code))]
        return [
            Filter(written("CONTAINS ( LCASE ( STR ( % ) ) , % )", variable, Text(tail.lower())))
        ]

    def _measures(
        self, cube: Cube, one: Var | Iri, patterns: list[Any], elements: list[Any]
    ) -> None:
        choices = self.choices
        if choices.chance(40):
            assert self._row is not None
            kind: Any = cube.measures[self._row.measure].property
            if choices.chance(40):
                kind = self.fresh("measure")
                self.scope[kind] = "term"
            patterns.append((one, MEASURE_TYPE, kind))
        how = choices.weighed(
            {"one": 20, "none": 4, "optional": 3, "any": 2, "literal": 1, "two": 1}
        )
        if how in ("one", "two", "optional"):
            assert self._row is not None
            wanted = [cube.measures[self._row.measure]]
            if how == "two" or choices.chance(10):
                wanted = choices.some(cube.measures, 1, 1 + (how == "two"))
            for measure in wanted:
                variable = self.fresh("value")
                if how == "optional":
                    self.kinds.add("optional-value")
                    block = Triples(((one, measure.property, variable),))
                    elements.append(Worded(("OPTIONAL",), Group((block,))))
                else:
                    patterns.append((one, measure.property, variable))
            if choices.chance(4) and len(self.of_kind("value")) > 1:
                self.kinds.add("value-shared")
                first, *_, last = self.of_kind("value")
                patterns.append((one, wanted[0].property, first if choices.chance(50) else last))
        elif how == "literal":
            datatype = choices.one_of(cube.measures).datatype
            value = choices.one_of(("1", "0", "3", "03"))
            measure = choices.one_of(cube.measures)
            patterns.append((one, measure.property, Text(value, None, datatype)))
        elif how == "any":
            self.kinds.add("measure-by-variable")
            verb = self.fresh("property")
            self.scope[verb] = "term"
            patterns.append((one, MEASURE_TYPE, verb))
            patterns.append((one, verb, self.fresh("value")))

    def _attributes(self, one: Var | Iri, patterns: list[Any], elements: list[Any]) -> None:
        choices = self.choices
        constants = {
            STATUS: Iri("http://purl.org/linked-data/sdmx/2009/code#obsStatus-A"),
            UNIT: Iri(f"{ID}concept/eenheid/aantal"),
            DECIMALS: Iri("http://purl.org/linked-data/sdmx/2009/code#decimals-0"),
        }
        for attribute, constant in constants.items():
            if not choices.chance(14):
                continue
            value: Any = constant
            if choices.chance(70):
                value = self.fresh("attribute")
                self.scope[value] = "term"
            self._maybe_optional((one, attribute, value), 40, patterns, elements)
        for attribute in (SOURCE, TOTAL_OF, REASON, SUM_OF):
            if choices.chance(4):
                self.kinds.add("other-attribute")
                value = self.fresh("more")
                self.scope[value] = "term"
                self._maybe_optional((one, attribute, value), 50, patterns, elements)
        if choices.chance(4):
            self.kinds.add("any-property")
            verb, value = self.fresh("p"), self.fresh("any")
            self.scope[verb] = "term"
            self._maybe_optional((one, verb, value), 10, patterns, elements)
        if choices.chance(2):
            self.kinds.add("unknown-property")
            value = self.fresh("any")
            self._maybe_optional((one, Iri(f"{NS}niets"), value), 50, patterns, elements)
        if choices.chance(3):
            self.kinds.add("slices")
            holder = self.fresh("slice")
            self.scope[holder] = "term"
            patterns.append((holder, SLICE_HAS, one))

    def _maybe_optional(
        self, pattern: Any, percent: int, patterns: list[Any], elements: list[Any]
    ) -> None:
        if self.choices.chance(percent):
            self.kinds.add("optional-attribute")
            elements.append(Worded(("OPTIONAL",), Group((Triples((pattern,)),))))
        else:
            patterns.append(pattern)

    def _arranged(self, patterns: list[Any], elements: list[Any]) -> list[Any]:
        """Return a star as one block or several, also in groups, amid what bounds it."""
        choices = self.choices
        if choices.chance(75):
            return [Triples(tuple(patterns)), *elements]
        self.kinds.add("split-star")
        cut = choices.number(0, len(patterns))
        blocks = [part for part in (patterns[:cut], patterns[cut:]) if part]
        found: list[Any] = []
        for part in blocks:
            block: Any = Triples(tuple(part))
            if choices.chance(30):
                inside = [block]
                if choices.chance(30) and self.of_kind("code"):
                    # The variable may be bound outside only, where this filter does not see it.
                    variable = choices.one_of(self.of_kind("code"))
                    inside += self.fixed(variable, self._codes())
                block = Group(tuple(inside))
            found.append(block)
        filters = [item for item in elements if isinstance(item, (Filter, Values))]
        others = [item for item in elements if not isinstance(item, (Filter, Values))]
        at = choices.number(0, len(found))
        return [*found[:at], *filters, *found[at:], *others]

    # -- What hangs on codes -------------------------------------------------------------------

    def hung(self, code: Var, optional: bool = True) -> list[Any]:
        """Return what is asked of a code besides the star."""
        choices = self.choices
        how = choices.weighed(
            {
                "label": 10, "notation": 4, "broader": 3, "scheme": 3, "path": 3, "order": 2,
                "comment": 1, "exists": 2, "minus": 2, "match": 1, "period": 2, "list": 1,
                "narrower": 1, "graph": 1,
            }
        )  # fmt: skip
        self.kinds.add(f"code-{how}")
        elements: list[Any] = []
        if how == "label":
            label = self.fresh("label")
            block = Triples(((code, LABEL, label),))
            elements.append(block)
            if choices.chance(60):
                elements += self._of_language(label)
        elif how == "notation":
            text = self.fresh("text")
            elements.append(Triples(((code, NOTATION, text),)))
            if choices.chance(40):
                elements.append(self._of_text(text))
        elif how == "broader":
            parent = self.fresh("term")
            verb: Any = BROADER
            if choices.chance(60):
                verb = Path((BROADER, choices.one_of(("*", "+", "?"))))
            elements.append(Triples(((code, verb, parent),)))
            if choices.chance(40):
                elements += self.fixed(parent, self._codes())
        elif how == "narrower":
            child = self.fresh("term")
            verb = choices.one_of((Path(("^", BROADER)), Path(("(", "^", BROADER, ")", "*"))))
            elements.append(Triples(((code, verb, child),)))
        elif how == "scheme":
            scheme: Any = Iri(f"{ID}conceptscheme/{choices.one_of(list(self.world.lists))}")
            if choices.chance(60):
                scheme = self.fresh("term")
            elements.append(Triples(((code, IN_SCHEME, scheme),)))
        elif how == "path":
            elements.append(self._path_from(code))
        elif how in ("order", "comment", "match", "period"):
            elements += self._detail(code, how)
        elif how == "list":
            start, end = self.fresh("term"), self.fresh("label")
            elements.append(Triples(((code, IN_SCHEME, start), (Var("ander"), IN_SCHEME, start))))
            elements.append(Triples(((Var("ander"), LABEL, end),)))
            self.scope.setdefault(Var("ander"), "term")
            self.cost *= 6
        elif how == "graph":
            name: Any = choices.one_of((ABOUT_GRAPH, Var("g")))
            if isinstance(name, Var):
                self.scope[name] = "term"
            block = Triples(((code, LABEL, self.fresh("label")),))
            elements.append(Worded(("GRAPH", name), Group((block,))))
        else:
            inner = Triples(((code, choices.one_of((BROADER, NOTATION, MATCH)), Var("ergens")),))
            if how == "minus":
                elements.append(Worded(("MINUS",), Group((inner,))))
            else:
                words = choices.one_of((("EXISTS",), ("NOT", "EXISTS")))
                elements.append(Filter((*words, Group((inner,)))))
            return elements
        if optional and choices.chance(40):
            self.kinds.add("optional-hung")
            return [Worded(("OPTIONAL",), Group(tuple(elements)))]
        return elements

    def _codes(self) -> list[Iri]:
        return [iri for codes in self.world.lists.values() for _, iri in codes]

    def _of_language(self, label: Var) -> list[Any]:
        choices = self.choices
        language = choices.one_of(("nl", "en"))
        how = choices.number(0, 4)
        if how == 0:
            return [Filter(written("LANG ( % ) = %", label, Text(language)))]
        if how == 1:
            return [
                Filter(written("LANGMATCHES ( LANG ( % ) , % )", label, Text(language.upper())))
            ]
        if how == 2:
            return [
                Filter(
                    written("LANG ( % ) = % || LANG ( % ) = %", label, Text("nl"), label, Text(""))
                )
            ]
        if how == 3:
            word = Text(choices.one_of(WORDS), language)
            return [Filter(written("% = %", label, word))]
        return [self._of_text(label)]

    def _of_text(self, text: Var) -> Filter:
        choices = self.choices
        word = choices.one_of((*WORDS, "a", "1"))
        how = choices.number(0, 3)
        if how == 0:
            return Filter(written("STR ( % ) = %", text, Text(word)))
        if how == 1:
            return Filter(written("REGEX ( % , % , % )", text, Text(word), Text("i")))
        if how == 2:
            return Filter(written("STRSTARTS ( % , % )", text, Text(word[:1])))
        return Filter(written("% < %", text, Text(word)))

    def _path_from(self, code: Var) -> Any:
        """Return a path from the observation through a code, or from a code back."""
        choices = self.choices
        if self._stars and choices.chance(70):
            cube, one = self._stars[-1]
            dimension = choices.one_of(cube.dimensions)
            last = choices.one_of((LABEL, NOTATION, RDFS_LABEL))
            parts: tuple[Any, ...] = (dimension.property, "/", last)
            if choices.chance(25):
                parts = (dimension.property, "/", BROADER, choices.one_of(("*", "?")), "/", last)
            return Triples(((one, Path(parts), self.fresh("label")),))
        if choices.chance(50):
            either = Path(("(", LABEL, "|", NOTATION, ")"))
            return Triples(((code, either, self.fresh("label")),))
        return Triples(((code, Path(("^", IN_SCHEME)), self.fresh("term")),))

    def _detail(self, code: Var, how: str) -> list[Any]:
        choices = self.choices
        if how == "order":
            number = self.fresh("number")
            verb = choices.one_of((ORDER, WEIGHT))
            elements: list[Any] = [Triples(((code, verb, number),))]
            if choices.chance(30):
                elements.append(Filter(written("% >= 1", number)))
            return elements
        if how == "period":
            day = self.fresh("date")
            elements = [Triples(((code, SINCE, day),))]
            limit = Text(f"202{choices.number(1, 3)}-01-01", None, XSD + "date")
            if choices.chance(50):
                elements.append(Filter(written("% >= %", day, limit)))
            elif choices.chance(40):
                elements.append(Filter(written("STR ( % ) < %", day, Text(limit.value))))
            return elements
        verb = COMMENT if how == "comment" else MATCH
        kind = "label" if how == "comment" else "term"
        return [Triples(((code, verb, self.fresh(kind)),))]

    # -- What bounds and derives values --------------------------------------------------------

    def of_values(self) -> list[Any]:
        """Return filters on values and what is derived from them."""
        choices, found = self.choices, []
        values = self.of_kind("value")
        for variable in values:
            if choices.chance(30):
                self.kinds.add("values-bounded")
                found.append(Filter(self.condition(variable)))
        if choices.chance(25):
            found += self._bound_values(values)
        if choices.chance(6) and len(values) > 1:
            found.append(Filter(written("% < %", values[0], values[1])))
        return found

    def condition(self, variable: Var) -> Expression:
        """Return a condition on a number."""
        choices = self.choices
        number = Text(str(choices.number(-2, 9)), None, XSD + "integer")
        if choices.chance(30):
            number = Text(choices.one_of(("0.5", "1.0", "-0.01")), None, XSD + "decimal")
        elif choices.chance(8):
            number = Text("1.5e0", None, XSD + "double")
        how = choices.number(0, 9)
        if how < 5:
            sign = choices.one_of((">", ">=", "<", "<=", "=", "!="))
            return written(f"% {sign} %", variable, number)
        if how == 5:
            return written("% < %", number, variable)
        if how == 6:
            return written("% > % && % < 10", variable, number, variable)
        if how == 7:
            return written("% IN ( % , 1 , 2.0 )", variable, number)
        if how == 8:
            return written("% * 2 >= %", variable, number)
        return choices.one_of(
            (
                written("DATATYPE ( % ) = %", variable, Iri(XSD + "integer")),
                written("STRLEN ( STR ( % ) ) > 1", variable),
                written("ISNUMERIC ( % )", variable),
                written("BOUND ( % )", variable),
                written("! BOUND ( % )", variable),
                written("ABS ( % ) > 2", variable),
                written("% / 0 > 1 || % > 1", variable, variable),
            )
        )

    def _bound_values(self, values: list[Var]) -> list[Any]:
        choices = self.choices
        self.kinds.add("bind")
        codes = self.of_kind("code")
        options: list[tuple[str, Expression]] = []
        if values:
            value = choices.one_of(values)
            options += [
                ("number", written("% * 2", value)),
                ("number", written("% + 0.5", value)),
                ("number", written("- %", value)),
                ("number", written("% / 3", value)),
                ("number", written("ROUND ( % )", value)),
                ("number", written("COALESCE ( % , 0 )", value)),
                ("label", written("IF ( % > 3 , % , % )", value, Text("veel"), Text("weinig"))),
                ("label", written("STR ( % )", value)),
                ("value", written("%", value)),
            ]
        if codes:
            code = choices.one_of(codes)
            options += [
                ("label", written("STR ( % )", code)),
                ("label", written("STRAFTER ( STR ( % ) , % )", code, Text("concept/"))),
                ("label", written("CONCAT ( % , STR ( % ) )", Text("code "), code)),
                ("label", written("REPLACE ( STR ( % ) , % , % )", code, Text("^.*/"), Text(""))),
                ("term", written("%", code)),
                ("term", written("IRI ( STR ( % ) )", code)),
            ]
        if labels := self.of_kind("label"):
            label = choices.one_of(labels)
            options += [
                ("label", written("UCASE ( % )", label)),
                ("label", written("LANG ( % )", label)),
            ]
        if not options:
            return []
        kind, value_ = choices.one_of(options)
        return [Bind(value_, self.fresh(kind))]

    # -- Whole patterns ------------------------------------------------------------------------

    def union(self) -> list[Any]:
        """Return a union of stars with the same variables, of cubes or of parts of one."""
        choices = self.choices
        self.kinds.add("union")
        kept, groups = dict(self.scope), []
        union_scope: dict[Var, str] = {}
        for _ in range(choices.number(2, 3)):
            self.scope = dict(kept)
            elements = self.star()
            if choices.chance(30) and self.of_kind("code"):
                elements += self.hung(choices.one_of(self.of_kind("code")))
            elif choices.chance(20):
                mark = Bind((Text(choices.one_of(("deel 1", "deel 2"))),), Var("deel"))
                self.scope[Var("deel")] = "label"
                elements.append(mark)
            union_scope.update(self.scope)
            groups.append(Group(tuple(elements)))
        self.scope = union_scope
        return [Union(tuple(groups))]

    def pattern(self) -> list[Any]:
        """Return the elements of a WHERE clause."""
        choices = self.choices
        how = choices.weighed({"star": 14, "two": 3, "union": 3, "none": 1})
        elements: list[Any]
        if how == "none":
            self.kinds.add("no-star")
            elements = self._no_star()
        elif how == "union":
            elements = self.union()
        else:
            elements = self.star()
            if how == "two":
                self.kinds.add("two-stars")
                shared = tuple(v for v in self.of_kind("code") if v in self.dimension_of)
                other = None if choices.chance(60) else self._stars[-1][0]
                second = self.star(other, shared)
                if choices.chance(20):
                    second = [
                        Worded((choices.one_of(("OPTIONAL", "MINUS")),), Group(tuple(second)))
                    ]
                elements += second
        codes = self.of_kind("code")
        for _ in range(choices.weighed({0: 4, 1: 5, 2: 2})):
            if codes:
                hung = self.hung(choices.one_of(codes))
                front = choices.chance(15) and isinstance(hung[0], Triples)
                elements = [*hung, *elements] if front else [*elements, *hung]
        elements += self.of_values()
        if choices.chance(15):
            elements += self.more_of_star()
        if choices.chance(10):
            elements.insert(choices.number(0, len(elements)), self._in_subquery())
        if codes and choices.chance(5):
            self.kinds.add("bound-before")
            code = choices.one_of(codes)
            constant = choices.one_of(self._codes())
            elements.insert(0, Bind((constant,), code))
        if choices.chance(5):
            elements.append(self._negated_star())
        filters = [item for item in elements if isinstance(item, Filter)]
        if filters and choices.chance(30):
            moved = choices.one_of(filters)
            elements.remove(moved)
            elements.insert(choices.number(0, len(elements)), moved)
        if choices.chance(4):
            self.kinds.add("graph")
            return [self._in_graph(elements)]
        return elements

    def _in_subquery(self) -> Any:
        """Return a subquery that hides variables, by itself or after a word.

        It may show variables of outside that it does not bind, and filter by them.
        """
        choices = self.choices
        self.kinds.add("hiding-subquery")
        outside = list(self.scope)
        kept = dict(self.scope)
        codes = tuple(v for v in self.of_kind("code") if v in self.dimension_of)
        inside = self.star(None, codes) if choices.chance(60) or not codes else []
        inside += self.hung(choices.one_of(codes)) if codes and choices.chance(50) else []
        if outside and choices.chance(30):
            seen = choices.one_of(outside)
            inside.append(Filter(written("BOUND ( % )", seen)))
            if self.scope[seen] == "value":
                inside.append(Filter(self.condition(seen)))
        if not inside:
            inside = [Triples(((choices.one_of(codes), NOTATION, self.fresh("text")),))]
        shown = choices.some([*codes, *outside, *self.scope], 1, 4)
        shown = list(dict.fromkeys([*shown, *choices.some(codes, 0)]))
        self.scope = {**kept, **{one: self.scope[one] for one in shown}}
        columns = () if choices.chance(10) else tuple(Column(one) for one in shown)
        modifier = choices.weighed({"": 6, "DISTINCT": 1})
        select = Select(group=Group(tuple(inside)), columns=columns, modifier=modifier)
        how = choices.number(0, 7)
        if how < 3:
            return select
        if how == 3:
            return Union((Group((select,)), Group(tuple(self.star(None, codes)))))
        group = Group((select,))
        if how in (4, 5):
            return Worded(("OPTIONAL",), group)
        self.scope = kept
        if how == 6:
            return Worded(("MINUS",), group)
        return Filter((*choices.one_of((("EXISTS",), ("NOT", "EXISTS"))), group))

    def _in_graph(self, elements: list[Any]) -> Any:
        name: Any = self.choices.one_of(
            [*(cube.graph for cube in self.world.cubes), Var("g"), Iri(f"{ID}graph/geen")]
        )
        if isinstance(name, Var):
            self.scope[name] = "term"
        return Worded(("GRAPH", name), Group(tuple(elements)))

    def more_of_star(self) -> list[Any]:
        """Return more triples of an observation that is known, in a group of their own."""
        choices = self.choices
        stars = [(cube, one) for cube, one in self._stars if one in self.scope]
        if not stars:
            return []
        cube, one = choices.one_of(stars)
        self.kinds.add("more-of-star")

        def block() -> Group:
            dimension = choices.one_of(cube.dimensions)
            pattern: Any = (one, dimension.property, choices.one_of(dimension.codes)[1])
            how = choices.number(0, 4)
            if how == 0:
                pattern = (
                    one,
                    STATUS,
                    Iri("http://purl.org/linked-data/sdmx/2009/code#obsStatus-M"),
                )
            elif how == 1:
                pattern = (one, choices.one_of(cube.measures).property, self.fresh("value"))
            elif how == 2:
                code = self.fresh("code")
                self.dimension_of[code] = dimension
                pattern = (one, dimension.property, code)
            patterns = [pattern]
            if choices.chance(30):
                patterns.append((one, TYPE, OBSERVATION))
            return Group((Triples(tuple(patterns)),))

        how = choices.number(0, 5)
        if how == 0:
            return [Union((block(), block()))]
        if how == 1:
            return [block()]
        kept = dict(self.scope)
        group = block()
        if how == 2:
            return [Worded(("OPTIONAL",), group)]
        self.scope = kept
        if how == 3:
            return [Worded(("MINUS",), group)]
        return [Filter((*choices.one_of((("EXISTS",), ("NOT", "EXISTS"))), group))]

    def _negated_star(self) -> Any:
        """Return a filter or MINUS with a star in it that shares the variables of codes."""
        self.kinds.add("negated-star")
        kept = dict(self.scope)
        shared = tuple(v for v in self.of_kind("code") if v in self.dimension_of)
        group = Group(tuple(self.star(None, shared)))
        self.scope = kept
        words = self.choices.one_of((("EXISTS",), ("NOT", "EXISTS"), ("MINUS",)))
        return Worded(words, group) if words == ("MINUS",) else Filter((*words, group))

    def _no_star(self) -> list[Any]:
        choices = self.choices
        code = self.fresh("code")
        dimension = choices.one_of(self.world.dimensions)
        self.dimension_of[code] = dimension
        return choices.one_of(
            (
                [Triples(((code, IN_SCHEME, self.fresh("term")),))],
                [Triples(((self.fresh("term"), dimension.property, code),))],
                [Triples(((self.fresh("term"), Iri(QB + "slice"), code),))],
                [Triples(((self.fresh("term"), STATUS, code),))],
                [Triples(((self.fresh("term"), self.fresh("term"), code),))],
            )
        )
