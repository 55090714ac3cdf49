"""A new table: a file of any form becomes a table and a mapping of the project.

Written are ``mappings/<document>/<table>.csv`` and ``mappings/<slug>.yaml``, and what was guessed
is reported with its reason. Nothing is written when there is a fault, and no file is overwritten.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from publish.faults.fault import CannotRun, Fault, FaultyInput, Words, fault, phrase
from publish.mappings.document import read_documents
from publish.mappings.drafting.decisions import decisions_of
from publish.mappings.drafting.draft import (
    Draft,
    draft_mapping,
    draft_table,
    must_be_measures,
)
from publish.mappings.drafting.guess_axes import (
    AxisGuess,
    guess_columns,
    guess_rows,
    periods_in,
)
from publish.mappings.drafting.guess_figures import (
    FigureGuess,
    cells_of,
    fitting_measures,
    guess_figures,
    guess_totals,
)
from publish.mappings.drafting.outline import Outline, find_table
from publish.mappings.drafting.quarters import join_quarters
from publish.mappings.drafting.years import judge_periods
from publish.mappings.mapping import MEASURE, OPEN
from publish.ontology.periods import read_period
from publish.ontology.vocabulary import Vocabulary, read_vocabulary
from publish.project.files import write_files
from publish.project.iris import REASON_LIST, SLUG
from publish.project.progress import Progress
from publish.project.project import Project
from publish.tables.foreign.delimited import read_bytes, read_delimited
from publish.tables.foreign.encodings import codec_of
from publish.tables.foreign_numbers import NumberStyle, is_figure, to_format
from publish.tables.grid import CERTAIN, DOUBTFUL, Decision, Grid, formula_faults
from publish.tables.numbers import FORMATS
from publish.tables.workbook.bounds import is_workbook
from publish.tables.workbook.read import read_workbook

WORD_OPEN = re.compile(rf"(?<![\w\"]){OPEN}(?![\w\"])")
"""OPEN as the value of a key, not as a text of the table."""


@dataclass(frozen=True, kw_only=True)
class NewTable:
    """The two files of a new table, what was decided, and what is open."""

    table: Path
    mapping: Path
    decisions: tuple[Decision, ...]
    """What was decided without asking, and why."""
    advice: tuple[Words, ...]
    """What to do before the questions are answered."""
    questions: tuple[str, ...]
    """The questions in the mapping."""
    open_places: int
    """How often OPEN stands in the mapping; a question may be about two."""


def add_table(
    project: Project,
    slug: str,
    file: Path,
    *,
    sheet: str | None = None,
    document: str | None = None,
    table: str | None = None,
    hidden: str | None = None,
    encoding: str | None = None,
    language: str = "en",
) -> NewTable:
    """Write a table and its mapping, the questions in it in a language.

    Raises FaultyInput and CannotRun, having written nothing.
    """
    document = document or slug_of(file.stem)
    table = table or slug
    for name, what in ((slug, "SLUG"), (document, "--document"), (table, "--table")):
        if not SLUG.fullmatch(name):
            raise CannotRun(phrase("name-not-usable", what=what, name=name))
    folder = project.root / "mappings"
    target, mapping = folder / document / f"{table}.csv", folder / f"{slug}.yaml"
    faults = [
        fault("already-there", project.shown(path)) for path in (mapping, target) if path.exists()
    ]
    vocabulary = read_vocabulary(project, faults)
    documents = read_documents(project, faults)
    grid = read_grid(file, sheet, project.numbers, faults, hidden, encoding)
    with Progress(f"drafting {file.name}", "steps", 3) as progress:
        outline = find_table(grid, faults) if grid else None
        if grid:
            faults.extend(formula_faults(grid))
        if faults or outline is None:
            raise FaultyInput(faults)
        progress.step()
        signs = documents[document].marks if document in documents else {}
        source = phrase("source-sheet", file=file.name, sheet=sheet) if sheet else file.name
        outline = join_quarters(outline)
        draft = make_draft(outline, vocabulary, project.numbers, signs, source, language)
        progress.step()
        text = draft_mapping(draft, f"{document}/{table}", project.numbers)
        write_new_files({target: draft_table(draft), mapping: text.encode()})
        progress.step()
    return NewTable(
        table=target,
        mapping=mapping,
        decisions=tuple(decisions_of(draft)),
        advice=tuple(_advice(draft)),
        questions=tuple(questions(text)),
        open_places=len(WORD_OPEN.findall(re.sub(r"^\s*#.*", "", text, flags=re.MULTILINE))),
    )


def slug_of(name: str) -> str:
    """Return a name as a slug, which can be part of an IRI."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain)) or "document"


def read_grid(
    file: Path,
    sheet: str | None,
    numbers: str,
    faults: list[Fault],
    hidden: str | None = None,
    encoding: str | None = None,
) -> Grid | None:
    """Return the cells of a file, delimited text or a sheet of a workbook."""
    shown = str(file)
    raw = read_bytes(file, shown, faults)
    if raw is None:
        return None
    if encoding is not None:
        codec_of(encoding)
    if is_workbook(raw, file.name):
        if encoding is not None:
            raise CannotRun(phrase("workbook-has-no-encoding", file=file))
        return read_workbook(raw, shown, sheet, numbers, faults, hidden)
    if sheet is not None:
        raise CannotRun(phrase("no-workbook", file=file))
    return read_delimited(raw, shown, faults, encoding)


def make_draft(
    outline: Outline,
    vocabulary: Vocabulary,
    default: str,
    signs: dict[str, dict[str, str]],
    source: str,
    language: str = "en",
) -> Draft:
    """Return all that can be guessed of a table."""
    rows, columns = guess_rows(outline, vocabulary), guess_columns(outline, vocabulary)
    used = {axis.dimension for axis in rows}
    columns = [
        _undecided(axis) if axis.dimension in used - {OPEN, None} else axis for axis in columns
    ]
    figures = guess_figures(outline, rows, columns, vocabulary, default, signs)
    if settled := _settled(figures, outline, rows, columns, vocabulary):
        figures = guess_figures(outline, rows, columns, vocabulary, default, signs, settled)
    measure = vocabulary.measures.get(figures.measure or "")
    texts = dict.fromkeys(text for *_, text in cells_of(outline) if is_figure(text))
    shares = measure.is_percentage if measure else figures.percentages
    form = FORMATS[figures.numbers]
    whole = not any(form.decimal in to_format(text, figures.numbers) for text in texts)
    counts = measure.is_integer if measure else whole
    totals = guess_totals(
        outline, rows, columns, vocabulary, figures.numbers, shares=shares, counts=counts
    )
    fixed, periods = _fixed_period(outline, [*rows, *columns], vocabulary)
    of_label = {
        label: tuple(fitting_measures(texts, figures.numbers, [label], vocabulary))
        for label, texts in _figures_of_labels(outline, rows, columns).items()
    }
    return Draft(
        source=source,
        language=language,
        outline=outline,
        axes={"rows": rows, "columns": columns},
        figures=figures,
        totals=totals,
        fixed=fixed,
        periods=periods,
        period_dimensions=tuple(n for n, d in sorted(vocabulary.dimensions.items()) if d.period),
        of_label=of_label,
        reasons=vocabulary.codes_of(REASON_LIST),
    )


def _settled(
    figures: FigureGuess,
    outline: Outline,
    rows: list[AxisGuess],
    columns: list[AxisGuess],
    vocabulary: Vocabulary,
) -> NumberStyle | None:
    """Return how doubtful numbers are written when the totals are right in one reading only."""
    fitting = []
    for numbers, _ in figures.written.readings:
        totals = guess_totals(outline, rows, columns, vocabulary, numbers, shares=False)
        if totals and all(total.sure == CERTAIN for total in totals):
            fitting.append(numbers)
    if len(fitting) != 1:
        return None
    return NumberStyle(numbers=fitting[0], why=phrase("marks-by-totals"))


def _figures_of_labels(
    outline: Outline, rows: list[AxisGuess], columns: list[AxisGuess]
) -> dict[str, list[str]]:
    """Return the figures of each label, for axes of one level whose labels may be measures."""
    found: dict[str, list[str]] = {}
    for number, at, text in cells_of(outline):
        for axes, label in ((rows, outline.body[number][0]), (columns, outline.headers[-1][at])):
            if len(axes) == 1 and axes[0].dimension in (OPEN, MEASURE) and is_figure(text):
                found.setdefault(label, []).append(text)
    return found


def _undecided(axis: AxisGuess) -> AxisGuess:
    """Return an axis as open: its dimension is that of the rows already."""
    why = phrase("why-already-rows", why=axis.why)
    return replace(axis, dimension=OPEN, why=why, candidates=(), unmatched=())


def _fixed_period(
    outline: Outline, axes: list[AxisGuess], vocabulary: Vocabulary
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the period of all figures where no label gives one, and the periods in the texts."""
    of_kind: dict[str, str] = {}
    for name, dimension in sorted(vocabulary.dimensions.items()):
        if dimension.period:
            of_kind.setdefault(dimension.period, name)
    names = [name for axis in axes for name in (axis.dimension, *axis.candidates)]
    if not of_kind or any(name in of_kind.values() for name in names):
        return {}, ()
    for text in outline.common_titles:
        for kind, name in of_kind.items():
            code = read_period(kind, text)
            if code:
                above = " ".join([*outline.above, *outline.corners])
                judged = judge_periods(kind, [text], above, names_rows=True)
                return ({name: OPEN}, (code,)) if judged.sure == DOUBTFUL else ({name: code}, ())
    periods = periods_in([*outline.above, *outline.below])
    named = [(kind, code) for kind, code in periods if kind in of_kind]
    kind = named[0][0] if named else next(k for k in ("jaar", "kwartaal", "dag") if k in of_kind)
    return {of_kind[kind]: OPEN}, tuple(code for other, code in named if other == kind)


def write_new_files(files: dict[Path, bytes]) -> None:
    """Write files that do not exist yet: all of them or none."""
    with contextlib.ExitStack() as undo:
        for path in files:
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True)
                undo.callback(path.parent.rmdir)
            undo.callback(path.unlink, missing_ok=True)
        write_files(files)
        undo.pop_all()


def _advice(draft: Draft) -> Iterator[Words]:
    """Yield what to do before the questions are answered: code lists come first."""
    for key, axes in draft.axes.items():
        unknown = any(axis.dimension == OPEN and not axis.candidates for axis in axes)
        if unknown and not must_be_measures(draft, key):
            yield phrase("guessed-list-first", key=key)


def questions(mapping: str) -> list[str]:
    """Return the questions that a mapping asks in its comments."""
    return [line.partition("# OPEN: ")[2] for line in mapping.splitlines() if "# OPEN: " in line]
