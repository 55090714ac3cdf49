"""Hostile PDFs: each ends in words within its bounds, and never takes the program with it."""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

import pytest

from publish.faults.fault import Fault, Words
from publish.tables import pdf
from publish.tables.document_text import read_text
from publish.tables.pdf import text_of_pdf

CATALOGUE = b"1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
PAGES = b"2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"
PAGE = (
    b"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources"
    b" <</Font <</F 5 0 R>> /XObject <</X 6 0 R>> >> >> endobj\n"
    b"5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj\n"
)


def stream(number: int, content: bytes, about: bytes = b"") -> bytes:
    """Return a compressed stream as an object."""
    packed = zlib.compress(content, 9)
    head = b"%d 0 obj <<%b /Filter /FlateDecode /Length %d>> stream\n" % (
        number,
        about,
        len(packed),
    )
    return head + packed + b"\nendstream endobj\n"


def document(*objects: bytes) -> bytes:
    """Return a PDF of these objects and their table of contents."""
    body = b"%PDF-1.5\n" + b"".join(objects)
    found = sorted((int(item[1]), item.start(1)) for item in re.finditer(rb"(\d+) 0 obj", body))
    table = b"".join(b"%d 1\n%010d 00000 n \n" % item for item in found)
    end = b"trailer <</Root 1 0 R /Size 9>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n" + table + end


FORM = b"/Type /XObject /Subtype /Form /Resources <</XObject <</X 6 0 R>> >>"

ONE_LINE = document(
    CATALOGUE, PAGES, PAGE, stream(4, b"BT /F 9 Tf (Een tabel) Tj ET"), stream(6, b"")
)
ENDLESS_TEXT = document(
    CATALOGUE, PAGES, PAGE, stream(4, b"BT /F 9 Tf " + b"(x) Tj " * 1_000_000), stream(6, b"")
)
ZEROS = document(CATALOGUE, PAGES, PAGE, stream(4, bytes(120_000_000)), stream(6, b""))
DRAWS_ITSELF = document(
    CATALOGUE, PAGES, PAGE, stream(4, b"/X Do"),
    stream(6, b"/X Do /X Do", FORM),
)  # fmt: skip
NO_PAGES = document(CATALOGUE, b"2 0 obj <</Type /Pages /Kids [] /Count 0>> endobj\n")
IN_A_CIRCLE = document(CATALOGUE, b"2 0 obj <</Type /Pages /Kids [2 0 R 2 0 R] /Count 2>> endobj\n")
MANY_PAGES = document(CATALOGUE, b"2 0 obj <</Type /Pages /Count 999999999>> endobj\n")
WITHOUT_TEXT = document(CATALOGUE, PAGES, PAGE, stream(4, b"0 0 9 9 re f"), stream(6, b""))


def test_read_text_of_small_pdf() -> None:
    """A PDF as those below, but for what is hostile in them, is read."""
    assert text_of_pdf(ONE_LINE) == "Een tabel"


@pytest.mark.parametrize(
    "content",
    [ENDLESS_TEXT, ZEROS, DRAWS_ITSELF, NO_PAGES, IN_A_CIRCLE, MANY_PAGES, WITHOUT_TEXT],
    ids=["text", "zeros", "itself", "none", "circle", "many", "drawing"],
)
def test_say_why_hostile_pdf_gives_no_text(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF that would take for ever, or that holds nothing, is refused in both languages."""
    monkeypatch.setattr(pdf, "SECONDS", 1)
    told = text_of_pdf(content)
    assert isinstance(told, Words)
    assert told.nl != told


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "nothing", "large"])
def test_refuse_document_that_is_no_file(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe never keeps the program waiting, and a device never fills its memory."""
    monkeypatch.setattr("publish.tables.document_text.MOST_BYTES", 1 << 20)
    path = tmp_path / "answer.pdf"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "large":
        path.write_bytes(b"%PDF-1.4" + bytes(1 << 20))
    faults: list[Fault] = []
    assert read_text(path, faults) is None
    assert [item.code for item in faults] == [
        "file-too-large" if kind == "large" else "cannot-read"
    ]
