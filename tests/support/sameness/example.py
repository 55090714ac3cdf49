"""One fixed world, for queries whose answers once differed."""

from __future__ import annotations

from decimal import Decimal

from sameness.worlds import (
    BROADER,
    CODE,
    ID,
    IN_SCHEME,
    LABEL,
    NOTATION,
    NS,
    ORDER,
    QB,
    RDFS_LABEL,
    REASON,
    SINCE,
    SLICE_HAS,
    SOURCE,
    STATUS,
    TOTAL_OF,
    TYPE,
    XSD,
    Cube,
    Dimension,
    Iri,
    Measure,
    Row,
    Text,
    Triple,
    World,
)

PREFIXES = """
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX attribute: <http://purl.org/linked-data/sdmx/2009/attribute#>
PREFIX code: <http://purl.org/linked-data/sdmx/2009/code#>
PREFIX ns: <http://x.example/ns/>
PREFIX ds: <http://x.example/id/dataset/>
PREFIX age: <http://x.example/id/concept/leeftijd/>
PREFIX sex: <http://x.example/id/concept/geslacht/>
PREFIX year: <http://x.example/id/jaar/>
"""


def _code(list_: str, code: str) -> tuple[str, Iri]:
    return code, Iri(f"{ID}concept/{list_}/{code}")


AGES = tuple(_code("leeftijd", code) for code in ("10", "9", "a", "tot"))
SEXES = tuple(_code("geslacht", code) for code in ("m", "v"))
YEARS = tuple((code, Iri(f"{ID}jaar/{code}")) for code in ("2021", "2022"))
AGE = Dimension(name="leeftijd", property=Iri(f"{NS}leeftijd"), codes=AGES, total="tot")
SEX = Dimension(name="geslacht", property=Iri(f"{NS}geslacht"), codes=SEXES)
YEAR = Dimension(name="periode", property=Iri(f"{NS}periode"), codes=YEARS)
UNITS = [Iri(f"{ID}concept/eenheid/{name}") for name in ("aantal", "procent")]
PERSONS = Measure(
    name="aantal", property=Iri(f"{NS}maat-aantal"), datatype=XSD + "integer", unit=UNITS[0]
)
SHARE = Measure(
    name="aandeel", property=Iri(f"{NS}maat-aandeel"), datatype=XSD + "decimal", unit=UNITS[1]
)


def example_world() -> World:
    """Return two cubes that share codes and a measure, with what is odd about them."""
    first = Cube(
        slug="eerste",
        dimensions=(AGE, SEX, YEAR),
        measures=(SHARE, PERSONS),
        rows=tuple(_rows()),
        about=(),
    )
    second = Cube(
        slug="tweede",
        dimensions=(YEAR, Dimension(name="leeftijd", property=AGE.property, codes=AGES[1:3])),
        measures=(PERSONS,),
        rows=(
            Row(codes=("2021", "9"), measure=0, value=Decimal(4), decimals=0),
            Row(codes=("2021", "a"), measure=0, value=Decimal(4), decimals=0),
            Row(codes=("2022", "9"), measure=0, value=Decimal(-3), decimals=0),
            Row(codes=("2022", "a"), measure=0, value=None, decimals=0),
        ),
        about=((Iri(f"{ID}dataset/tweede"), TYPE, Iri(QB + "DataSet")),),
    )
    cubes = (_with_about(first), second)
    lists = {"leeftijd": AGES, "geslacht": SEXES, "periode": YEARS}
    return World(
        default_graph="union",
        cubes=cubes,
        lists=lists,
        about=tuple(_about()),
        dimensions=(AGE, SEX, YEAR),
    )


def _rows() -> list[Row]:
    found = []
    for number, (age, _) in enumerate(AGES):
        for sex, _ in SEXES:
            for year, _ in YEARS:
                if (age, sex, year) == ("a", "v", "2022"):
                    continue
                value = None if (age, sex) == ("9", "m") else Decimal(number * 2 - 1)
                found.append(Row(codes=(age, sex, year), measure=1, value=value, decimals=0))
                if age != "tot":
                    share = Decimal(number * 50 + 5).scaleb(-2)
                    found.append(Row(codes=(age, sex, year), measure=0, value=share, decimals=2))
    return found


def _with_about(cube: Cube) -> Cube:
    about: list[Triple] = [
        (cube.data_set, TYPE, Iri(QB + "DataSet")),
        (cube.data_set, RDFS_LABEL, Text("eerste", "nl")),
    ]
    for row in cube.rows:
        one = cube.observation(row)
        slice_ = Iri(f"{ID}slice/eerste/{row.codes[2]}")
        about.append((slice_, TYPE, Iri(QB + "Slice")))
        about.append((slice_, YEAR.property, dict(YEARS)[row.codes[2]]))
        about.append((slice_, SLICE_HAS, one))
        about.append((one, SOURCE, Iri(f"{ID}tabel/t#cell=1,1")))
        about.append((one, SOURCE, Iri(f"{ID}tabel/t#cell=2,1")))
        if row.codes[0] == "tot":
            about.append((one, TOTAL_OF, AGE.property))
        if row.value is None:
            about.append((one, REASON, Iri(f"{ID}concept/afwezigheid/geheim")))
    about.append((Iri(f"{ID}slice/eerste/2021"), STATUS, Iri(CODE + "obsStatus-M")))
    return Cube(
        slug=cube.slug,
        dimensions=cube.dimensions,
        measures=cube.measures,
        rows=cube.rows,
        about=tuple(dict.fromkeys(about)),
    )


def _about() -> list[Triple]:
    lists = {name: Iri(f"{ID}conceptscheme/{name}") for name in ("leeftijd", "geslacht", "alle")}
    about: list[Triple] = []
    for code, iri in AGES:
        about.append((iri, IN_SCHEME, lists["leeftijd"]))
        about.append((iri, NOTATION, Text(code)))
        about.append((iri, LABEL, Text(f"leeftijd {code}", "nl")))
        if code != "tot":
            about.append((iri, BROADER, dict(AGES)["tot"]))
            about.append((iri, ORDER, Text("1", None, XSD + "integer")))
    about.append((AGES[0][1], IN_SCHEME, lists["alle"]))
    about.append((AGES[0][1], LABEL, Text("age 10", "en")))
    about.append((AGES[1][1], LABEL, Text("leeftijd 9")))
    about += [(iri, IN_SCHEME, lists["geslacht"]) for _, iri in SEXES]
    about.append((SEXES[0][1], LABEL, Text("man", "nl")))
    for code, iri in YEARS:
        about.append((iri, SINCE, Text(f"{code}-01-01", None, XSD + "date")))
        about.append((iri, RDFS_LABEL, Text(code)))
    about.append((Iri(f"{ID}opmerking/1"), AGE.property, AGES[0][1]))
    about.append((PERSONS.property, RDFS_LABEL, Text("aantal", "nl")))
    return about
