"""The lines that README.md and docs/exports.md show run as they stand, against a real server."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import Built
from openpyxl import load_workbook
from shown_code import blocks_of_page, power_query, rows_of_readme, run, run_block
from sparql_server import Server, project_over, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def server(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = project_over(answer.folder, tmp_path_factory.mktemp("asked"))
    with serving(folder, {"workers": 1, "access-log": "off"}) as found:
        yield found


@pytest.fixture(scope="module")
def quotas(server: Server) -> list[dict[str, str]]:
    """The observations of the data set that the README asks for."""
    reply = server.fetch("/data/contingent?format=csv&lang=en", timeout=60)
    assert reply.status == 200
    return list(csv.DictReader(io.StringIO(reply.text)))


def needs(program: str, package: str) -> None:
    """Skip a test where a program is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"needs the client {program} (Debian: {package}), which .ci/run installs")


def test_open_figures_with_every_client_of_the_readme(server: Server) -> None:
    """The table names the clients that the tests below try, and no other."""
    clients = rows_of_readme(server.port)
    assert list(clients) == ["a terminal", "pandas", "R", "Excel (Power Query)", "DuckDB"]


def test_save_a_workbook_with_curl(server: Server, tmp_path: Path) -> None:
    """It has a readable name, and opens as a workbook with the quarters asked for."""
    needs("curl", "curl")
    [command] = rows_of_readme(server.port)["a terminal"]
    run(["bash", "-c", command], tmp_path)
    [path] = tmp_path.iterdir()
    assert re.fullmatch(r"contingent_2022-Q3\.\.\d{4}-Q\d_nl\.xlsx", path.name)
    sheet = load_workbook(path).worksheets[0]
    texts = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not any("2022-Q2" in text or "K2 2022" in text for text in texts)


def test_read_with_pandas(server: Server, tmp_path: Path, quotas: list[dict[str, str]]) -> None:
    """A data frame has an observation a row, and its figures are numbers."""
    [code] = rows_of_readme(server.port)["pandas"]
    printed = run_block(
        "python", f"import pandas\nt = {code}\nprint(len(t), t['value'].sum())", tmp_path
    )
    rows, total = printed.split()
    wanted = [row for row in quotas if "_T" not in row.values()]
    assert int(rows) == len(wanted)
    assert float(total) == pytest.approx(sum(float(row["value"] or 0) for row in wanted))


def test_read_with_r(server: Server, tmp_path: Path, quotas: list[dict[str, str]]) -> None:
    """A data frame has an observation a row, and its figures are numbers."""
    needs("Rscript", "r-base-core")
    [code] = rows_of_readme(server.port)["R"]
    told = run_block(
        "r", f"t <- {code}; cat(nrow(t), format(sum(t$value, na.rm = TRUE), digits = 15))", tmp_path
    )
    rows, total = told.split()
    assert int(rows) == len(quotas)
    assert float(total) == pytest.approx(sum(float(row["value"] or 0) for row in quotas))


def test_read_with_power_query(server: Server, quotas: list[dict[str, str]]) -> None:
    """The address answers what the code of Power Query reads, which does not run here."""
    [code] = rows_of_readme(server.port)["Excel (Power Query)"]
    assert [row["value"] for row in power_query(code)] == [row["value"] for row in quotas]


def test_read_with_duckdb(server: Server, tmp_path: Path, quotas: list[dict[str, str]]) -> None:
    """The file is downloaded, and read from there."""
    query, download = rows_of_readme(server.port)["DuckDB"]
    run(["bash", "-c", download], tmp_path)
    printed = run_block("python", f"import duckdb\nprint(len({query}))", tmp_path)
    assert int(printed) == len(quotas)


def test_run_every_line_of_the_page(server: Server, tmp_path: Path) -> None:
    """Each block of docs/exports.md runs after those before it, and prints or saves figures."""
    needs("Rscript", "r-base-core")
    needs("node", "nodejs")
    blocks, seen = blocks_of_page(server.port), []
    for language, code in blocks:
        seen.append(language)
        if language == "powerquery":
            rows = power_query(code)
            assert {row["leeftijdsgroep"] for row in rows} > {"Y_GE65"}
            assert sum(float(str(row["value"])) for row in rows if row["value"] is not None) > 0
        else:
            printed = run_block(language, code, tmp_path)
            assert re.search(r"\d", printed), language
        if language in ("python", "r"):
            assert "2022-Q1" in printed
    assert seen == ["sh", "python", "python", "r", "powerquery", "js"]
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".parquet"}
