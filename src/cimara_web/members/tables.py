"""Tables as CSV files that a spreadsheet opens and runs nothing of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from django.http import HttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be run by a spreadsheet; it gets an apostrophe before it."""


def csv_file(name: str, as_of: date, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A table to keep, named after its day, marked as UTF-8 for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([cell(one) for one in header])
    writer.writerows([cell(one) for one in row] for row in rows)
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="cimara-{name}-{as_of.isoformat()}.csv"'
    return response


def cell(value: object) -> str | int | float:
    """A value as it may stand in a cell; numbers stay numbers, nothing is an empty cell."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    words = "" if value is None else str(value)
    return f"'{words}" if words.startswith(FORMULA) else words
