"""Columns for queries tell whether other graphs say more, and belong to what a release must be."""

from __future__ import annotations

import pytest
from built import built
from functional_triples import about_query_columns
from small_project import PLAIN, PLAIN_TABLE, SmallProject

from publish.cube.columns_file.names import QUERY_COLUMNS
from publish.cube.structure import Structure, cube_dimensions
from publish.ontology.vocabulary import Measure
from publish.project.iris import Uris
from publish.release.build import build
from publish.release.soundness import check_release
from publish.release.stages.write_query_columns import StatementsOfObservations

URIS = Uris(base="https://data.example.org", vocabulary="proef")
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
QB = "http://purl.org/linked-data/cube#"
ATTRIBUTE = "http://purl.org/linked-data/sdmx/2009/attribute#"
OURS = "https://data.example.org/id/observatie/proef/2022-Q1/aantal"
PERIOD = "https://data.example.org/ns/proef#kwartaal"
MEASURE = "https://data.example.org/ns/proef#aantal"


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "more"),
    [
        ("https://other.example/1", TYPE, f"<{QB}Observation>", True),
        ("https://other.example/1", TYPE, f"<{QB}DataSet>", False),
        ("https://other.example/1", f"{QB}dataSet", "<https://other.example/set>", True),
        ("https://other.example/1", MEASURE, '"1"', True),
        ("https://other.example/1", PERIOD, "<https://other.example/2022>", False),
        ("https://other.example/1", f"{QB}measureType", "<https://other.example/m>", False),
        (OURS, PERIOD, "<https://other.example/2022>", True),
        (OURS, TYPE, "<https://other.example/Figure>", True),
        (OURS, f"{QB}measureType", "<https://other.example/m>", True),
        (OURS, f"{ATTRIBUTE}obsStatus", "<https://other.example/s>", True),
        (OURS, f"{ATTRIBUTE}unitMeasure", "<https://other.example/u>", True),
        (OURS, f"{ATTRIBUTE}decimals", "<https://other.example/d>", True),
        (OURS, "http://www.w3.org/2000/01/rdf-schema#comment", f'"<{TYPE}> x"@en', False),
        (OURS.replace("/proef/", "/proef-2/"), PERIOD, "<https://other.example/2022>", False),
    ],
)
def test_recognise_statements(subject: str, predicate: str, value: str, more: bool) -> None:
    """What only an observation has, and whatever columns hold of observations of the cubes."""
    measure = Measure(name="aantal", iri=MEASURE, datatype="d", unit="u")
    [dimension] = cube_dimensions([], (measure,))
    period = type(dimension)(name="kwartaal", iri=PERIOD, codes=["2022-Q1"], period="kwartaal")
    structure = Structure(
        slug="proef",
        dimensions=(period, dimension),
        measures=(measure,),
        units=("u",),
        tables=[],
        cells=False,
    )
    statements = StatementsOfObservations.of([structure], URIS)
    before = f'<https://other.example/0> <{QB}order> "1" .\n'
    lines = f"{before}<{subject}> <{predicate}> {value} .\n".encode()
    assert statements.are_in(lines) is more


def test_tell_that_the_ontology_says_more(project: SmallProject) -> None:
    """A figure that the ontology gives a code is told: it is in the default graph too."""
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    release = built(project.read()).folder
    assert about_query_columns(release / QUERY_COLUMNS)["elsewhere"] is False
    path = project.root / "ontology" / "codelists" / "leeftijd.ttl"
    more = "\n<id/concept/leeftijd/jong> <ns/proef#aantal> 12 .\n"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    release = built(project.read()).folder
    assert about_query_columns(release / QUERY_COLUMNS)["elsewhere"] is True


def test_make_a_release_anew_whose_columns_are_damaged(project: SmallProject) -> None:
    """Columns for queries are compared as the store is: damaged ones are found, and made again."""
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    release, _ = build(project.read())
    path = release / QUERY_COLUMNS
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert check_release(release, full=False) == []
    [found] = check_release(release, full=True)
    assert found.path.endswith(f"/{QUERY_COLUMNS}")
    again, _ = build(project.read())
    assert again != release
    assert check_release(again, full=True) == []
    path.unlink()
    [found] = check_release(release, full=False)
    assert found.path.endswith(f"/{QUERY_COLUMNS}")
