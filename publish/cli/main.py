"""The command line: each verb is a verb of the library.

Results go to stdout, everything else to stderr. Exit code 0: fine; 1: the input has faults, and
nothing was written; 2: it could not run.
"""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import sys
from pathlib import Path

import click

from publish import __version__
from publish.cli import tables as cli_tables
from publish.cli.reporting import (
    InLanguage,
    Verbs,
    explain,
    format_option,
    language_of,
    language_option,
    open_project,
    own_language_option,
    repeat,
    report_sound_run,
)
from publish.cli.serve import serve
from publish.faults.fault import CannotRun, Fault, FaultyInput, did_you_mean, said

log = logging.getLogger("publish")


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="publish")
@click.option(
    "--project",
    "root",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="The project folder; by default the one you are in.",
)
@click.option(
    "--base",
    metavar="URL",
    envvar="PUBLISH_BASE",
    help="Mint identifiers under this address; by default that of publish.toml.",
)
@click.option(
    "--public-url",
    metavar="URL",
    envvar="PUBLISH_URL",
    help="Where downloads and the SPARQL endpoint are found; by default the base.",
)
@format_option
@language_option
@click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong.")
@click.pass_context
def main(
    ctx: click.Context,
    root: Path,
    base: str | None,
    public_url: str | None,
    fault_format: str,
    language: str,
    quiet: bool,
) -> None:
    """Publish printed statistical tables as linked open data.

    These options stand before the verb: publish --format json validate. Exit code 0: fine; 1: the
    input has faults; 2: it could not run.
    """
    logging.basicConfig(
        stream=sys.stderr,
        format="%(message)s",
        level=logging.WARNING if quiet else logging.INFO,
        force=True,
    )
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    for handler in logging.getLogger().handlers:
        handler.addFilter(InLanguage(language))
    ctx.obj = {"root": root, "base": base, "public_url": public_url}
    ctx.obj |= {"format": fault_format, "language": language}


main.add_command(explain)
main.add_command(serve)


@main.command()
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.pass_context
def build(ctx: click.Context, slugs: tuple[str, ...]) -> None:
    """Build a release and make it the current one.

    Reads the ontology, the mappings and their tables, validates the graph and writes
    build/<id>/ with dumps, store and manifest.json. With slugs only those data sets.
    """
    from publish.release import build as release

    ctx.obj["unchanged"] = "nothing-changed"
    # Told to stop, a build takes away what it has half written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder, warnings = release.build(open_project(ctx), slugs)
    is_reported = report_sound_run(ctx, warnings)
    if slugs:
        only = said("release-of-some", slugs=", ".join(slugs))
        log.warning(only)
    log.info(said("release-next"))
    click.echo(folder, err=is_reported)


@main.command()
@click.argument("what", metavar="[SLUG|FILE]...", nargs=-1)
@click.option(
    "--shapes",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="With files: judge them by the SHACL shapes in this file too; can be given repeatedly.",
)
@click.option(
    "--full",
    is_flag=True,
    help="Have pySHACL judge any number of observations, not up to 2,000 only; takes long.",
)
@click.option("--watch", "again", is_flag=True, help="Repeat on every save, until interrupted.")
@click.pass_context
def validate(
    ctx: click.Context, what: tuple[str, ...], shapes: tuple[Path, ...], full: bool, again: bool
) -> None:
    """Check what a build checks, or any RDF files; write nothing.

    With slugs only those data sets of the project.

    With files no project is needed. They are judged together as one graph: by the integrity
    constraints of RDF Data Cube, the shapes that structures give and those of --shapes; terms that
    do not exist are faults too. A name with an ending or a slash, or of a file that exists, is a
    file: Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD, also with .gz.
    """
    from publish.rdf.reader import looks_like_file

    files = [Path(item) for item in what if looks_like_file(item)]
    if files and len(files) < len(what):
        slug = next(item for item in what if not looks_like_file(item))
        raise CannotRun(said("file-and-slug", file=files[0], slug=slug))
    if shapes and not files:
        raise CannotRun(said("shapes-for-files"))
    ctx.obj["unchanged"] = "" if files else "nothing-changed"

    def run() -> None:
        if files:
            _validate_files(ctx, files, list(shapes), full=full)
        else:
            _validate_project(ctx, what, full=full)

    if again:
        repeat(ctx, Path() if files else open_project(ctx).root, run, [*files, *shapes])
    else:
        run()


def _validate_files(
    ctx: click.Context, files: list[Path], shapes: list[Path], *, full: bool
) -> None:
    """Judge files and tell what was found in them. Raises FaultyInput."""
    from publish.validation import rdf_files as validate_files

    judgement = validate_files.validate_files(files, shapes, full=full)
    found = validate_files.told(judgement.counts)
    if any(item.severity == "error" for item in judgement.faults):
        log.info(found)
        raise FaultyInput(judgement.faults)
    is_reported = report_sound_run(ctx, judgement.faults)
    told = said("files-without-faults", found=found)
    click.echo(told.told(language_of(ctx)), err=is_reported)


def _validate_project(ctx: click.Context, what: tuple[str, ...], *, full: bool) -> None:
    """Do all that a build checks and tell what would be published. Raises FaultyInput."""
    from publish.release import build as release

    counts, warnings = release.validate(open_project(ctx), what, full=full)
    is_reported = report_sound_run(ctx, warnings)
    for slug, count in counts.items():
        told = said("observations-without-faults", slug=slug, count=count)
        click.echo(told.told(language_of(ctx)), err=is_reported)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--document", "key", metavar="KEY", help="The folder in mappings/, when there are several."
)
@click.option("--show-text", is_flag=True, help="Only print the text with line numbers.")
@click.pass_context
def extract(ctx: click.Context, file: Path, key: str | None, show_text: bool) -> None:
    """Make the tables as printed from FILE, a document as text or PDF.

    Where each table stands is declared in mappings/<document>/document.yaml. Unless everything
    is found as declared, faults are printed and no table is written.
    """
    from publish.mappings.document import read_documents
    from publish.mappings.extract import extract_tables
    from publish.tables.document_text import read_text

    project = open_project(ctx)
    faults: list[Fault] = []
    text = read_text(file, faults)
    if text and show_text:
        for number, line in enumerate(text.text.split("\n"), start=1):
            click.echo(f"{number:5} {line}")
        return
    documents = {
        name: document
        for name, document in read_documents(project, faults).items()
        if document.tables
    }
    if faults or text is None:
        raise FaultyInput(faults)
    if key is None and len(documents) == 1:
        key = next(iter(documents))
    if key not in documents:
        known = ", ".join(documents) or "none"
        asked = f"There is no document {key!r}" if key else "Say which document this is"
        raise CannotRun(
            f"{asked}: --document takes the name of a folder in mappings/ whose document.yaml "
            f"declares tables ({known})."
        )
    tables = extract_tables(text, documents[key], faults)
    if faults:
        raise FaultyInput(faults)
    folder = project.root / "mappings" / key
    with contextlib.ExitStack() as stack:
        written = []
        for table in tables:
            unfinished = folder / f".{table.name}.csv"
            stack.callback(unfinished.unlink, missing_ok=True)
            unfinished.write_bytes(table.as_csv())
            written.append((unfinished, folder / f"{table.name}.csv"))
        for unfinished, path in written:
            unfinished.replace(path)
            click.echo(project.shown(path))
    cells = sum(len(row) - 2 for table in tables for row in table.rows)
    log.info("%d tables with %d figures", len(tables), cells)


@main.command()
@own_language_option
@click.pass_context
def missing(ctx: click.Context, language: str | None) -> None:
    """List figures that were asked for but not given, and why.

    They are declared under `missing:` in mappings/<document>/document.yaml, and as periods
    under `missing:` in the mappings. With --format json each is an object.
    """
    from publish.cube.rdf.remarks import missing_figures
    from publish.mappings.document import read_documents
    from publish.mappings.mapping import read_mappings

    language = language_of(ctx, language)
    project = open_project(ctx)
    faults: list[Fault] = []
    documents = read_documents(project, faults)
    mappings = read_mappings(project, faults)
    if faults:
        raise FaultyInput(faults)
    found = missing_figures(documents.values(), mappings)
    if ctx.obj["format"] == "json":
        records = [
            {
                "document": key,
                "question": item.question,
                "lines": item.lines,
                "data-sets": list(item.slugs),
                "what": item.what,
                "why": item.why,
            }
            for key, item in found
        ]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return
    for key, item in found:
        question = f", question {item.question}" if item.question else ""
        word = "lines" if item.lines and "-" in item.lines else "line"
        lines = f" ({word} {item.lines})" if item.lines else ""
        click.echo(f"{key}{question}: {item.what[language]}{lines}")
        click.echo(f"    {item.why[language]}")
        if item.slugs:
            click.echo(f"    Data sets: {', '.join(item.slugs)}")
    log.info("Missing: %d", len(found))


@main.command()
@click.pass_context
def uris(ctx: click.Context) -> None:
    """Print every IRI pattern and what it names."""
    from publish.project.iris import PATTERNS

    project = open_project(ctx)
    for pattern, meaning in PATTERNS.values():
        shown = pattern.replace("{vocabulary}", project.vocabulary)
        click.echo(f"{project.base}{shown}\n    {meaning}")
    own = project.uris.generic("{term}")
    click.echo(f"{own}\n    a term of the program's own vocabulary")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--vocabulary",
    metavar="NAME",
    help="The name in the addresses of terms, /ns/NAME#; by default that of the folder.",
)
@click.pass_context
def init(ctx: click.Context, folder: Path, vocabulary: str | None) -> None:
    """Start an empty project in FOLDER."""
    from publish.project.new_project import start_project

    for path in start_project(folder, vocabulary=vocabulary, base=ctx.obj["base"]):
        click.echo(path)
    log.info(said("init-next", folder=folder))


@main.group(invoke_without_command=True)
@click.option("--list", "lists", multiple=True, metavar="NAME", help="Only codes of this list.")
@own_language_option
@click.pass_context
def links(ctx: click.Context, lists: tuple[str, ...], language: str | None) -> None:
    """Report which codes are linked elsewhere and which are not.

    Per code list: each link with its kind, each code without one with the reason. Links stand in
    ontology/links/. With --format json each code is an object. `publish links suggest FILE`
    proposes links to somebody else's list.
    """
    from publish.ontology.links import (
        STATUSES,
        read_links,
        report_as_records,
        report_as_text,
        report_links,
    )
    from publish.ontology.vocabulary import read_vocabulary

    if ctx.invoked_subcommand is not None:
        return
    project = open_project(ctx)
    faults: list[Fault] = []
    vocabulary = read_vocabulary(project, faults)
    found = read_links(project.uris, vocabulary, faults)
    if faults:
        raise FaultyInput(faults)
    report = report_links(project.uris, vocabulary, found)
    for name in lists:
        if name not in report:
            hint = did_you_mean(name, report)
            raise CannotRun(f"there is no code list {name}. {hint}Lists: {', '.join(report)}.")
    report = {name: codes for name, codes in report.items() if not lists or name in lists}
    if ctx.obj["format"] == "json":
        click.echo(json.dumps(report_as_records(report), ensure_ascii=False, indent=2))
        return
    click.echo(report_as_text(report, language_of(ctx, language)))
    counts = {
        status: sum(item.status == status for codes in report.values() for item in codes)
        for status in STATUSES
    }
    log.info("%d codes linked, %d without counterpart, %d not looked for", *counts.values())


@links.command("suggest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", "lists", multiple=True, metavar="NAME", help="Only codes of this list.")
@click.option(
    "--language",
    "languages",
    type=click.Choice(["nl", "en", "fr"]),
    multiple=True,
    help="The language of their labels; by default all are compared.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this .csv, .ttl or .json instead of the screen.",
)
@click.pass_context
def suggest_links(
    ctx: click.Context,
    file: Path,
    lists: tuple[str, ...],
    languages: tuple[str, ...],
    output: Path | None,
) -> None:
    """Propose which of our codes those of a list in FILE correspond to.

    FILE is SKOS (Turtle, RDF/XML, N-Triples or JSON-LD), or a CSV file with a code and a label;
    a first row that names no column counts as an entry.

    The ontology stays as it is: proposals have a score and a reason, for a person to judge.
    """
    from publish.ontology.suggest import output as suggestions
    from publish.ontology.suggest.suggest import suggest

    project = open_project(ctx)
    if output:
        suggestions.check_output(project, file, output)
    found = suggest(project, file, lists, languages)
    if output:
        suggestions.write(found, project, output)
        click.echo(output)
        without = len(found.without)
        log.info("%d suggested, %d without.", len(found.found) - without, without)
    elif ctx.obj["format"] == "json":
        click.echo(suggestions.as_json(found))
    else:
        click.echo(suggestions.as_text(found))


for verb in cli_tables.VERBS:
    main.add_command(verb)
