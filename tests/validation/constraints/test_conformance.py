"""The integrity constraints of RDF Data Cube, section 11.1, by their official queries.

Each query asks whether its constraint is broken. They run on the graph of each data set after the
official normalisation; and on a data set with one defect each, to show that they can answer yes.
"""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from built import Built, built
from random_cubes import PREFIXES
from shared_material import shared_folder
from small_project import SmallProject

FOLDER = shared_folder()
QUERIES = FOLDER / "conformance" / "qb" if FOLDER else None
needs_queries = pytest.mark.skipif(
    QUERIES is None or not QUERIES.is_dir(), reason="needs the shared material: the queries of qb"
)

NAMES = PREFIXES | {"dcterms": "http://purl.org/dc/terms/"}

VOCABULARY = "INSERT DATA { qb:measureType a qb:DimensionProperty ; rdfs:range qb:MeasureProperty }"
"""What the vocabulary of RDF Data Cube itself says of the one term of it that is a dimension."""

CONTEXT = ("vocabularium", "codelijsten", "bronnen")


def normalised(answer: Built, slug: str, defect: str = "") -> ox.Store:
    """Return a data set with its vocabulary, a defect in it, after closure and flattening."""
    assert QUERIES is not None
    store = ox.Store()
    for name in (*CONTEXT, slug):
        path = answer.folder / "dumps" / f"{name}.nt"
        store.bulk_load(path=path, format=ox.RdfFormat.N_TRIPLES)
    names = NAMES | {"id": f"{answer.base}/id/", "se": answer.project.uris.term("")}
    for update in (VOCABULARY, defect):
        store.update(update, base_iri=answer.base + "/", prefixes=names)
    for name in ("closure.ru", "flatten.ru"):
        store.update((QUERIES / name).read_text(encoding="utf-8"), prefixes=names)
    return store


def constraints() -> list[str]:
    """Return the names of the constraints: 1 to 21, of which 19 has two queries."""
    paths = QUERIES.glob("integrity-*.sparql") if QUERIES and QUERIES.is_dir() else ()
    return sorted((path.stem.partition("-")[2] for path in paths), key=lambda n: n.zfill(3))


def is_broken(store: ox.Store, constraint: str) -> bool:
    assert QUERIES is not None
    query = (QUERIES / f"integrity-{constraint}.sparql").read_text(encoding="utf-8")
    result = store.query(query, prefixes=NAMES)
    assert isinstance(result, ox.QueryBoolean)
    return bool(result)


@needs_queries
def test_break_no_constraint(answer: Built) -> None:
    """No data set of the answer breaks a constraint, the empty slice included."""
    assert len(constraints()) == 22
    for entry in answer.manifest["data-sets"]:
        store = normalised(answer, entry["slug"])
        broken = [name for name in constraints() if is_broken(store, name)]
        assert broken == [], entry["slug"]


@needs_queries
def test_break_only_the_constraint_on_values_with_marks(project: SmallProject) -> None:
    """A data set with figures that are not shown deviates from IC-15 and from nothing else."""
    project.table("x,2022 - K1,2022 - K2\njong,<5,7\noud,x,8\n")
    project.mapping(
        "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"
        'marks: {"<#": {reason: ONDERDRUKT, below: "#"}, x: {reason: ONBEKEND}}\n'
    )
    store = normalised(built(project.read()), "proef")
    assert [name for name in constraints() if is_broken(store, name)] == ["15"]


SET = "<id/dataset/wzw-uitstroom>"
STRUCTURE = "<id/structuur/wzw-uitstroom>"
SLICE = "<id/slice/wzw-uitstroom/2021>"
ONE = "<id/observatie/wzw-uitstroom/2021/CMW/uitstroomNaarWerk>"

DEFECTS = {
    "1": f"INSERT DATA {{ {ONE} qb:dataSet eg:set . eg:set a qb:DataSet }}",
    "2": f"INSERT DATA {{ {SET} qb:structure eg:structure }}",
    "3": "INSERT DATA { eg:structure a qb:DataStructureDefinition }",
    "4": "INSERT DATA { eg:dimension a qb:DimensionProperty }",
    "5": "INSERT DATA { eg:dimension a qb:DimensionProperty ; rdfs:range skos:Concept }",
    "6": "INSERT DATA { <id/component/wzw-uitstroom/advies> qb:componentRequired false }",
    "7": "INSERT DATA { eg:key a qb:SliceKey }",
    "8": "INSERT DATA { <id/slicesleutel/wzw-uitstroom> qb:componentProperty se:kwartaal }",
    "9": f"DELETE WHERE {{ {SLICE} qb:sliceStructure ?key }}",
    "10": f"DELETE WHERE {{ {SLICE} se:jaar ?year }}",
    "11": f"DELETE WHERE {{ {ONE} se:advies ?advice }}",
    "12": f"INSERT {{ eg:again ?p ?o }} WHERE {{ {ONE} ?p ?o }}",
    "13": f"DELETE WHERE {{ {ONE} sdmx-attribute:unitMeasure ?unit }}",
    "14": "DELETE WHERE { <id/component/wzw-uitstroom/measure> ?p ?o }",
    "15": f"DELETE WHERE {{ {ONE} se:uitstroomNaarWerk ?number }}",
    "16": f"INSERT DATA {{ {ONE} se:uitstroomUitWerkloosheid 1 }}",
    "17": f"DELETE WHERE {{ {ONE} ?p ?o }} ; DELETE WHERE {{ ?slice qb:observation {ONE} }}",
    "18": f"INSERT DATA {{ {SLICE} qb:observation eg:other . eg:other qb:dataSet eg:set }}",
    "19a": f"INSERT DATA {{ {ONE} se:advies <id/concept/ticket/IMW> }}",
    "19b": "INSERT DATA { se:advies qb:codeList eg:list . eg:list a skos:Collection }",
    "20": "INSERT DATA { se:advies qb:codeList eg:list . eg:list a qb:HierarchicalCodeList ; "
    "qb:parentChildProperty eg:child ; qb:hierarchyRoot eg:root }",
    "21": "INSERT DATA { se:advies qb:codeList eg:list . eg:list a qb:HierarchicalCodeList ; "
    "qb:parentChildProperty [ <http://www.w3.org/2002/07/owl#inverseOf> eg:parent ] ; "
    "qb:hierarchyRoot eg:root }",
}
"""For each constraint the least that breaks it, in a data set that is otherwise sound."""


@needs_queries
@pytest.mark.parametrize("constraint", DEFECTS)
def test_find_defect_of_constraint(answer: Built, constraint: str) -> None:
    """Every query answers yes where its constraint is broken, so that a no means something."""
    assert set(DEFECTS) == set(constraints())
    store = normalised(answer, "wzw-uitstroom", DEFECTS[constraint])
    assert is_broken(store, constraint)


@needs_queries
def test_keep_status_of_empty_slice_to_itself(answer: Built) -> None:
    """Flattening gives no observation the status M of the slice that is empty."""
    store = normalised(answer, "lde-werknemers-leeftijd")
    status = "http://purl.org/linked-data/sdmx/2009/"
    found = store.query(
        f"SELECT ?x {{ ?x <{status}attribute#obsStatus> <{status}code#obsStatus-M> }}"
    )
    assert isinstance(found, ox.QuerySolutions)
    expected = f"{answer.base}/id/slice/lde-werknemers-leeftijd/2023-Q2"
    assert [row["x"].value for row in found] == [expected]
