"""The command line ``publish``: its options and the verbs on whole projects.

Each verb calls a function of the library. Results go to stdout, everything else to stderr. Exit
code 0: fine; 1: the input has faults, and nothing was written; 2: it could not run.

A verb imports what it runs inside its function: pandas, rdflib and the engine take seconds to
load, and ``publish --help`` needs none of them.
"""

from __future__ import annotations

import logging
import signal
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import click

from publish import __version__
from publish.cli.assistants import mcp_command
from publish.cli.differences import diff
from publish.cli.links import links
from publish.cli.rdf_files import Choice, choice_options, validate_rdf_files
from publish.cli.releases import (
    prune,
    release_command,
    releases_command,
    rollback_command,
    verify,
)
from publish.cli.reporting import Run, Verbs, own_language_option, print_json
from publish.cli.serve import serve_command
from publish.cli.tables import check, extract, new, preview, tidy
from publish.faults.explain import (
    find_kind,
    kinds_as_json,
    kinds_as_markdown,
    kinds_as_text,
    page_of,
)
from publish.faults.fault import KINDS, LANGUAGES, CannotRun, Fault, FaultyInput, phrase
from publish.faults.report import FORMATS
from publish.project.iris import PATTERNS
from publish.project.new_project import start_project

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
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    help="How faults are printed; json is also for links, previews and what is missing.",
)
@click.option(
    "--language",
    envvar="PUBLISH_LANGUAGE",
    type=click.Choice(sorted(LANGUAGES, reverse=True)),
    default=LANGUAGES[0],
    show_default=True,
    help="The language in which faults are told.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong.")
@click.pass_context
def main(ctx: click.Context, /, *, quiet: bool, **options: Any) -> None:
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
    # What rdflib says of ill-typed literals, a fault says at their places.
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Parsing weird boolean", module="rdflib")
    ctx.obj = Run(**options)
    for handler in logging.getLogger().handlers:
        handler.addFilter(ctx.obj.translate)


shape_seconds_option = click.option(
    "--shape-seconds",
    type=click.FloatRange(min=1),
    envvar="PUBLISH_SHAPE_SECONDS",
    metavar="SECONDS",
    help="The time that judging by SHACL shapes can take; by default it goes with the data.",
)

RELEASES = (release_command, releases_command, rollback_command, verify, prune, diff)

for verb in (new, check, preview, tidy, extract, links, serve_command, mcp_command, *RELEASES):
    main.add_command(verb)


@main.command("build")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@shape_seconds_option
@click.pass_obj
def build_command(run: Run, slugs: tuple[str, ...], shape_seconds: float | None) -> None:
    """Build a preview of a release and make it the current one.

    Reads the ontology, the mappings and their tables, validates the graph and writes
    build/<id>/ with dumps, store and manifest.json. With slugs only those data sets. It leaves
    no trace in the history: publish release does the same and records it.
    """
    from publish.release.build import build
    from publish.release.history.records import HISTORY, record_of

    run.unchanged = "nothing-changed"
    # A build that is terminated removes what it has half written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder, warnings = build(run.open_project(), slugs, seconds=shape_seconds)
    run.report_success(warnings)
    if slugs:
        log.warning(phrase("release-of-some", slugs=", ".join(slugs)))
    if (folder.parent / HISTORY).is_dir() and record_of(folder)[0] is None:
        log.info(phrase("release-is-preview"))
    log.info(phrase("release-next"))
    run.say(folder)


@main.command("validate")
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
@choice_options
@shape_seconds_option
@click.option("--watch", "again", is_flag=True, help="Repeat on every save, until interrupted.")
@click.pass_obj
def validate_command(
    run: Run,
    /,
    what: tuple[str, ...],
    shapes: tuple[Path, ...],
    *,
    full: bool,
    again: bool,
    shape_seconds: float | None,
    **chosen: Any,
) -> None:
    """Check what a build checks, or any RDF files; write nothing.

    With slugs only those data sets of the project.

    With files no project is needed. They are judged together as one graph: by the integrity
    constraints of RDF Data Cube, the shapes that structures give and those of --shapes; terms that
    do not exist are faults too. What is wrong with the shapes of --shapes is a warning; exit code 2
    when nothing can be judged by them. A name with an ending or a slash, or of a file that exists,
    is a file: Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD, also with .gz.
    """
    from publish.rdf.reader import looks_like_file

    files = [Path(item) for item in what if looks_like_file(item)]
    if files and len(files) < len(what):
        slug = next(item for item in what if not looks_like_file(item))
        raise CannotRun(phrase("file-and-slug", file=files[0], slug=slug))
    choice = Choice(**chosen)
    choice.check()
    if not files and (shapes or choice != Choice()):
        raise CannotRun(phrase("shapes-for-files"))
    run.unchanged = "" if files else "nothing-changed"
    if files:
        judge = partial(
            validate_rdf_files, run, files, list(shapes), choice, full=full, seconds=shape_seconds
        )
    else:
        judge = partial(_validate_project, run, what, full=full, seconds=shape_seconds)
    if again:
        run.repeat_on_save(Path() if files else run.open_project().root, judge, [*files, *shapes])
    else:
        judge()


def _validate_project(
    run: Run, what: tuple[str, ...], *, full: bool, seconds: float | None
) -> None:
    """Check a project as a build does and print its observations. Raises FaultyInput."""
    from publish.release.build import validate

    counts, warnings = validate(run.open_project(), what, full=full, seconds=seconds)
    run.report_success(warnings)
    for slug, count in counts.items():
        run.say(phrase("observations-without-faults", slug=slug, count=count))


@main.command()
@own_language_option
@click.pass_obj
def missing(run: Run, language: str | None) -> None:
    """List figures that were asked for but not given, and why.

    They are declared under `missing:` in mappings/<document>/document.yaml, and as periods
    under `missing:` in the mappings. With --format json each is an object.
    """
    from publish.cube.rdf.remarks import missing_figures, missing_in_words
    from publish.mappings.document import read_documents
    from publish.mappings.mapping import read_mappings

    language = language or run.language
    project = run.open_project()
    faults: list[Fault] = []
    documents = read_documents(project, faults)
    mappings = read_mappings(project, faults)
    if faults:
        raise FaultyInput(faults)
    found = missing_figures(documents.values(), mappings)
    if run.format == "json":
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
        print_json(records)
        return
    run.language = language
    for key, item in found:
        for line in missing_in_words(key, item):
            run.say(line)
    log.info(phrase("missing-counted", number=len(found)))


@main.command()
@click.pass_obj
def uris(run: Run) -> None:
    """Print every IRI pattern and what it names."""
    project = run.open_project()
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
@click.pass_obj
def init(run: Run, folder: Path, vocabulary: str | None) -> None:
    """Start an empty project in FOLDER."""
    for path in start_project(folder, vocabulary=vocabulary, base=run.base):
        click.echo(path)
    log.info(phrase("init-next", folder=folder))


@main.command()
@click.argument("code", required=False)
@click.option("--markdown", is_flag=True, help="Print the table of all faults, FAULTS.md.")
@own_language_option
@click.pass_obj
def explain(run: Run, code: str | None, markdown: bool, language: str | None) -> None:
    """Explain a fault: when it occurs, what it says and what to do.

    Without CODE: list every kind of fault by what it is about.
    """
    language, as_json = language or run.language, run.format == "json"
    if markdown and code:
        raise click.UsageError("--markdown is the table of all faults: leave out the code.")
    if markdown:
        text = kinds_as_markdown()
    elif code is None:
        kinds = list(KINDS.values())
        text = kinds_as_json(kinds, language) if as_json else kinds_as_text(language)
    else:
        kind = find_kind(code, language)
        text = kinds_as_json([kind], language) if as_json else page_of(kind, language)
    click.echo(text, nl=False)
