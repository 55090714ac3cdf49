"""Parses the text of a query into a tree, with what the grammar needs help for."""

from __future__ import annotations

import re
import warnings

import tree_sitter_sparql
from tree_sitter import Language, Node, Parser

from publish.sparql.query.tokens import IRI, tokens

_PREFIX = re.compile(rf"\bprefix\s+[^\s:#]*:\s*{IRI.pattern}", re.IGNORECASE)
"""A declaration of a prefix. Elsewhere ``<`` may compare, with a comment before the next ``>``."""
with warnings.catch_warnings():  # the grammar is told by the number of its place in memory
    warnings.simplefilter("ignore", DeprecationWarning)
    _PARSER = Parser(Language(tree_sitter_sparql.language()))


def parsed(text: str) -> tuple[bytes, Node]:
    """Return a query without comments, and its tree.

    Its prefixes are others if it is not understood otherwise.
    """
    coded = text.encode()
    root = _PARSER.parse(coded).root_node
    if root.has_error:
        # It takes a prefix that is called as a keyword, such as ``a:``, for that keyword.
        coded = _with_other_prefixes(text).encode()
        root = _PARSER.parse(coded).root_node
    if not root.has_error and "#" in _PREFIX.sub("", text):
        without = _without_comments(coded, root)
        if without != coded:  # else the sign stands in an IRI or a text
            coded, root = without, _PARSER.parse(without).root_node
    return coded, root


def _with_other_prefixes(text: str) -> str:
    """Return a query in which every prefix has another name, which is used nowhere."""
    stem = "ns"
    while stem in text:
        stem += "s"
    parts, at = [], 0
    for token in tokens(text):
        if token.lastgroup == "name" and ":" in token[0] and not token[0].startswith("_:"):
            parts += [text[at : token.start()], stem]
            at = token.start()
    return "".join([*parts, text[at:]])


def _without_comments(coded: bytes, root: Node) -> bytes:
    """Return a query with spaces for its comments, which may stand between any two parts of it."""
    found = bytearray(coded)
    pending = [root]
    while pending:
        node = pending.pop()
        pending.extend(node.children)
        if node.type == "comment":
            found[node.start_byte : node.end_byte] = b" " * (node.end_byte - node.start_byte)
    return bytes(found)
