"""The text of a document, line by line, as a release holds it beside the figures.

Source lines of tables and of what is missing count the lines of this text, from 1.
"""

from __future__ import annotations

from publish.release.manifest import File
from publish.release.opened import Served, once_per_release

TEXTS = "texts"
"""The folder of the release with the texts of documents, each KEY.txt."""


def text_file(served: Served, document_iri: str) -> File | None:
    """Return the file with the text of a document by its IRI, where it is published."""
    key = document_iri.removeprefix(f"{served.base}/id/document/")
    sha256 = served.manifest.get("texts", {}).get(key)
    if sha256 is None:
        return None
    path = f"{TEXTS}/{key}.txt"
    size = served.listed[path].size
    return File(path=path, size=size, sha256=sha256, media_type="text/plain", about=document_iri)


@once_per_release
def lines_of_document(served: Served, document_iri: str) -> tuple[str, ...] | None:
    """Return the lines of a document by its IRI; None for one of which no text is published.

    The line with number 71 is at index 70. Raises DamagedFile.
    """
    file = text_file(served, document_iri)
    if file is None:
        return None
    text = served.read(file).decode()
    return tuple(text.removesuffix("\n").split("\n"))
