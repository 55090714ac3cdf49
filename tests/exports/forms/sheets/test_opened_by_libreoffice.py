"""Workbooks and CSV files of tables, opened by LibreOffice."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from built import Built
from exported import descriptions, observations
from sheets import empty_of, read_csv, table_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]
FILES = {"workbook": ".nl.xlsx", "table": ".nl.table.csv"}
"""The ends of the names of files that are opened, each from the dumps of a release."""
SEMICOLONS = "59,34,76,1,,1043,false,false,false"
"""How LibreOffice is told to read: semicolons, quotes, UTF-8, as a program in Dutch of Belgium."""
WRITTEN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false"
"""How it is told to write: the values of the first sheet as they are, not as they are shown."""


AS_CSV = f"--infilter=Text - txt - csv (StarCalc):{SEMICOLONS}"


def convert(files: list[Path], folder: Path, *options: str, target: str = WRITTEN) -> None:
    """Open files in LibreOffice, started once, and write them in another form into a folder."""
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", *options]
    subprocess.run(
        [*command, "--convert-to", target, "--outdir", str(folder), *map(str, files)],
        check=True,
        capture_output=True,
        timeout=240,
    )


@pytest.mark.parametrize("opened", list(FILES))
def test_libreoffice_reads_the_same_figures(
    answer: Built, odd_exports: Built, opened: str, tmp_path: Path
) -> None:
    """The title comes first, and the figures of the first sheet are those of the data set."""
    sources = tmp_path / "sources"
    sources.mkdir()
    described = {
        f"{release}-{one.slug}": (built, one)
        for release, built in (("answer", answer), ("odd", odd_exports))
        for one in descriptions(built.folder)
    }
    for name, (built, one) in described.items():
        content = built.dump(f"{one.slug}{FILES[opened]}")
        (sources / f"{name}.{FILES[opened].rpartition('.')[2]}").write_bytes(content)
    options = () if opened == "workbook" else (AS_CSV,)
    convert(sorted(sources.iterdir()), tmp_path, *options)
    for name, (built, description) in described.items():
        text = (tmp_path / f"{name}.csv").read_text(encoding="utf-8")
        records = list(csv.reader(text.splitlines()))
        said = " ".join(record[0] for record in records[: empty_of(records)[0]])
        assert said.lstrip("'").startswith(" ".join(description.title["nl"].split()))
        assert "#" not in {cell[:1] for record in records for cell in record}
        missing = Counter(
            item.value
            for item in observations(built.folder, description.slug)
            if item.value is not None
        )
        missing.subtract(figures_of(records))
        assert not +missing


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_first_page_shows_title_figures_and_source(answer: Built, tmp_path: Path) -> None:
    """The first page of a table as CSV has its title, its first figure and its source."""
    sources = tmp_path / "sources"
    sources.mkdir()
    files = [sources / f"{one.slug}.csv" for one in descriptions(answer.folder)]
    for path in files:
        path.write_bytes(answer.dump(f"{path.stem}.nl.table.csv"))
    convert(files, tmp_path, AS_CSV, target="pdf")
    for path in files:
        records = read_csv(path.read_bytes(), ";")
        command = ["pdftotext", "-layout", "-l", "1", str(tmp_path / f"{path.stem}.pdf"), "-"]
        shown = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()
        words = shown.replace(",", ".").split()
        assert records[0][0] in shown
        assert "Bron: " in shown
        assert str(next(iter(figures_of(table_of(records))))) in words


def figures_of(records: list[list[str]]) -> list[Decimal]:
    """Return all cells that are numbers."""
    found: list[Decimal] = []
    for record in records:
        for cell in record:
            try:
                found.append(Decimal(cell.replace(",", ".")))
            except ArithmeticError:
                continue
    return found
