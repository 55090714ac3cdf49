"""The forms of views, as docs/exports.md tells them."""

from __future__ import annotations

from importlib import import_module

import pytest
from built import REPOSITORY

from publish.exports.answer import FORMS, ExportForm
from publish.faults.fault import written_out


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_tell_every_form_with_its_limit(form: ExportForm) -> None:
    """The page on exports has each form with its media type, its limit and its layouts."""
    page = (REPOSITORY / "docs" / "exports.md").read_text(encoding="utf-8")
    most = "in pages" if form.most is None else str(written_out(form.most))
    parts = (f"`{form.name}`", f"`{form.media_type}`", most, ", ".join(form.layouts))
    assert f"| {' | '.join(parts)} |" in page
    assert (form.most is None) == form.is_paged


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_name_a_writer_that_exists(form: ExportForm) -> None:
    """The writer of a form is a function of a module among the forms."""
    module, _, function = form.writer.rpartition(".")
    assert callable(getattr(import_module(f"publish.exports.forms.{module}"), function))
