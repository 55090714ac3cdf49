"""The texts of documents in a release."""

from __future__ import annotations

from built import Built
from shared_material import minister_answer

from publish.release.document_text import lines_of_document
from publish.release.opened import Served


def test_lines_of_document_are_those_that_its_tables_count(answer: Built) -> None:
    """A release has the lines of the text, by their number; of what has none there are none."""
    served, iri = Served(answer.folder), f"{answer.base}/id/document/sv-2023-19"
    lines = lines_of_document(served, iri)
    assert lines is not None
    assert list(lines) == minister_answer().read_text(encoding="utf-8").splitlines()
    assert lines[70] == "18-19 2,05 4,64 5,71 2,98 1,74"
    assert lines_of_document(served, f"{answer.base}/id/document/ander") is None
    assert lines_of_document(served, f"{answer.base}/id/document/../../made") is None
