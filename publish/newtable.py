"""A new table: from a file of somebody else to a table and a mapping of the project.

In come a project and a file; out come ``mappings/<document>/<table>.csv`` and
``mappings/<slug>.yaml``, and what was guessed and why. Nothing is written when there is a fault,
and nothing is ever written over.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from publish.document import read_documents
from publish.draft import Draft, has_measures, mapping_of, table_of
from publish.faults import CannotRun, Fault, FaultyInput, fault
from publish.grid import Grid, commands
from publish.guess_axes import MEASURE, OPEN, AxisGuess, guess_columns, guess_rows, periods_in
from publish.guess_figures import cells_of, fitting_measures, guess_figures, guess_totals
from publish.incoming import read_bytes, read_delimited
from publish.mapping import SLUG
from publish.marks import REASONS
from publish.numbers_of_others import is_figure
from publish.outline import Outline, find_table
from publish.periods import read_period
from publish.project import Project
from publish.vocabulary import Vocabulary, read_vocabulary
from publish.workbook import is_workbook, read_workbook


@dataclass(frozen=True, kw_only=True)
class NewTable:
    """What a new table became: two files, what was guessed, and what is open."""

    table: Path
    mapping: Path
    guessed: tuple[str, ...]
    open: tuple[str, ...]


def bring_table(
    project: Project,
    slug: str,
    file: Path,
    *,
    sheet: str | None = None,
    document: str | None = None,
    table: str | None = None,
) -> NewTable:
    """Write a table and its mapping. Raises FaultyInput and CannotRun, having written nothing."""
    document = document or slug_of(file.stem)
    table = table or slug
    for name, what in ((slug, "SLUG"), (document, "--document"), (table, "--table")):
        if not SLUG.fullmatch(name):
            raise CannotRun(
                f'{what} "{name}" cannot be used, because names become parts of addresses: '
                "lower-case letters, digits and single hyphens."
            )
    folder = project.root / "mappings"
    target, mapping = folder / document / f"{table}.csv", folder / f"{slug}.yaml"
    faults = [
        fault("already-there", project.shown(path)) for path in (mapping, target) if path.exists()
    ]
    vocabulary = read_vocabulary(project, faults)
    documents = read_documents(project, faults)
    grid = read_grid(file, sheet, project.numbers, faults)
    outline = find_table(grid, faults) if grid else None
    if grid:
        faults.extend(commands(grid))
    if faults or outline is None:
        raise FaultyInput(faults)
    signs = documents[document].marks if document in documents else {}
    source = f'{file.name}, sheet "{sheet}"' if sheet else file.name
    draft = make_draft(outline, vocabulary, project.numbers, signs, source)
    text = mapping_of(draft, f"{document}/{table}", project.numbers)
    write_both({target: table_of(draft), mapping: text.encode()})
    return NewTable(
        table=target,
        mapping=mapping,
        guessed=tuple(told(draft)),
        open=tuple(questions(text)),
    )


def slug_of(name: str) -> str:
    """Return a name as it may be a part of an address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain)) or "document"


def read_grid(file: Path, sheet: str | None, numbers: str, faults: list[Fault]) -> Grid | None:
    """Return the cells of a file, delimited text or a sheet of a workbook."""
    shown = str(file)
    raw = read_bytes(file, shown, faults)
    if raw is None:
        return None
    if is_workbook(raw, file.name):
        return read_workbook(raw, shown, sheet, numbers, faults)
    if sheet is not None:
        raise CannotRun(f"{file} is no Excel workbook, so it has no sheets: leave out --sheet.")
    return read_delimited(raw, shown, faults)


def make_draft(
    outline: Outline,
    vocabulary: Vocabulary,
    default: str,
    signs: dict[str, dict[str, str]],
    source: str,
) -> Draft:
    """Return all that can be guessed of a table."""
    rows, columns = guess_rows(outline, vocabulary), guess_columns(outline, vocabulary)
    used = {axis.dimension for axis in rows}
    columns = [
        _undecided(axis) if axis.dimension in used - {OPEN, None} else axis for axis in columns
    ]
    figures = guess_figures(outline, rows, columns, vocabulary, default, signs)
    measure = vocabulary.measures.get(figures.measure or "")
    texts = [text for *_, text in cells_of(outline) if is_figure(text)]
    shares = measure.unit.endswith("/PC") if measure else any(t.endswith("%") for t in texts)
    totals = guess_totals(outline, rows, columns, vocabulary, figures.numbers, shares=shares)
    fixed, periods = _period(outline, [*rows, *columns], vocabulary)
    of_label = {
        label: tuple(fitting_measures(texts, figures.numbers, [label], vocabulary))
        for label, texts in _figures_of_labels(outline, rows, columns).items()
    }
    return Draft(
        source=source,
        outline=outline,
        rows=rows,
        columns=columns,
        figures=figures,
        totals=totals,
        fixed=fixed,
        periods=periods,
        period_dimensions=tuple(n for n, d in sorted(vocabulary.dimensions.items()) if d.period),
        of_label=of_label,
        reasons=vocabulary.lists[REASONS].codes if REASONS in vocabulary.lists else (),
    )


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
    """Return columns that mean what the rows mean already: one of them is something else."""
    why = f"{axis.why}, but so are the rows"
    return replace(axis, dimension=OPEN, why=why, candidates=(), unmatched=())


def _period(
    outline: Outline, axes: list[AxisGuess], vocabulary: Vocabulary
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the period of all figures when no label gives one, and those that texts name."""
    of_kind: dict[str, str] = {}
    for name, dimension in sorted(vocabulary.dimensions.items()):
        if dimension.period:
            of_kind.setdefault(dimension.period, name)
    names = [name for axis in axes for name in (axis.dimension, *axis.candidates)]
    if not of_kind or any(name in of_kind.values() for name in names):
        return {}, ()
    for text in outline.everywhere:
        for kind, name in of_kind.items():
            code = read_period(kind, text)
            if code:
                return {name: code}, ()
    named = [
        (kind, code)
        for kind, code in periods_in([*outline.above, *outline.below])
        if kind in of_kind
    ]
    kind = named[0][0] if named else next(k for k in ("jaar", "kwartaal", "dag") if k in of_kind)
    return {of_kind[kind]: OPEN}, tuple(code for other, code in named if other == kind)


def write_both(files: dict[Path, bytes]) -> None:
    """Write files that do not exist yet, under other names first: all of them or none."""
    written: list[tuple[Path, Path]] = []
    made: list[Path] = []
    done: list[Path] = []
    try:
        for path, content in files.items():
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True)
                made.append(path.parent)
            unfinished = path.parent / f".{path.name}.unfinished"
            written.append((unfinished, path))
            unfinished.write_bytes(content)
        for unfinished, path in written:
            unfinished.rename(path)
            done.append(path)
    finally:
        whole = len(done) == len(files)
        for path in [] if whole else done:
            path.unlink()
        for unfinished, _ in written:
            unfinished.unlink(missing_ok=True)
        for folder in [] if whole else made:
            folder.rmdir()


def told(draft: Draft) -> list[str]:
    """Return what was guessed and why, a sentence each."""
    outline, figures = draft.outline, draft.figures
    said = list(outline.remarks)
    heads, lines = len(outline.headers), len(outline.body)
    said.append(
        f"The table has {_count(heads, 'header row')}, {_count(lines, 'row')} and "
        f"{_count(len(outline.figure_columns), 'column')} with figures; "
        f"{_count(outline.label_columns, 'column')} with labels."
    )
    for key, axes in (("rows", draft.rows), ("columns", draft.columns)):
        for axis in axes:
            name = {OPEN: "open", None: "nothing"}.get(axis.dimension, axis.dimension)
            said.append(f"{key}: {name}, as {axis.why}.")
            if axis.unmatched:
                said.append(f"    Not explained: {', '.join(axis.unmatched[:12])}.")
    if not has_measures(draft):
        said.append(f"measure: {figures.measure or 'open'}, as {figures.why}.")
    said.append(f"numbers: {figures.numbers}, as {figures.written.why}.")
    if figures.written.doubtful:
        said.append("    Look at this: it is not the way of publish.toml.")
    said += [f"total of {total.dimension}: {total.kind}, as {total.why}." for total in draft.totals]
    said += [
        f'"{sign.sign}" stands for a figure {_count(sign.count, "time")}: what it means is open.'
        for sign in figures.signs
    ]
    if figures.empty:
        said.append(f"{_count(len(figures.empty), 'cell')} with no figure: publish check names it.")
    for name, code in draft.fixed.items():
        said.append(f"{name}: {'open' if code == OPEN else code}, as no label is a period.")
    return said


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def questions(mapping: str) -> list[str]:
    """Return the questions that a mapping asks in its comments."""
    return [line.partition("# OPEN: ")[2] for line in mapping.splitlines() if "# OPEN: " in line]
