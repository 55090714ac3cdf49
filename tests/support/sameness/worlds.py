"""Small worlds: code lists, up to three cubes over them, and what else a store says.

They have what makes answers differ: codes of several lists, labels in some languages, codes and
lists nobody uses, observations without a figure, slices that have a dimension and a status as
observations do, and subjects with a dimension that are no observations.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from sameness.choices import Choices

BASE = "http://x.example/"
ID = f"{BASE}id/"
NS = f"{BASE}ns/"
QB = "http://purl.org/linked-data/cube#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"
PROV = "http://www.w3.org/ns/prov#"
DCAT = "http://www.w3.org/ns/dcat#"
ATTRIBUTE = "http://purl.org/linked-data/sdmx/2009/attribute#"
CODE = "http://purl.org/linked-data/sdmx/2009/code#"
STATUSES = ("A", "M")

CODES = ("a", "b", "c", "10", "9", "2-x", "Z", "tot", "o'b", "é")
WORDS = ("jong", "oud", "Vlaanderen", "a b", "é", "10", "x'y", 'a "b"', "a\tb\\n", "a\nb")
LIST_NAMES = ("leeftijd", "geslacht", "regio")
PERIODS = ("2021", "2022", "2022-Q1", "2023")
COMMENTS = ("zie boven", "see above", "")


@dataclass(frozen=True)
class Iri:
    """An IRI."""

    value: str


@dataclass(frozen=True)
class Text:
    """A literal: with a language, with a datatype, or plain."""

    value: str
    language: str | None = None
    datatype: str | None = None


Term = Iri | Text
Triple = tuple[Iri, Iri, Term]

TYPE = Iri(RDF + "type")
DATA_SET = Iri(QB + "dataSet")
OBSERVATION = Iri(QB + "Observation")
MEASURE_TYPE = Iri(QB + "measureType")
UNIT = Iri(ATTRIBUTE + "unitMeasure")
STATUS = Iri(ATTRIBUTE + "obsStatus")
DECIMALS = Iri(ATTRIBUTE + "decimals")
IN_SCHEME = Iri(SKOS + "inScheme")
LABEL = Iri(SKOS + "prefLabel")
NOTATION = Iri(SKOS + "notation")
BROADER = Iri(SKOS + "broader")
RDFS_LABEL = Iri(RDFS + "label")
ORDER = Iri(NS + "volgorde")
WEIGHT = Iri(NS + "gewicht")
SINCE = Iri(DCAT + "startDate")
MATCH = Iri(SKOS + "exactMatch")
COMMENT = Iri(RDFS + "comment")
SOURCE = Iri(PROV + "wasDerivedFrom")
TOTAL_OF = Iri(NS + "totaalOver")
REASON = Iri(NS + "afwezigheid")
SUM_OF = Iri(NS + "somVan")
SLICE_HAS = Iri(QB + "observation")


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A dimension of a cube and the codes that may occur in it."""

    name: str
    property: Iri
    codes: tuple[tuple[str, Iri], ...]
    """Code and IRI, in the order of codes."""
    total: str | None = None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure of a cube."""

    name: str
    property: Iri
    datatype: str
    unit: Iri


@dataclass(frozen=True, kw_only=True)
class Row:
    """An observation: its codes, the number of its measure, and its value if it has one."""

    codes: tuple[str, ...]
    measure: int
    value: Decimal | None
    decimals: int


@dataclass(frozen=True, kw_only=True)
class Cube:
    """A cube and its observations."""

    slug: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]
    about: tuple[Triple, ...]
    """What its graph says besides the columns."""
    known: tuple[str, str, str] | None = None
    """Its data set, its graph and what its observations begin with, where a release has it."""

    @property
    def data_set(self) -> Iri:
        """The IRI of the data set."""
        return Iri(self.known[0] if self.known else f"{ID}dataset/{self.slug}")

    @property
    def graph(self) -> Iri:
        """The graph that its statements are in."""
        return Iri(self.known[1] if self.known else f"{ID}graph/{self.slug}")

    @property
    def head(self) -> str:
        """What the IRIs of its observations begin with."""
        return self.known[2] if self.known else f"{ID}observatie/{self.slug}/"

    def observation(self, row: Row) -> Iri:
        """Return the IRI of an observation."""
        return Iri(self.head + "/".join((*row.codes, self.measures[row.measure].name)))


@dataclass(frozen=True, kw_only=True)
class World:
    """All that a release says."""

    default_graph: str
    cubes: tuple[Cube, ...]
    lists: dict[str, tuple[tuple[str, Iri], ...]]
    """Per code list its codes."""
    about: tuple[Triple, ...]
    """What is said of codes, lists and other things."""
    overflows: bool = False
    """Whether a sum may overflow or not by the order in which it is made."""

    dimensions: tuple[Dimension, ...] = ()
    """All dimensions, each with all codes that it may have."""


ABOUT_GRAPH = Iri(f"{ID}graph/lijsten")
"""The graph of what is said of codes and lists."""


def text_of(value: Decimal) -> str:
    """Return a number in its canonical form."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"


def draw_world(choices: Choices) -> World:
    """Return a world at random."""
    lists: dict[str, tuple[tuple[str, Iri], ...]] = {}
    about: list[Triple] = []
    for name in LIST_NAMES[: choices.number(1, 3)]:
        codes = choices.some(CODES, 1, 6)
        lists[name] = tuple((code, Iri(f"{ID}concept/{name}/{code}")) for code in codes)
        about += [(iri, IN_SCHEME, _scheme(name)) for _, iri in lists[name]]
    with_periods = choices.chance(60)
    if with_periods:
        lists["periode"] = tuple(
            (code, Iri(f"{ID}jaar/{code}")) for code in choices.some(PERIODS, 1, 4)
        )
    for name, codes in lists.items():
        _describe_codes(choices, name, [iri for _, iri in codes], list(lists), about)
    dimensions = _draw_dimensions(choices, lists)
    measures = _draw_measures(choices)
    sizes = choices.weighed({"small": 8, "large": 1, "huge": 1})
    cubes = [
        _draw_cube(choices, slug, dimensions, measures, sizes)
        for slug in ("eerste", "tweede", "derde")[: choices.weighed({1: 5, 2: 4, 3: 2})]
    ]
    for measure in measures:
        about.append((measure.property, TYPE, Iri(QB + "MeasureProperty")))
        about.append((measure.property, RDFS_LABEL, Text(measure.name, "nl")))
        about.append((measure.unit, RDFS_LABEL, Text("aantal", "nl")))
    for dimension in dimensions:
        about.append((dimension.property, RDFS_LABEL, Text(dimension.name, "nl")))
        if choices.chance(15):
            stray = Iri(f"{ID}opmerking/{dimension.name}")
            about.append((stray, dimension.property, choices.one_of(dimension.codes)[1]))
            if choices.chance(40):
                about.append((stray, STATUS, Iri(CODE + "obsStatus-A")))
    return World(
        default_graph="empty" if choices.chance(6) else "union",
        cubes=tuple(cubes),
        lists=lists,
        about=tuple(dict.fromkeys(about)),
        overflows=sizes == "huge",
        dimensions=tuple(dimensions),
    )


def _scheme(name: str) -> Iri:
    return Iri(f"{ID}conceptscheme/{name}")


def _describe_codes(
    choices: Choices, name: str, codes: list[Iri], lists: list[str], about: list[Triple]
) -> None:
    rich = choices.number(0, 3)
    for place, code in enumerate(codes):
        for language in ("nl", "en", None, "nl-be"):
            if choices.chance(10 if language == "nl-be" else 50):
                about.append((code, LABEL, Text(choices.one_of(WORDS), language)))
        if choices.chance(60):
            about.append((code, NOTATION, Text(code.value.rpartition("/")[2])))
        if place and choices.chance(50):
            about.append((code, BROADER, codes[choices.number(0, place - 1)]))
        if name == "periode":
            year = code.value.rpartition("/")[2][:4]
            about.append((code, SINCE, Text(f"{year}-01-01", None, XSD + "date")))
            about.append((code, RDFS_LABEL, Text(year)))
        elif choices.chance(20):
            about.append((code, IN_SCHEME, _scheme(choices.one_of(lists))))
        for _ in range(rich):
            kind = choices.number(0, 4)
            if kind == 0:
                about.append((code, ORDER, Text(str(choices.number(0, 3)), None, XSD + "integer")))
            elif kind == 1:
                weight = choices.one_of((("0.5", "decimal"), ("2", "integer"), ("1.5E0", "double")))
                about.append((code, WEIGHT, Text(weight[0], None, XSD + weight[1])))
            elif kind == 2:
                about.append((code, COMMENT, Text(choices.one_of(COMMENTS), "nl")))
            elif kind == 3:
                about.append((code, MATCH, Iri(f"http://other.example/{choices.number(1, 3)}")))
            else:
                about.append((code, LABEL, Text(choices.one_of(WORDS), "nl")))


def _draw_dimensions(
    choices: Choices, lists: dict[str, tuple[tuple[str, Iri], ...]]
) -> list[Dimension]:
    found = []
    names = list(lists)
    if choices.chance(15):
        names.append("herkomst")  # a second dimension with the codes of the first list
    for name in names:
        of_list = lists.get(name, lists[LIST_NAMES[0]])
        total = choices.one_of(of_list)[0] if choices.chance(25) else None
        codes = tuple(sorted(of_list, key=lambda item: item[0]))
        found.append(Dimension(name=name, property=Iri(f"{NS}{name}"), codes=codes, total=total))
    return found


def _draw_measures(choices: Choices) -> list[Measure]:
    units = [Iri(f"{ID}concept/eenheid/{name}") for name in ("aantal", "procent")]
    found = []
    for name in ("aantal", "aandeel", "bedrag")[: choices.number(1, 3)]:
        kind = "integer" if name == "aantal" else "decimal"
        found.append(
            Measure(
                name=name,
                property=Iri(f"{NS}maat-{name}"),
                datatype=XSD + kind,
                unit=choices.one_of(units),
            )
        )
    return found


def _draw_value(choices: Choices, measure: Measure, sizes: str) -> tuple[Decimal, int]:
    if sizes == "huge" and choices.chance(60):
        mantissa = choices.one_of((10**18 - 1, 9 * 10**17, -(10**18) + 1))
    elif sizes == "large" and choices.chance(60):
        mantissa = choices.one_of((10**12, 123456789012345, -(10**14)))
    else:
        mantissa = choices.number(0, 12) - (5 if choices.chance(30) else 0)
    places = choices.one_of((0, 1, 2, 4)) if measure.datatype == XSD + "decimal" else 0
    return Decimal(mantissa).scaleb(-places), places


def _draw_cube(
    choices: Choices, slug: str, dimensions: list[Dimension], measures: list[Measure], sizes: str
) -> Cube:
    of_cube = choices.some(dimensions, 1, 4)
    used = []
    for dimension in of_cube:
        codes = dict(choices.some(dimension.codes, 1, 6 if len(of_cube) < 3 else 3))
        total = dimension.total if dimension.total in codes else None
        used.append((dimension, codes, total))
    # The measures of a cube stand in the order of their names, as codes do.
    chosen = sorted(choices.some(measures, 1), key=lambda measure: measure.name)
    full = choices.chance(40)
    without = choices.number(0, 2) if choices.chance(4) else None
    rows = []
    points = list(product(*(sorted(codes) for _, codes, _ in used), range(len(chosen))))
    for *codes_, measure in points[:48]:
        if rows and not full and choices.chance(30):
            continue
        value: Decimal | None
        value, places = _draw_value(choices, chosen[int(measure)], sizes)
        if choices.chance(12) or measure == without:
            value = None
        rows.append(
            Row(codes=tuple(map(str, codes_)), measure=int(measure), value=value, decimals=places)
        )
    occurring = []
    for place, (dimension, codes, total) in enumerate(used):
        seen = {row.codes[place] for row in rows}
        occurring.append(
            Dimension(
                name=dimension.name,
                property=dimension.property,
                codes=tuple((code, codes[code]) for code in sorted(seen)),
                total=total if total in seen else None,
            )
        )
    cube = Cube(
        slug=slug, dimensions=tuple(occurring), measures=tuple(chosen), rows=tuple(rows), about=()
    )
    about = _draw_about(choices, cube)
    return Cube(
        slug=slug,
        dimensions=cube.dimensions,
        measures=cube.measures,
        rows=cube.rows,
        about=tuple(dict.fromkeys(about)),
    )


def _draw_about(choices: Choices, cube: Cube) -> list[Triple]:
    about: list[Triple] = [
        (cube.data_set, TYPE, Iri(QB + "DataSet")),
        (cube.data_set, RDFS_LABEL, Text(cube.slug, "nl")),
    ]
    sources, slices = choices.chance(50), choices.chance(60)
    for row in cube.rows:
        one = cube.observation(row)
        for place, dimension in enumerate(cube.dimensions):
            code = row.codes[place]
            if code == dimension.total:
                about.append((one, TOTAL_OF, dimension.property))
            if slices and dimension.name == "periode":
                slice_ = Iri(f"{ID}slice/{cube.slug}/{code}")
                about.append((slice_, TYPE, Iri(QB + "Slice")))
                about.append((cube.data_set, Iri(QB + "slice"), slice_))
                about.append((slice_, dimension.property, dict(dimension.codes)[code]))
                about.append((slice_, SLICE_HAS, one))
                if code == "2021":
                    about.append((slice_, STATUS, Iri(CODE + "obsStatus-M")))
        if row.value is None:
            for reason in choices.some(("geheim", "niet-gevraagd"), 0):
                about.append((one, REASON, Iri(f"{ID}concept/afwezigheid/{reason}")))
        if sources:
            about.append((one, SOURCE, Iri(f"{ID}tabel/t#cell={choices.number(1, 3)},1")))
        if choices.chance(4):
            about.append((one, SUM_OF, cube.observation(cube.rows[0])))
    return about
