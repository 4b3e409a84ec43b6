"""Figures and tables as files: their type, their name, and what is answered when the address is wrong."""

from __future__ import annotations

from django.forms import Form
from django.http import HttpResponse

from cimara_web.snapshot import current_snapshot

FIGURE_SECONDS = 3600
"""A browser may keep a figure: its address names the copy of the registry."""


def svg_file(text: str) -> HttpResponse:
    """A figure."""
    response = HttpResponse(text, content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={FIGURE_SECONDS}"
    return response


def csv_file(text: str, name: str) -> HttpResponse:
    """A table to keep, named after the date of its records; marked as UTF-8 for spreadsheets."""
    dated = "-".join(filter(None, ("cimara", name, current_snapshot().meta.data_date)))
    response = HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{dated}.csv"'
    return response


def no_such_file(form: Form, *more: str) -> HttpResponse:
    """400 with each field of the address that can't be read, and what would be right."""
    wrong = [f"{name}: {error}" for name, errors in form.errors.items() for error in errors]
    return HttpResponse("\n".join((*wrong, *more)), content_type="text/plain; charset=utf-8", status=400)
