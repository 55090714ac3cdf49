"""SDMX-CSV, SDMX-JSON and the structure, read back by pysdmx and judged by the schemas of SDMX."""

from __future__ import annotations

import dataclasses
import io
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from built import Built
from exported import chosen, description_of, observations, written
from odd_exports import JAREN, OPGETELD, SLUGS, VREEMD
from sdmx_messages import (
    SdmxObservation,
    attributes_of_observation,
    faults,
    key_of,
    read_csv,
    read_json,
)

from publish.exports.answer import FILE_FORMS, FORMS
from publish.exports.description import DataSetDescription
from publish.exports.forms.sdmx.names import SdmxNames, code_id, name_id
from publish.exports.view import DataView

ANSWER = ("ama-uitstroom", "contingent", "werknemers-leeftijd-vergelijkbaar", "wzw-uitstroom")
"""Data sets of the answer that differ most."""
FORMS_OF_FILES = FORMS | FILE_FORMS
STATUS = {"ONDERDRUKT": "Q", "NIET_BESCHIKBAAR": "L", "NIET_VAN_TOEPASSING": "M"}


def message(built: Built, slug: str, form: str, view: DataView | None = None) -> dict[str, Any]:
    """Return a data set as a message in JSON, its numbers as decimals."""
    found: dict[str, Any] = json.loads(written(built.folder, slug, form, view), parse_float=Decimal)
    return found


def compare(
    built: Built, slug: str, read: dict[tuple[str, ...], SdmxObservation], view: DataView | None
) -> None:
    """Compare what was read with the observations, value by value and attribute by attribute."""
    description = description_of(built.folder, slug)
    names = SdmxNames(description)
    items = observations(built.folder, slug, view)
    assert list(read) == [key_of(names, item) for item in items]
    for item, (value, attributes) in zip(items, read.values(), strict=True):
        assert value == item.value
        assert value is None or str(value) == str(item.value)
        status, table = attributes.pop("OBS_STATUS"), attributes.pop("SOURCE_TABLE", None)
        assert (status == "A") == (item.status == "A")
        if len(item.reasons) == 1:
            assert status == STATUS.get(item.reasons[0], "O")
        assert (table is None) == (item.source is None)
        assert attributes == attributes_of_observation(description, item)


def compare_both(built: Built, slug: str, view: DataView | None = None) -> None:
    """Compare a data set in both forms with its observations."""
    names = SdmxNames(description_of(built.folder, slug))
    compare(built, slug, read_csv(written(built.folder, slug, "sdmx-csv", view), names), view)
    compare(built, slug, read_json(message(built, slug, "sdmx-json", view)), view)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("slug", (VREEMD, *sorted({*SLUGS} - {VREEMD})))
def test_keep_every_observation_of_odd_data_sets(odd_exports: Built, slug: str) -> None:
    """Figures as printed, statuses, reasons, bounds, remarks and sources are those of the data."""
    compare_both(odd_exports, slug)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("slug", ANSWER)
def test_keep_every_observation_of_the_answer(answer: Built, slug: str) -> None:
    """Figures as printed, units, remarks and sources are those of the data."""
    compare_both(answer, slug)


def test_write_what_a_view_chooses(odd_exports: Built) -> None:
    """A view has its observations only, in the structure of the whole data set."""
    view = DataView(codes={"groep": ("A_laag",), "kwartaal": ("2021-Q2", "2021-Q4")})
    compare_both(odd_exports, VREEMD, view)
    heads = [
        written(odd_exports.folder, VREEMD, "sdmx-csv", one).partition(b"\r\n")[0]
        for one in (view, None)
    ]
    assert heads[0] == heads[1]
    ids = [message(odd_exports, VREEMD, "sdmx-json", one)["meta"]["id"] for one in (view, None)]
    assert ids[0] != ids[1]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("slug", (VREEMD, *sorted({*SLUGS} - {VREEMD})))
@pytest.mark.parametrize(("form", "kind"), [("sdmx-json", "data"), ("sdmx-structure", "structure")])
def test_conform_to_the_schemas(odd_exports: Built, slug: str, form: str, kind: str) -> None:
    """The schemas of SDMX-JSON 2.0 find nothing wrong with messages."""
    content = json.loads(written(odd_exports.folder, slug, form))
    assert faults(content, kind) == []
    del content["meta"]["prepared"]
    assert faults(content, kind)


def read_structure(built: Built, slug: str, folder: Path) -> tuple[Path, Any]:
    """Return the file of a structure, and what pysdmx makes of it."""
    import pysdmx.io

    path = folder / f"{slug}.structure.json"
    path.write_bytes(written(built.folder, slug, "sdmx-structure"))
    return path, pysdmx.io.read_sdmx(path, validate=False)


def test_read_the_structure_by_pysdmx(odd_exports: Built, tmp_path: Path) -> None:
    """pysdmx finds the dataflow, its dimensions, attributes, code lists and their names."""
    from pysdmx.model import Codelist, ConceptScheme, Dataflow, DataStructureDefinition

    description = description_of(odd_exports.folder, VREEMD)
    names = SdmxNames(description)
    found = read_structure(odd_exports, VREEMD, tmp_path)[1].structures
    (flow,) = [item for item in found if isinstance(item, Dataflow)]
    (structure,) = [item for item in found if isinstance(item, DataStructureDefinition)]
    (concepts,) = [item for item in found if isinstance(item, ConceptScheme)]
    lists = {item.id: item for item in found if isinstance(item, Codelist)}
    assert (flow.id, flow.name, flow.agency) == ("DF_vreemd", description.title["nl"], "proef")
    assert [item.id for item in structure.components.dimensions] == [
        "format_",
        "groep",
        "measure",
        "TIME_PERIOD",
    ]
    assert str(structure.components["TIME_PERIOD"].local_dtype) == "ReportingQuarter"
    assert structure.components["UNIT_MEASURE"].attachment_level == "measure"
    assert structure.components["OBS_STATUS"].required
    assert concepts.agency == "proef"
    for name, item in names.dimensions[:-1]:
        codes = lists[names.code_list(name, item)].codes
        assert [code.id for code in codes] == list(names.codes(item).values())
        assert [code.name for code in codes] == [code.label["nl"] for code in item.codes]
        iris = [code.annotations[0].text for code in codes]
        assert iris == [code.iri for code in item.codes]
    assert [code.id for code in lists["CL_OBS_STATUS"].codes] == ["A", "L", "O", "Q"]
    assert lists["CL_OBS_STATUS"].agency == "SDMX"
    assert [code.name for code in lists["CL_REASON"].codes] == [
        item.label["nl"] for item in description.reasons
    ]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("slug", [VREEMD, OPGETELD, JAREN])
def test_read_the_data_by_pysdmx(odd_exports: Built, slug: str, tmp_path: Path) -> None:
    """pysdmx reads the figures by the structure, at their keys, with their attributes."""
    import pysdmx.io

    path, _ = read_structure(odd_exports, slug, tmp_path)
    data = tmp_path / f"{slug}.csv"
    text = written(odd_exports.folder, slug, "sdmx-csv")
    # pysdmx 1.21 does not know the sign between several values, which stands in the head.
    data.write_bytes(text.replace(b"STRUCTURE[;]", b"STRUCTURE", 1))
    (found,) = pysdmx.io.get_datasets(data, path, validate=False)
    names = SdmxNames(description_of(odd_exports.folder, slug))
    keys = [name for name, _ in names.dimensions]
    assert {item.id for item in found.structure.components.dimensions} == set(keys)
    rows = found.data[[*keys, "OBS_VALUE", "OBS_STATUS"]].itertuples(index=False, name=None)
    items = observations(odd_exports.folder, slug)
    for (*key, value, status), item in zip(rows, items, strict=True):
        assert tuple(key) == key_of(names, item)
        assert item.value is None or Decimal(str(value)) == item.value
        assert math.isnan(float(value)) == (item.value is None)
        assert (status == "A") == (item.value is not None)


def test_have_both_languages_and_what_is_above_a_code(odd_exports: Built) -> None:
    """The structure names each code in both languages, with its definition and parent."""
    data = message(odd_exports, VREEMD, "sdmx-structure")["data"]
    lists = {item["id"]: item for item in data["codelists"]}
    codes = {item["id"]: item for item in lists["CL_groep"]["codes"]}
    assert codes["M_midden"]["parent"] == "Z_hoog"
    assert codes["M_midden"]["names"] == {"nl": "midden", "en": "middle"}
    assert codes["M_midden"]["descriptions"]["en"] == "Definition, M_midden"
    assert lists["CL_groep"]["isPartial"]
    remark = lists["CL_DF_vreemd_REMARK"]["codes"][0]
    assert remark["names"]["en"] == 'Low, that is "fewer than 5".'


def test_say_what_time_there_is_and_why_some_is_not(odd_exports: Built) -> None:
    """The constraint has the range of periods, and an annotation the reason of a missing one."""
    data = message(odd_exports, VREEMD, "sdmx-structure")["data"]
    keys = {item["id"]: item for item in data["dataConstraints"][0]["cubeRegions"][0]["keyValues"]}
    assert {key: end["period"] for key, end in keys["TIME_PERIOD"]["timeRange"].items()} == {
        "startPeriod": "2021-Q1",
        "endPeriod": "2021-Q4",
    }
    notes = {item["type"]: item for item in data["dataflows"][0]["annotations"]}
    assert notes["MISSING_PERIOD"]["value"] == "2021-Q3"
    assert notes["MISSING_PERIOD"]["texts"]["en"] == "Not measured, says the source."
    content = message(odd_exports, VREEMD, "sdmx-json")["data"]["structures"][0]
    assert "MISSING_PERIOD" in {item["type"] for item in content["annotations"]}
    time = content["dimensions"]["observation"][-1]
    assert [item["value"] for item in time["values"]] == ["2021-Q1", "2021-Q2", "2021-Q4"]
    assert time["values"][0]["end"] == "2021-03-31T23:59:59Z"


def test_put_several_reasons_in_one_field(odd_exports: Built, tmp_path: Path) -> None:
    """A figure that lacks for several reasons has all of them, as the standard says."""
    path = tmp_path / f"{VREEMD}.parquet"
    with chosen(odd_exports.folder, VREEMD) as selected:
        names = SdmxNames(selected.description)
        selected.connection.execute(
            f"COPY (SELECT * REPLACE (CASE WHEN printed = 'x' THEN "
            f"['NIET_BESCHIKBAAR', 'ONDERDRUKT'] ELSE reasons END AS reasons) "
            f"FROM '{selected.path}') TO '{path}' (FORMAT parquet)"
        )
        several = dataclasses.replace(selected, path=path)
        texts = []
        for form in ("sdmx-csv", "sdmx-json", "sdmx-structure"):
            target = io.BytesIO()
            FORMS_OF_FILES[form].write(several, target)
            texts.append(target.getvalue())
    assert texts[0].startswith(b"STRUCTURE[;],STRUCTURE_ID,ACTION,")
    assert b",REASON[]," in texts[0].splitlines()[0]
    assert b",NIET_BESCHIKBAAR;ONDERDRUKT," in texts[0]
    content, structure = (json.loads(text, parse_float=Decimal) for text in texts[1:])
    assert faults(json.loads(texts[1]), "data") == faults(structure, "structure") == []
    for read in (read_csv(texts[0], names), read_json(content)):
        found = [
            item.attributes for item in read.values() if ";" in item.attributes.get("REASON", "")
        ]
        assert found
        assert {item["OBS_STATUS"] for item in found} == {"Q"}
        assert {item["REASON"] for item in found} == {"NIET_BESCHIKBAAR;ONDERDRUKT"}
    listed = structure["data"]["dataStructures"][0]["dataStructureComponents"]["attributeList"]
    reason = next(item for item in listed["attributes"] if item["id"] == "REASON")
    assert reason["localRepresentation"]["maxOccurs"] == 2


def odd_description(description: DataSetDescription) -> DataSetDescription:
    """Return a description with names and codes that SDMX does not allow."""
    period, first, *others = description.dimensions
    codes = [
        dataclasses.replace(code, code=new)
        for code, new in zip(first.codes, ("a.b", "a~b", "a_b", "TOT"), strict=False)
    ]
    codes[-1] = dataclasses.replace(codes[-1], is_total=True)
    odd = [
        dataclasses.replace(first, column=name, codes=tuple(codes))
        for name in ("obs_value", "2.e", "_2.e", "a.b", "a_b", "a_x2E_b")
    ]
    return dataclasses.replace(
        description, vocabulary="2e-cijfers", dimensions=(period, *odd, *others)
    )


def test_make_identifiers_of_all_names(odd_exports: Built) -> None:
    """Identifiers are allowed by SDMX, differ from each other, and a total is ``_T``."""
    names = SdmxNames(odd_description(description_of(odd_exports.folder, VREEMD)))
    found = [name for name, _ in names.dimensions]
    assert found[:6] == ["obs_value_", "D2_x2E_e", "D_2_x2E_e", "a_x2E_b", "a_b", "a_x5F_x2E_b"]
    assert len({name.upper() for name in found}) == len(found)
    assert names.agency == "A2e-cijfers"
    ids = names.codes(names.dimensions[0][1])
    assert ids["a.b"] == "a$2Eb"
    assert ids["a~b"] == "a$7Eb"
    assert list(ids.values())[-1] == "_T"
    assert name_id("a_x2E_b") != name_id("a.b")
    assert code_id("Y_GE65") == "Y_GE65"


def test_write_codes_that_sdmx_calls_otherwise(odd_exports: Built) -> None:
    """A code that SDMX does not allow is written as its identifier in all forms."""
    with chosen(odd_exports.folder, JAREN) as selected:
        period, measure = selected.description.dimensions
        code = dataclasses.replace(measure.codes[0], is_total=True)
        odd = dataclasses.replace(
            selected.description,
            dimensions=(period, dataclasses.replace(measure, codes=(code,))),
        )
        target = io.BytesIO()
        FORMS_OF_FILES["sdmx-csv"].write(dataclasses.replace(selected, description=odd), target)
    lines = target.getvalue().decode().splitlines()
    assert lines[1].startswith("dataflow,proef:DF_jaren(1.0),I,_T,2018,-5,A,")


def test_keep_printed_text_from_running_as_a_formula(odd_exports: Built) -> None:
    """What is printed in a document is the only free text, and no spreadsheet runs it."""
    rows = read_csv(
        written(odd_exports.folder, VREEMD, "sdmx-csv"),
        SdmxNames(description_of(odd_exports.folder, VREEMD)),
    )
    printed = {item.attributes.get("PRINTED") for item in rows.values()} - {None}
    assert printed == {"<5", "x", "-", "(12)"}
