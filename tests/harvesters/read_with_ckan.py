"""Reads a catalogue as CKAN's harvester does: ``FILE FORMAT LANGUAGE PROFILE…``, data sets as JSON.

It runs in the environment of CKAN, with nothing but its settings: no database is asked.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ckan.plugins import toolkit
from ckanext.dcat.processors import RDFParser


def main(path: str, format_: str, language: str, *profiles: str) -> None:
    """Print the data sets that the parser makes of a file, and its next page if it has one."""
    toolkit.config["ckan.locale_default"] = language
    parser = RDFParser(profiles=list(profiles))
    parser.parse(Path(path).read_bytes(), _format=format_)
    found = {"datasets": list(parser.datasets()), "next": parser.next_page()}
    json.dump(found, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
