"""The ontology as look-up tables, and what can be wrong with it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from fault_fixtures import make_sound_project
from rdflib import Graph, URIRef
from shared_material import ROOT

from publish.faults.fault import Fault
from publish.ontology.vocabulary import Vocabulary, read_vocabulary
from publish.project.project import Project, read_project
from publish.rdf.namespaces import RDF, SKOS
from publish.rdf.turtle import new_graph, read_turtle
from publish.release.build import validate

BASE = "https://data.example.org"
PREFIXES = """\
@prefix c: <id/concept/kleur/> .
@prefix interval: <http://reference.data.gov.uk/def/intervals/> .
@prefix pub: <ns/publicatie#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix v: <ns/proef#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
LIST = """\
<id/conceptscheme/kleur> a skos:ConceptScheme ;
    skos:hasTopConcept
        c:_T , c:ROOD ,
        c:BLAUW .
c:_T a skos:Concept , pub:Totaal ; skos:notation "_T" ; skos:inScheme <id/conceptscheme/kleur> ;
    skos:prefLabel "alle kleuren"@nl , "all colours"@en ; pub:gedruktLabel "Totaal" ;
    pub:volgorde 1 .
c:ROOD a skos:Concept ; skos:notation "ROOD" ; skos:inScheme <id/conceptscheme/kleur> ;
    skos:prefLabel "rood"@nl , "red"@en ; pub:gedruktLabel "rd", "Rood" ; pub:volgorde 3 .
c:BLAUW
    a skos:Concept ; skos:notation "BLAUW" ; skos:inScheme <id/conceptscheme/kleur> ;
    skos:prefLabel "blauw"@nl , "blue"@en ; skos:altLabel "Kobalt"@nl ; pub:volgorde 2 .
"""
TERMS = """\
v:kleur a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList <id/conceptscheme/kleur> .
v:kwartaal a qb:DimensionProperty ; rdfs:range interval:CalendarQuarter .
v:aantal a qb:MeasureProperty ; rdfs:range xsd:integer ; pub:eenheid c:ROOD .
"""
FIRST = PREFIXES.count("\n")
"""How many lines stand before the first of LIST or TERMS."""


def project(root: Path, base: str = BASE) -> Project:
    """Return a project in a folder."""
    return Project(
        root=root,
        base=base,
        public_url=base,
        vocabulary="proef",
        numbers="nl",
        licence=None,
        title={},
        description={},
    )


def read(root: Path, **files: str) -> tuple[Vocabulary, list[Fault]]:
    """Read an ontology of one code list and one file of terms, or of other texts for them."""
    texts = {"codelists/kleur": LIST, "terms": TERMS} | {
        name.replace("__", "/"): text for name, text in files.items()
    }
    for name, text in texts.items():
        path = root / "ontology" / f"{name}.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREFIXES + text, encoding="utf-8")
    faults: list[Fault] = []
    return read_vocabulary(project(root), faults), faults


def places(faults: list[Fault]) -> list[tuple[str, str, int, int]]:
    """Return code, file, line below the prefixes and column of every fault."""
    return [
        (item.code, Path(item.path).stem, item.line - FIRST, item.column) for item in sorted(faults)
    ]


# -- What is read -----------------------------------------------------------------------------


def test_read_vocabulary_gives_code_lists(tmp_path: Path) -> None:
    """A code list has its codes in the order of pub:volgorde, its total and its file."""
    vocabulary, faults = read(tmp_path)
    assert not faults
    colours = vocabulary.lists["kleur"]
    assert colours.name == "kleur"
    assert colours.iri == f"{BASE}/id/conceptscheme/kleur"
    assert colours.path == "ontology/codelists/kleur.ttl"
    assert colours.codes == ("_T", "BLAUW", "ROOD")
    assert colours.total == "_T"


def test_read_vocabulary_gives_dimensions_and_measures(tmp_path: Path) -> None:
    """A dimension has a list or a kind of period, a measure a datatype and a unit."""
    vocabulary, _ = read(tmp_path)
    assert set(vocabulary.dimensions) == {"kleur", "kwartaal"}
    assert vocabulary.dimensions["kleur"].codes is vocabulary.lists["kleur"]
    assert vocabulary.dimensions["kleur"].period is None
    assert vocabulary.dimensions["kwartaal"].codes is None
    assert vocabulary.dimensions["kwartaal"].period == "kwartaal"
    [measure] = vocabulary.measures.values()
    assert measure.iri == f"{BASE}/ns/proef#aantal"
    assert measure.datatype == "http://www.w3.org/2001/XMLSchema#integer"
    assert measure.unit == f"{BASE}/id/concept/kleur/ROOD"


@pytest.mark.parametrize(
    ("label", "codes"),
    [
        ("ROOD", ("ROOD",)),
        ("Rood", ("ROOD",)),
        ("rd", ("ROOD",)),
        ("rood", ("ROOD",)),
        ("blue", ("BLAUW",)),
        ("Kobalt", ("BLAUW",)),
        ("KOBALT", ("BLAUW",)),
        ("alle  Kleuren", ("_T",)),
        ("Totaal", ("_T",)),
        ("totaal ", ("_T",)),
        ("roo", ()),
        ("", ()),
    ],
)
def test_find_code_of_label(tmp_path: Path, label: str, codes: tuple[str, ...]) -> None:
    """A label is a code, a label as printed, a label in words, or one of these folded."""
    vocabulary, _ = read(tmp_path)
    assert vocabulary.lists["kleur"].find(label) == codes


def test_find_code_of_ambiguous_label_gives_all(tmp_path: Path) -> None:
    """A label that two codes have is not guessed: both come back, in a fixed order."""
    text = LIST.replace('"blauw"@nl', '"rood"@nl')
    vocabulary, faults = read(tmp_path, codelists__kleur=text)
    assert not faults
    assert vocabulary.lists["kleur"].find("rood") == ("BLAUW", "ROOD")
    assert vocabulary.lists["kleur"].find("Rood") == ("ROOD",)
    assert vocabulary.lists["kleur"].find("RooD") == ("BLAUW", "ROOD")


def test_find_code_prefers_the_nearer_label(tmp_path: Path) -> None:
    """A label as printed goes before the same label in words of another code."""
    text = LIST.replace('pub:gedruktLabel "Totaal"', 'pub:gedruktLabel "red"')
    vocabulary, _ = read(tmp_path, codelists__kleur=text)
    assert vocabulary.lists["kleur"].find("red") == ("_T",)


@pytest.mark.parametrize(
    "base", ["https://data.sociale-economie.example", "http://localhost:1/x/y"]
)
def test_read_vocabulary_of_the_project_under_any_base(base: str) -> None:
    """The project's ontology is sound, and says nothing of the base it is published under."""
    faults: list[Fault] = []
    vocabulary = read_vocabulary(read_project(ROOT, base=base), faults)
    assert not faults
    assert (
        vocabulary.dimensions["leeftijdsgroep"].iri == f"{base}/ns/sociale-economie#leeftijdsgroep"
    )
    ages = vocabulary.lists["leeftijdsgroep"]
    assert ages.iri == f"{base}/id/conceptscheme/leeftijdsgroep"
    assert ages.find("18-19") == ("Y18T19",)
    assert ages.total == "_T"
    own = f"{base}/"
    for graph in (vocabulary.terms, vocabulary.concepts):
        for subject in graph.subjects(unique=True):
            assert str(subject).startswith(own), f"{subject} is not under the base"


def test_read_vocabulary_is_the_same_under_two_bases() -> None:
    """Another base changes the addresses and nothing else."""
    project_file = [
        read_project(ROOT, base=base) for base in ("http://a.example", "http://b.example")
    ]
    one, other = (
        {
            tuple(str(term).replace(item.base, "") for term in triple)
            for triple in read_vocabulary(item, []).terms
        }
        for item in project_file
    )
    assert one == other


# -- Faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('skos:notation "ROOD" ;', 'skos:notation "RED" ;', 8, 'the notation "RED"'),
        ('skos:notation "ROOD" ;', "", 8, "no notation"),
        ('"ROOD" ;', '"ROOD" , "RD" ;', 8, 'the notation "RD" and "ROOD"'),
        ('skos:notation "BLAUW" ;', 'skos:notation "blauw" ;', 10, 'the notation "blauw"'),
    ],
)
def test_read_vocabulary_reports_notation_that_is_not_the_address(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    """A code has one notation, the last part of its address; else it is told where it stands."""
    assert LIST.count(old) == 1
    _, faults = read(tmp_path, codelists__kleur=LIST.replace(old, new))
    assert places(faults) == [("code-and-iri-differ", "kleur", line, 1)]
    assert said in faults[0].finding


def test_read_vocabulary_reports_concept_of_other_list(tmp_path: Path) -> None:
    """A concept stands under the address of its own list."""
    text = (
        LIST + '<id/concept/maat/L> skos:inScheme <id/conceptscheme/kleur> ; skos:notation "L" .\n'
    )
    _, faults = read(tmp_path, codelists__kleur=text)
    assert places(faults) == [("code-and-iri-differ", "kleur", 13, 1)]


def test_read_vocabulary_reports_code_with_other_characters(tmp_path: Path) -> None:
    """A code has letters, digits and . _ ~ - only."""
    text = (
        LIST
        + "<id/concept/kleur/a%20b> skos:inScheme <id/conceptscheme/kleur> ;"
        + ' skos:notation "a%20b" .\n'
    )
    _, faults = read(tmp_path, codelists__kleur=text)
    assert places(faults) == [("code-and-iri-differ", "kleur", 13, 1)]


def test_read_vocabulary_reports_two_totals(tmp_path: Path) -> None:
    """A list has one total; the second is told where it stands."""
    text = LIST.replace("c:ROOD a skos:Concept ;", "c:ROOD a skos:Concept , pub:Totaal ;")
    _, faults = read(tmp_path, codelists__kleur=text)
    [item] = faults
    assert item.code == "two-totals"
    assert "ROOD, _T" in item.finding
    assert places(faults)[0][1:] == ("kleur", 5, 1)


def test_read_vocabulary_reports_order_that_is_no_number(tmp_path: Path) -> None:
    """The place of a code in its list is a whole number."""
    text = LIST.replace("pub:volgorde 2", 'pub:volgorde "tweede"')
    _, faults = read(tmp_path, codelists__kleur=text)
    assert places(faults) == [("wrong-order", "kleur", 10, 1)]
    text = LIST.replace("pub:volgorde 2", 'pub:volgorde "x"^^xsd:integer')
    _, faults = read(tmp_path, codelists__kleur=text)
    assert places(faults) == [("wrong-order", "kleur", 10, 1)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("qb:codeList <id/conceptscheme/kleur>", "rdfs:label 'x'", "it has no code list"),
        ("conceptscheme/kleur>", "conceptscheme/kleuren>", "there is no code list <https://"),
    ],
)
def test_read_vocabulary_reports_dimension_without_values(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """A dimension has a list that exists, or a period as its range."""
    vocabulary, faults = read(tmp_path, terms=TERMS.replace(old, new))
    assert places(faults) == [("no-code-list", "terms", 1, 1)]
    assert said in faults[0].finding
    assert "kleur" not in vocabulary.dimensions


@pytest.mark.parametrize(
    ("old", "new", "lacking"),
    [
        ("; pub:eenheid c:ROOD", "", "no unit that is in a code list"),
        ("pub:eenheid c:ROOD", "pub:eenheid c:GROEN", "no unit that is in a code list"),
        ("rdfs:range xsd:integer ;", "", "no datatype"),
        ("xsd:integer", "xsd:double", "no datatype"),
        ("xsd:integer", "<http://x.example/integer>", "no datatype"),
        (
            "; rdfs:range xsd:integer ; pub:eenheid c:ROOD",
            "",
            "no datatype and no unit that is in a code list",
        ),
    ],
)
def test_read_vocabulary_reports_incomplete_measure(
    tmp_path: Path, old: str, new: str, lacking: str
) -> None:
    """A measure has xsd:integer or xsd:decimal and a unit; what it lacks is told."""
    vocabulary, faults = read(tmp_path, terms=TERMS.replace(old, new))
    assert places(faults) == [("incomplete-measure", "terms", 3, 1)]
    assert faults[0].finding == f'the measure "aantal" has {lacking}.'
    assert not vocabulary.measures


@pytest.mark.parametrize(
    ("bounds", "least", "most"),
    [
        ("", None, None),
        ("; pub:kleinste 0", "0", None),
        ("; pub:kleinste 0.0 ; pub:grootste 100.0", "0.0", "100.0"),
        ("; pub:kleinste -5 ; pub:grootste -5.0", "-5", "-5.0"),
    ],
)
def test_read_vocabulary_reads_bounds_of_measure(
    tmp_path: Path, bounds: str, least: str | None, most: str | None
) -> None:
    """A measure knows the least and the greatest that its values can be, exactly."""
    text = TERMS.replace("pub:eenheid c:ROOD", f"pub:eenheid c:ROOD {bounds}")
    vocabulary, faults = read(tmp_path, terms=text)
    assert not faults
    found = vocabulary.measures["aantal"]
    assert found.least == (None if least is None else Decimal(least))
    assert found.most == (None if most is None else Decimal(most))


@pytest.mark.parametrize(
    ("bounds", "problem"),
    [
        ("pub:kleinste 2 ; pub:grootste 1.5", "the least, 2, is more than the greatest, 1.5"),
        ("pub:kleinste 0, 1", "pub:kleinste is given more than once"),
        ('pub:grootste "0"', 'pub:grootste is "0", which is no xsd:decimal or xsd:integer'),
        ("pub:grootste c:ROOD", "which is no xsd:decimal or xsd:integer"),
        ('pub:kleinste "nul"^^xsd:decimal', "which is no xsd:decimal or xsd:integer"),
        ("pub:kleinste 1e3", "which is no xsd:decimal or xsd:integer"),
        ('pub:kleinste "NaN"^^xsd:decimal', "which is no xsd:decimal or xsd:integer"),
    ],
)
def test_read_vocabulary_reports_wrong_bounds_of_measure(
    tmp_path: Path, bounds: str, problem: str
) -> None:
    """Bounds that cannot be are a fault at the measure, which is then without bounds."""
    text = TERMS.replace("pub:eenheid c:ROOD", f"pub:eenheid c:ROOD ; {bounds}")
    vocabulary, faults = read(tmp_path, terms=text)
    assert places(faults) == [("wrong-measure-bounds", "terms", 3, 1)]
    assert problem in faults[0].finding
    found = vocabulary.measures["aantal"]
    assert (found.least, found.most) == (None, None)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("v:a v:b .\n", 1, 9),
        ("\nv:a v:b 'x\n' .\n", 2, 11),
        ("v:a nergens:b 1 .\n", 1, 5),
        ("v:a v:b 1\n", 2, 1),
        ("v:a v:b <<( v:c v:d v:e )>> .\n", 1, 9),
    ],
)
def test_read_vocabulary_reports_place_of_turtle_error(
    tmp_path: Path, text: str, line: int, column: int
) -> None:
    """A file that is no Turtle is a fault at its line and column; other files are read on."""
    vocabulary, faults = read(tmp_path, fout=text)
    assert places(faults) == [("turtle-syntax", "fout", line, column)]
    assert "Parser error" not in faults[0].finding
    assert set(vocabulary.dimensions) == {"kleur", "kwartaal"}


def test_read_vocabulary_tells_in_dutch_what_is_lacking(tmp_path: Path) -> None:
    """Words that the program fills in are told in Dutch too, data as they are."""
    text = TERMS.replace("; rdfs:range xsd:integer ; pub:eenheid c:ROOD", "")
    text = text.replace("qb:codeList <id/conceptscheme/kleur>", "rdfs:label 'x'")
    listed = LIST.replace('"ROOD" ;', '"ROOD" , "RD" ;')
    _, faults = read(
        tmp_path, terms=text, codelists__kleur=listed, x="v:a v:b <<( v:c v:d v:e )>> ."
    )
    told = dict(zip(places(faults), (item.finding.nl for item in sorted(faults)), strict=True))
    assert told == {
        (
            "turtle-syntax",
            "x",
            1,
            9,
        ): "dit is geen Turtle: aangehaalde uitspraken (<< … >>) worden hier niet gebruikt.",
        (
            "code-and-iri-differ",
            "kleur",
            8,
            1,
        ): f'het concept <{BASE}/id/concept/kleur/ROOD> heeft de notatie "RD" en "ROOD".',
        (
            "no-code-list",
            "terms",
            1,
            1,
        ): 'de dimensie "kleur" heeft geen waarden: ze heeft geen codelijst, '
        "en haar bereik is geen periode.",
        (
            "incomplete-measure",
            "terms",
            3,
            1,
        ): 'de maat "aantal" heeft geen datatype en geen eenheid die in een codelijst staat.',
    }


def test_read_turtle_reports_place_of_byte_that_is_not_utf_8() -> None:
    """Turtle in another encoding is a fault at its first wrong byte."""
    faults: list[Fault] = []
    read_turtle(b"<a> <b>\n  'na\xefef' .\n", "x.ttl", BASE, Graph(), faults)
    assert [(item.code, item.line) for item in faults] == [("turtle-syntax", 2)]


def test_read_vocabulary_reports_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder that is named like a Turtle file is a fault, not a crash."""
    (tmp_path / "ontology" / "map.ttl").mkdir(parents=True)
    _, [item] = read(tmp_path)
    assert (item.code, item.path) == ("cannot-read", "ontology/map.ttl")


def test_read_vocabulary_reports_all_faults_at_once(tmp_path: Path) -> None:
    """Faults of all files come in one run, each in its own file."""
    _, faults = read(
        tmp_path,
        codelists__kleur=LIST.replace('skos:notation "ROOD"', 'skos:notation "RED"'),
        terms=TERMS.replace("xsd:integer", "xsd:string"),
        fout="x",
    )
    assert {(item.code, item.path) for item in faults} == {
        ("code-and-iri-differ", "ontology/codelists/kleur.ttl"),
        ("incomplete-measure", "ontology/terms.ttl"),
        ("turtle-syntax", "ontology/fout.ttl"),
    }


# -- Graphs -----------------------------------------------------------------------------------


def test_read_vocabulary_parts_terms_and_concepts(tmp_path: Path) -> None:
    """Terms and concepts are published in graphs of their own; the package's terms among them."""
    vocabulary, _ = read(tmp_path)
    assert (URIRef(f"{BASE}/id/concept/kleur/ROOD"), RDF.type, SKOS.Concept) in vocabulary.concepts
    assert not list(vocabulary.terms.subjects(RDF.type, SKOS.ConceptScheme))
    assert (URIRef(f"{BASE}/ns/publicatie#Totaal"), None, None) in vocabulary.terms


def test_new_graph_writes_the_project_s_prefixes(tmp_path: Path) -> None:
    """Turtle of the project is written with short names for its own terms."""
    graph = new_graph(project(tmp_path).uris)
    graph.add((URIRef(f"{BASE}/ns/publicatie#Totaal"), RDF.type, SKOS.Concept))
    text = graph.serialize(format="turtle")
    assert "pub:Totaal a skos:Concept ." in text


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("dimensions", "qb:concept <http://purl.org/linked-data/sdmx/2009/concept#age> ;", ""),
        ("measures", "qb:concept sdmx-concept:obsValue ;", ""),
        ("measures", "qb:concept sdmx-concept:obsValue", "qb:concept <id/concept/begrip/geen>"),
        ("measures", "qb:concept sdmx-concept:obsValue", 'qb:concept "obsValue"'),
    ],
)
def test_warn_of_component_without_its_concept(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    """A component without concept, or with one of ours that is not there, is warned of once."""
    sound = make_sound_project(tmp_path / "project")
    path = sound.root / "ontology" / f"{file}.ttl"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    _, [warning] = validate(sound.read())
    assert (warning.path, warning.severity) == (f"ontology/{file}.ttl", "warning")
    assert warning.line > 1
    assert "qb:concept" in str(warning)
