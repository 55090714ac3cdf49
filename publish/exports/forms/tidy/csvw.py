"""CSV on the Web: what the columns of tidy CSV mean, so that programs make the observations of it.

From a CSV file and this metadata any processor makes, in minimal mode, the statements that the
RDF of the data set has about its observations. W3C Recommendations "Metadata Vocabulary for
Tabular Data" and "Generating RDF from Tabular Data on the Web".

All addresses are absolute but those of the files themselves, which lie beside the metadata, so
that a copy of both is read alike. Labels are for people and make no statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import DataSetDescription
from publish.exports.files import MOST_PLAIN
from publish.exports.forms.tidy.list_columns import (
    CODE_OF,
    DECIMALS,
    HEADS_OF_LINKS,
    REASONS,
    SOURCE_CELLS,
    STATUS,
    TOTAL_OF,
    UNIT,
    VALUE,
    VALUE_OF_TYPE,
    ListColumn,
    list_columns,
    missing_periods,
)
from publish.exports.forms.tidy.list_csv import unit_prefix
from publish.exports.observations import SelectedObservations
from publish.exports.view import DataView, view_address
from publish.mappings.marks import BOUNDS
from publish.project.iris import PREFIXES, REASON_LIST, Uris
from publish.project.project import Text

CONTEXT = "http://www.w3.org/ns/csvw"
_DIALECT = {"encoding": "utf-8", "delimiter": ",", "lineTerminators": ["\n"], "trim": False}
_ATTRIBUTE, _SDMX_CODE = PREFIXES["sdmx-attribute"], PREFIXES["sdmx-code"]


def write_csvw(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the metadata of the CSV file of a whole data set, in the language of the view."""
    found = csvw_metadata(chosen.description, chosen.view.language)
    target.write((json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode())


def csvw_metadata(description: DataSetDescription, language: str) -> dict[str, Any]:
    """Return the metadata of the CSV file of a data set in a language.

    It describes a group of two tables where there are statements that need rows of their own.
    """
    context = [CONTEXT, {"@language": language}]
    main = _Described(
        description=description,
        language=language,
        uris=Uris(base=description.base, vocabulary=description.vocabulary),
    ).table()
    if not description.several:
        return {"@context": context, **main}
    return {"@context": context, "dialect": _DIALECT, "tables": [main, _links(description)]}


@dataclass(frozen=True, kw_only=True)
class _Described:
    """The description of a CSV file."""

    description: DataSetDescription
    language: str
    uris: Uris

    def table(self) -> dict[str, Any]:
        """Return the description of the table."""
        about = self.description
        columns = list_columns(about)
        found: dict[str, Any] = {
            "@type": "Table",
            "url": self._url(),
            "dc:title": _texts(about.title),
            "dc:description": _texts(about.description),
            "dc:language": self.language,
            "dc:identifier": about.slug,
            "dc:isFormatOf": {"@id": about.iri},
        }
        if about.licence:
            found["dc:license"] = {"@id": about.licence}
        if about.publisher:
            found["dc:publisher"] = _texts(about.publisher)
        documents = dict.fromkeys(table.document for table in about.tables)
        if documents:
            found["dc:source"] = [{"@id": document} for document in documents]
        if notes := [*about.notes, *missing_periods(about)]:
            found["rdfs:comment"] = [item for note in notes for item in _texts(note)]
        found["dialect"] = _DIALECT
        found["tableSchema"] = {
            "columns": [*map(self._column, columns), *self._virtual()],
            "primaryKey": [variable(column.name) for column in columns if column.holds == CODE_OF],
            "aboutUrl": self._observation(),
        }
        return found

    def _url(self) -> str:
        """Return where the file is: beside this, or where it is unpacked when it is compressed."""
        if self.description.observations <= MOST_PLAIN:
            return f"{self.description.slug}.{self.language}.csv"
        return view_address(self.description, DataView(language=self.language), "csv")

    def _observation(self) -> str:
        """Return the template of the IRI of an observation."""
        codes = "/".join(f"{{{variable(item.column)}}}" for item in self.description.dimensions)
        return self.uris.iri("observation", slug=self.description.slug, codes=codes)

    def _column(self, column: ListColumn) -> dict[str, Any]:
        """Return the description of a column."""
        title = {"und": column.name, **column.title}
        head = {"name": variable(column.name), "titles": title}
        meaning = {"dc:description": _texts(column.meaning)}
        says = self._says(column)
        if says is None:
            return {**head, **meaning, "datatype": "string", "suppressOutput": True}
        return {**head, **meaning, **says}

    def _says(self, column: ListColumn) -> dict[str, Any] | None:
        """Return the statement that a column makes, if it makes one."""
        if column.dimension is not None:
            return self._of_dimension(column)
        name, uris = variable(column.name), self.uris
        if column.holds in BOUND_COLUMNS.values():
            key = next(key for key, bound in BOUND_COLUMNS.items() if bound == column.holds)
            return {"propertyUrl": uris.generic(BOUNDS[key]), "datatype": "decimal"}
        if column.holds == VALUE and not self._typed:
            return self._figures(self._datatype)
        if column.holds == VALUE_OF_TYPE:
            return self._figures(column.datatype)
        if column.holds == UNIT:
            prefix = unit_prefix(item.unit for item in self.description.measures)
            return _linked(f"{_ATTRIBUTE}unitMeasure", f"{prefix}{{+{name}}}")
        if column.holds == STATUS:
            return _linked(f"{_ATTRIBUTE}obsStatus", f"{_SDMX_CODE}obsStatus-{{{name}}}")
        if column.holds == DECIMALS:
            return _linked(f"{_ATTRIBUTE}decimals", f"{_SDMX_CODE}decimals-{{{name}}}")
        if column.holds == REASONS and "reasons" not in self.description.several:
            reason = uris.iri("concept", scheme=REASON_LIST, code=f"{{{name}}}")
            return _linked(uris.generic("afwezigheid"), reason)
        if column.holds == SOURCE_CELLS and "further_cells" not in self.description.several:
            return _linked(f"{PREFIXES['prov']}wasDerivedFrom", f"{{+{name}}}")
        return None

    def _of_dimension(self, column: ListColumn) -> dict[str, Any] | None:
        """Return the statement of a code, or that it is the total."""
        item, name = column.dimension, variable(column.name)
        if item is None:
            return None
        if column.holds == TOTAL_OF:
            return {**_linked(self.uris.generic("totaalOver"), item.iri), "null": "false"}
        if column.holds != CODE_OF:
            return None
        return {**_linked(item.iri, f"{_prefix(item.codes)}{{{name}}}"), "required": True}

    @property
    def _typed(self) -> bool:
        """Whether figures have a column for each datatype."""
        return any(item.holds == VALUE_OF_TYPE for item in list_columns(self.description))

    @property
    def _datatype(self) -> str:
        """The name of the datatype of all measures."""
        return self.description.measures[0].datatype.rpartition("#")[2]

    def _figures(self, datatype: str | None) -> dict[str, Any]:
        """Return the statement of a figure: its property is the measure of the row."""
        measure = self.description.dimensions[-1]
        prefix = _prefix(measure.codes)
        return {"propertyUrl": f"{prefix}{{{variable(measure.column)}}}", "datatype": datatype}

    def _virtual(self) -> Iterator[dict[str, Any]]:
        """Yield columns that the file has not: what holds for all observations."""
        type_, data_set = f"{PREFIXES['rdf']}type", f"{PREFIXES['qb']}dataSet"
        yield {**_linked(type_, f"{PREFIXES['qb']}Observation"), "virtual": True}
        yield {**_linked(data_set, self.description.iri), "virtual": True}
        period = self.description.dimensions[0]
        if period.period:
            codes = f"{{{variable(period.column)}}}"
            yield {
                "aboutUrl": self.uris.iri("slice", slug=self.description.slug, codes=codes),
                **_linked(f"{PREFIXES['qb']}observation", self._observation()),
                "virtual": True,
            }


def _links(description: DataSetDescription) -> dict[str, Any]:
    """Return the description of the file of statements that need rows of their own."""
    subject, property_, object_ = HEADS_OF_LINKS
    columns: list[dict[str, Any]] = [
        {"name": name, "titles": {"und": name}, "datatype": "anyURI", "suppressOutput": True}
        for name in (subject, property_)
    ]
    columns.append(
        {
            "name": object_,
            "titles": {"und": object_},
            "datatype": "anyURI",
            "propertyUrl": f"{{+{property_}}}",
            "valueUrl": f"{{+{object_}}}",
        }
    )
    return {
        "@type": "Table",
        "url": f"{description.slug}.links.csv",
        "dialect": _DIALECT,
        "tableSchema": {"columns": columns, "aboutUrl": f"{{+{subject}}}"},
    }


def variable(name: str) -> str:
    """Return a head as the name of a column, which templates of addresses use (RFC 6570)."""
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "_.") else _percent(letter)
        for letter in name
    )


def _percent(letter: str) -> str:
    coded = quote(letter, safe="")
    return coded if coded != letter else f"%{ord(letter):02X}"


def _prefix(codes: Sequence[Any]) -> str:
    """Return what the IRIs of codes begin with before the code."""
    code = codes[0]
    return str(code.iri.removesuffix(code.code))


def _linked(property_: str, value: str) -> dict[str, Any]:
    """Return the statement of a link, its value a template of an address."""
    return {"propertyUrl": property_, "valueUrl": value}


def _texts(text: Text) -> list[dict[str, str]]:
    """Return a text in its languages."""
    return [{"@value": words, "@language": language} for language, words in text.items()]
