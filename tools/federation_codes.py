"""The page of the reference that lists every code of a federated job."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.federation.code_words import GROUPS, WORDS


def page() -> str:
    """Every code with its cause and advice, in the order of their numbers."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "# Codes of federated studies"
    yield ""
    yield "A federated job that is refused or fails says so with a code, which keeps its meaning for ever."
    yield "No message, log or ledger holds a patient's value. The centre is the study's coordinating centre."
    yield "Made by `tools/make_reference.py` from `federation/code_words.py`; a test holds the two equal."
    for start, title in GROUPS:
        yield from ("", f"## {title}", "", "| code | what it means | what to do |", "|---|---|---|")
        for code in sorted(WORDS):
            if code.startswith(start):
                words = WORDS[code]
                yield f"| {code} | {words.cause} | {words.advice} |"
