"""The record's own sentences for a page: word for word, what decided marked, and whose words they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cimara.trials.matching.judge import eligibility_of
from cimara.trials.plain.passage import Passage, item_span, passage
from cimara.trials.plain.phrasebook import say
from cimara.trials.plain.quotes import list_of
from cimara.trials.study import Study
from cimara.trials.verdict import Quote

MOST_ITEMS = 3
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class RecordWords:
    """One item of the criteria text; `source` says that it is the record's, and from which of its lists."""

    passage: Passage
    source: str


def record_words(
    study: Study, quotes: Sequence[Quote], lang: str, *, most: int | None = MOST_ITEMS
) -> tuple[RecordWords, ...]:
    """The items that hold the quotes, each once, in text order; at most `most` of them."""
    items: dict[tuple[int, int], list[Quote]] = {}
    for quote in sorted(quotes, key=lambda one: one.start):
        items.setdefault(item_span(study.criteria, quote), []).append(quote)
    found = list(items.values())[:most]
    return tuple(RecordWords(passage(study.criteria, one), _source(one[0], study, lang)) for one in found)


def unescaped(text: str) -> str:
    """Words of the record without the backslashes of its Markdown; nothing else is changed."""
    return _ESCAPE.sub(r"\1", text)


def _source(quote: Quote, study: Study, lang: str) -> str:
    whose = "starter" if study.starter else "record"
    return say(f"sheet.from_{whose}_{list_of(quote, eligibility_of(study))}", lang)
