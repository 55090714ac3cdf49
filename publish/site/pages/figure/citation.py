"""How a data set, a view of it or a figure is cited: as a sentence, as a reference, for programs.

A reference follows the order of APA: who published it, the year, the title, the release with its
date, the address. Programs read BibTeX, or CSL-JSON as Zotero and word processors do.
https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date

from publish.exports.description import DataSetDescription
from publish.exports.figure_text import one_line
from publish.release.opened import Served
from publish.site.rendering import read_texts, written_date

_SPECIAL = re.compile(r"([\\{}&%$#_^~])")
"""Signs that mean something else in BibTeX."""


@dataclass(frozen=True, kw_only=True)
class CitedRelease:
    """The release that a figure is cited from."""

    day: date | None
    number: int | None

    def text(self, language: str) -> str:
        """Return ``uitgave 3 van 2 juli 2026``, or what is known of it."""
        t = read_texts()[language]
        if self.day is None:
            return ""
        day = written_date(self.day.isoformat(), language)
        if self.number is None:
            return str(t["cite-release-of"]).format(day=day)
        return str(t["cite-release-number"]).format(number=self.number, day=day)


@dataclass(frozen=True, kw_only=True)
class Citation:
    """How something is cited, in one language."""

    sentence: str
    """A sentence with its source, for a text."""
    reference: str
    """An entry of a list of references."""
    bibtex: str
    csl_json: str


def released(served: Served) -> CitedRelease:
    """Return the number and the day of the release that is served, as far as they are known."""
    last = served.history.last
    if last is not None and last.id == served.id:
        return CitedRelease(day=date.fromisoformat(last.released[:10]), number=last.number)
    day = date.fromisoformat(served.made[:10]) if served.made else None
    return CitedRelease(day=day, number=None)


def citation_of(
    served: Served,
    description: DataSetDescription,
    language: str,
    *,
    address: str | None = None,
    part: str = "",
    sentence: str = "",
) -> Citation:
    """Return how a data set is cited, or a part of it: a view or a figure.

    ``address`` is that of the part, ``part`` what it is called, and ``sentence`` what is said of it
    before its source; the data set's own without them.
    """
    t = read_texts()[language]
    release, address = released(served), address or description.page
    title = one_line(description.title[language])
    publisher = one_line((description.publisher or served.title)[language])
    year = str(release.day.year) if release.day else str(t["cite-no-date"])
    source = source_sentence(served, description, language)
    edition = release.text(language)
    whole = f"{title}: {part}" if part else title
    details = ", ".join(item for item in (t["data-set"].lower(), edition) if item)
    return Citation(
        sentence=" ".join((sentence or f"{whole}.", source, f"{address}")),
        reference=f"{publisher} ({year}). {whole} [{details}]. {address}",
        bibtex=_bibtex(description, whole, publisher, edition, release, address),
        csl_json=_csl_json(description, whole, publisher, edition, release, address, language),
    )


def source_sentence(
    served: Served, description: DataSetDescription, language: str, where: str = ""
) -> str:
    """Return ``Bron: Antwoord op …, regel 81; via Cijfers van hier, uitgave van …``.

    ``where`` is the place in the document, as ``regel 81``.
    """
    t = read_texts()[language]
    documents = dict.fromkeys(
        one_line(item.document_title[language]) for item in description.tables
    )
    printed = "; ".join(documents)
    if where and len(documents) == 1:
        printed = f"{printed}, {where}"
    name = one_line(served.title[language])
    edition = released(served).text(language)
    via = ", ".join(item for item in (name, edition) if item)
    if not printed:
        return f"{t['source']}: {via}."
    return f"{t['source']}: {printed}; {str(t['cite-via']).format(site=via)}."


def _bibtex(
    description: DataSetDescription,
    title: str,
    publisher: str,
    edition: str,
    release: CitedRelease,
    address: str,
) -> str:
    fields = {
        "title": f"{{{_escaped(title)}}}",
        "author": f"{{{_escaped(publisher)}}}",
        "publisher": _escaped(publisher),
        "year": str(release.day.year) if release.day else "",
        "month": str(release.day.month) if release.day else "",
        "note": _escaped(edition),
        "url": address,
    }
    year = f"-{release.day.year}" if release.day else ""
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{description.slug}{year},\n" + ",\n".join(lines) + "\n}"


def _csl_json(
    description: DataSetDescription,
    title: str,
    publisher: str,
    edition: str,
    release: CitedRelease,
    address: str,
    language: str,
) -> str:
    day = release.day
    item = {
        "id": description.slug,
        "type": "dataset",
        "title": title,
        "author": [{"literal": publisher}],
        "publisher": publisher,
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "version": edition,
        "URL": address,
        "language": language,
    }
    known = {name: value for name, value in item.items() if value}
    return json.dumps([known], ensure_ascii=False, indent=1)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
