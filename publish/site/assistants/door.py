"""The server of the Model Context Protocol: it offers the tools and gives their answers.

An answer comes twice, as the protocol advises: structured, and as the same JSON in a text. What a
tool cannot do is a sentence in the result, which an assistant can act on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from publish import __version__
from publish.faults.fault import phrase
from publish.site.assistants.answering import AskedRelease, unknown_tool
from publish.site.assistants.arguments import ToolRefused, language_given
from publish.site.assistants.tools import TOOLS

INSTRUCTIONS = (
    "Published statistical figures with their sources: {title}. Answer from these tools only and "
    "never from memory. Begin with find_data_sets, look at filters with describe_data_set, then "
    "call get_figures; call verify_figure for a figure that somebody states. With each figure tell "
    "its unit, period and remarks, and cite its address. A value of null is not zero: tell the "
    "reason. Do not add totals to their parts. If something is not published here, say so."
)
"""What assistants are told of all tools together."""

FAILURES = (OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError)
"""What a tool raises on a release that is damaged; the SDK would tell a client all about it."""

log = logging.getLogger("publish")

FindRelease = Callable[[Any], AskedRelease]
"""Returns the release that a request asks; it is given the HTTP request, or None."""


def make_door(title: str, find_release: FindRelease) -> Server[Any]:
    """Return the server. The requests of one connection may ask different releases."""
    tools = [
        Tool(
            name=tool.name,
            title=tool.title,
            description=tool.meaning,
            input_schema=tool.input_schema(),
            output_schema=tool.output_schema(),
            annotations=ToolAnnotations(
                read_only_hint=True,
                destructive_hint=False,
                idempotent_hint=True,
                open_world_hint=False,
            ),
        )
        for tool in TOOLS.values()
    ]
    schemas = {tool.name: tool.input_schema for tool in tools}

    async def list_tools(_: Any, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=tools)

    async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:
        language = language_given(params.arguments)
        if params.name not in TOOLS:
            sentence = unknown_tool(params.name).sentence.text_in(language)
            raise MCPError(code=INVALID_PARAMS, message=sentence)
        try:
            answer = await find_release(context.request).answer(params.name, params.arguments)
        except ToolRefused as error:
            return _result(error.sentence.text_in(language), is_error=True)
        except FAILURES:
            log.exception("The tool %s failed", params.name)
            return _result(phrase("failed-and-noted").text_in(language), is_error=True)
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return _result(text, structured=dict(answer))

    return Server(
        "publish",
        version=__version__,
        title=title,
        instructions=INSTRUCTIONS.format(title=title),
        get_tool_input_schema=schemas.get,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _result(text: str, *, structured: Any = None, is_error: bool = False) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=structured,
        is_error=is_error,
    )
