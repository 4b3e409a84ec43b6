"""Words on performance status and tested genes in the criteria: shown as they stand, not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from cimara.trials.matching.case import Case, decide
from cimara.trials.matching.facts import Biomarker
from cimara.trials.verdict import Criterion, Quote

_PERFORMANCE = (
    "ECOG",
    "Eastern Cooperative",
    "Karnofsky",
    "KPS",
    "erformance status",
    "erformance Status",
    "PERFORMANCE STATUS",
    "Zubrod",
)
_STOP = re.compile(r"\n|(?<=[a-z0-9)])[.;]\s+(?=[A-Z0-9*])")
_BULLET = re.compile(r"[\s*•-]*(?:\d{1,2}\\?[.)]\s+)?")
_EDGE = " \t\r\n*•"
MAX_GENES_QUOTED = 5
MAX_QUOTE = 300
_REACH = 2 * MAX_QUOTE


def performance(case: Case) -> Criterion | None:
    """The first words on performance status, for a person to compare."""
    text = case.study.criteria
    found = [(at, len(words)) for words in _PERFORMANCE if (at := text.find(words)) >= 0]
    if not found:
        return None
    start, length = min(found)
    ecog, kps = case.profile.ecog, case.profile.kps
    known = [f"ECOG {ecog}"] if ecog is not None else []
    known += [f"KPS {kps}"] if kps is not None else []
    row = "MATCH/performance/shown" if known else "MATCH/performance/unknown"
    return _with_quotes(row, ", ".join(known) or None, [sentence_at(text, start, start + length)])


def biomarker(case: Case) -> Criterion | None:
    """The first words on each gene that was tested, for a person to compare."""
    text = case.study.criteria
    named = [(one, found) for one, found in _gene_mentions(text, case.profile.biomarkers or ())]
    if not named:
        return None
    fact = ", ".join(f"{one.gene} {one.result}" if one.result else one.gene for one, _ in named)
    quotes = {sentence_at(text, found.start(), found.end()) for _, found in named}
    return _with_quotes("MATCH/biomarker/shown", fact, sorted(quotes, key=lambda quote: quote.start))


def _gene_mentions(text: str, biomarkers: Iterable[Biomarker]) -> Iterator[tuple[Biomarker, re.Match[str]]]:
    for one in tuple(biomarkers)[:MAX_GENES_QUOTED]:
        found = gene_pattern(one.gene).search(text)
        if found is not None:
            yield one, found


@lru_cache(maxsize=256)
def gene_pattern(gene: str) -> re.Pattern[str]:
    """A gene's name as trials write it: `HER2`, `HER-2` and `HER 2` alike; capitals as genes have them.

    What may not stand before it is asked for behind its first piece, since a pattern that begins with
    letters is looked for ten times quicker.
    """
    pieces = re.findall(r"[A-Z]+|[a-z]+|\d+", gene if any(map(str.isupper, gene)) else gene.upper())
    first, *rest = map(re.escape, pieces or [gene])
    body = r"[\s-]?".join((rf"{first}(?<![A-Za-z0-9]{first})", *rest))
    return re.compile(rf"{body}(?![A-Z0-9])")


def sentence_at(text: str, start: int, end: int) -> Quote:
    """The sentence or list item around a span, cut to at most 300 characters beside it."""
    before = list(_STOP.finditer(text, max(0, start - _REACH), start))
    first = before[-1].end() if before else max(0, start - MAX_QUOTE)
    after = _STOP.search(text, end, end + _REACH)
    if after and text[end : after.start()].rstrip().endswith(":"):  # a heading: its first item belongs to it
        after = _STOP.search(text, after.end(), end + _REACH)
    last = after.start() if after else min(len(text), end + MAX_QUOTE)
    first, last = max(first, start - MAX_QUOTE), min(last, end + MAX_QUOTE)
    while last > first and text[last - 1] in _EDGE:
        last -= 1
    bullet = _BULLET.match(text, first, start)
    first = bullet.end() if bullet else first
    return Quote(start=first, end=last, text=text[first:last])


def _with_quotes(row: str, fact: str | None, quotes: Iterable[Quote]) -> Criterion:
    return replace(decide(row, fact=fact), quotes=tuple(quotes))
