"""The exports of a data set that are files of the release: which there are, and what each is.

Each is a view of the whole data set in one form. Of a large data set some are left out, as no
program opens them; a view of a part of it is answered at the data address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from publish.exports.answer import FILE_FORMS, FORMS, ExportForm
from publish.exports.description import LANGUAGES, DataSetDescription
from publish.exports.figure_text import DECIMAL_SIGNS
from publish.exports.view import PRINTED, TABLE, DataView
from publish.project.project import EXPORTS

MOST_AT_ONCE = 200_000
"""Observations of a data set in a form that programs read whole; of larger ones it is per view."""
MOST_OF_TABLES = 50_000
"""Observations of a data set that is one table in a file: more than these, nobody reads as one."""
MOST_PLAIN = 50_000
"""Observations of a data set whose list is a plain file; that of a larger one is compressed."""


@dataclass(frozen=True, kw_only=True)
class ExportFile:
    """A file that a release has of each data set."""

    ending: str
    """What follows the slug in its name, with the language where it has one."""
    form: str
    """The name of its form, a key of FORMS or FILE_FORMS."""
    view: DataView
    has_language: bool = False
    """Whether its texts are in one language, that of the view."""
    kind: str
    """What it is, a key of the words of distributions."""
    most: int | None = None
    """The most observations of a data set that has it."""
    most_plain: int | None = None
    """The most observations of a data set that has it as it is; of a larger one it is compressed,
    and has ``.gz`` after its name."""
    of_sums: bool = True
    """Whether a data set of sums has it too, which no source prints."""

    def is_compressed(self, description: DataSetDescription) -> bool:
        """Whether the file of a data set is compressed."""
        return self.most_plain is not None and description.observations > self.most_plain

    @property
    def setting(self) -> str:
        """What the settings of a project call its form, one of EXPORTS."""
        of_csv = self.form in ("csvw", "links")
        return "csv" if of_csv else self.form.partition("-")[0]

    @property
    def written_as(self) -> ExportForm:
        """Its form."""
        return FORMS[self.form] if self.form in FORMS else FILE_FORMS[self.form]


def export_files() -> Iterator[ExportFile]:
    """Yield the files of a data set."""
    for language in LANGUAGES:
        yield ExportFile(
            ending=f".{language}.csv",
            form="csv",
            view=DataView(language=language),
            has_language=True,
            kind="list",
            most_plain=MOST_PLAIN,
        )
        yield ExportFile(
            ending=f".{language}.csv-metadata.json",
            form="csvw",
            view=DataView(language=language),
            has_language=True,
            kind="csvw",
        )
    for language in LANGUAGES:
        # These are opened in spreadsheets, which expect the signs of the language.
        decimal = DECIMAL_SIGNS[language]
        for layout in (TABLE, PRINTED):
            yield ExportFile(
                ending=f".{language}.{layout}.csv",
                form="csv",
                view=DataView(language=language, layout=layout, decimal=decimal),
                has_language=True,
                kind=layout,
                most=MOST_OF_TABLES,
                of_sums=layout == TABLE,
            )
        yield ExportFile(
            ending=f".{language}.xlsx",
            form="xlsx",
            view=DataView(language=language),
            has_language=True,
            kind="workbook",
            most=MOST_OF_TABLES,
        )
        yield ExportFile(
            ending=f".{language}.jsonstat.json",
            form="jsonstat",
            view=DataView(language=language),
            has_language=True,
            kind="jsonstat",
            most=MOST_AT_ONCE,
        )
    yield ExportFile(
        ending=".links.csv", form="links", view=DataView(), kind="links", most_plain=MOST_PLAIN
    )
    for form in ("sdmx-csv", "sdmx-json"):
        ending = f".{FORMS[form].extension}"
        yield ExportFile(ending=ending, form=form, view=DataView(), kind=form, most=MOST_AT_ONCE)
    yield ExportFile(
        ending=".structure.json", form="sdmx-structure", view=DataView(), kind="sdmx-structure"
    )
    yield ExportFile(
        ending=".labels.parquet",
        form="parquet",
        view=DataView(),
        kind="labelled",
        most=MOST_AT_ONCE,
    )


def files_of(
    description: DataSetDescription, exports: Collection[str] = EXPORTS
) -> Iterator[ExportFile]:
    """Yield the files that a data set has, as far as settings, its size and origin tell."""
    for file in export_files():
        if file.setting not in exports:
            continue
        is_too_large = file.most is not None and description.observations > file.most
        if not is_too_large and (file.of_sums or not description.derived_from):
            yield file
