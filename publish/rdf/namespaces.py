"""The public vocabularies that the program writes, closed, so that a misspelt term raises."""

from __future__ import annotations

from rdflib.namespace import DCAT as DCAT
from rdflib.namespace import DCTERMS as DCTERMS
from rdflib.namespace import FOAF as FOAF
from rdflib.namespace import OWL as OWL
from rdflib.namespace import PROV as PROV
from rdflib.namespace import QB as QB
from rdflib.namespace import RDF as RDF
from rdflib.namespace import RDFS as RDFS
from rdflib.namespace import SKOS as SKOS
from rdflib.namespace import TIME as TIME
from rdflib.namespace import VOID as VOID
from rdflib.namespace import XSD as XSD
from rdflib.namespace import ClosedNamespace

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
LDES = ClosedNamespace(
    "https://w3id.org/ldes#",
    [
        "EventSource",
        "EventStream",
        "immutable",
        "pollingInterval",
        "timestampPath",
        "versionDeleteObject",
        "versionDeletePath",
        "versionOfPath",
    ],
)
TREE = ClosedNamespace(
    "https://w3id.org/tree#",
    [
        "GreaterThanOrEqualToRelation",
        "LessThanRelation",
        "Node",
        "member",
        "node",
        "path",
        "relation",
        "shape",
        "value",
        "view",
    ],
)
AS = ClosedNamespace("https://www.w3.org/ns/activitystreams#", ["Create", "Delete", "Update"])
