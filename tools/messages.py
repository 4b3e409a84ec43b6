#!/usr/bin/env python3
"""Keeps the portal's translations in step with its texts: `update` writes .po and .mo, `check` only looks."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PORTAL = Path(__file__).resolve().parent.parent / "src" / "cimara_web"
LANGUAGES = ("es",)
WIDTH = 110
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {
    "templates/**.html": {
        "extensions": "jinja2.ext.i18n",
        "newstyle_gettext": "true",
        "silent": "false",
    }
}
# Django makemessages misses parameters, {% trans %} blocks and plurals of Jinja2 templates; Babel finds them.


def extracted() -> Iterator[tuple[str, int, str | tuple[str, ...], str | None]]:
    """Every message in the portal's code and templates: file, line, text, context."""
    found = extract_from_dir(PORTAL, METHODS, OPTIONS, keywords=KEYWORDS, directory_filter=_is_searched)
    for file, line, text, _comments, context in found:
        yield file, line, text, context


def _is_searched(folder: str) -> bool:
    """Babel would leave out folders whose name begins with an underscore, and with them our components."""
    return not Path(folder).name.startswith("__")


def template() -> Catalog:
    """A catalogue of all messages, untranslated."""
    catalog = Catalog(fuzzy=False)
    for file, _line, text, context in extracted():
        catalog.add(text, locations=[(file, 0)], context=context)
    return catalog


def po_file(language: str) -> Path:
    """Where a language's translations are kept."""
    return PORTAL / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """A language's translations."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """The binary form that gettext loads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update(language: str) -> None:
    """Bring a language's files in step; texts that are new there stay untranslated."""
    file = po_file(language)
    catalog = read(language) if file.exists() else Catalog(locale=language, fuzzy=False)
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = datetime(2025, 1, 1, tzinfo=UTC)
    catalog.project, catalog.version = "CIMARa portal", "1"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        write_po(out, catalog, width=WIDTH, include_lineno=False, sort_output=True, ignore_obsolete=True)
    file.with_suffix(".mo").write_bytes(compiled(catalog))


def faults(language: str) -> list[str]:
    """What is wrong with a language: missing, untranslated, doubtful, or no longer used; a stale .mo."""
    catalog, wanted = read(language), template()
    found = [f"missing: {key}" for key in _keys(wanted) - _keys(catalog)]
    found += [f"no longer used: {key}" for key in _keys(catalog) - _keys(wanted)]
    found += [f"not translated: {message.id}" for message in catalog if message.id and not _is_whole(message)]
    found += [f"marked as doubtful: {message.id}" for message in catalog if message.id and message.fuzzy]
    mo = po_file(language).with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != compiled(catalog):
        found.append(f"stale: {mo.name}; run tools/messages.py update")
    return sorted(found)


def _keys(catalog: Catalog) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in catalog if message.id}


def _is_whole(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(texts)


def main(arguments: list[str]) -> int:
    """`update` or `check`; 1 when something is wrong."""
    if arguments not in (["update"], ["check"]):
        print("usage: tools/messages.py update|check", file=sys.stderr)
        return 2
    wrong = 0
    for language in LANGUAGES:
        if arguments == ["update"]:
            update(language)
        for fault in faults(language):
            print(f"{language}: {fault}")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
