"""The results of a run over sites as people may see them: counts rounded, curves thinned, no single patient.

Estimates, intervals and tests are as they are (federation.md, section 6.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.disclosure.release_limits import release_limit
from cimara.federation.results.counted_columns import counted_by
from cimara.federation.results.released import shown_count
from cimara.outcomes.model_warnings import ModelWarning
from cimara.outcomes.report.findings import Cell, Findings, Result, Sheet

CURVE, STEPS = "curve", ("events", "censored")
HIDDEN = "not shown"
_COUNT = re.compile(
    r"(?P<before>n[ \u00a0]=[ \u00a0])?(?<![\d.,])(?P<count>\d{1,3}(?:,\d{3})+|\d+)(?![\d.,]*\d)"
    r"(?P<after>[ \u00a0](?:events?|rows?|units|clusters|patients|lesions|for )\b)?"
)
"""A count in a sentence: after `n =`, or before what it counts."""
NOT_DRAWN = (
    "Figures are not drawn: curves step at every event, censoring is marked patient by patient, and forest "
    "plots print counts that are not rounded. Their numbers are in the tables."
)


def released(result: Result, limits: Disclosure) -> Result:
    """A result with the rules of release applied."""
    made = result.findings
    if made is None:
        return result
    return replace(
        result,
        message=in_words(result.message, limits),
        findings=replace(
            made,
            sentence=in_words(made.sentence, limits),
            method=in_words(made.method, limits),
            n=_rounded(made.n, limits) or 0,
            events=float(_rounded(made.events, limits) or 0),
            clusters=_rounded(made.clusters, limits),
            estimates=tuple(
                replace(one, n=_rounded(one.n, limits), events=_events(one.events, limits))
                for one in made.estimates
            ),
            tables=tuple(_sheet(one, limits) for one in made.tables),
            figures=(),
            warnings=tuple(_warning(one, made, limits) for one in made.warnings),
            unmet=tuple(_warning(one, made, limits) for one in made.unmet),
            dropped=_each(made.dropped, limits),
            left_out=_each(made.left_out, limits),
        ),
    )


def in_words(text: str, limits: Disclosure) -> str:
    """A sentence with its counts of people and events rounded; small ones are said not to be shown."""

    def shown(found: re.Match[str]) -> str:
        if not found["before"] and not found["after"]:
            return found[0]
        count = shown_count(float(found["count"].replace(",", "")), limits)
        said = "few" if count is None else f"{count:,}"
        return f"{found['before'] or ''}{said}{found['after'] or ''}"

    return _COUNT.sub(shown, text)


def _rounded(count: float | None, limits: Disclosure) -> int | None:
    return None if count is None else shown_count(count, limits)


def _events(count: float | None, limits: Disclosure) -> float | None:
    shown = _rounded(count, limits)
    return None if shown is None else float(shown)


def _each(counts: Iterable[tuple[str, int]], limits: Disclosure) -> tuple[tuple[str, int], ...]:
    """Counts by name; one that is not shown is left out."""
    shown = ((name, shown_count(count, limits)) for name, count in counts)
    return tuple((name, count) for name, count in shown if count is not None)


def _warning(one: ModelWarning, made: Findings, limits: Disclosure) -> ModelWarning:
    return replace(one, message=in_words(one.message, limits))


def _sheet(sheet: Sheet, limits: Disclosure) -> Sheet:
    if sheet.name == CURVE:
        return _thinned(sheet, limits)
    places = [place for place, head in enumerate(sheet.columns) if counted_by(head)]
    rows = tuple(
        tuple(_cell(cell, limits) if place in places else cell for place, cell in enumerate(row))
        for row in sheet.rows
    )
    return replace(sheet, rows=rows)


def _cell(cell: Cell, limits: Disclosure) -> Cell:
    if not isinstance(cell, int | float) or isinstance(cell, bool):
        return cell
    shown = shown_count(cell, limits)
    return HIDDEN if shown is None else shown


def _thinned(sheet: Sheet, limits: Disclosure) -> Sheet:
    """Steps that at least `curve_step` events or exits part, up to the last with enough at risk.

    `events` and `censored` are those since the step before; numbers at risk are rounded.
    """
    keys = [name for name in ("group", "cause") if name in sheet.columns]
    kept: list[tuple[Cell, ...]] = []
    since: dict[tuple[Any, ...], dict[str, float]] = {}
    for row in sheet.rows:
        own = dict(zip(sheet.columns, row, strict=True))
        who = tuple(own[name] for name in keys)
        gone = since.setdefault(who, dict.fromkeys(STEPS, 0.0))
        for name in STEPS:
            gone[name] += float(own.get(name) or 0)
        if _at_risk(own) < release_limit("curve_at_risk") or sum(gone.values()) < release_limit("curve_step"):
            continue
        kept.append(tuple(_step(name, cell, gone, limits) for name, cell in own.items()))
        since[who] = dict.fromkeys(STEPS, 0.0)
    told = (
        f"Steps at least {release_limit('curve_step'):g} events or exits apart, where "
        f"{release_limit('curve_at_risk'):g} or more are at risk; counts are rounded."
    )
    return replace(sheet, rows=tuple(kept), note=told)


def _at_risk(row: Mapping[str, Cell]) -> float:
    value = row.get("at_risk")
    return float(value) if isinstance(value, int | float) else 0.0


def _step(name: str, cell: Cell, gone: Mapping[str, float], limits: Disclosure) -> Cell:
    if name in gone:
        return _cell(gone[name], limits)
    return _cell(cell, limits) if name == "at_risk" else cell
