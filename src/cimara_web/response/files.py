"""Files that a person takes away: never named after a patient, never stored by a browser's cache."""

from __future__ import annotations

from django.http import HttpResponse


def kept_file(content: str | bytes, kind: str, name: str) -> HttpResponse:
    """A file to keep; text is marked as UTF-8 for spreadsheets when it is a table."""
    raw = content if isinstance(content, bytes) else content.encode("utf-8-sig" if "csv" in kind else "utf-8")
    response = HttpResponse(raw, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


CSV = "text/csv; charset=utf-8"
ZIP = "application/zip"
TOML = "application/toml; charset=utf-8"
