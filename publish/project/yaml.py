"""YAML files, judged by a JSON Schema, in which every scalar stays text.

The content is dicts, lists and strings, with the line and column of every key and item. Codes
stay as typed: ``NO`` is not False and ``010`` is not 8. Aliases are refused: a mapping has no use
for them, and they can blow a small file up to gigabytes. The schema (2020-12) is the one that
editors complete from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from publish.faults.addresses import wrong_character
from publish.faults.fault import Fault, did_you_mean, fault, nearest, phrase, shortened
from publish.faults.places import line_and_column
from publish.project.files import CONTROL, read_file

Steps = tuple[str | int, ...]
NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""Characters that no text holds, written as \\0 or \\ud800."""
MOST_DEPTH = 50
"""How deep a file may be nested: the deepest mapping has six levels."""
OUTSIDE = re.compile(r"[/\\~]|[A-Za-z]:[/\\]|(?:.*[/\\])?\.\.(?:[/\\]|$)")
"""How a path begins, or what it holds, that leads out of the project."""
TAB = re.compile(r"^[ \t-]*\t\Z", re.MULTILINE)
"""A text that ends in a tab before the first word of its line."""
ALIAS = "alias"


@dataclass(frozen=True, kw_only=True)
class YamlFile:
    """The content of a YAML file (dicts, lists, strings) and where each part stands."""

    path: Path
    shown: str
    data: Any
    places: dict[Steps, tuple[int, int]] = field(repr=False)

    def place(self, *steps: str | int) -> tuple[str, int, int]:
        """Return path, line and column of a key or item, or of the nearest that exists."""
        while steps not in self.places:
            steps = steps[:-1]
        return (self.shown, *self.places[steps])

    def fault(self, code: str, /, *steps: str | int, **particulars: object) -> Fault:
        """Return a fault at a key or item, or at the nearest that exists."""
        return fault(code, *self.place(*steps), **particulars)


class _Loader(yaml.SafeLoader):
    """Reads an alias as an empty scalar with the tag ALIAS, so that it can be reported."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Return the next node."""
        if not self.check_event(yaml.AliasEvent):
            self.depth += 1
            if self.depth > MOST_DEPTH:
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
                raise yaml.MarkedYAMLError(problem=phrase("too-deep"), problem_mark=mark)
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node
        event = self.get_event()  # type: ignore[no-untyped-call]
        return yaml.ScalarNode(ALIAS, "", event.start_mark, event.end_mark)


def read_yaml(
    path: Path, shown: str, schema: str, faults: list[Fault], root: Path | None = None
) -> YamlFile | None:
    """Read a YAML file and judge it by a JSON Schema, given as text.

    ``shown`` is the path as faults name it, ``root`` the project's folder. Returns
    None when the file cannot be used at all; the reasons are then among ``faults``.
    """
    before = len(faults)
    text = read_file(path, shown, faults, root=root)
    if text is None:
        return None
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        faults.append(_syntax_fault(error, text, shown))
        return None
    if node is None:
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    content = _Content(shown=shown, faults=faults)
    data = content.of(node, ())
    read = YamlFile(path=path, shown=shown, data=data, places=content.places)
    validator = _validator(schema)
    found = dict[Fault, None]()
    for breach in validator.iter_errors(data):
        if tuple(breach.absolute_path) not in content.unusable:
            found |= dict.fromkeys(_faults_of(breach, read, validator.schema))
    faults.extend(found)
    if all(item.kind.leaves_rest_usable for item in faults[before:]):
        return _without_unknown_keys(read, validator)
    return None


def _syntax_fault(error: Exception, text: str, shown: str) -> Fault:
    """Return the fault of a text that is not YAML."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if mark and TAB.search(text[: mark.index + 1]):
            return fault("yaml-tab", shown, *at)
        problem = error.problem or phrase("unreadable")
    elif isinstance(error, yaml.reader.ReaderError):
        at, problem = line_and_column(text, error.position), error.reason
    else:  # PyYAML takes the number after \U as it comes
        found = re.search(r"\\U(?!00(?:0[0-9A-Fa-f]|10))[0-9A-Fa-f]{8}", text)
        at, problem = line_and_column(text, found.start() if found else 0), phrase("no-character")
    return fault("yaml-syntax", shown, *at, problem=problem)


def _without_unknown_keys(read: YamlFile, validator: Any) -> YamlFile | None:
    """Return the content without unknown keys, so that the rest of it can be judged too.

    A key that looks like a slip for a missing one is taken for that one.
    """
    for error in list(validator.iter_errors(read.data)):
        steps = tuple(error.absolute_path)
        known = error.schema.get("properties", {})
        for key in [key for key in error.instance if key not in known]:
            value, meant = error.instance.pop(key), nearest(key, known, likeness=0.75)
            if meant and meant not in error.instance:
                error.instance[meant] = value
                old, new = (*steps, key), (*steps, meant)
                for place in [place for place in read.places if place[: len(old)] == old]:
                    read.places[new + place[len(old) :]] = read.places[place]
    return read if validator.is_valid(read.data) else None


@dataclass(frozen=True, kw_only=True)
class _Content:
    """Reads the content of nodes with all scalars as text, and notes where each part stands."""

    shown: str
    faults: list[Fault]
    places: dict[Steps, tuple[int, int]] = field(default_factory=dict)
    unusable: set[Steps] = field(default_factory=set)

    def of(self, node: yaml.Node, steps: Steps) -> Any:
        """Return the content of the node to which some steps lead."""
        self.places.setdefault(steps, _place_of(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.of(item, (*steps, index)) for index, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            if problem := self._problem(node):
                self.faults.append(problem)
                self.unusable.add(steps)
            return str(node.value)
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            at = _place_of(key_node)
            if problem := self._problem(key_node):
                self.faults.append(problem)
            elif (key := key_node.value) in result:
                first = self.places[(*steps, key)][0]
                self.faults.append(fault("duplicate-key", self.shown, *at, key=key, first=first))
            else:
                self.places[(*steps, key)] = at
                result[key] = self.of(value_node, (*steps, key))
        return result

    def _problem(self, node: yaml.Node) -> Fault | None:
        """Return the fault of a key or a value that is no usable text."""
        at = (self.shown, *_place_of(node))
        if node.tag == ALIAS:
            return fault("yaml-alias", *at)
        if not isinstance(node, yaml.ScalarNode):
            return fault("yaml-syntax", *at, problem=phrase("key-not-text"))
        if NO_TEXT.search(node.value):
            return fault("yaml-syntax", *at, problem=phrase("no-character"))
        if found := CONTROL.search(node.value):
            return fault("control-character", *at, name=f"U+{ord(found[0]):04X}")
        return None


def _place_of(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _is_whole_number(_: object, value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value) is not None


def _is_truth_value(_: object, value: object) -> bool:
    return value in ("true", "false")


@cache
def _validator(schema: str) -> Any:
    """Return a validator for scalars that are all text, integers and booleans too."""
    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": _is_whole_number, "boolean": _is_truth_value}
    )
    kind: Any = extend(Draft202012Validator, type_checker=checker)  # type: ignore[no-untyped-call]
    return kind(json.loads(schema))


def _faults_of(error: ValidationError, read: YamlFile, root: dict[str, Any]) -> Iterator[Fault]:
    """Yield the faults of content that does not follow the schema in one way."""
    steps = tuple(error.absolute_path)
    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    value: Any = schema.get(str(error.validator))
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        known = schema.get("properties", {})
        for key in instance:
            if key not in known:
                yield fault(
                    "unknown-key",
                    *read.place(*steps, key),
                    key=key,
                    hint=did_you_mean(key, known),
                    known=", ".join(known),
                )
    elif error.validator == "required":
        for key in value:
            if key not in instance:
                about = _description(schema.get("properties", {}).get(key, {}), root)
                yield fault("missing-key", *read.place(*steps), key=key, about=about)
    elif error.validator in ("enum", "const"):
        allowed = [value] if error.validator == "const" else value
        yield fault(
            "wrong-value",
            *read.place(*steps),
            key=_key(steps),
            value=shortened(str(instance)),
            allowed=", ".join(dict.fromkeys(map(str, allowed))),
        )
    elif schema.get("format") == "path" and isinstance(instance, str) and OUTSIDE.match(instance):
        yield fault("outside-project", *read.place(*steps), path=shortened(instance))
    elif schema.get("format") == "iri" and (wrong := wrong_character(str(instance))):
        problem = phrase("iri-character", character=wrong)
        yield fault("not-an-iri", *read.place(*steps), problem=problem)
    else:
        if "propertyNames" in error.absolute_schema_path:
            steps = (*steps, instance)
        yield fault(
            "wrong-type",
            *read.place(*steps),
            key=_key(steps),
            value=shortened(json.dumps(instance, ensure_ascii=False)),
            wanted=_description(schema, root) or f"{error.validator}: {value}",
        )


def _description(schema: dict[str, Any], root: dict[str, Any]) -> str:
    """Return what a schema says of a value, there or in the definition it refers to."""
    if "description" not in schema and "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return str(schema.get("description", ""))


def _key(steps: Steps) -> str:
    """Return the names of the keys that lead to a value, for messages."""
    return ".".join(step for step in steps if isinstance(step, str)) or phrase("the-file")
