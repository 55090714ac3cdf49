"""The public vocabularies the program writes: closed, so a misspelt term raises."""

from __future__ import annotations

from rdflib.namespace import (
    DCTERMS,
    OWL,
    PROV,
    QB,
    RDF,
    RDFS,
    SKOS,
    TIME,
    XSD,
    ClosedNamespace,
)

__all__ = [
    "DCTERMS",
    "INTERVALS",
    "OWL",
    "PROV",
    "QB",
    "RDF",
    "RDFS",
    "SDMX_ATTRIBUTE",
    "SDMX_CODE",
    "SKOS",
    "TIME",
    "XSD",
]

SDMX_ATTRIBUTE = ClosedNamespace(
    "http://purl.org/linked-data/sdmx/2009/attribute#", ["unitMeasure", "obsStatus", "decimals"]
)
SDMX_CODE = ClosedNamespace(
    "http://purl.org/linked-data/sdmx/2009/code#",
    ["obsStatus-A", "obsStatus-M", *(f"decimals-{count}" for count in range(10))],
)
INTERVALS = ClosedNamespace(
    "http://reference.data.gov.uk/def/intervals/",
    ["CalendarQuarter", "CalendarYear", "CalendarDay"],
)
