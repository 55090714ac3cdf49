"""The text of a document, from a text file or a PDF, with lines and columns."""

from __future__ import annotations

import base64
import io
import random
from pathlib import Path

import pytest
from built import TESTS
from mutations import mutate
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from shared_material import ROOT, minister_answer

from publish.faults.fault import Fault
from publish.mappings.document import read_documents
from publish.mappings.extract import extract_tables
from publish.project.project import read_project
from publish.tables.document_text import printed_text, read_text
from publish.tables.pdf import read_pages

ANSWER = TESTS / "mappings" / "answer"
TEXT = (ANSWER / "answer.txt").read_text(encoding="utf-8")


def pdf(text: str, *, lines_a_page: int = 25, **options: object) -> bytes:
    """Return a PDF in which every line of a text is drawn by itself, over several pages."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True, **options)
    lines = text.split("\n")
    for first in range(0, len(lines), lines_a_page):
        for number, line in enumerate(lines[first : first + lines_a_page]):
            canvas.drawString(40, 800 - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read_bytes(folder: Path, content: bytes, name: str = "answer.pdf") -> tuple[str, list[Fault]]:
    """Return the text (empty if none) and the faults of a document with this content."""
    path = folder / name
    path.write_bytes(content)
    faults: list[Fault] = []
    text = read_text(path, faults)
    return (text.text if text else ""), faults


# -- Places -----------------------------------------------------------------------------------


def test_place_counts_lines_and_columns_from_one() -> None:
    """The place of an offset is its line and column, both from 1, whatever ends the lines."""
    text = printed_text("x.txt", "één\r\ntwee\rdrie\n")
    assert text.text == "één\ntwee\ndrie\n"
    assert text.place(0) == ("x.txt", 1, 1)
    assert text.place(2) == ("x.txt", 1, 3)
    assert text.place(4) == ("x.txt", 2, 1)
    assert text.place(text.text.index("rie")) == ("x.txt", 3, 2)
    assert text.place(len(text.text)) == ("x.txt", 4, 1)


def test_next_line_skips_blank_lines_only() -> None:
    """Blank lines hold nothing but white space, form feeds among it."""
    text = printed_text("x.txt", "a\n \n\f\n\tb\n")
    assert text.next_line(2, len(text.text)) == 6
    assert text.next_line(2, 4) == 4


# -- Text files -------------------------------------------------------------------------------


def test_read_text_without_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark is no part of the text."""
    assert read_bytes(tmp_path, b"\xef\xbb\xbfab\n", "a.txt") == ("ab\n", [])


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"goed\nna\xefef\n", 2, 3),
        ("één ".encode() + b"\xff", 1, 5),
        (b"\xef\xbb\xbfx\n\xe9", 2, 1),
        ("laatste".encode("utf-16"), 1, 1),
    ],
)
def test_read_text_reports_place_of_byte_that_is_not_utf_8(
    tmp_path: Path, content: bytes, line: int, column: int
) -> None:
    """Text in another encoding is a fault at its first wrong byte; columns count characters."""
    text, [item] = read_bytes(tmp_path, content, "a.txt")
    assert not text
    assert (item.code, item.line, item.column) == ("wrong-encoding", line, column)


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_read_text_reports_empty_file(tmp_path: Path, content: bytes) -> None:
    """A file without text is a fault."""
    text, [item] = read_bytes(tmp_path, content, "a.txt")
    assert not text
    assert (item.code, item.line, item.column) == ("empty-file", 1, 1)


def test_read_text_reports_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder or a missing file is a fault with the reason of the system."""
    faults: list[Fault] = []
    assert read_text(tmp_path, faults) is None
    assert read_text(tmp_path / "no.txt", faults) is None
    assert [(item.code, item.line) for item in faults] == [("cannot-read", 0)] * 2
    assert "it is a folder" in faults[0].finding
    assert "No such file or directory" in faults[1].finding


# -- PDF --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lines_a_page", [7, 25, 100])
def test_extract_tables_from_pdf_gives_the_same(tmp_path: Path, lines_a_page: int) -> None:
    """A PDF gives the same tables as its text; lines are counted through all its pages.

    An empty line is nothing in a PDF, so the lines below it have a lower number there.
    """
    path = tmp_path / "answer.pdf"
    path.write_bytes(pdf(TEXT, lines_a_page=lines_a_page))
    document = read_documents(read_project(ANSWER), [])["av-2024-3"]
    faults: list[Fault] = []
    text = read_text(path, faults)
    assert text
    tables = extract_tables(text, document, faults)
    assert not faults
    drawn = printed_text("answer.txt", "\n".join(filter(None, TEXT.split("\n"))))
    expected = extract_tables(drawn, document, faults)
    assert tables == expected
    approved = {item.stem: item.read_text("utf-8") for item in ANSWER.glob("mappings/*/*.csv")}
    for table in tables:
        cells = [line.rpartition(",")[0] for line in approved[table.name].splitlines()]
        assert [line.rpartition(",")[0] for line in table.as_csv().decode().splitlines()] == cells


def test_extract_minister_answer_from_pdf_gives_the_committed_tables(tmp_path: Path) -> None:
    """The minister's answer as a PDF gives the committed tables, source lines included."""
    path = tmp_path / "answer.pdf"
    path.write_bytes(pdf(minister_answer().read_text(encoding="utf-8"), lines_a_page=50))
    document = read_documents(read_project(ROOT), [])["sv-2023-19"]
    faults: list[Fault] = []
    text = read_text(path, faults)
    assert text
    tables = extract_tables(text, document, faults)
    assert not faults
    assert len(tables) == 19
    for table in tables:
        assert (ROOT / f"mappings/sv-2023-19/{table.name}.csv").read_bytes() == table.as_csv()


def test_extract_tables_from_pdf_with_page_numbers_gives_faults_in_tables(tmp_path: Path) -> None:
    """A page number in the middle of a table is a fault at its line, never a figure."""
    lines = TEXT.split("\n")
    at = lines.index("nee 654 95")
    path = tmp_path / "answer.pdf"
    path.write_bytes(pdf("\n".join([*lines[:at], "2", *lines[at:]]), lines_a_page=at + 1))
    document = read_documents(read_project(ANSWER), [])["av-2024-3"]
    faults: list[Fault] = []
    text = read_text(path, faults)
    assert text
    extract_tables(text, document, faults)
    assert [(item.code, item.line, item.column) for item in faults] == [("unexpected-text", 33, 1)]


def test_read_text_of_scan_says_that_it_has_no_text(tmp_path: Path) -> None:
    """A PDF that holds only pictures is a fault that says so."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.rect(10, 10, 100, 100, fill=1)
    canvas.showPage()
    canvas.save()
    text, [item] = read_bytes(tmp_path, out.getvalue())
    assert not text
    assert (item.code, item.line) == ("cannot-read", 0)
    assert "no text layer; it may be a scan" in item.finding


@pytest.mark.parametrize("strength", [40, 128])
def test_read_text_of_encrypted_pdf_asks_for_a_copy(tmp_path: Path, strength: int) -> None:
    """A PDF with a password is a fault that says what to do."""
    encrypt = StandardEncryption("geheim", ownerPassword="ook", strength=strength)
    text, [item] = read_bytes(tmp_path, pdf(TEXT, encrypt=encrypt))
    assert not text
    assert item.code == "cannot-read"
    assert "encrypted; save a copy without a password" in item.finding


def test_read_text_of_pdf_with_strong_encryption_asks_for_a_copy(tmp_path: Path) -> None:
    """A PDF that is encrypted by AES, for which a library is lacking, is the same fault."""
    whole = pdf(TEXT, encrypt=StandardEncryption("geheim", strength=128))
    start, end = whole.index(b"/Filter /Standard"), whole.index(b"/V 2") + 4
    handler = whole[start:end].replace(b"/R 3", b"/R 6").replace(b"/V 2", b"/V 5 /CF <</StdCF")
    handler += b" <</CFM /AESV3 /Length 32>>>> /StmF /StdCF /StrF /StdCF"
    keys = b" /OE <" + b"00" * 32 + b"> /UE <" + b"00" * 32 + b"> /Perms <" + b"00" * 16 + b">"
    text, [item] = read_bytes(tmp_path, whole[:start] + handler + keys + whole[end:])
    assert not text
    assert "encrypted; save a copy without a password" in item.finding


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-",
        b"%PDF-1.7\n%%EOF\n",
        b"%PDF-1.4\nxref\n0 1\ntrailer\n<< /Root 1 0 R /Size 1 >>\nstartxref\n9\n%%EOF",
        b"%PDF-1.4\n"
        + b"[" * 5000
        + b"\ntrailer << /Root "
        + b"<<" * 5000
        + b"\nstartxref\n9\n%%EOF",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[2 0 R]"
        b"/Count 1>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF",
    ],
    ids=["header", "empty", "no-objects", "deep", "own-parent"],
)
def test_read_text_of_broken_pdf_is_a_fault(tmp_path: Path, content: bytes) -> None:
    """A PDF that is no PDF inside is a fault with a reason on one line."""
    text, [item] = read_bytes(tmp_path, content)
    assert not text
    assert (item.code, item.line) == ("cannot-read", 0)
    assert str(item).count("\n") == 1


def test_read_text_of_damaged_pdf_never_crashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happened to the bytes of a PDF, reading it gives text or one fault."""
    # Without the process of its own, of which 300 would take long.
    monkeypatch.setattr("publish.tables.pdf.text_of_pdf", read_pages)
    chance = random.Random(4)
    whole = [pdf(TEXT, pageCompression=0), pdf(TEXT, pageCompression=1)]
    words = [b"/Kids", b"/Contents", b"/Length", b"/Root", b"/Filter", b" R", b"obj", b"Tj", b"["]
    faulty = 0
    for _ in range(300):
        content = bytearray(chance.choice(whole))
        at = chance.randrange(8, len(content))
        match chance.choice(["change", "cut", "take", "word"]):
            case "change":
                for _ in range(chance.randrange(1, 60)):
                    content[chance.randrange(8, len(content))] = chance.randrange(256)
            case "cut":
                del content[at:]
            case "take":
                del content[at : at + chance.randrange(1, 200)]
            case _:
                new = chance.choice([b"/X", b"", b"-1", b"<<", b"null", b"(", b"/Kids"])
                content = content.replace(chance.choice(words), new, chance.randrange(1, 4))
        text, faults = read_bytes(tmp_path, bytes(content))
        assert bool(text) != bool(faults)
        faulty += bool(faults)
    assert 50 < faulty < 300


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_read_text_of_a_thousand_mutants_of_pdf(tmp_path: Path) -> None:
    """The same holds of other changes, in the process that reads PDFs for the program."""
    whole = [pdf(TEXT, pageCompression=0), pdf(TEXT, pageCompression=1)]
    faulty = 0
    for number in range(1_000):
        chance = random.Random(f"documents {number}")
        what, content = mutate(chance.choice(whole), chance, whole)
        text, faults = read_bytes(tmp_path, content)
        assert bool(text) != bool(faults), (number, what)
        faulty += bool(faults)
    assert 100 < faulty < 1_000


def test_read_text_knows_a_pdf_by_its_content(tmp_path: Path) -> None:
    """A PDF is known by its first bytes, also below other bytes and under another name."""
    text, faults = read_bytes(tmp_path, b"\n\n" + pdf("Hallo"), "answer.txt")
    assert (text, faults) == ("Hallo", [])


def test_read_text_of_text_that_mentions_pdf(tmp_path: Path) -> None:
    """A text about PDF files is a text."""
    content = b"Bestand: antwoord.pdf\n" + base64.b64encode(b"%PDF-")
    assert not read_bytes(tmp_path, content, "a.txt")[1]
