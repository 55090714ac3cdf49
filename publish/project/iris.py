"""Every IRI pattern of the publication, by the Flemish URI standard.

``/id/`` names a thing, ``/doc/`` a page about it, ``/ns/`` a vocabulary. IRIs are minted under
``base`` and never change; addresses of files follow ``public-url``. All parts were restricted to
``[A-Za-z0-9._~-]`` when they were read, so nothing is encoded here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from publish.faults.addresses import is_address

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What the names of data sets, documents and queries are, which are names of files too."""
CODE = re.compile(r"(?!\.\.?\Z)[A-Za-z0-9._~-]+")
"""What a code, a name or a slug may consist of: the unreserved characters of RFC 3986.

Not ``.`` and ``..``, which disappear when an address is resolved (section 5.2.4).
"""

PATTERNS: dict[str, tuple[str, str]] = {
    "data-set": ("/id/dataset/{slug}", "a qb:DataSet"),
    "structure": ("/id/structuur/{slug}", "its qb:DataStructureDefinition"),
    "component": ("/id/component/{slug}/{name}", "one component of the structure"),
    "data-set-shape": (
        "/shapes/dataset/{slug}",
        "the shape of the data set's observations, made from its structure",
    ),
    "slice-key": ("/id/slicesleutel/{slug}", "the qb:SliceKey: the period is fixed"),
    "slice": ("/id/slice/{slug}/{codes}", "the slice of one period"),
    "observation": (
        "/id/observatie/{slug}/{codes}",
        "an observation: the codes of its dimensions, period first, then by name, last the measure",
    ),
    "version": (
        "/id/observatie/{slug}/{codes}/{release}",
        "a version of an observation: its codes, then the number of the release that changed it",
    ),
    "stream": ("/id/stroom/{name}", "an event stream of versions"),
    "concept-scheme": ("/id/conceptscheme/{scheme}", "a code list"),
    "concept": ("/id/concept/{scheme}/{code}", "a code of a list"),
    "level": ("/id/niveau/{scheme}/{depth}", "a level of a code list, the total on the first"),
    "levels": ("/id/niveaus/{scheme}/{depth}", "the levels of a code list from one on, in order"),
    "link": ("/id/koppeling/{linkset}/{scheme}/{code}", "a link of a code to a term elsewhere"),
    "linkset": ("/id/linkset/{linkset}", "all links to one target"),
    "quality": ("/id/kwaliteit/{about}/{name}", "a remark on the quality of figures or codes"),
    "missing": ("/id/ontbrekend/{document}/{name}", "figures asked for that a document lacks"),
    "kwartaal": ("/id/kwartaal/{code}", "a calendar quarter, as 2022-Q1"),
    "jaar": ("/id/jaar/{code}", "a calendar year, as 2022"),
    "dag": ("/id/dag/{code}", "a day, as 2023-06-30"),
    "instant": ("/id/tijdstip/{date}", "the instant at which a day begins"),
    "document": ("/id/document/{document}", "a source document"),
    "table": (
        "/id/tabel/{document}/{hash}/{table}.csv",
        "a printed table: the hash is that of its text",
    ),
    "cell": (
        "/id/tabel/{document}/{hash}/{table}.csv#cell={row},{column}",
        "a cell of a printed table by RFC 7111, counted from 1, header included",
    ),
    "activity": ("/id/activiteit/{slug}", "the making of a data set"),
    "catalogue": ("/id/catalogus", "the catalogue for portals"),
    "catalogue-record": (
        "/id/catalogusrecord/{kind}/{name}",
        "the record of a data set or a service",
    ),
    "distribution": (
        "/id/distributie/{name}",
        "a file of a data set, its name with - for dots",
    ),
    "data-service": ("/id/dataservice/{name}", "a service that gives the data, as sparql"),
    "organisation": (
        "/id/organisatie/{name}",
        "who publishes, if no other address is given",
    ),
    "contact": ("/id/contact/{name}", "whom people ask"),
    "provenance": ("/id/herkomst/{document}", "the statement that data come from a document"),
    "graph": ("/id/graaf/{name}", "a named graph of the store"),
    "shapes": ("/shapes/{name}", "a document of SHACL shapes; a shape is <document>#<name>"),
    "vocabulary": ("/ns/{vocabulary}", "the project's vocabulary"),
    "term": ("/ns/{vocabulary}#{term}", "a dimension, measure, attribute or class"),
}


SHARED_GRAPHS = ("vocabularium", "codelijsten", "koppelingen", "bronnen")
"""The names of the graphs that the data sets share."""
REASON_LIST = "afwezigheid"
"""The list of the reasons for which a value is not shown."""
CELLS = "-cellen"
"""How the name of a graph of source cells ends; before it stands the slug of the data set."""
VERSIONS = "versies"
"""The name of the graph of versions of observations, which is no part of the default graph."""
EVERYTHING = "alles"
"""The name of the dumps that hold all graphs."""
RESERVED = {*SHARED_GRAPHS, VERSIONS, EVERYTHING, "catalogus"}
"""Names of graphs and of dumps that no data set can have."""


def is_base(text: str) -> bool:
    """Return whether paths can be put after an address, a slash at its end left out."""
    path = text.partition("://")[2].rstrip("/")
    return is_address(text) and "//" not in path and not set("?#") & set(text)


@dataclass(frozen=True, kw_only=True)
class Uris:
    """Mints IRIs under one base, which has no slash at its end."""

    base: str
    vocabulary: str

    @property
    def prefix(self) -> str:
        """The prefix of the project's terms: the initials of the words of its vocabulary."""
        initials = "".join(word[0] for word in self.vocabulary.split("-") if word[:1].isalpha())
        return initials if initials and initials not in (*PREFIXES, "pub") else "own"

    def prefixes(self) -> dict[str, str]:
        """Return the prefixes for Turtle and SPARQL: public ones, ``pub``, the project's own."""
        own = {self.prefix: self.term(""), "pub": self.generic("")}
        return dict(sorted((PREFIXES | own).items()))

    def iri(self, pattern: str, **parts: object) -> str:
        """Return the IRI of a pattern. Raises KeyError for an unknown pattern or missing part."""
        return self.base + PATTERNS[pattern][0].format_map({"vocabulary": self.vocabulary} | parts)

    def term(self, name: str) -> str:
        """Return the IRI of a term of the project's vocabulary."""
        return self.iri("term", term=name)

    def generic(self, name: str) -> str:
        """Return the IRI of a term of the package's own vocabulary, ``/ns/publicatie``."""
        return self.iri("term", vocabulary=GENERIC_VOCABULARY, term=name)


GENERIC_VOCABULARY = "publicatie"

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "interval": "http://reference.data.gov.uk/def/intervals/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-code": "http://purl.org/linked-data/sdmx/2009/code#",
    "sdmx-concept": "http://purl.org/linked-data/sdmx/2009/concept#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "void": "http://rdfs.org/ns/void#",
    "xkos": "http://rdf-vocabulary.ddialliance.org/xkos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The public vocabularies by their usual prefix."""
PORTAL_PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcatap": "http://data.europa.eu/r5r/",
    "mdcat": "https://data.vlaanderen.be/ns/metadata-dcat#",
    "s1n": "http://data.europa.eu/s1n/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
"""Those of catalogues for portals, which queries over figures do not need."""
