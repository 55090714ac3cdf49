"""The example queries of a project, ``ontology/queries/<name>.rq``, which the query page offers.

A query begins with two comments, ``# nl: …`` and ``# en: …``, that say what it answers. Prefixes of
the project need no declaration, IRIs may be relative to its base, and ``$language`` stands for the
language of the reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyoxigraph as ox

from publish.faults.fault import Fault, fault
from publish.project.files import read_file
from publish.project.iris import SLUG
from publish.project.project import Project, Text
from publish.sparql.query.errors import Refused
from publish.sparql.query.guard import examine
from publish.sparql.query.syntax import explain_syntax

TITLE = re.compile(r"^# (nl|en): (\S.*)$")
RELATIVE = re.compile(r"<(?:id|ns)/")

ANY_LANGUAGE = "en-anyone"
"""A language tag as long as ``$language``, so that columns of faults are those of the file."""


@dataclass(frozen=True, kw_only=True)
class ExampleQuery:
    """An example query: its name, what it answers, and its text as it stands in the file."""

    name: str
    title: Text
    text: str


def prefix_lines(prefixes: dict[str, str], query: str | None = None) -> str:
    """Return PREFIX lines: all, or those that a query uses."""
    return "".join(
        f"PREFIX {prefix}: <{namespace}>\n"
        for prefix, namespace in sorted(prefixes.items())
        if query is None or re.search(rf"(?<![\w-]){re.escape(prefix)}:", query)
    )


def complete_query(text: str, base: str, prefixes: dict[str, str], language: str) -> str:
    """Return a query with its base, prefixes and language, which runs anywhere."""
    head = f"BASE <{base}/>\n" if RELATIVE.search(text) else ""
    return f"{head}{prefix_lines(prefixes, text)}\n{text.replace('$language', language)}"


def read_example_queries(project: Project, faults: list[Fault]) -> list[ExampleQuery]:
    """Read the example queries of a project in the order of their names."""
    queries = []
    prefixes = project.uris.prefixes()
    for path in sorted((project.root / "ontology" / "queries").glob("*.rq")):
        shown = project.shown(path)
        if not SLUG.fullmatch(path.stem):
            faults.append(fault("wrong-file-name", shown, name=path.name))
            continue
        text = read_file(path, shown, faults, root=project.root)
        if text is None:
            continue
        text = text.replace("\r\n", "\n")
        titles = [match for line in text.split("\n")[:2] if (match := TITLE.match(line))]
        title = {match[1]: match[2] for match in titles}
        if set(title) != {"nl", "en"}:
            faults.append(fault("query-without-title", shown, 1, 1))
        whole = complete_query(text, project.base, prefixes, ANY_LANGUAGE)
        before = whole.count("\n") - text.count("\n")
        try:
            examine(whole)
            ox.Store().query(whole)
        except Refused as error:
            faults.append(fault("query-refused", shown, problem=error.reason))
            continue
        except SyntaxError as error:
            found = explain_syntax(str(error.msg), whole)
            line, column = found.place
            place = max(line - before, 1), column
            faults.append(fault("query-syntax", shown, *place, problem=found.reason))
            continue
        queries.append(ExampleQuery(name=path.stem, title=title, text=text))
    return queries
