"""RDF/XML: triples that it cannot hold, as a predicate can be no name of an element, and encodings.

Nothing of the package is imported here, so that a worker starts quickly.
https://www.w3.org/TR/rdf-syntax-grammar/#section-Namespace
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import pyoxigraph as ox

Statement = TypeVar("Statement", ox.Triple, ox.Quad)

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NO_PROPERTY = re.compile(
    "RDF|ID|about(?:Each(?:Prefix)?)?|bagID|datatype|Description|li|nodeID|parseType|resource"
)
"""Names of RDF's own that are no properties in RDF/XML (section 5.1)."""
LETTERS = r"A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff"
LOCAL_NAME = re.compile(rf"[{LETTERS}][{LETTERS}0-9.\-\u00b7]*$")
"""What an element can be called, at the end of an IRI (Namespaces in XML, section 4)."""
NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that XML 1.0 cannot hold, however they are written (section 2.2), as UTF-8."""
FAR = re.compile(r"[^\x00-\xff]")
"""Other characters: what is a letter among them depends on the edition of XML."""


class NotInXml(Exception):
    """A graph has a character that XML cannot hold, or a predicate that can be no element."""


def as_elements(triples: Iterable[Statement]) -> Iterator[Statement]:
    """Yield triples whose predicates can be elements of XML. Raises NotInXml for others."""
    known = set()
    for triple in triples:
        if triple.predicate not in known:
            iri = triple.predicate.value
            is_syntax = iri.startswith(RDF) and NO_PROPERTY.fullmatch(iri, len(RDF))
            if is_syntax or FAR.search(iri) or not LOCAL_NAME.search(iri):
                raise NotInXml
            known.add(triple.predicate)
        yield triple


DECLARED = re.compile(r"""(<\?xml[^>]*?encoding\s*=\s*["'])([A-Za-z][\w.-]*)""")
RECODED = re.compile("ascii|iso8859-|cp125|cp437|koi8|mac-|utf-16")
"""Encodings besides UTF-8 in which XML is found, as Python calls them."""
MOST_RECODED = 1 << 28
"""Bytes of a file in another encoding at most, which is read whole."""


def as_utf_8(content: io.BufferedReader) -> io.BufferedReader:
    """Return XML in UTF-8, as the RDF parser reads no other encoding.

    The text keeps its places. What cannot be read is left for a parser to report. Raises OSError
    for a file in another encoding that is too large.
    """
    start = content.peek(200)[:200]
    declared = DECLARED.match(start.decode("latin-1"))
    encoding = declared[2] if declared else "utf-8"
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    try:
        if not RECODED.match(codecs.lookup(encoding).name):
            return content
    except LookupError:
        return content
    raw = content.read(MOST_RECODED + 1)
    if len(raw) > MOST_RECODED:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return io.BufferedReader(io.BytesIO(raw))
    text = DECLARED.sub(lambda found: found[1] + "utf-8", text, count=1)
    return io.BufferedReader(io.BytesIO(text.encode()))
