"""Turtle of a view has the triples of its observations as the dumps have them, and no others."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from built import Built
from exported import ANSWER, observations, written
from odd_exports import SLUGS, VREEMD

from publish.exports.forms.rows import turtle
from publish.exports.view import DataView

QB = "http://purl.org/linked-data/cube#"


def triples(content: bytes, form: ox.RdfFormat = ox.RdfFormat.TURTLE) -> set[ox.Triple]:
    """Return the triples of a file."""
    return {quad.triple for quad in ox.parse(content, format=form)}


def dumped(release: Built, slug: str) -> set[ox.Triple]:
    """Return the triples of the dump of a data set."""
    return triples(release.dump(f"{slug}.nt"), ox.RdfFormat.N_TRIPLES)


def about_observations(release: Built, slug: str, found: set[ox.Triple]) -> set[ox.Triple]:
    """Return the triples that have an observation of a data set as subject or object."""
    head = release.project.uris.iri("observation", slug=slug, codes="")
    return {
        triple
        for triple in found
        if str(triple.subject)[1:].startswith(head)
        or (
            triple.predicate.value != "http://www.w3.org/ns/prov#wasDerivedFrom"
            and str(triple.object)[1:].startswith(head)
        )
    }


def assert_same_as_dump(release: Built, slug: str) -> None:
    """Assert that the whole data set as Turtle is all that the dump says of its observations."""
    dump = dumped(release, slug)
    found = triples(written(release.folder, slug, "ttl"))
    assert found
    assert found <= dump
    assert found == about_observations(release, slug, dump)


@pytest.mark.parametrize("slug", SLUGS)
def test_write_all_that_the_dump_says_of_observations(odd_exports: Built, slug: str) -> None:
    """The triples of a whole data set are those of its dump, remarks and sums too."""
    assert_same_as_dump(odd_exports, slug)


@pytest.mark.sampled(7)
@pytest.mark.parametrize("slug", ANSWER)
def test_write_the_answer_as_its_dumps_have_it(answer: Built, slug: str) -> None:
    """So it is with every data set of the answer."""
    assert_same_as_dump(answer, slug)


def test_write_pages_that_are_the_whole_together(
    odd_exports: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages overlap in nothing, and have the observations of their place in the order."""
    monkeypatch.setattr(turtle, "MOST_LISTED", 3)
    whole = observations(odd_exports.folder, VREEMD)
    found = []
    for start in range(0, len(whole), 30):
        page = triples(written(odd_exports.folder, VREEMD, "ttl", DataView(start=start, size=30)))
        subjects = {
            triple.subject.value for triple in page if triple.object.value == f"{QB}Observation"
        }
        head = odd_exports.project.uris.iri("observation", slug=VREEMD, codes="")
        assert subjects == {head + "/".join(one.codes) for one in whole[start : start + 30]}
        found.append(page)
    assert set().union(*found) == triples(written(odd_exports.folder, VREEMD, "ttl"))
    assert sum(map(len, found)) == len(set().union(*found))


def test_say_in_comments_what_it_is(odd_exports: Built) -> None:
    """A reader sees the data set and its pages, on a line each whatever the title holds."""
    view = DataView(codes={"groep": ("A_laag",)}, size=5, start=5, language="en")
    text = written(odd_exports.folder, VREEMD, "ttl", view).decode()
    assert text.splitlines()[:5] == [
        '# =Odd, "so" <b>',
        "# <https://data.example.org/id/dataset/vreemd>",
        "# Observations 6 up to 10 of 27.",
        "# Next page: <https://data.example.org/data/vreemd"
        "?groep=A_laag&lang=en&format=ttl&start=10&size=5>",
        "# Previous page: <https://data.example.org/data/vreemd"
        "?groep=A_laag&lang=en&format=ttl&size=5>",
    ]


def test_write_a_page_behind_the_end(odd_exports: Built) -> None:
    """It is Turtle without triples, and says so."""
    text = written(odd_exports.folder, VREEMD, "ttl", DataView(start=900, size=5))
    assert triples(text) == set()
    assert "# Geen waarnemingen op deze bladzijde, van 81." in text.decode()
