"""Faults as a SHACL validation report in Turtle (SHACL, section 3.6).

Warnings are results too, so only a run without any fault or warning conforms. Files are relative
references, to be resolved against the project folder; a line is a fragment by RFC 5147.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from publish.faults.addresses import is_address, relative_reference
from publish.faults.fault import LANGUAGES, Fault

SEVERITIES = {"error": "Violation", "warning": "Warning", "info": "Info"}

COMPONENT = "ns/publicatie#controle"
"""The constraint component of all results, a term of the program's own vocabulary; the code says
which check it was."""

HEAD = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

[]
    a sh:ValidationReport ;
    sh:conforms """


def as_shacl(faults: Sequence[Fault], base: str | None = None) -> str:
    """Return the faults as a report; without a base, the component is a relative IRI too."""
    component = f"<{base}/{COMPONENT}>" if base else f"<{COMPONENT}>"
    results = "".join(f" ;\n    sh:result {_result(item, component)}" for item in faults)
    return f"{HEAD}{'false' if faults else 'true'}{results} .\n"


def _result(item: Fault, component: str) -> str:
    """Return a fault as a blank node."""
    messages = (
        _literal(f"{item.finding.text_in(language)} {item.fix.text_in(language)}", language)
        for language in reversed(LANGUAGES)
    )
    properties = [
        "a sh:ValidationResult",
        f"rdfs:label {_literal(f'{item.place}: {item.code}')}",
        f"dct:identifier {_literal(item.code)}",
        f"sh:resultSeverity sh:{SEVERITIES[item.severity]}",
        f"sh:sourceConstraintComponent {component}",
        f"sh:focusNode <{_focus(item)}>",
        f"sh:resultMessage {', '.join(messages)}",
    ]
    if item.text:
        properties.append(f"sh:value {_literal(item.text)}")
    return "[\n        " + " ;\n        ".join(properties) + "\n    ]"


def _literal(text: str, language: str | None = None) -> str:
    """Return a text as it is written in Turtle."""
    return str(ox.Literal(text, language=language))


def _focus(item: Fault) -> str:
    """Return what the fault is about: the IRI of a thing, or a line of a file."""
    if not item.line and is_address(item.path):
        return item.path
    path = relative_reference(item.path)
    return f"{path}#line={item.line - 1},{item.line}" if item.line else path
