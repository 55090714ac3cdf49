"""The forms in which graphs and results of queries are offered, for content negotiation."""

from __future__ import annotations

from publish.rdf import formats
from publish.server.negotiation import Form


def _form_of(known: formats.Format) -> Form:
    """Return an RDF format as a form of an answer."""
    return Form(
        name=known.name,
        media_type=known.media_type,
        extension=known.ending.removeprefix("."),
        aliases=known.other_media_types,
    )


TURTLE, N_TRIPLES, RDF_XML, JSON_LD, TRIG, N_QUADS, N3 = map(
    _form_of,
    (
        formats.TURTLE,
        formats.N_TRIPLES,
        formats.RDF_XML,
        formats.JSON_LD,
        formats.TRIG,
        formats.N_QUADS,
        formats.N3,
    ),
)
CSV = Form(name="CSV", media_type="text/csv", extension="csv")
TSV = Form(name="TSV", media_type="text/tab-separated-values", extension="tsv")
SPARQL_JSON = Form(
    name="JSON",
    media_type="application/sparql-results+json",
    extension="srj",
    aliases=("application/json",),
)
SPARQL_XML = Form(
    name="XML",
    media_type="application/sparql-results+xml",
    extension="srx",
    aliases=("application/xml", "text/xml"),
)
USUAL_GRAPHS = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
"""The forms of a graph that pages offer."""
GRAPHS = (*USUAL_GRAPHS, TRIG, N_QUADS, N3)
"""What a description or a constructed graph can be written as, the preferred first."""
RESULTS = (SPARQL_JSON, SPARQL_XML, CSV, TSV)
"""What the result of SELECT or ASK can be written as, the preferred first."""
