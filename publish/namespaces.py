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
    VOID,
    XSD,
    ClosedNamespace,
)

__all__ = [
    "DCTERMS",
    "INTERVALS",
    "OWL",
    "PREFIXES",
    "PROV",
    "QB",
    "RDF",
    "RDFS",
    "SDMX_ATTRIBUTE",
    "SDMX_CODE",
    "SKOS",
    "TIME",
    "VOID",
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

PREFIXES = {
    "dct": str(DCTERMS),
    "interval": "http://reference.data.gov.uk/def/intervals/",
    "owl": str(OWL),
    "prov": str(PROV),
    "qb": str(QB),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-code": "http://purl.org/linked-data/sdmx/2009/code#",
    "sdmx-concept": "http://purl.org/linked-data/sdmx/2009/concept#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "skos": str(SKOS),
    "time": str(TIME),
    "void": str(VOID),
    "xsd": str(XSD),
}
