"""Tests of what differs between the observations of two releases."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from release_states import state_of
from small_project import PLAIN, PLAIN_TABLE, SmallProject, make_small_project

from publish.faults.fault import FaultyInput
from publish.release.differences.as_json import write_json
from publish.release.differences.as_text import as_text
from publish.release.differences.change import Change, DataSetChange, StructureChange
from publish.release.differences.compare import Comparison, compare
from publish.release.differences.state import State

MARKS = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
marks:
  "<5": {reason: ONDERDRUKT, at-least: "1", below: "5"}
  "x": {reason: ONDERDRUKT}
  "-": {reason: ONBEKEND}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    return make_small_project(tmp_path_factory.mktemp("differences") / "project")


class States:
    """Makes states of one project whose table and mapping are changed between them."""

    def __init__(self, project: SmallProject) -> None:
        self.project, self.count = project, 0

    def __call__(self, table: str = PLAIN_TABLE, mapping: str = PLAIN) -> State:
        """Return the project with a table and the lines of its mapping."""
        root = self.project.root
        for path in (*root.glob("mappings/*.yaml"), *root.glob("mappings/*/*.csv")):
            path.unlink()
        self.project.table(table)
        self.project.mapping(mapping)
        self.count += 1
        return state_of(self.project, f"{self.count}-{len(list(root.glob('states/*')))}")


@pytest.fixture
def state(project: SmallProject) -> States:
    return States(project)


def changes_of(old: State, new: State) -> list[Change]:
    with compare(old, new) as comparison:
        found = list(comparison.changes())
        counts = comparison.counts()
    for kind, count in counts.items():
        assert count == sum(change.kind == kind for change in found)
    return found


def told(change: Change) -> tuple[str, str, Any, Any]:
    """Return kind, codes and both values."""
    values = [side.value if side else None for side in (change.old, change.new)]
    return change.kind, "/".join(change.codes), *values


def data_set(old: State, new: State) -> DataSetChange:
    with compare(old, new) as comparison:
        [found] = comparison.data_sets
    return found


def test_tell_both_values_and_both_cells_of_a_revision(state: States) -> None:
    """Of a value that changed: table, row and column of each, and the document."""
    old = state()
    new = state("x,x2,2022 - K1,2022 - K2\n".replace("x2,", "") + "jong,1,2\noud,3,5\n")
    [change] = changes_of(old, new)
    assert told(change) == ("revised", "2022-Q2/oud/aantal", Decimal(4), Decimal(5))
    for source in (change.old_source, change.new_source):
        assert source is not None
        assert (source.name, source.document) == ("bron/tabel", "bron")
        assert (source.row, source.column) == (3, 3)
        assert source.iri.endswith("/tabel.csv#cell=3,3")
    assert change.old_source != change.new_source  # the tables have other texts


def test_tell_what_came_and_went_in_the_order_of_keys(state: States) -> None:
    """A new quarter, a row that is gone; what stayed the same is not told."""
    old = state()
    new = state("x,2022 - K2,2022 - K3\njong,2,7\n")
    assert [told(change)[:2] for change in changes_of(old, new)] == [
        ("removed", "2022-Q1/jong/aantal"),
        ("removed", "2022-Q1/oud/aantal"),
        ("removed", "2022-Q2/oud/aantal"),
        ("added", "2022-Q3/jong/aantal"),
    ]
    found = data_set(old, new)
    assert found.gone_codes == (("kwartaal", ("2022-Q1",)), ("leeftijd", ("oud",)))
    assert found.new_codes == (("kwartaal", ("2022-Q3",)),)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "table",
    [
        "x,2022 - K2,2022 - K1\noud,4,3\njong,2,1\n",  # another order
        "x,2022 - K1,2022 - K2\nJONG,1,2\noud,3,4\n",  # another label
        "x,2022 - K1,2022 - K2\njong,1,2\noud,3,4\n_T,4,6\n",  # set against the last with _T
    ],
)
def test_take_no_change_of_order_or_label_for_a_revision(state: States, table: str) -> None:
    """Provenance changes with the table, and is no revision."""
    old = state()
    changes = changes_of(old, state(table))
    assert [told(change)[:2] for change in changes] == [
        ("added", f"2022-Q{quarter}/_T/aantal") for quarter in (1, 2) if "_T" in table
    ]


def test_take_other_printed_decimals_for_no_revision(state: States) -> None:
    """2,50 is 2,5; the scale of the columns changes and is told."""
    mapping = PLAIN.replace("aantal", "bedrag")
    old = state('x,2022 - K1,2022 - K2\njong,"1,5",2\noud,3,4\n', mapping)
    new = state('x,2022 - K1,2022 - K2\njong,"1,50","2,0"\noud,3,4\n', mapping)
    assert changes_of(old, new) == []
    assert data_set(old, new).structure == (StructureChange(part="scale", old="1", new="2"),)


def test_take_reason_and_bounds_for_revisions(state: States) -> None:
    """A figure that is hidden, is shown again, or gets other bounds or another reason."""
    head = "x,2022 - K1,2022 - K2\n"
    old = state(f"{head}jong,<5,2\noud,x,x\n", MARKS)
    new = state(f"{head}jong,3,<5\noud,-,<5\n", MARKS)
    changes = {"/".join(change.codes[:2]): change for change in changes_of(old, new)}
    assert {change.kind for change in changes.values()} == {"revised"}
    shown, hidden = changes["2022-Q1/jong"], changes["2022-Q2/jong"]
    assert shown.old and shown.new and hidden.new and hidden.old
    assert (shown.old.status, shown.old.value, shown.new.value) == ("M", None, Decimal(3))
    assert shown.old.bounds == (("at-least", Decimal(1)), ("below", Decimal(5)))
    assert (hidden.old.value, hidden.new.value, hidden.new.reasons) == (2, None, ("ONDERDRUKT",))
    assert changes["2022-Q1/oud"].new.reasons == ("ONBEKEND",)  # type: ignore[union-attr]
    assert changes["2022-Q2/oud"].old.bounds == ()  # type: ignore[union-attr]
    assert len(changes) == 4


def test_take_another_unit_for_a_revision_of_all(state: States, project: SmallProject) -> None:
    """All observations of the measure are revised, and the structure says why."""
    old = state()
    path = project.root / "ontology" / "measures.ttl"
    text = path.read_text(encoding="utf-8")
    first, second = text.split("ns:aantal", 1)
    assert "pub:eenheid unit:" in second
    unit = second.split("pub:eenheid unit:", 1)[1].split(" ", 1)[0]
    path.write_text(f"{first}ns:aantal" + second.replace(f"unit:{unit}", "unit:PC", 1))
    new = state()
    path.write_text(text)
    changes = changes_of(old, new)
    assert {told(change)[0] for change in changes} == {"revised"}
    assert len(changes) == 4
    [change] = data_set(old, new).structure
    assert (change.part, change.of) == ("unit", "aantal")
    assert str(change.new).endswith("/PC")


def test_take_another_datatype_for_a_revision_of_all(state: States, project: SmallProject) -> None:
    """The triples of all observations of the measure are others, whatever the figures."""
    old = state()
    path = project.root / "ontology" / "measures.ttl"
    text = path.read_text(encoding="utf-8")
    first, second = text.split("ns:aantal", 1)
    assert "xsd:integer" in second
    path.write_text(f"{first}ns:aantal" + second.replace("xsd:integer", "xsd:decimal", 1))
    new = state()
    path.write_text(text)
    assert {told(change)[0] for change in changes_of(old, new)} == {"revised"}
    [change] = data_set(old, new).structure
    assert (change.part, change.of) == ("datatype", "aantal")
    text = text_of(old, new, "en")
    assert "datatype of aantal: integer → decimal" in text
    assert not [line for line in text.splitlines() if "~" in line and "→" in line]


def test_take_another_dimension_for_a_revision_of_all(state: States, project: SmallProject) -> None:
    """With a property of another name and the same codes, addresses stay and triples do not."""
    old = state()
    root = project.root
    texts = {path: path.read_text(encoding="utf-8") for path in root.glob("ontology/*.ttl")}
    for path, text in texts.items():
        path.write_text(text.replace("ns:leeftijd\n", "ns:ouderdom\n"))
    new = state(mapping=PLAIN.replace("leeftijd", "ouderdom"))
    for path, text in texts.items():
        path.write_text(text)
    assert {told(change)[0] for change in changes_of(old, new)} == {"revised"}
    assert [(item.part, item.old, item.new) for item in data_set(old, new).structure] == [
        ("dimension", "leeftijd", "ouderdom")
    ]


def test_tell_a_dimension_more_as_other_observations(state: States) -> None:
    """Their addresses are others: all of the one release went, all of the other came."""
    old = state()
    new = state(mapping=PLAIN + "fixed: {geslacht: V}\n")
    found = data_set(old, new)
    assert found.counts == {"added": 4, "removed": 4, "revised": 0}
    assert found.structure == (StructureChange(part="dimension", old=None, new="geslacht"),)
    codes = [len(change.codes) for change in changes_of(old, new)]
    assert sorted(codes) == [3] * 4 + [4] * 4


def test_tell_a_measure_of_another_name(state: States) -> None:
    """One of the same unit that took the place of another is said to be renamed."""
    old = state(mapping=PLAIN.replace("aantal", "bedrag"))
    new = state()
    found = data_set(old, new)
    assert found.counts == {"added": 4, "removed": 4, "revised": 0}
    parts = [(change.part, change.old, change.new) for change in found.structure]
    assert parts in (
        [("measure", "bedrag", "aantal")],
        [("measure", "bedrag", None), ("measure", None, "aantal")],
    )


def test_tell_data_sets_that_came_and_went(state: States, project: SmallProject) -> None:
    """With the number of their observations, each of which is a change."""
    old = state()
    project.mapping(PLAIN, slug="tweede")
    (project.root / "mappings" / "proef.yaml").unlink()
    new = state_of(project, "tweede")
    with compare(old, new) as comparison:
        kinds = {
            item.slug: (item.kind, item.old_count, item.new_count) for item in comparison.data_sets
        }
        slugs = [change.slug for change in comparison.changes()]
        assert comparison.same == 0
    assert kinds == {"proef": ("removed", 4, None), "tweede": ("added", None, 4)}
    assert slugs == ["proef"] * 4 + ["tweede"] * 4


def test_pass_over_equal_columns(state: States) -> None:
    """Equal releases differ in nothing, and their columns are not even opened."""
    old = state()
    new = replace(state(), id="0" * 16)
    for item in new.data_sets.values():
        item.columns.path.unlink()
    with compare(old, new) as comparison:
        assert comparison.is_empty()
        assert comparison.same == 1


def test_refuse_columns_that_were_changed(state: States) -> None:
    """Nothing is compared; the fault names the file."""
    old, new = state(), state("x,2022 - K1,2022 - K2\njong,1,2\noud,3,9\n")
    path = new.data_sets["proef"].columns.path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(FaultyInput) as raised, compare(old, new):
        pass
    [found] = raised.value.faults
    assert found.code == "columns-unusable"
    assert found.path.endswith("/proef.parquet")


def text_of(old: State, new: State, language: str, most: int | None = None) -> str:
    with compare(old, new) as comparison:
        return "\n".join(line.text_in(language) for line in as_text(comparison, most))


def test_say_in_one_look_what_changed(state: States) -> None:
    """Counts, codes, figures below one another, cells; in both languages."""
    old = state("x,2022 - K1,2022 - K2\njong,1000,2\noud,3,4\n")
    new = state("x,2022 - K1,2022 - K3\njong,1200,2\noud,3,4\n")
    nl = text_of(old, new, "nl")
    assert "    ~ 2022-Q1 jong aantal  1.000 → 1.200  bron/tabel.csv 2:2\n" in nl
    assert "nieuw in kwartaal (1): 2022-Q3\n" in nl
    en = text_of(old, new, "en")
    assert "4 → 4 observations: 2 added, 2 removed, 1 revised\n" in en
    assert "    - 2022-Q2 jong aantal  2  bron/tabel.csv 2:3\n" in en
    assert "    + 2022-Q3 oud aantal   4  bron/tabel.csv 3:3\n" in en
    assert text_of(old, new, "en", most=1).count("… and 1 more") == 2
    assert text_of(old, old, "en").splitlines()[1] == (
        "nothing differs in observations, concepts and terms."
    )


def as_object(comparison: Comparison, most: int | None = None) -> Any:
    target = StringIO()
    write_json(comparison, target, most=most)
    return json.loads(target.getvalue())


def test_write_all_of_it_as_json(state: States) -> None:
    """Counts are of all, also where only some are listed."""
    old = state()
    new = state('x,2022 - K1,2022 - K3\njong,1,"2"\noud,8,4\n')
    with compare(old, new) as comparison:
        whole, some = as_object(comparison), as_object(comparison, most=1)
    [item] = whole["data-sets"]
    assert whole["counts"] == item["counts"] == {"added": 2, "removed": 2, "revised": 1}
    assert [change["change"] for change in item["changes"]].count("removed") == 2
    [revised] = [change for change in item["changes"] if change["change"] == "revised"]
    assert revised["observation"].endswith("/id/observatie/proef/2022-Q1/oud/aantal")
    assert (revised["old"]["value"], revised["new"]["value"]) == ("3", "8")
    assert revised["new"]["source"]["table"] == "bron/tabel"
    assert (revised["new"]["source"]["row"], revised["new"]["source"]["column"]) == (3, 2)
    assert len(some["data-sets"][0]["changes"]) == 1
    assert some["counts"] == whole["counts"]


def test_compare_concepts_and_terms(state: States, project: SmallProject) -> None:
    """Added, removed and revised, with what changed; not their place among others."""
    old = state()
    path = project.root / "ontology" / "codelists" / "geslacht.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("code:M", "code:MAN")
        .replace('"M"', '"MAN"')
        .replace('skos:prefLabel "V"@nl', 'skos:prefLabel "vrouw"@nl')
        .replace("pub:volgorde 1", "pub:volgorde 5")
    )
    new = state()
    path.write_text(text)
    with compare(old, new) as comparison:
        found = {item.iri.rpartition("/")[2]: item for item in comparison.concepts}
        assert not comparison.terms
        assert not comparison.data_sets
    assert {name: item.kind for name, item in found.items()} == {
        "M": "removed",
        "MAN": "added",
        "V": "revised",
    }
    [change] = found["V"].properties
    assert (change.old, change.new) == (('"V"@nl',), ('"vrouw"@nl',))
