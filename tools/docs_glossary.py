"""Writes the glossary page of the manual from the glossary that the product ships."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from cimara.trials.plain import Entry, glossary

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "glossary.md"


def page() -> str:
    """Every term in English with its Spanish counterpart, meaning, source and review."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    english = glossary("en")
    spanish = {entry.id: entry for entry in glossary("es")}
    yield "# Glossary"
    yield ""
    yield "Made by `tools/docs_glossary.py` from `cimara.trials.plain`; a test holds the two equal."
    yield f"{len(english)} terms, each in English and Spanish, for people who have never needed them before."
    reviewers = {(entry.reviewed_by, entry.reviewed_on.isoformat()) for entry in english}
    yield "Reviewed by " + "; ".join(f"{name}, {day}" for name, day in sorted(reviewers)) + "."
    for entry in english:
        yield from _entry(entry, spanish[entry.id])


def _entry(english: Entry, spanish: Entry) -> Iterator[str]:
    also = f" Also: {', '.join(english.forms)}." if english.forms else ""
    yield from ("", f"## {english.term}", "", f"{english.meaning}{also}")
    yield from ("", f"*{spanish.term}*: {spanish.meaning}", "", f"Source of the facts: {english.source}.")


def main() -> int:
    """Write the page, or with --check say whether it is stale."""
    text = page()
    if "--check" not in sys.argv:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("stale page (run tools/docs_glossary.py): glossary.md", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
