"""Shapes: each has a target, each defect is found and named, and odd shapes are faults."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from built import REPOSITORY, Built, built
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from shape_results import run_pyshacl
from small_project import SmallProject, make_small_project

from publish.faults.fault import Fault
from publish.project.project import Project
from publish.rdf.turtle import add_triples, new_graph, read_turtle
from publish.release import build
from publish.validation.shapes.files import graph_of_shapes, read_shapes
from publish.validation.shapes.with_pyshacl import as_fault

DEFECTS = Path(__file__).parent / "defects"
"""One small change per file: what it adds, and in comments what it takes away and must give."""

PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: percentage
totals: {leeftijd: incomplete}
missing: [{kwartaal: 2022-Q2, reason: {nl: Nog niet., en: Not yet.}}]
marks: {"<#": {reason: ONDERDRUKT, at-least: 1, below: "#"}}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A small data set with a total, a mark and a missing period; the shapes are ours."""
    project = make_small_project(tmp_path_factory.mktemp("shapes") / "project")
    project.table("x,2022 - K1,2022 - K3\njong,40,<5\noud,60,70\n_T,100,74\n")
    project.mapping(PLAIN)
    measures = project.root / "ontology" / "measures.ttl"
    text = measures.read_text(encoding="utf-8")
    bounded = text.replace("unit:PC .", "unit:PC ; pub:kleinste 0 ; pub:grootste 100 .")
    measures.write_text(bounded, encoding="utf-8")
    for path in (REPOSITORY / "shapes").glob("*.ttl"):
        shutil.copyfile(path, project.root / "shapes" / path.name)
    return built(project.read())


@pytest.fixture(scope="module")
def graph(small: Built) -> Graph:
    """What a build judges of the small data set."""
    graph = new_graph(small.project.uris)
    for name in ("vocabularium", "codelijsten", "bronnen", "proef"):
        add_triples(graph, (small.folder / "dumps" / f"{name}.nt").read_bytes())
    return graph


@pytest.fixture(scope="module")
def shapes(small: Built) -> Graph:
    """The shapes of all data sets, and the one made for the data set."""
    return all_shapes(small.project).parse(small.folder / "shapes" / "dataset" / "proef.ttl")


def all_shapes(project: Project) -> Graph:
    """Return the shapes of the program and of a project."""
    return graph_of_shapes(read_shapes(project, []), project, [])


def judge(graph: Graph, shapes: Graph) -> list[Fault]:
    return sorted({as_fault(result) for result in run_pyshacl(graph, shapes)})


def node_shapes(shapes: Graph) -> list[URIRef]:
    return sorted(s for s in shapes.subjects(RDF.type, SH.NodeShape) if isinstance(s, URIRef))


def test_accept_sound_data_set(graph: Graph, shapes: Graph) -> None:
    """A data set without defects conforms to every shape."""
    assert judge(graph, shapes) == []


@pytest.mark.slow
def test_accept_the_answer(answer: Built) -> None:
    """The answer conforms to every shape, without warnings."""
    assert build.validate(answer.project)[1] == []


def judging(built: Built) -> dict[str, bool]:
    """Return for every shape, by the end of its IRI, whether it judges something."""
    shapes, found = all_shapes(built.project), {}
    for shape in node_shapes(shapes):
        if (None, SH.node, shape) in shapes:
            continue  # it judges what another shape leads to
        queries = [
            *(f"?x a <{term}>" for term in shapes.objects(shape, SH.targetClass)),
            *(f"?x <{term}> ?o" for term in shapes.objects(shape, SH.targetSubjectsOf)),
            *(f"?s <{term}> ?x" for term in shapes.objects(shape, SH.targetObjectsOf)),
            *(f"?x a <{term}>" for term in shapes.objects(shape, SH.targetNode)),
        ]
        assert queries, f"{shape} has no target"
        asked = [bool(built.ask(f"SELECT ?x WHERE {{ {query} }} LIMIT 1")) for query in queries]
        kinds = {"AbsenceShape": any}  # of several attributes some are used
        name = str(shape).removeprefix(built.base)
        found[name] = kinds.get(name.partition("#")[2], all)(asked)
    return found


def test_give_every_shape_a_target(answer: Built, small: Built) -> None:
    """Every shape of package and project judges something, here or in the answer: none is idle."""
    one, other = judging(answer), judging(small)
    assert one.keys() == other.keys()
    assert len(one) >= 9
    # Catalogues are judged where there is one: publish validate FILE --shapes.
    of_catalogues = [name for name in one if name.startswith("/shapes/catalogue#")]
    assert [name for name in one if not (one[name] or other[name])] == of_catalogues
    idle = [name for name in one if not one[name] and name not in of_catalogues]
    assert idle == ["/shapes/observation#AbsenceShape", "/shapes/observation#ReasonsShape"]


ONE_OF = {
    "data-set#observed",
    "data-set#unavailable",
    "data-set#reason",
    "dataset/proef#withValue",
    "dataset/proef#withoutValue",
}
"""Constraints of which one of several must hold; the shape that says so speaks for them."""


def constraints(shapes: Graph) -> dict[str, URIRef]:
    """Return everything that can fail by the end of its IRI: `<file>#<name>`."""
    found = {
        *shapes.subjects(RDF.type, SH.PropertyShape),
        *shapes.objects(None, SH.sparql),
        *shapes.subjects(SH["or"]),
    }
    named = {str(item).partition("/shapes/")[2]: item for item in found if isinstance(item, URIRef)}
    assert len(named) == len(found)
    return named


def test_give_every_constraint_its_words(shapes: Graph) -> None:
    """Every constraint speaks Dutch and English, in messages and nowhere else."""
    for name, constraint in constraints(shapes).items():
        messages = [m for m in shapes.objects(constraint, SH.message) if isinstance(m, Literal)]
        wanted = [] if name in ONE_OF and "#with" not in name else ["en", "nl"]
        assert sorted(str(message.language) for message in messages) == wanted, name


def defects() -> list[Path]:
    return sorted(DEFECTS.glob("*.ttl"))


@cache
def instructions(path: Path) -> dict[str, list[str]]:
    """Return what the comments of a defect say: `# without: …`, `# shape: …`, `# message: …`."""
    found: dict[str, list[str]] = {"without": [], "shape": [], "message": [], "severity": []}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if line.startswith("# ") and colon and key in found:
            found[key].append(value)
    return found


def with_defect(graph: Graph, path: Path, project: Project) -> Graph:
    """Return the graph without what a defect takes away and with what it adds."""
    changed = new_graph(project.uris)
    for triple in graph:
        changed.add(triple)
    for pattern in instructions(path)["without"]:
        before = len(changed)
        changed.update(f"BASE <{project.base}/> DELETE WHERE {{ {pattern} }}")
        assert len(changed) < before, pattern
    faults: list[Fault] = []
    read_turtle(path.read_bytes(), path.name, project.base, changed, faults)
    assert not faults
    return changed


@pytest.mark.sampled(3)
@pytest.mark.parametrize("path", defects(), ids=lambda path: path.stem)
def test_find_defect(graph: Graph, shapes: Graph, small: Built, path: Path) -> None:
    """pySHACL finds the planted defect, names the shape and says it in the words agreed."""
    found = judge(with_defect(graph, path, small.project), shapes)
    wanted = instructions(path)
    assert {item.code for item in found} == {"shape-violation"}
    for shape in wanted["shape"]:
        assert any(f"Shape {small.base}/shapes/{shape};" in item.fix for item in found), found
    for message in wanted["message"]:
        assert any(item.finding.endswith(message) for item in found), found
    severity, *_ = [*wanted["severity"], "error"]
    assert all(item.severity == severity for item in found)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("code-list.that-is-a-code", "#type: Een codelijst is niet ook een code."),
        (
            "figure.above-hundred-percent",
            'Een waarde van de maat "percentage" is minstens 0 en hoogstens 100.',
        ),
    ],
)
def test_tell_defect_in_dutch(
    graph: Graph, shapes: Graph, small: Built, name: str, told: str
) -> None:
    """A shape says in both languages what it asks, also where a value is filled in."""
    [path] = [path for path in defects() if path.stem == name]
    found = judge(with_defect(graph, path, small.project), shapes)
    assert any(told in item.finding.nl for item in found), [i.finding.nl for i in found]
    assert all("; waarde: " in item.fix.nl for item in found)


def test_fail_every_constraint_with_some_defect(shapes: Graph) -> None:
    """There is no constraint that no defect makes fail; those of catalogues have their own test."""
    failed = {shape for path in defects() for shape in instructions(path)["shape"]}
    judged = {name for name in constraints(shapes) if not name.startswith("catalogue#")}
    assert failed == judged - ONE_OF


def messages(project: SmallProject, text: str) -> list[tuple[str, str, int, int]]:
    head = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "@prefix qb: <http://purl.org/linked-data/cube#> .\n"
    )
    (project.root / "shapes" / "eigen.ttl").write_text(head + text, encoding="utf-8")
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(PLAIN)
    return project.places()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<s> a sh:NodeShape ; sh:targetClas qb:Slice .", ("unknown-shape-term", 3, 22)),
        (
            "<s> a sh:NodeShape ; sh:targetClass qb:Slice ;\n"
            '  sh:property [ sh:path qb:order ; sh:dataType qb:order ; sh:name "sh:x" ] . # sh:x',
            ("unknown-shape-term", 4, 36),
        ),
        ("<s> a sh:NodeShape ; sh:targetClass", ("turtle-syntax", 3, 36)),
        (
            "<s> a sh:NodeShape ; sh:targetClass qb:Slice ;\n"
            '  sh:property [ sh:path qb:order ; sh:minCount "een" ] .',
            ("bad-shape", 3, 1),
        ),
        (
            "<s> a sh:NodeShape ; sh:targetClass qb:Slice ;\n"
            '  sh:property [ sh:path qb:sliceStructure ; sh:pattern "(" ] .',
            ("bad-shape", 3, 1),
        ),
        (
            "<s> a sh:NodeShape ; sh:targetClass qb:Slice ;\n"
            '  sh:sparql [ a sh:SPARQLConstraint ; sh:select "SELECTEER" ] .',
            ("bad-shape", 3, 1),
        ),
        (
            "<s> a sh:NodeShape ; sh:targetClass qb:Slice ; sh:property [ sh:minCount 1 ] .",
            ("bad-shape", 3, 1),
        ),
        ("<s> a sh:NodeShape ; sh:targetClass qb:Slice ; sh:or <x> .", ("bad-shape", 3, 1)),
    ],
)
def test_report_shape_that_cannot_be_used(
    project: SmallProject, text: str, expected: tuple[str, int, int]
) -> None:
    """A shape that is no SHACL, or that would be ignored in silence, is a fault of its file."""
    code, line, column = expected
    assert messages(project, text) == [(code, "eigen.ttl", line, column)]


@pytest.mark.parametrize(("severity", "word"), [("Warning", "warning"), ("Info", "info")])
def test_build_in_spite_of_warnings(project: SmallProject, severity: str, word: str) -> None:
    """A shape may warn without stopping the build; stdout holds the result all the same."""
    text = (
        "<s> a sh:NodeShape ; sh:targetClass qb:Slice ; "
        f"sh:property [ sh:path qb:order ; sh:minCount 1 ; sh:severity sh:{severity} ; "
        'sh:message "Liever wel."@nl, "Rather so."@en ] .'
    )
    assert {code for code, *_ in messages(project, text)} == {"shape-violation"}
    assert {item.severity for item in project.faults()} == {word}
    result = project.run("-q", "build")
    assert result.exit_code == 0
    assert Path(result.stdout.strip()).is_dir()
    assert "Rather so." in result.stderr


def test_report_shape_where_the_ontology_breaks_it(project: SmallProject) -> None:
    """What the ontology describes is reported at its line there, not only by its address."""
    path = project.root / "ontology" / "codelists" / "leeftijd.ttl"
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    line = next(at for at, words in enumerate(lines, 1) if words.startswith("code:jong"))
    label = 'skos:prefLabel "jong"@nl'
    path.write_text(text.replace(f'{label}, "jong"@en', label), encoding="utf-8")
    project.table("Leeftijd,2021-Q1\njong,1\noud,2\n")
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n")
    assert project.places() == [("shape-violation", "leeftijd.ttl", line, 1)]


def test_report_shape_of_project_by_its_name(project: SmallProject) -> None:
    """A result of an inline shape names the shape that holds it, in English."""
    found = messages(
        project,
        "<shapes/eigen#SliceShape> a sh:NodeShape ; sh:targetClass qb:SliceKey ;\n"
        '  sh:property [ sh:path qb:order ; sh:minCount 1 ; sh:message "Nee."@nl, "No."@en ] .',
    )
    assert [code for code, *_ in found] == ["shape-violation"]
    [fault] = project.faults()
    assert fault.path == "https://data.example.org/id/slicesleutel/proef"
    assert fault.finding == "http://purl.org/linked-data/cube#order: No."
    assert "https://data.example.org/shapes/eigen#SliceShape" in fault.fix


def shape_files() -> Iterator[Path]:
    yield from sorted(
        Path(str(resources.files("publish.validation.shapes").joinpath("turtle"))).glob("*.ttl")
    )
    yield from sorted((REPOSITORY / "shapes").glob("*.ttl"))


@pytest.mark.parametrize("path", list(shape_files()), ids=lambda path: path.name)
def test_name_shapes_after_their_file(answer: Built, path: Path) -> None:
    """A shape's IRI is `shapes/<file>#…`, one node shape per class."""
    graph = new_graph(answer.project.uris)
    faults: list[Fault] = []
    read_turtle(path.read_bytes(), path.name, answer.base, graph, faults)
    assert not faults
    head = f"{answer.base}/shapes/{path.stem}#"
    found = node_shapes(graph)
    assert found
    assert all(str(shape).startswith(head) and str(shape).endswith("Shape") for shape in found)
