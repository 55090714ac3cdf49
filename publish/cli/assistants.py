"""The verb that answers assistants: ``publish mcp``."""

from __future__ import annotations

import click

from publish.cli.reporting import Run


@click.command("mcp")
@click.pass_obj
def mcp_command(run: Run) -> None:
    """Answer an assistant from the current release, over stdin and stdout.

    It is a server of the Model Context Protocol, which a program for assistants starts itself:
    give it the command publish --project DIR mcp. The tools find data sets, describe them, give
    figures with their sources, and verify figures that somebody states; they change nothing. A
    new release is taken up with the next question.
    """
    from publish.site.assistants.stdio import serve_on_stdio

    serve_on_stdio(run.open_project().build)
