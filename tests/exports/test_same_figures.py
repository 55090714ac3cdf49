"""Every form of every data set holds the figures of its RDF, cell by cell, and so do its views."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import Built
from exported import ANSWER, chosen, description_of, written
from odd_exports import SLUGS, VREEMD
from read_exports import (
    READERS,
    Cells,
    differences,
    read_list_csv,
    read_parquet,
    read_rdf,
    read_table_csv,
)

from publish.exports.answer import FORMS
from publish.exports.description import DataSetDescription
from publish.exports.files import files_of
from publish.exports.view import LIST, DataView, canonical_view


def files_of_figures(built: Built, description: DataSetDescription) -> Iterator[tuple[str, bytes]]:
    """Yield the form and the content of each file of a data set that lists its figures.

    Where the project wants no exports they are written as a release would have them.
    """
    for file in files_of(description):
        if file.view.layout != LIST or file.form not in (*READERS, "parquet"):
            continue
        name = f"{description.slug}{file.ending}"
        if built.project.exports:
            yield file.form, file_of(built.folder, name)
        else:
            yield file.form, written(built.folder, description.slug, file.form, file.view)


def file_of(release: Path, name: str) -> bytes:
    """Return a file of the release, unpacked where it is large."""
    path = release / "dumps" / name
    if path.is_file():
        return path.read_bytes()
    return gzip.decompress(path.with_name(f"{name}.gz").read_bytes())


def cells_in_rdf(built: Built, description: DataSetDescription) -> Cells:
    """Return the cells of a data set by its dump, read by rdflib."""
    cells = read_rdf(built.dump(f"{description.slug}.nt"), description)
    assert len(cells) == description.observations
    return cells


def assert_same(built: Built, slug: str, folder: Path) -> None:
    """Compare all files of a data set with its RDF."""
    description = description_of(built.folder, slug)
    wanted = cells_in_rdf(built, description)
    forms: Counter[str] = Counter()
    for form, content in files_of_figures(built, description):
        forms[form] += 1
        if form == "parquet":
            found = read_parquet(content, description, folder)
        else:
            found = READERS[form](content, description)
        assert not list(differences(found, wanted)), form
    assert forms == {
        "csv": 2,
        "jsonstat": 2,
        "xlsx": 2,
        "sdmx-csv": 1,
        "sdmx-json": 1,
        "parquet": 1,
    }


def views_of(description: DataSetDescription) -> list[DataView]:
    """Return views that choose some codes of each dimension, and one without totals."""
    views = [DataView(totals=False, language="en")]
    for dimension in description.dimensions:
        codes = [code.code for code in dimension.codes if not code.missing]
        views.append(DataView(codes={dimension.column: tuple(codes[::2])}))
    return [canonical_view(description, view) for view in views]


def assert_views_same(built: Built, slug: str) -> None:
    """Compare views of a data set in every form with the part of its RDF that they choose."""
    description = description_of(built.folder, slug)
    every = cells_in_rdf(built, description)
    for view in views_of(description):
        wanted = {
            codes: cell
            for codes, cell in every.items()
            if all(
                code in view.codes.get(item.column, (code,)) and (view.totals or code != item.total)
                for item, code in zip(description.dimensions, codes, strict=True)
            )
        }
        with chosen(built.folder, slug, view) as selected:
            for form, read in READERS.items():
                target = io.BytesIO()
                FORMS[form].write(selected, target)
                found = read(target.getvalue(), description)
                assert not list(differences(found, wanted)), (form, view)


@pytest.mark.parametrize("slug", ["imw-aanvragen", "wzw-uitstroom"])
def test_hold_the_same_figures_in_every_file(answer: Built, slug: str, tmp_path: Path) -> None:
    """Figures, statuses and units of each file are those of the dump in RDF."""
    assert_same(answer, slug, tmp_path)


def test_hold_the_same_figures_where_it_is_hard(odd_exports: Built, tmp_path: Path) -> None:
    """So they are where figures are suppressed, missing, negative, and of several measures."""
    assert_same(odd_exports, VREEMD, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("slug", ANSWER)
def test_hold_the_same_figures_for_all_of_the_answer(
    answer: Built, slug: str, tmp_path: Path
) -> None:
    """Each data set of the answer is the same in all files, and in views by filters."""
    assert_same(answer, slug, tmp_path)
    assert_views_same(answer, slug)


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_hold_the_same_figures_for_all_that_is_hard(
    odd_exports: Built, slug: str, tmp_path: Path
) -> None:
    """Each data set that is hard to export is the same in all files, and in views by filters."""
    assert_same(odd_exports, slug, tmp_path)
    assert_views_same(odd_exports, slug)


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_hold_the_same_figures_in_a_table(odd_exports: Built, slug: str) -> None:
    """A pivot has each figure where its heads say, and none where there is none."""
    description = description_of(odd_exports.folder, slug)
    first, *others = [item.column for item in description.dimensions]
    view = DataView(layout="table", rows=tuple(others), columns=(first,))
    found = read_table_csv(written(odd_exports.folder, slug, "csv", view), description)
    wanted = {
        codes: cell.figure
        for codes, cell in cells_in_rdf(odd_exports, description).items()
        if cell.figure is not None
    }
    assert found == wanted


def test_read_every_form_that_has_figures(odd_exports: Built, tmp_path: Path) -> None:
    """No form of views goes unread here, but for the structure, which has no figures."""
    assert set(FORMS) - {*READERS, "parquet", "sdmx-structure", "svg", "png"} == set()
    description = description_of(odd_exports.folder, VREEMD)
    cells = read_list_csv(written(odd_exports.folder, VREEMD, "csv"), description)
    other = dict(list(cells.items())[1:])
    assert len(list(differences(cells, other))) == 1
    labelled = written(odd_exports.folder, VREEMD, "parquet")
    assert not list(differences(read_parquet(labelled, description, tmp_path), cells))
