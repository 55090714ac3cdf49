"""Data sets made from others: sums over wider classes that know what they are the sum of."""

from __future__ import annotations

import pytest
from big_project import CONCEPT
from built import built
from derived_project import FINE, WIDE, prepare
from link_files import link, write
from small_project import SmallProject


def test_add_up_to_wider_classes(project: SmallProject) -> None:
    """Each sum is exact, has the class its parts lie in, and totals stay what was printed."""
    prepare(project)
    project.mapping(WIDE)
    release = built(project.read())
    rows = release.ask(
        """PREFIX ns: <https://data.example.org/ns/proef#>
        SELECT ?quarter ?sex ?class ?value (COUNT(DISTINCT ?part) AS ?parts)
            (COUNT(DISTINCT ?cell) AS ?cells) WHERE {
            ?sum qb:dataSet <https://data.example.org/id/dataset/proef> ; ns:bedrag ?value ;
                ns:kwartaal/skos:notation ?quarter ; ns:geslacht/skos:notation ?sex ;
                ns:klasse/skos:notation ?class ; pub:somVan ?part ; prov:wasDerivedFrom ?cell .
            ?part prov:wasDerivedFrom ?cell .
        } GROUP BY ?quarter ?sex ?class ?value ORDER BY ?quarter ?sex ?class"""
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2022-Q1", "M", "ALLE", "3.75", "2", "2"),
        ("2022-Q1", "M", "_T", "3.75", "1", "1"),
        ("2022-Q2", "M", "ALLE", "5", "2", "2"),
        ("2022-Q2", "M", "_T", "5", "1", "1"),
        ("2022-Q2", "V", "ALLE", "30", "2", "2"),
        ("2022-Q2", "V", "_T", "30", "1", "1"),
    ]
    assert not [item for item in release.manifest["files"] if "proef-cellen" in item["path"]]
    [row] = release.ask(
        """SELECT ?activity (COUNT(?set) AS ?sets) WHERE {
            <https://data.example.org/id/dataset/proef> prov:wasGeneratedBy ?activity ;
                prov:wasDerivedFrom ?set . ?activity prov:used ?set } GROUP BY ?activity"""
    )
    assert row == {"activity": "https://data.example.org/id/activiteit/proef", "sets": "2"}


def test_keep_printed_decimals_of_a_sum(project: SmallProject) -> None:
    """A sum has as many decimals as the most exact of its parts was printed with."""
    prepare(project)
    project.mapping(WIDE)
    lines = built(project.read()).lines("proef")
    head = "<https://data.example.org/id/observatie/proef/2022-Q1/M/ALLE/bedrag>"
    assert any(line.startswith(head) and "decimals-2>" in line for line in lines)


def test_build_the_inputs_of_a_derived_data_set_asked_for(project: SmallProject) -> None:
    """Asked for only a derived data set, a build makes what it is derived from as well."""
    prepare(project)
    project.mapping(WIDE)
    result = project.run("validate", "proef")
    assert result.stdout.splitlines() == [
        "een: 6 observations, no faults",
        "twee: 3 observations, no faults",
        "proef: 6 observations, no faults",
    ]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("change", "code", "line", "column"),
    [
        (("een, fixed", "eeen, fixed"), "no-such-data-set", 6, 8),
        (("twee, fixed", "proef, fixed"), "not-from-tables", 7, 8),
        (("geslacht: M", "geslacht: X"), "no-such-code", 6, 31),
        (("geslacht: M", "geslagt: M"), "no-such-dimension", 6, 31),
        (("geslacht: V", "leeftijd: jong"), "dimension-twice", 7, 32),
        (("{leeftijd: klasse}", "{leeftijd: klas}"), "no-such-dimension", 8, 13),
        (("{leeftijd: klasse}", "{statuut: klasse}"), "dimension-not-used", 8, 13),
        (("{klasse: complete}", "{leeftijd: complete}"), "dimension-not-used", 9, 10),
        ((", fixed: {geslacht: V}", ""), "dimensions-differ", 7, 7),
        (("{data-set: twee, fixed: {geslacht: V}}", "{data-set: een, fixed: {geslacht: M}}"),
         "input-twice", 7, 8),
        (("geslacht: V", "klasse: ALLE"), "dimension-twice", 7, 32),
        (("geslacht: V", "jaar: 2022"), "dimension-without-codes", 7, 32),
        (("leeftijd: klasse}", "kwartaal: klasse}"), "dimension-without-codes", 8, 13),
        (("{klasse: complete}", "{geslacht: complete}"), "no-total", 9, 10),
        (("totals:", "measure: aantal\ntotals:"), "not-for-derived", 9, 1),
        (("totals:", "tables: [bron/een]\ntotals:"), "tables-or-derived", 1, 1),
    ],
)  # fmt: skip
def test_report_derivation_that_does_not_fit(
    project: SmallProject, change: tuple[str, str], code: str, line: int, column: int
) -> None:
    """What is wrong with a derivation is a fault at its line."""
    prepare(project)
    assert change[0] in WIDE
    project.mapping(WIDE.replace(*change))
    found = [(item[0], item[2], item[3]) for item in project.places() if item[1] == "proef.yaml"]
    assert (code, line, column) in found


OTHER_LIST = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/conceptscheme/anders> a skos:ConceptScheme ; skos:prefLabel "anders"@nl, "other"@en .
"""


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("content", "code", "name"),
    [
        (None, "no-code-list", "dimensions.ttl"),
        ("", "empty-file", "klasse.ttl"),
        ("@prefix code: <id/concept/klasse/> .\n", "empty-file", "klasse.ttl"),
        ("<id/conceptscheme/klasse> a", "turtle-syntax", "klasse.ttl"),
        ("]", "turtle-syntax", "klasse.ttl"),
        (OTHER_LIST, "no-code-list", "dimensions.ttl"),
        (OTHER_LIST.replace("anders", "klasse"), "no-total", "proef.yaml"),
    ],
)
def test_report_list_of_wider_classes_that_is_no_longer_there(
    project: SmallProject, content: str | None, code: str, name: str
) -> None:
    """Without the list of its wider classes a derived data set is a fault, as is the list alone."""
    prepare(project)
    project.mapping(WIDE)
    path = project.root / "ontology/codelists/klasse.ttl"
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")
    found = [item[:2] for item in project.places()]
    assert (code, name) in found
    assert len(found) == 1 or code == "no-total"


def test_report_data_set_derived_from_one_that_is_derived(project: SmallProject) -> None:
    """Each derived data set of a circle is a fault, and so is one made from a derived one."""
    prepare(project)
    project.mapping(WIDE)
    other = "derived:\n  from: [{data-set: %s}]\n  classes: {leeftijd: klasse}\n"
    for slug, source in (("rond", "om"), ("om", "rond"), ("verder", "proef")):
        project.mapping(other % source, slug)
    assert [item[:2] for item in project.places()] == [
        ("not-from-tables", f"{slug}.yaml") for slug in ("om", "rond", "verder")
    ]


@pytest.mark.parametrize("gone", ["mappings/twee.yaml", "mappings/bron/twee.csv"])
def test_report_missing_source_of_a_derived_data_set_once(project: SmallProject, gone: str) -> None:
    """What a derived data set is made from may lack its mapping or its table: one fault says so."""
    prepare(project)
    project.mapping(WIDE)
    (project.root / gone).unlink()
    found = {item[0] for item in project.places() if item[0] != "table-not-used"}
    assert found == {"no-such-data-set" if gone.endswith("yaml") else "no-such-table"}


@pytest.mark.parametrize(
    ("links", "code"),
    [
        (link("leeftijd/jong", "skos:broadMatch", "id/concept/klasse/ALLE"), "no-wider-class"),
        (
            link("leeftijd/jong", "skos:broadMatch", "id/concept/klasse/ALLE", "a")
            + link("leeftijd/oud", "skos:broadMatch", "id/concept/klasse/ALLE", "b")
            + link("leeftijd/oud", "skos:broadMatch", "id/concept/klasse/_T", "c"),
            "several-wider-classes",
        ),
    ],
)
def test_report_class_without_one_wider_class(project: SmallProject, links: str, code: str) -> None:
    """Each class lies in exactly one wider one, or nothing is added up."""
    prepare(project, links=links)
    project.mapping(WIDE)
    assert project.places() == [(code, "proef.yaml", 8, 13)]


def test_report_classes_that_may_not_be_added_up(project: SmallProject) -> None:
    """Classes that overlap are never added up."""
    prepare(project, additive=False)
    project.mapping(WIDE)
    assert ("not-additive", "proef.yaml", 8, 13) in project.places()


def test_report_percentages_that_would_be_added_up(project: SmallProject) -> None:
    """Percentages are never added up."""
    prepare(project, measure="percentage")
    project.mapping(WIDE)
    found = {item[0] for item in project.places() if item[1] == "proef.yaml"}
    assert found == {"share-not-added"}


def test_report_wider_classes_that_a_data_set_has_already(project: SmallProject) -> None:
    """A dimension of the inputs is never lost in one with the same name."""
    prepare(project)
    project.table("x,y,2022 - K1\njong,ALLE,1\noud,ALLE,2\n", "een")
    project.mapping(FINE.format(table="een", rows="[leeftijd, klasse]", measure="bedrag"), "een")
    project.mapping("derived:\n  from: [{data-set: een}]\n  classes: {leeftijd: klasse}\n")
    assert project.places() == [("dimension-twice", "proef.yaml", 6, 13)]


@pytest.mark.parametrize("above", ["jong", "_T"])
def test_report_class_added_up_beside_what_it_is_part_of(project: SmallProject, above: str) -> None:
    """A class and one that holds it, or the total, are never added up to one sum."""
    links = "".join(
        link(f"leeftijd/{code}", "skos:broadMatch", "id/concept/klasse/ALLE", code)
        for code in ("oud", above)
    )
    prepare(project, links=links)
    path = project.root / "ontology/codelists/leeftijd.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\ncode:oud skos:broader code:jong .\n", encoding="utf-8")
    klasse = project.root / "ontology/codelists/klasse.ttl"
    klasse.write_text(
        klasse.read_text(encoding="utf-8").replace("skos:Concept, pub:Totaal", "skos:Concept"),
        encoding="utf-8",
    )
    project.table(f"x,2022 - K1\n{above},7\noud,3\n", "een")
    project.mapping("derived:\n  from: [{data-set: een}]\n  classes: {leeftijd: klasse}\n")
    found = [item for item in project.places() if item[1] == "proef.yaml"]
    assert found == [("nested-classes", "proef.yaml", 6, 13)]


def test_report_sum_that_is_too_large(project: SmallProject) -> None:
    """A sum that 64 bits do not hold is a fault of the derivation, not a crash."""
    prepare(project)
    path = project.root / "ontology/codelists/leeftijd.ttl"
    codes = [f"c{number}" for number in range(10)]
    text = path.read_text(encoding="utf-8")
    text += "".join(
        CONCEPT.format(code=code, name="leeftijd", order=9 + at) for at, code in enumerate(codes)
    )
    path.write_text(text, encoding="utf-8")
    write(
        project,
        "".join(
            link(f"leeftijd/{code}", "skos:broadMatch", "id/concept/klasse/ALLE", code)
            for code in codes
        ),
    )
    rows = "".join(f"{code},-{'9' * 18}\n" for code in codes)
    project.table(f"x,2022 - K1\n{rows}", "een")
    project.mapping(FINE.format(table="een", rows="leeftijd", measure="bedrag"), "een")
    project.mapping("derived:\n  from: [{data-set: een}]\n  classes: {leeftijd: klasse}\n")
    assert project.places() == [("sum-too-large", "proef.yaml", 4, 1)]


def test_blame_no_sum_for_a_faulty_part(project: SmallProject) -> None:
    """What cannot be read in an input is reported there, and no sum is compared without it."""
    prepare(project)
    project.table('x,2022 - K1,2022 - K2\njong,"1,5",?\noud,"2,25",3\n_T,"3,75",5\n', "een")
    remark = "quality:\n  n: {about: AANNAME, at: {kwartaal: 2031-Q1}, nl: a, en: b}\n"
    project.mapping(WIDE + remark)
    assert project.places() == [("not-a-number", "een.csv", 2, 12)]


def test_report_limits_that_are_no_numbers(project: SmallProject) -> None:
    """A limit that is no number is left to the shapes, which say so."""
    prepare(project)
    for name, code in (("leeftijd", "jong"), ("klasse", "ALLE")):
        with (project.root / f"ontology/codelists/{name}.ttl").open("a", encoding="utf-8") as file:
            file.write(
                f'code:{code} pub:vanaf "achttien" ; pub:grensEenheid <id/concept/eenheid/NR> .\n'
            )
    project.mapping(WIDE)
    assert {item.code for item in project.faults()} == {"shape-violation"}


BOUNDS = """
code:{code} pub:vanaf {low} ; pub:vanafInbegrepen true ; pub:tot {high} ;
    pub:totInbegrepen {included} ; pub:grensEenheid <id/concept/eenheid/NR> .
"""


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("inner", "outer", "fits"),
    [
        ((18, 24, "true"), (0, 25, "false"), True),
        ((18, 25, "true"), (0, 25, "false"), False),
        ((18, 25, "false"), (0, 25, "false"), True),
        ((18, 25, "true"), (0, 25, "true"), True),
        ((18, 26, "true"), (20, 30, "true"), False),
        ((20, 31, "true"), (20, 30, "true"), False),
    ],
)
def test_compare_limits_with_links(
    project: SmallProject,
    inner: tuple[int, int, str],
    outer: tuple[int, int, str],
    fits: bool,
) -> None:
    """A link that the limits of the two classes contradict is a fault."""
    prepare(project)
    project.mapping(WIDE)
    for name, code, (low, high, included) in (
        ("leeftijd", "jong", inner),
        ("klasse", "ALLE", outer),
    ):
        path = project.root / "ontology" / "codelists" / f"{name}.ttl"
        text = BOUNDS.format(code=code, low=low, high=high, included=included)
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    expected = [] if fits else [("class-not-within", "proef.yaml", 8, 13)]
    assert project.places() == expected


def test_tell_that_no_input_gives_a_period(project: SmallProject) -> None:
    """A period that an input declares missing and none gives is an empty slice with the reason."""
    prepare(project)
    for slug, totals in (("een", "2022-Q3"), ("twee", "2022-Q1")):
        path = project.root / "mappings" / f"{slug}.yaml"
        missing = f"missing: [{{kwartaal: {totals}, reason: {{nl: Later., en: Later on.}}}}]\n"
        path.write_text(path.read_text(encoding="utf-8") + missing, encoding="utf-8")
    project.mapping(WIDE)
    rows = built(project.read()).ask(
        """SELECT ?slice ?reason WHERE { ?slice a qb:Slice ;
            attribute:obsStatus code:obsStatus-M ; rdfs:comment ?reason .
            <https://data.example.org/id/dataset/proef> qb:slice ?slice .
            FILTER(LANG(?reason) = "en") }"""
    )
    assert [(row["slice"].rpartition("/")[2], row["reason"]) for row in rows] == [
        ("2022-Q3", "Later on.")
    ]


HIDDEN = """marks:
  "<#": {reason: ONDERDRUKT, at-least: "1", below: "#"}
  "-": {reason: NIET_BESCHIKBAAR}
  "x": {reason: ONBETROUWBAAR, more-than: "3", at-most: "9"}
  ".": {reason: NIET_VAN_TOEPASSING}
"""


HIDDEN_SUMS: list[tuple[str, str, str, dict[str, str]]] = [
    ("<5", "7", "ONDERDRUKT", {"minstens": "8", "minderDan": "12"}),
    ("<5", "<3", "ONDERDRUKT", {"minstens": "2", "minderDan": "8"}),
    ("<5", "x", "ONBETROUWBAAR ONDERDRUKT", {"meerDan": "4", "minderDan": "14"}),
    ("x", "6", "ONBETROUWBAAR", {"meerDan": "9", "hoogstens": "15"}),
    ("<5", "-", "NIET_BESCHIKBAAR ONDERDRUKT", {"minstens": "1"}),
    ("-", "6", "NIET_BESCHIKBAAR", {"minstens": "6"}),
    ("-", "-", "NIET_BESCHIKBAAR", {}),
    (".", "<5", "NIET_VAN_TOEPASSING ONDERDRUKT", {"minstens": "1", "minderDan": "5"}),
    (".", ".", "NIET_VAN_TOEPASSING", {}),
    (".", "4", "NIET_VAN_TOEPASSING", {"minstens": "4", "hoogstens": "4"}),
]
"""Two parts, the reasons of their sum, and its bounds."""


def test_give_every_reason_and_the_bounds_of_a_sum_with_hidden_parts(project: SmallProject) -> None:
    """A sum with hidden parts has all their reasons, and the bounds that follow from all parts."""
    prepare(project)
    measures = project.root / "ontology/measures.ttl"
    text = measures.read_text(encoding="utf-8")
    measures.write_text(f"{text.rstrip().removesuffix('.')}; pub:kleinste 0 .\n", encoding="utf-8")
    quarters = [f"{2020 + at // 4} - K{at % 4 + 1}" for at in range(len(HIDDEN_SUMS))]
    young, old = (",".join(case[part] for case in HIDDEN_SUMS) for part in (0, 1))
    project.table(f"x,{','.join(quarters)}\njong,{young}\noud,{old}\n", "een")
    project.mapping(FINE.format(table="een", rows="leeftijd", measure="bedrag") + HIDDEN, "een")
    project.table("x,2024 - K2\njong,10\noud,20\n", "twee")
    project.mapping(FINE.format(table="twee", rows="leeftijd", measure="bedrag") + HIDDEN, "twee")
    project.mapping(WIDE)
    rows = built(project.read()).ask(
        """SELECT DISTINCT ?sum ?name ?value WHERE {
            ?sum qb:dataSet <https://data.example.org/id/dataset/proef> ; ?property ?value ;
                attribute:obsStatus code:obsStatus-M ; pub:somVan ?part .
            BIND(STRAFTER(STR(?property), STR(pub:)) AS ?name)
            FILTER(?property IN (pub:afwezigheid, pub:minstens, pub:meerDan, pub:hoogstens,
                pub:minderDan)) }"""
    )
    for quarter, (*_, reasons, bounds) in zip(quarters, HIDDEN_SUMS, strict=True):
        found = {
            (row["name"], row["value"].rpartition("/")[2])
            for row in rows
            if f"/{quarter.replace(' - K', '-Q')}/" in row["sum"]
        }
        expected = {("afwezigheid", reason) for reason in reasons.split()} | set(bounds.items())
        assert found == expected, quarter


def test_compare_total_of_hidden_sums_with_their_bounds(project: SmallProject) -> None:
    """A derived total that the bounds of hidden sums exclude is a fault, as with printed parts."""
    prepare(project)
    project.table("x,2022 - K1\njong,<5\noud,7\n_T,20\n", "een")
    rows = FINE.format(table="een", rows="leeftijd", measure="bedrag") + HIDDEN
    project.mapping(rows + "totals: {leeftijd: incomplete}\n", "een")
    project.mapping(WIDE.replace("    - {data-set: twee, fixed: {geslacht: V}}\n", ""))
    assert [item[:2] for item in project.places()] == [("parts-below-total", "een.csv")]
