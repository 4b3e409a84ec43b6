"""What these pages share: their templates, names of colleagues, files to take away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cimara.terms.spreadsheet import safe_cell
from cimara_web.accounts.queries import holder
from cimara_web.members.queries import names_of
from cimara_web.studies.models import Study
from cimara_web.studies.views.frame import DONE, tabs

SOMEBODY = "a former member"
DONE_HERE = {
    "received": "The file is in the study store.",
    "again": "This very file was received before. Nothing new was made of it.",
    "decided": "Done.",
    "signed": "Your signature is noted.",
    "held": "The results are in the study store and wait for release.",
}


def page(
    request: HttpRequest, template: str, study: Study, tab: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of a study's data, with the study's tabs."""
    word = request.GET.get("done", "")
    context |= {
        "study": study,
        "tabs": tabs(holder(request), study),
        "tab": tab,
        "done": DONE_HERE.get(word) or DONE.get(word, ""),
    }
    return render(request, f"studies/data/{template}.html", context, status=status)


def names(accounts: Sequence[UUID | None]) -> dict[UUID, str]:
    """Names of colleagues, and a word for those who are gone."""
    wanted = {one for one in accounts if one}
    return dict.fromkeys(wanted, SOMEBODY) | names_of(wanted)


def attachment(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to keep; `nosniff` and no-store stand on every answer to somebody who is signed in."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A table for spreadsheets, no cell of which is a formula."""
    lines = [",".join(_cell(one) for one in row) for row in (head, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _cell(value: object) -> str:
    text = safe_cell("" if value is None else str(value))
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(one in text for one in ',"\r\n') else text
