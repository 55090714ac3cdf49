"""JSON-stat, read back by pyjstat, and by the JSON-stat Javascript Toolkit in slow tests."""

from __future__ import annotations

import itertools
import json
import math
import shutil
import subprocess
from decimal import Decimal
from typing import Any

import pytest
from built import TESTS, Built
from exported import description_of, descriptions, observations, written
from odd_exports import JAREN, SLUGS, VREEMD, ZONDER_TIJD

from publish.exports.observation import Observation
from publish.exports.view import DataView

pytestmark = pytest.mark.filterwarnings("ignore:Shouldn't use this function:DeprecationWarning")
ANSWER = (
    "ama-uitstroom",
    "contingent",
    "lde-werknemers-leeftijd",
    "werknemers-leeftijd-vergelijkbaar",
    "wzw-uitstroom",
)
"""Data sets of the answer that differ most."""


def json_stat(built: Built, slug: str, view: DataView | None = None) -> dict[str, Any]:
    """Return a data set as JSON-stat, its figures as decimals."""
    text = written(built.folder, slug, "jsonstat", view)
    found: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return found


def keys_of(content: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the codes of each cell, in the order of the cells."""
    axes = [content["dimension"][name]["category"]["index"] for name in content["id"]]
    return list(itertools.product(*axes))


def value_at(content: dict[str, Any], place: int) -> Any:
    """Return the value of a cell, whether values are a list or an object."""
    values = content["value"]
    return values[place] if isinstance(values, list) else values.get(str(place))


def status_of(item: Observation) -> str | None:
    """Return the status that a cell should have."""
    return None if item.value is not None else ":".join(["M", ",".join(item.reasons)])


def compare(built: Built, slug: str) -> None:
    """Compare every cell of a data set with its observation."""
    content = json_stat(built, slug)
    expected = {item.codes: item for item in observations(built.folder, slug)}
    tables = [item.name for item in description_of(built.folder, slug).tables]
    status, cells = content.get("status", {}), content["extension"]["cells"]
    keys = keys_of(content)
    assert set(expected) <= set(keys)
    assert math.prod(content["size"]) == len(keys)
    for place, key in enumerate(keys):
        item = expected.get(key)
        found = value_at(content, place)
        known = cells.get(str(place), {})
        if item is None:
            assert found is None
            assert not known
            continue
        assert found == item.value
        assert item.value is None or f"{found}" == f"{item.value}"
        assert status.get(str(place)) == status_of(item)
        bounds = {key: known[key] for key in known if key in dict(item.bounds)}
        assert {key: Decimal(str(bound)) for key, bound in bounds.items()} == dict(item.bounds)
        assert tuple(known.get("remarks", ())) == item.notes
        assert known.get("printed") == item.printed
        assert known.get("line") == item.source_line
        assert (tables[known["table"]] if "table" in known else None) == (
            item.source and item.source[0]
        )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("slug", SLUGS)
def test_keep_every_cell_of_odd_data_sets(odd_exports: Built, slug: str) -> None:
    """Each cell has the figure as printed, its status with the reasons, and all that is known."""
    compare(odd_exports, slug)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("slug", ANSWER)
def test_keep_every_cell_of_the_answer(answer: Built, slug: str) -> None:
    """Each cell has the figure as printed, its status with the reasons, and all that is known."""
    compare(answer, slug)


def read_by_pyjstat(built: Built, slug: str) -> dict[tuple[str, ...], float]:
    """Return the figures that pyjstat reads, by their codes."""
    from pyjstat import pyjstat

    text = written(built.folder, slug, "jsonstat").decode()
    dimensions = json.loads(text)["id"]
    frame = pyjstat.Dataset.read(text).write("dataframe", naming="id")
    keys = frame[dimensions].itertuples(index=False, name=None)
    return {
        key: value for key, value in zip(keys, frame["value"], strict=True) if not math.isnan(value)
    }


@pytest.mark.sampled(2)
@pytest.mark.parametrize("slug", [VREEMD, JAREN, ZONDER_TIJD])
def test_read_figures_by_pyjstat(odd_exports: Built, slug: str) -> None:
    """pyjstat reads every figure at its codes, and none where there is none."""
    assert read_by_pyjstat(odd_exports, slug) == {
        item.codes: float(item.value)
        for item in observations(odd_exports.folder, slug)
        if item.value is not None
    }


@pytest.mark.sampled(4)
@pytest.mark.parametrize("slug", ANSWER)
def test_read_the_answer_by_pyjstat(answer: Built, slug: str) -> None:
    """pyjstat reads every figure of the answer."""
    expected = observations(answer.folder, slug)
    assert read_by_pyjstat(answer, slug) == {item.codes: float(item.value) for item in expected}


def test_say_why_a_period_is_not_given(odd_exports: Built) -> None:
    """A period that the source does not give is a category whose cells all have a status."""
    content = json_stat(odd_exports, VREEMD)
    category = content["dimension"]["kwartaal"]["category"]
    assert category["note"]["2021-Q3"] == ["Niet gemeten, zegt de bron."]
    places = [place for place, key in enumerate(keys_of(content)) if key[0] == "2021-Q3"]
    assert places
    assert {content["status"][str(place)] for place in places} == {"M"}
    assert {value_at(content, place) for place in places} == {None}
    assert content["extension"]["status"]["label"]["M"] == "geen cijfer"


def test_tell_units_roles_totals_and_levels(odd_exports: Built) -> None:
    """Units are at the measures, and a total is above what it is the total of."""
    content = json_stat(odd_exports, VREEMD, DataView(language="en"))
    assert content["role"] == {"time": ["kwartaal"], "metric": ["measure"]}
    assert content["dimension"]["measure"]["label"] == "measure"
    unit = content["dimension"]["measure"]["category"]["unit"]
    assert unit["bedrag"]["decimals"] == 2
    assert unit["percentage"] == {
        "decimals": 1,
        "label": "percent",
        "symbol": "%",
        "position": "end",
    }
    group = content["dimension"]["groep"]
    assert group["category"]["child"] == {"_T": ["Z_hoog", "A_laag"], "Z_hoog": ["M_midden"]}
    assert group["extension"]["total"] == "_T"
    assert content["extension"]["status"]["label"]["M:ONDERDRUKT"] == "no figure: suppressed"
    assert content["extension"]["remarks"] == {"grens": 'Low, that is "fewer than 5".'}


def test_say_what_holds_for_all_of_it(answer: Built) -> None:
    """Title, source, notes, licence and the address of the view are there, in one language."""
    content = json_stat(answer, "wzw-uitstroom", DataView(language="en"))
    assert content["version"], content["class"] == ("2.0", "dataset")
    assert content["label"].startswith("Outflow of jobseekers")
    assert content["source"].startswith("Answer to written question no. 19")
    assert any("yearly average" in note for note in content["note"])
    assert content["href"].endswith("/data/wzw-uitstroom?lang=en&format=jsonstat")
    assert content["link"]["license"][0]["href"].endswith("gratis-hergebruik/v1.0")
    assert "updated" not in content


def test_have_only_what_a_view_chooses(odd_exports: Built) -> None:
    """A view has the categories that it can have, and numbers its cells by these."""
    view = DataView(codes={"groep": ("A_laag", "_T"), "kwartaal": ("2021-Q1",)}, totals=False)
    content = json_stat(odd_exports, VREEMD, view)
    assert content["size"] == [1, 6, 1, 3]
    found = {
        key: value_at(content, place)
        for place, key in enumerate(keys_of(content))
        if value_at(content, place) is not None
    }
    expected = observations(odd_exports.folder, VREEMD, view)
    assert found == {item.codes: item.value for item in expected if item.value is not None}


def test_leave_empty_cells_out_where_that_is_shorter(odd_exports: Built, answer: Built) -> None:
    """Values are a list where most cells are filled, and an object where most are empty."""
    assert isinstance(json_stat(odd_exports, VREEMD)["value"], dict)
    assert isinstance(json_stat(answer, "lde-werknemers-leeftijd")["value"], list)


SCRIPT = """
import {readFileSync} from 'node:fs';
import JSONstat from 'jsonstat-toolkit';
const all = {};
for (const path of process.argv.slice(1)) {
  const data = JSONstat(JSON.parse(readFileSync(path, 'utf8')));
  const cells = [];
  for (let at = 0; at < data.n; at++) {
    const cell = data.Data(at);
    cells.push([cell.value, cell.status]);
  }
  all[path] = {
    cells, label: data.label, id: data.id, role: data.role, length: data.length,
    names: data.Dimension().map(one => [one.label, one.role, one.id]),
    units: data.Dimension({role: 'metric'}).map(one => one.Category().map(c => c.unit)),
  };
}
console.log(JSON.stringify(all));
"""


@pytest.mark.slow
def test_read_every_cell_by_the_toolkit(odd_exports: Built, answer: Built, tmp_path: Any) -> None:
    """The toolkit of JSON-stat reads all data sets: figures, statuses, roles and units."""
    node = shutil.which("node")
    if node is None or not (TESTS / "support/node/node_modules/jsonstat-toolkit").is_dir():
        pytest.skip("jsonstat-toolkit is not installed; .ci/run installs it")
    expected = {}
    for built in (odd_exports, answer):
        for description in descriptions(built.folder):
            path = tmp_path / f"{description.slug}.json"
            path.write_bytes(written(built.folder, description.slug, "jsonstat"))
            expected[str(path)] = built, description
    found = json.loads(
        subprocess.run(
            [node, "--input-type=module", "-e", SCRIPT, *expected],
            cwd=TESTS / "support/node",
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout
    )
    for path, (built, description) in expected.items():
        read = found[path]
        content = json_stat(built, description.slug)
        items = {item.codes: item for item in observations(built.folder, description.slug)}
        keys = keys_of(content)
        assert len(read["cells"]) == len(keys)
        for key, (value, status) in zip(keys, read["cells"], strict=True):
            if key in items:
                item = items[key]
                assert value == (None if item.value is None else float(item.value))
                assert status == status_of(item)
            else:
                assert value is None
                assert status in (None, "M")
        assert read["label"] == description.title["nl"]
        assert read["id"] == [item.column for item in description.dimensions]
        units = [unit["label"] for (units,) in [read["units"]] for unit in units]
        assert units == [item.unit_label["nl"] for item in description.measures]
