"""Releases replayed: after each, all that tells what there is and what changed says the same.

What is right is computed here from the figures of the tables alone. The verbs run as processes of
their own, and a server that runs all the time is asked as a stranger asks it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyoxigraph as ox
import pytest
from built import PROGRAM
from raw_http import Reply
from small_project import PLAIN, SmallProject
from sparql_server import Server, serving, until, values

BASE = "https://data.example.org"
ID = f"{BASE}/id/"
NS = f"{BASE}/ns/proef#"
AS, DCT = "https://www.w3.org/ns/activitystreams#", "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
TREE = "https://w3id.org/tree#"
OPEN_SETTINGS = f"""keep-releases = 9
licence = "https://data.vlaanderen.be/id/licentie/modellicentie-gratis-hergebruik/v1.0"
base = "{BASE}"
"""
CATALOGUE = """
[publisher]
name = { nl = "Uitgever", en = "Publisher" }
[contact]
email = "info@data.example.org"
[catalogue]
themes = ["SOCI"]
frequency = "QUARTERLY"
spatial = "https://sws.geonames.org/3337388/"
availability = "STABLE"
keywords = { nl = ["werk"], en = ["work"] }
"""
MARKS = "marks: {x: {reason: ONBEKEND}}\n"

Figures = dict[str, dict[tuple[str, str], str]]
"""What is printed in the table of each data set, by quarter and age."""

FIRST: Figures = {
    "proef": {
        ("2022-Q1", "jong"): "1",
        ("2022-Q1", "oud"): "3",
        ("2022-Q2", "jong"): "2",
        ("2022-Q2", "oud"): "4",
    },
    "weg": {("2022-Q1", "jong"): "10", ("2022-Q1", "oud"): "20"},
}
QUARTER: Figures = {
    **FIRST,
    "proef": FIRST["proef"] | {("2022-Q3", "jong"): "5", ("2022-Q3", "oud"): "6"},
}
REVISION: Figures = {
    **QUARTER,
    "proef": QUARTER["proef"] | {("2022-Q1", "jong"): "7", ("2022-Q3", "oud"): "x"},
}
WITHDRAWAL: Figures = {
    **REVISION,
    "proef": {key: text for key, text in REVISION["proef"].items() if key[0] != "2022-Q2"},
}
OTHERS: Figures = {
    "proef": WITHDRAWAL["proef"],
    "nieuw": {("2022-Q1", "jong"): "8", ("2022-Q2", "jong"): "9"},
}
REPLAYED = (FIRST, QUARTER, REVISION, WITHDRAWAL, OTHERS, QUARTER)
"""The figures of each release; the last takes all back but for the new quarter."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a release states of one observation: its value, None where there is none, its cell."""

    value: str | None
    row: int
    column: int


def stated(figures: Figures) -> dict[str, Stated]:
    """Return what is stated by the path of each observation, as the tables give it."""
    found = {}
    for slug, printed in figures.items():
        quarters = sorted({quarter for quarter, _ in printed})
        ages = sorted({age for _, age in printed})
        for (quarter, age), text in printed.items():
            found[f"{slug}/{quarter}/{age}/aantal"] = Stated(
                value=None if text == "x" else text,
                row=ages.index(age) + 2,
                column=quarters.index(quarter) + 2,
            )
    return found


def changes_between(old: Figures, new: Figures) -> dict[str, tuple[str, str | None, str | None]]:
    """Return what changed by the path of each observation: how, and the two values."""
    before, after = stated(old), stated(new)
    found: dict[str, tuple[str, str | None, str | None]] = {}
    for path in before.keys() | after.keys():
        one, other = before.get(path), after.get(path)
        if one is None and other:
            found[path] = ("added", None, other.value)
        elif one and other is None:
            found[path] = ("removed", one.value, None)
        elif one and other and one.value != other.value:
            found[path] = ("revised", one.value, other.value)
    return found


def print_tables(project: SmallProject, figures: Figures) -> None:
    """Write the tables and mappings that give these figures, and no others."""
    for old in (project.root / "mappings").glob("*.yaml"):
        old.unlink()
    for old in (project.root / "mappings" / "bron").glob("*.csv"):
        old.unlink()
    for slug, printed in figures.items():
        quarters = sorted({quarter for quarter, _ in printed})
        lines = [["x", *(quarter.replace("-Q", " - K") for quarter in quarters)]]
        for age in sorted({age for _, age in printed}):
            lines.append([age, *(printed[quarter, age] for quarter in quarters)])
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        project.table(text.getvalue(), slug)
        project.mapping(PLAIN.replace("bron/tabel", f"bron/{slug}") + MARKS, slug)


def remove_code(project: SmallProject, is_there: bool) -> None:
    """Take the code V out of the list of sexes, or put it back."""
    path = project.root / "ontology" / "codelists" / "geslacht.ttl"
    kept = path.with_suffix(".whole")
    if not kept.exists():
        path.rename(kept)
    head, mark, tail = kept.read_text(encoding="utf-8").partition("code:V")
    assert mark
    path.write_text(head + mark + tail if is_there else head, encoding="utf-8")


@dataclass(kw_only=True)
class Replay:
    """A project, the server of its releases, and what was released so far."""

    project: SmallProject
    server: Server
    released: list[Figures] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    closed: dict[str, bytes] = field(default_factory=dict)
    """The closed pages of the feed, as they were first seen."""

    @property
    def number(self) -> int:
        """The number of the last release."""
        return len(self.released)

    def publish(self, *arguments: str) -> str:
        """Run a verb in a process of its own; return what it prints."""
        done = subprocess.run(
            [PROGRAM, "--project", str(self.project.root), "-q", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def take(self, figures: Figures) -> None:
        """Take note of a release that was made, and let the server serve it."""
        self.released.append(figures)
        last = self.releases()[-1]
        assert (last["number"], last["state"]) == (self.number, "current")
        self.times.append(last["released"])
        self.server.process.send_signal(signal.SIGHUP)
        until(lambda: self.times[-1].encode() in self.get("/catalog.ttl").body)

    def releases(self) -> list[dict[str, Any]]:
        """Return what ``publish releases`` lists."""
        found: list[dict[str, Any]] = json.loads(self.publish("--format", "json", "releases"))
        return found

    def get(self, path: str, accept: str = "text/turtle") -> Reply:
        """Ask for a path, or an address below the base, and follow one redirect."""
        reply = self.server.fetch(path.removeprefix(BASE), fields=[("Accept", accept)])
        if reply.status == 303:
            where = reply["Location"].removeprefix(BASE)
            reply = self.server.fetch(where, fields=[("Accept", accept)])
        return reply

    def triples(self, path: str) -> list[ox.Triple]:
        """Return the triples of a document."""
        reply = self.get(path)
        assert reply.status == 200, (path, reply)
        return triples_of(reply)

    def feed(self) -> dict[str, list[ox.Triple]]:
        """Read the whole feed from its root; return the statements about each member."""
        pages, seen, members = ["/feed"], set[str](), dict[str, list[ox.Triple]]()
        while pages:
            path = pages.pop().removeprefix(BASE)
            if path in seen:
                continue
            seen.add(path)
            reply = self.get(path)
            assert reply.status == 200, (path, reply)
            if "immutable" in reply["Cache-Control"]:
                assert self.closed.setdefault(path, reply.body) == reply.body, path
            triples = triples_of(reply)
            for triple in triples:
                if triple.predicate.value == TREE + "node":
                    pages.append(name(triple.object))
                elif triple.predicate.value == TREE + "member":
                    assert name(triple.object) not in members
                    members[name(triple.object)] = []
            for triple in triples:
                if name(triple.subject) in members:
                    members[name(triple.subject)].append(triple)
        return members


def triples_of(reply: Reply) -> list[ox.Triple]:
    """Return the triples of a reply in Turtle."""
    return [quad.triple for quad in ox.parse(reply.body, format=ox.RdfFormat.TURTLE)]


def name(term: object) -> str:
    """Return the text of a term."""
    assert isinstance(term, ox.NamedNode | ox.Literal)
    return term.value


def one(triples: list[ox.Triple], predicate: str) -> str | None:
    """Return the only value of a property, if there is one."""
    found = {name(triple.object) for triple in triples if triple.predicate.value == predicate}
    assert len(found) <= 1, found
    return next(iter(found), None)


def in_dump(release: Path, slug: str) -> dict[str, str | None]:
    """Return what the N-Triples of a data set state by the path of each observation."""
    found: dict[str, str | None] = {}
    dump = release / "dumps" / f"{slug}.nt"
    for quad in ox.parse(path=dump, format=ox.RdfFormat.N_TRIPLES):
        subject = name(quad.subject).removeprefix(f"{ID}observatie/")
        if quad.predicate.value == RDF_TYPE and name(quad.object).endswith("cube#Observation"):
            found.setdefault(subject, None)
        elif quad.predicate.value == f"{NS}aantal":
            found[subject] = name(quad.object)
    return found


def in_columns(path: Path, slug: str) -> dict[str, Stated]:
    """Return what a file of columns states by the path of each observation."""
    rows = duckdb.sql(
        "SELECT kwartaal, leeftijd, measure, CAST(value AS VARCHAR), source_row, source_column "
        f"FROM '{path}'"
    ).fetchall()
    return {
        f"{slug}/{quarter}/{age}/{measure}": Stated(value=value, row=row, column=column)
        for quarter, age, measure, value, row, column in rows
    }


def check_differences(replay: Replay) -> None:
    """``publish diff``, ``changes.json``, the list of releases and the triples say one thing."""
    figures, old = replay.released[-1], replay.released[-2] if replay.number > 1 else {}
    expected, before, after = changes_between(old, figures), stated(old), stated(figures)
    history = replay.project.root / "build" / "history"
    kept = json.loads((history / "records" / f"{replay.number:04}" / "changes.json").read_text())
    found = {}
    for data_set in kept["data-sets"]:
        for change in data_set["changes"]:
            path = change["observation"].removeprefix(f"{ID}observatie/")
            values_ = [change[side] and change[side]["value"] for side in ("old", "new")]
            found[path] = (change["change"], *values_)
            for side, all_ in (("old", before), ("new", after)):
                if source := change[side] and change[side]["source"]:
                    place = all_[path].row, all_[path].column
                    assert (source["row"], source["column"]) == place, path
    assert found == expected
    counts = {
        kind: sum(change[0] == kind for change in expected.values())
        for kind in ("added", "removed", "revised")
    }
    listed = replay.releases()[-1]
    assert kept["counts"] == listed["changes"] == counts
    assert listed["observations"] == len(after)
    if replay.number == 1:
        return
    numbers = str(replay.number - 1), str(replay.number)
    assert json.loads(replay.publish("--format", "json", "diff", *numbers)) == kept


def check_triples(replay: Replay, old: Path, new: Path) -> None:
    """What a difference says to remove and to add makes the one release of the other."""
    folder = replay.project.root.parent / f"triples-{replay.number}"
    replay.publish("diff", str(replay.number - 1), str(replay.number), "--triples", str(folder))

    def lines(folder: Path) -> set[str]:
        return set((folder / "dumps" / "alles.nt").read_text().splitlines())

    removed, added = (
        set((folder / f"{name}.nt").read_text().splitlines()) for name in ("remove", "add")
    )
    assert removed <= lines(old)
    assert not added & lines(old)
    assert lines(old) - removed | added == lines(new)


def check_content(replay: Replay, release: Path) -> None:
    """Dumps, columns and the endpoint state what the tables print, of what there is and no more."""
    figures = replay.released[-1]
    expected = stated(figures)
    records = replay.project.root / "build" / "history" / "records" / f"{replay.number:04}"
    record = json.loads((records / "record.json").read_text())
    sums = {item["slug"]: item["columns"] for item in record["data-sets"]}
    assert sums.keys() == figures.keys()
    for slug in figures:
        own = {path: it for path, it in expected.items() if path.startswith(f"{slug}/")}
        assert in_dump(release, slug) == {path: it.value for path, it in own.items()}
        columns = release / "dumps" / f"{slug}.parquet"
        assert in_columns(columns, slug) == own
        assert hashlib.sha256(columns.read_bytes()).hexdigest() == sums[slug]
        kept = records.parents[1] / "columns" / f"{sums[slug]}.parquet"
        assert kept.read_bytes() == columns.read_bytes()
    reply = replay.server.query(
        "PREFIX qb: <http://purl.org/linked-data/cube#>\n"
        f"SELECT ?o ?v {{ ?o a qb:Observation OPTIONAL {{ ?o <{NS}aantal> ?v }} }}"
    )
    rows = json.loads(reply.body)["results"]["bindings"]
    found = {
        row["o"]["value"].removeprefix(f"{ID}observatie/"): row.get("v", {}).get("value")
        for row in rows
    }
    assert found == {path: it.value for path, it in expected.items()}


def check_feed(replay: Replay) -> None:
    """From the first member to the last, the feed leads to what there is; each has its address."""
    latest: dict[str, str | None] = {}
    members = replay.feed()
    at_times: dict[str, dict[str, tuple[str, str | None]]] = {time: {} for time in replay.times}
    for member, triples in members.items():
        path = one(triples, f"{DCT}isVersionOf") or one(triples, f"{AS}object")
        assert path is not None, triples
        path = path.removeprefix(f"{ID}observatie/")
        time = one(triples, f"{PROV}generatedAtTime") or one(triples, f"{AS}published")
        assert time is not None, triples
        is_deletion = one(triples, RDF_TYPE) == f"{AS}Delete"
        assert path not in at_times[time], "one version of an observation in each release"
        at_times[time][path] = ("removed" if is_deletion else "", one(triples, f"{NS}aantal"))
        document = replay.triples(member)
        assert set(triples) <= set(document), member
    for number, time in enumerate(replay.times):
        old = replay.released[number - 1] if number else {}
        expected = changes_between(old, replay.released[number])
        assert at_times[time].keys() == expected.keys(), time
        for path, (kind, value) in at_times[time].items():
            assert (kind == "removed") == (expected[path][0] == "removed"), path
            if kind == "removed":
                del latest[path]
            else:
                latest[path] = value
    assert latest == {path: it.value for path, it in stated(replay.released[-1]).items()}
    graph = f"{ID}graaf/versies"
    versions = values(
        replay.server.query(f"SELECT DISTINCT ?n {{ GRAPH <{graph}> {{ ?n ?p ?o }} }}")
    )
    assert set(members) <= set(versions)
    assert values(
        replay.server.query(f"SELECT (COUNT(*) AS ?n) {{ ?v <{DCT}isVersionOf> ?o }}")
    ) == ["0"]


def check_addresses(replay: Replay) -> None:
    """What is there answers 200; what was there once, 410 with since when, and its last figure."""
    ids = [item["id"] for item in replay.releases()]
    last: dict[str, int] = {}
    for number, figures in enumerate(replay.released, 1):
        last |= {f"observatie/{path}": number for path in stated(figures)}
        last |= {f"dataset/{slug}": number for slug in figures}
    for path, number in last.items():
        reply = replay.get(f"/id/{path}")
        assert reply.status == (200 if number == replay.number else 410), (path, reply)
        if reply.status == 200:
            continue
        told = triples_of(reply)
        gone = [triple for triple in told if name(triple.subject) == ID + path]
        assert one(gone, RDF_TYPE) == f"{AS}Tombstone"
        assert one(gone, f"{AS}deleted") == replay.times[number]
        if path.startswith("observatie/"):
            observation = path.removeprefix("observatie/")
            value = stated(replay.released[number - 1])[observation].value
            assert one(told, f"{NS}aantal") == value, path
            assert one(gone, f"{DCT}hasVersion") == f"{ID}{path}/{last_change(replay, path)}"
        page = replay.get(f"/id/{path}", "text/html")
        assert page.status == 410
        assert ids[number - 1] in page.text


def last_change(replay: Replay, path: str) -> int:
    """Return the number of the release that changed last what is stated of an observation."""
    observation, found = path.removeprefix("observatie/"), 0
    for number, figures in enumerate(replay.released, 1):
        old = replay.released[number - 2] if number > 1 else {}
        if changes_between(old, figures).get(observation, ("removed",))[0] != "removed":
            found = number
    return found


def check_catalogue(replay: Replay) -> None:
    """The catalogue lists the data sets there are, each with the day that it came and changed."""
    triples = replay.triples("/catalog.ttl")
    figures = replay.released[-1]
    listed = {
        name(triple.object).removeprefix(f"{ID}dataset/")
        for triple in triples
        if triple.predicate.value == "http://www.w3.org/ns/dcat#dataset"
    }
    assert listed >= figures.keys()
    assert not listed & ({slug for old in replay.released for slug in old} - figures.keys())
    for slug in figures:
        own = [item for item in triples if name(item.subject) == f"{ID}dataset/{slug}"]
        states = [old.get(slug) for old in replay.released]
        changed = [
            replay.times[at]
            for at, state in enumerate(states)
            if state is not None and state != (states[at - 1] if at else None)
        ]
        assert one(own, f"{DCT}modified") == changed[-1], slug
        assert one(own, f"{DCT}issued") == changed[0], slug


def check_unchanged(replay: Replay) -> None:
    """The same input again makes no release and moves no date."""
    catalogue = replay.get("/catalog.ttl").body
    before = replay.releases()
    replay.publish("release")
    assert replay.releases() == before
    replay.server.process.send_signal(signal.SIGHUP)
    assert replay.get("/catalog.ttl").body == catalogue


@pytest.fixture
def replay(project: SmallProject) -> Iterator[Replay]:
    settings = project.root / "publish.toml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    rest = "".join(line for line in lines if not line.startswith(("base ", "licence ")))
    settings.write_text(OPEN_SETTINGS + rest + CATALOGUE, encoding="utf-8")
    print_tables(project, FIRST)
    first = [PROGRAM, "--project", str(project.root), "-q", "release"]
    subprocess.run(first, check=True, capture_output=True)
    with serving(project.root, {"workers": 1, "reload": "signal", "access-log": "off"}) as server:
        yield Replay(project=project, server=server)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_say_one_thing_after_each_of_several_releases(replay: Replay) -> None:
    """A new quarter, a revision, a withdrawal, other data sets and codes, then all taken back."""
    current = replay.project.root / "build" / "current"
    before = None
    for number, figures in enumerate(REPLAYED, 1):
        if number == len(REPLAYED):
            replay.publish("rollback", "2")
        elif number > 1:
            print_tables(replay.project, figures)
            remove_code(replay.project, is_there=number < 5)
            replay.publish("release")
        replay.take(figures)
        release = current.resolve()
        check_differences(replay)
        check_content(replay, release)
        check_feed(replay)
        check_addresses(replay)
        check_catalogue(replay)
        if before is not None:
            check_triples(replay, before, release)
        code = replay.triples(f"{ID}concept/geslacht/V")
        assert (one(code, DEPRECATED) == "true") == (number == 5)
        before = release
        if number < len(REPLAYED):
            check_unchanged(replay)
    replay.publish("verify", "--all", "--full")
