"""The public vocabularies that the program writes, closed, so that a misspelt term raises."""

from __future__ import annotations

from rdflib.namespace import (
    DCAT,
    DCTERMS,
    FOAF,
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
    "DCAT",
    "DCTERMS",
    "DQV",
    "FOAF",
    "INTERVALS",
    "OA",
    "OWL",
    "PROV",
    "QB",
    "RDF",
    "RDFS",
    "SDMX_ATTRIBUTE",
    "SDMX_CODE",
    "SKOS",
    "TIME",
    "VOID",
    "XKOS",
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
DQV = ClosedNamespace(
    "http://www.w3.org/ns/dqv#",
    ["QualityAnnotation", "hasQualityAnnotation", "inDimension", "qualityAssessment"],
)
OA = ClosedNamespace("http://www.w3.org/ns/oa#", ["hasTarget", "motivatedBy"])
XKOS = ClosedNamespace(
    "http://rdf-vocabulary.ddialliance.org/xkos#",
    ["ClassificationLevel", "depth", "levels", "numberOfLevels"],
)
