"""The verb ``publish serve``: its flags, made from the table of settings, and what it starts.

The value of a setting is its default, or comes from serve.toml, the environment or a flag; of
these the last that gives it counts. ``--show-settings`` prints where each value comes from.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from publish.cli.reporting import Run
from publish.faults.fault import CannotRun, Fault, FaultyInput, phrase, reason_of
from publish.project.project import Project
from publish.server.access_log import use_format
from publish.server.bounds.descriptors import allow_files
from publish.server.settings.output import as_json, as_markdown, as_toml
from publish.server.settings.setting import Setting
from publish.server.settings.sources import FILE, gather_values, settings_of
from publish.server.settings.table import TABLE, Settings

log = logging.getLogger("publish")


class SettingType(click.ParamType[object]):
    """What a flag that gives a setting accepts."""

    def __init__(self, setting: Setting) -> None:
        self.name = "number" if setting.kind == "whole" else setting.kind
        self._setting = setting

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """Return the value of a flag; an impossible one is an error of usage."""
        try:
            return self._setting.parse(str(value))
        except ValueError:
            self.fail(f"{value!r} is not {self._setting.allowed()}.", param, ctx)


@click.command("serve")
@click.option(
    "--config",
    envvar="PUBLISH_CONFIG",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Take settings from this file; by default from {FILE} in the project's folder.",
)
@click.option(
    "--show-settings",
    is_flag=True,
    help="Print each setting with where its value comes from, and start nothing.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Serve these RDF files instead of a project: Turtle, TriG, N-Triples, N-Quads, RDF/XML or "
    "JSON-LD, also with .gz; more files may follow.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Refuse files with literals that the store holds in another form, as 12.0 or xsd:int.",
)
@click.argument("files", type=click.Path(path_type=Path), metavar="[FILE]...", nargs=-1)
@click.option("--markdown", is_flag=True, help="Print the table of settings of docs/operations.md.")
@click.pass_obj
def serve_command(
    run: Run,
    /,
    config: Path | None,
    show_settings: bool,
    markdown: bool,
    data: tuple[Path, ...],
    strict: bool,
    files: tuple[Path, ...],
    **flags: object,
) -> None:
    """Serve the current release: pages, data, downloads and SPARQL.

    With --data no project is needed: the SPARQL endpoint is put over any RDF files, with the
    default and named graphs that they have themselves. They are read once, at the start, which
    says what literals the store changes; with --strict such files are refused.

    Each setting can also stand in serve.toml, without its hyphens in front, or in a variable:
    slow-after = 1 is --slow-after 1 and PUBLISH_SLOW_AFTER=1. A flag wins over a variable, and
    that over the file.
    """
    if markdown:
        click.echo(as_markdown(), nl=False)
        return
    if strict and not data:
        raise CannotRun(phrase("strict-without-data"))
    if files and not data:
        raise CannotRun(phrase("files-without-data", files=" ".join(map(str, files))))
    project = None if data else run.open_project()
    file = config or (project.root / FILE if project else None)
    run.unchanged = "server-not-started"
    faults: list[Fault] = []
    of_flags = {name.replace("_", "-"): value for name, value in flags.items()}
    given = gather_values(file, os.environ, of_flags, faults)
    if faults:
        raise FaultyInput(faults)
    if show_settings:
        show = as_json if run.format == "json" else as_toml
        click.echo(show(given, run.language), nl=False)
        return
    settings = settings_of(given)
    allow_files(settings.connections, settings.workers)
    if project is None:
        serve_files((*data, *files), settings, run, is_strict=strict)
    else:
        serve_project(project, settings)


def serve_project(project: Project, settings: Settings) -> None:
    """Serve the current release of a project until told to stop. Raises CannotRun."""
    from publish.release.releases import CURRENT, sound_releases
    from publish.site.process import serve

    release = project.build / CURRENT
    next(sound_releases(release))  # before a server is started that has nothing to serve
    with contextlib.closing(_listen(settings)) as listening:
        use_format(settings.log_format)
        serve(release, settings, listening, _print_address)


def serve_files(files: Sequence[Path], settings: Settings, run: Run, *, is_strict: bool) -> None:
    """Serve RDF files until told to stop. Raises FaultyInput, CannotRun."""
    from publish.release.stores.of_rdf_files import make_release_of_files
    from publish.server.processes.listening import address_of
    from publish.site.process import serve

    with (
        contextlib.closing(_listen(settings)) as listening,
        tempfile.TemporaryDirectory(prefix="publish-data-") as folder,
    ):
        address = address_of(listening) + settings.path_prefix
        warnings = make_release_of_files(
            files, Path(folder), public_url=address, is_strict=is_strict
        )
        run.report_success(warnings)
        use_format(settings.log_format)  # only now: faults in the files are reported to people
        serve(Path(folder), settings, listening, _print_address)


def _listen(settings: Settings) -> socket.socket:
    """Open the socket before anything else is done. Raises CannotRun when it cannot be had."""
    from publish.server.processes.listening import listen

    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        host, port = settings.host, settings.port
        why = phrase("cannot-listen", host=host, reason=reason_of(error))
        if error.errno == errno.EADDRINUSE:
            why = phrase("port-taken", port=port, host=host, next=port + 1)
        raise CannotRun(why) from None


def _print_address(address: str) -> None:
    """Print where the server is reached, as plain text also where the log is JSON."""
    if log.isEnabledFor(logging.INFO):
        click.echo(address, err=True)


def _flag(name: str, setting: Setting) -> click.Option:
    """Return the flag that gives a setting."""
    default = setting.format(setting.default)
    about = f"{setting.meaning} [default: {default}]" if default else str(setting.meaning)
    if setting.kind == "switch":
        return click.Option([f"--{name}/--no-{name}"], default=None, help=about)
    kind = click.Choice(setting.choices) if setting.choices else SettingType(setting)
    return click.Option([f"--{name}"], type=kind, default=None, help=about)


serve_command.params[:0] = [_flag(name, setting) for name, setting in TABLE.items()]
