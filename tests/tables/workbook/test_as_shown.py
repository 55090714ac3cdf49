"""What is taken of a workbook is what LibreOffice shows of it, or it is a fault.

Each run of LibreOffice shows some hundreds of random cells. Where it shows otherwise than Excel, on
purpose or not, the comparison says so: hidden cells are in its CSV, a raised 1 is a plain 1, a
number without a format has more decimals, fractions it cannot write are ``#FMT``, and a currency
with a percent sign, a fraction or an exponent comes out wrong.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet
from workbooks import raw_of

from publish.faults.fault import Fault
from publish.tables.workbook.read import read_workbook

CELLS = 400
"""Cells of a sheet, one below the other."""
PATTERNS = (
    "0", "0.0", "0.00", "#,##0", "#,##0.0#", "#", "#.##", "?0.0?", "000", "0000", "0,", "#,##0,,",
    "0.0,", "0%", "0.0%", "0.00E+00", "##0.0E+0", "# ?/?", "# ??/??", "# ?/8", "General", "# ##0",
    "0.00 0", "0.0.0", "@",
)  # fmt: skip
BEFORE = ("", "", "", "", '"<"', "-", "(", "+", "€ ", '"ca. "', "_-", "_(", "[$€-813] ", "* ", "*x")
AFTER = ("", "", "", "", ")", "-", '" ha"', '" (p)"', '"*"', "\\ ", "_)", '"M"', '"5"', "%", "e")
CONDITIONS = ("", "", "", "[Red]", "[<5]", "[>=1000]", "[=0]", "[<0]", "[<>0]", "[Color10]")
WHOLE = ("", '"<5"', '"-"', '"x"', '"nihil"', "-", ";", "@", '"12"', "General")
DATES = (
    "dd/mm/yyyy", "m/d/yyyy", "mm-dd-yy", "d-mmm-yy", "yyyy-mm-dd", "[$-813]d mmmm yyyy", "mmm-yy",
    "[$-413]mmm-yy;@", "mmmm yyyy", "[$-40C]mmm yyyy", "mm/yyyy", "yyyymm", "yyyy.mm", "yyyy", "yy",
    "d-mmm", "mmm", "dddd", "h:mm", "[h]:mm", "d", "mm", "[$-107041E]d/m/yyyy", '"Q1 "yyyy',
    '[>40000]yyyy;mmm-yy', "yyyy mmm;;", "dd/mm/yyyy hh:mm",
)  # fmt: skip
MISSHOWN = re.compile(r"\[\$.*[%/E]")
"""A currency with a percent sign, a fraction or an exponent, which LibreOffice shows wrongly."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A random cell."""

    value: object
    number_format: str = "General"
    font: Font | None = None
    is_hidden: bool = False


TEXTS = ("0111", "9000", "1234*", "12,5", "x", "..", "< 5", "1 234", "jong", "(12)")
FONTS = (Font(color="FFFFFFFF"), Font(strike=True), Font(sz=1))
NUMBERS = (0, 1 / 3, 0.5, 2.5, 99.95, 1e11, 123456789012, 0.00001234)


@dataclass(frozen=True)
class Source:
    """Makes random cells."""

    random: Random

    def cell(self) -> Drawn:
        """Return a cell of any kind; most are numbers in a number format."""
        pick = self.random.choice
        kinds = 8 * (self._formatted,) + (self._date, self._date, self._rich, self._rich)
        match self.random.randrange(len(kinds) + 5) - len(kinds):
            case 0:
                return Drawn(value=self._number())
            case 1:
                return Drawn(value=self._number(), font=pick(FONTS))
            case 2:
                return Drawn(value=self._number(), is_hidden=True)
            case 3:
                form = pick(("General", "@", "0;-0;0;@", '0;-0;0;"x"@'))
                return Drawn(value=pick(TEXTS), number_format=form)
            case 4:
                return Drawn(value=pick((True, False)), number_format=pick(("General", "0", ";;;")))
            case kind:
                return kinds[kind]()

    def _number(self) -> float:
        most = self.random.choice((1, 20, 2_000, 2_000_000))
        number = self.random.uniform(-most, most)
        decimals = self.random.choice((0, 0, 1, 2, 4))
        exact = round(number, decimals) if decimals else round(number)
        return self.random.choice((exact, exact, exact, self.random.choice(NUMBERS)))

    def _formatted(self) -> Drawn:
        sections = [self._section() for _ in range(self.random.choice((1, 1, 1, 2, 2, 3, 4)))]
        return Drawn(value=self._number(), number_format=";".join(sections))

    def _section(self) -> str:
        pick = self.random.choice
        if self.random.randrange(6) == 0:
            return pick(CONDITIONS) + pick(WHOLE)
        if (pattern := pick(PATTERNS)) == "General":
            return pattern
        return pick(CONDITIONS) + pick(BEFORE) + pattern + pick(AFTER)

    def _date(self) -> Drawn:
        day = date(1900, 3, 1) + timedelta(days=self.random.randrange(73_000))
        return Drawn(value=day, number_format=self.random.choice(DATES))

    def _rich(self) -> Drawn:
        """Return a figure with a mark that is raised, lowered, struck through or bold."""
        pick = self.random.choice
        kind = pick(("superscript", "subscript", "strike", "bold"))
        shift = kind if kind.endswith("script") else None
        look = InlineFont(vertAlign=shift, strike=kind == "strike", b=kind == "bold")
        parts = [str(self.random.randrange(9_999)), TextBlock(look, pick(("1", "12", "a", "(1)")))]
        return Drawn(value=CellRichText(parts if pick((True, False)) else parts[::-1]))


def workbook_of(cells: list[Drawn | None]) -> bytes:
    """Return a workbook with cells one below the other; None is an empty one."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.column_dimensions["A"].width = 60
    for number, item in enumerate(cells, start=1):
        sheet.cell(number, 2, "rij")
        if item is None:
            continue
        cell = sheet.cell(number, 1, item.value)  # type: ignore[arg-type]
        cell.number_format = item.number_format
        if item.font is not None:
            cell.font = item.font
        if item.is_hidden:
            sheet.row_dimensions[number].hidden = True
            sheet.cell(number, 2).value = None
    return raw_of(made)


def taken(cells: list[Drawn]) -> dict[int, str]:
    """Return the text that is taken of each cell, by its number, without those that are faults."""
    faults: list[Fault] = []
    read_workbook(workbook_of(list(cells)), "boek.xlsx", None, "en", faults)
    faulty = {item.line - 1 for item in faults}
    sound = [None if at in faulty else cell for at, cell in enumerate(cells)]
    grid = read_workbook(workbook_of(sound), "boek.xlsx", None, "en", faults := [])
    assert grid, faults
    return {at: row[0] for at, row in enumerate(grid.rows) if at not in faulty}


def shown(cells: list[Drawn], folder: Path) -> list[str]:
    """Return the text that LibreOffice shows of each cell."""
    (folder / "boek.xlsx").write_bytes(workbook_of(list(cells)))
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true,true"  # as shown, in UTF-8
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", form, "--outdir", str(folder), str(folder / "boek.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    with (folder / "boek.csv").open(encoding="utf-8", newline="") as lines:
        return [row[0] for row in csv.reader(lines)]


def number_in(text: str) -> Fraction | None:
    """Return the number that a person reads in a text, without a unit; None when there is none."""
    text = text.replace(",", "").strip()
    sign = -1 if text.startswith("-") or text.endswith("-") or re.fullmatch(r"\(.*\)", text) else 1
    text = text.strip("-()+ ")
    if match := re.fullmatch(r"(?:([0-9]+) +)?([0-9]+)/([0-9]+)", text):
        return sign * (Fraction(int(match[1] or 0)) + Fraction(int(match[2]), int(match[3])))
    text = text.replace(" ", "")
    share = 100 if text.endswith("%") else 1
    if not re.fullmatch(r"[0-9]*\.?[0-9]*(E[+-]?[0-9]+)?", text := text.rstrip("%")):
        return None
    return sign * Fraction(Decimal(text)) / share if re.search("[0-9]", text) else None


def _plain(text: str) -> str:
    """Return a text without spaces, a plus, a minus before zero, and with a zero before a point."""
    text = re.sub(r"[ +]|-(?=0(\.0*)?(?![0-9.]))", "", text)
    return re.sub(r"(?<![0-9])\.(?=[0-9])", "0.", text)


def disagreement(cell: Drawn, ours: str, theirs: str) -> bool:
    """Return whether a reader of LibreOffice does not see what was taken."""
    assert not cell.is_hidden
    assert cell.font is None
    if MISSHOWN.search(cell.number_format):
        return False
    ours, theirs = (" ".join(re.sub(r"€|\bha\b", "", text).split()) for text in (ours, theirs))
    if isinstance(cell.value, CellRichText):
        run = next(item for item in cell.value if isinstance(item, TextBlock))
        if run.font.vertAlign and run.text != "*" and ours.isdecimal() and ours.isascii():
            return True
        return unicodedata.normalize("NFKC", ours) != theirs
    if isinstance(cell.value, date):
        day, month = cell.value.isoformat(), f"{cell.value:%Y-%m}"
        parts = len(re.findall(r"\w+", theirs))
        if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", ours):
            return ours != (day if parts >= 3 else month)
        return ours.casefold() != theirs.casefold() and (ours, parts) != (f"{cell.value.year}", 1)
    number = number_in(ours)
    if number is None or isinstance(cell.value, str):
        return _plain(ours) != _plain(theirs)
    other = number_in(theirs)
    if other is None:
        return theirs != "#FMT"
    # Without a format a number has eleven characters, of which ten are digits.
    loose = Fraction(abs(other), 10**9) if re.search("General|@|^$", cell.number_format) else 0
    return abs(number - other) > loose


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 1 << 32))
def test_take_what_libreoffice_shows(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No figure is taken that a reader does not see: it is as LibreOffice shows it, or a fault."""
    if shutil.which("soffice") is None:
        pytest.skip("soffice is not installed (Debian: libreoffice-calc-nogui)")
    source = Source(Random(seed))
    cells = [source.cell() for _ in range(CELLS)]
    ours, theirs = taken(cells), shown(cells, tmp_path_factory.mktemp("boek"))
    wrong = [
        f"{cells[at].value!r} in {cells[at].number_format!r}: {text!r}, not {theirs[at]!r}"
        for at, text in ours.items()
        if disagreement(cells[at], text, theirs[at])
    ]
    assert not wrong, "\n".join(wrong)
    assert len(ours) > CELLS / 4
