"""The text layer of a PDF, read in a process of its own that is ended when it takes too much.

A PDF of some kilobytes can ask for work and memory without end: compressed streams of zeros, page
trees that run in a circle, forms that draw each other.
"""

from __future__ import annotations

import io
import logging
from multiprocessing.connection import Connection

import pypdf
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from publish.faults.fault import Words, phrase
from publish.project.ended_process import process_of
from publish.tables.unsound import UNSOUND, problem_of

SECONDS = 60
"""Seconds that the text of a PDF may take; waiting for them may take twice as long."""
MOST_MEMORY = 1
"""GiB of memory that it may take besides what the program has already."""
MOST_TEXT = 16 * 2**20
"""Characters of text at most: some 5,000 full pages."""


def text_of_pdf(raw: bytes) -> str | Words:
    """Return the text of all pages of a PDF, or in words why it cannot be read."""
    with process_of(_work, raw, seconds=SECONDS, gib=MOST_MEMORY) as receiver:
        try:
            if not receiver.poll(2 * SECONDS):
                return phrase("pdf-took-too-long", seconds=SECONDS)
            answer: str | Words = receiver.recv()
            return answer
        except EOFError:
            return phrase("pdf-took-too-much", seconds=SECONDS, most=MOST_MEMORY)


def _work(sender: Connection, raw: bytes) -> None:
    """Hand over the text of a PDF, or why there is none."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs every repair it makes
    sender.send(read_pages(raw))


def read_pages(raw: bytes) -> str | Words:
    """Return the text of all pages of a PDF, or in words why not; only the text is bounded."""
    texts, length = list[str](), 0
    try:
        for page in pypdf.PdfReader(io.BytesIO(raw)).pages:
            texts.append(page.extract_text().removesuffix("\n"))
            length += len(texts[-1])
            if length > MOST_TEXT:
                return phrase("pdf-with-too-much-text", most=f"{MOST_TEXT >> 20} MiB")
    except (FileNotDecryptedError, DependencyError):
        return phrase("pdf-encrypted")
    except MemoryError:
        return phrase("pdf-took-too-much", seconds=SECONDS, most=MOST_MEMORY)
    except (PyPdfError, *UNSOUND) as error:
        return phrase("pdf-broken", problem=problem_of(error))
    text = "\n".join(texts)
    return text if text.strip() else phrase("pdf-without-text")
