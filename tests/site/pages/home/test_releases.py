"""The pages of releases: which there are, and what each changed, with what was said before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import client_of, page
from small_project import PLAIN, make_small_project

from publish.release.releasing import release
from publish.site.pages.home import releases


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second release: of four observations one is revised, two are removed and two added."""
    small = make_small_project(tmp_path_factory.mktemp("releases") / "project")
    small.table("x,2022 - K1,2022 - K2\njong,1,2\noud,3,4444\n")
    small.mapping(PLAIN)
    release(small.read())
    small.table("x,2022 - K2,2022 - K3\njong,7,2\noud,4444,5\n")
    note = {"nl": "Jong was fout gedrukt.", "en": "Young was misprinted."}
    return release(small.read(), note=note).folder


@pytest.fixture(scope="module")
def client(second: Path) -> FlaskClient:
    return client_of(second)


def test_list_the_releases(client: FlaskClient) -> None:
    """The newest stands first, with its date, its note, and how much it changed."""
    text = page(client, "/releases", "nl")
    rows = text.partition("<tbody>")[2].split("</tr>")
    assert 'href="/releases/2">Uitgave 2</a>' in rows[0]
    assert "nieuwste" in rows[0]
    assert "Jong was fout gedrukt." in rows[0]
    cells = [cell.partition("</td>")[0] for cell in rows[0].split('class="number">')[1:]]
    assert cells == [
        '4<span class="narrow"> waarnemingen</span>',
        '<span class="narrow">toegevoegd </span>2',
        '<span class="narrow">herzien </span>1',
        '<span class="narrow">verwijderd </span>2',
    ]
    assert 'href="/releases/1">Uitgave 1</a>' in rows[1]
    assert "voorlopige versie" not in text


def test_tell_what_a_release_changed(client: FlaskClient) -> None:
    """Each changed observation leads to its page, with what was said before and what is now."""
    text = page(client, "/releases/2", "nl")
    assert "Jong was fout gedrukt." in text
    rows = text.partition('<h3 id="figures">')[2].split("<tr class=")[1:]
    kinds = [row.split('"')[1] for row in rows]
    assert kinds == ["revised", "removed", "removed", "added", "added"]
    assert "<del>2\xa0aantal</del>" in rows[0]
    assert "<ins>7\xa0aantal</ins>" in rows[0]
    assert "<ins>" not in rows[1]
    assert "<del>" not in rows[3]
    for row, status in zip(rows, (200, 410, 410, 200, 200), strict=True):
        href = row.partition('href="')[2].partition('"')[0]
        page(client, href, "nl", status)
    home = page(client, "/", "en")
    assert 'href="/releases/2">Release 2</a>' in home
    assert "Changed observations: 2 added, 1 revised, 2 removed." in " ".join(home.split())


def test_tell_that_all_is_new_in_the_first(client: FlaskClient) -> None:
    """Of a first release the data sets are counted, and no observation is listed."""
    text = page(client, "/releases/1", "en")
    assert "everything is new" in text
    assert 'id="figures"' not in text
    assert 'id="things"' not in text
    page(client, "/releases/3", "en", 404)
    page(client, "/releases/0", "en", 404)


def test_show_changes_page_by_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages together show each change once; a page that there is not is a 404."""
    monkeypatch.setattr(releases, "PER_PAGE", 2)
    pages = [page(client, f"/releases/2?page={number}", "nl") for number in (1, 2, 3)]
    assert [text.count("<tr class=") for text in pages] == [2, 2, 1]
    assert 'rel="next" href="/releases/2?page=3"' in pages[1]
    for wrong in ("4", "0", "-1"):
        page(client, f"/releases/2?page={wrong}", "nl", 404)


def test_say_when_changes_are_damaged(second: Path, tmp_path: Path) -> None:
    """What is not as it was written is not shown."""
    build = second.parent
    shutil.copytree(build, tmp_path / "build", symlinks=True)
    [changes] = (tmp_path / "build").glob("history/records/*2/changes.json")
    changes.write_text(changes.read_text().replace('"7"', '"8"'))
    page(client_of(tmp_path / "build" / second.name), "/releases/2", "nl", 503)


def test_say_that_a_preview_is_no_release(answer: Built) -> None:
    """A build without a history says so plainly."""
    text = page(client_of(answer.folder), "/releases", "en")
    assert "preliminary version" in text
    assert "No release is recorded yet." in text
