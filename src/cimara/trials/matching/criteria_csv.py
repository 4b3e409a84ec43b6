"""A ranked list as CSV for a spreadsheet: one row a trial and criterion, with the sentence that decides."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from cimara.terms.ids import NctId
from cimara.terms.spreadsheet import safe_cell
from cimara.trials.matching.judge import eligibility_of
from cimara.trials.plain.quotes import telling_quotes
from cimara.trials.study import Study
from cimara.trials.verdict import Criterion, CriterionValue, MatchResult

COLUMNS = (
    "rank",
    "nct_id",
    "title",
    "status",
    "phases",
    "nearest_open_km",
    "verdict",
    "criterion",
    "requirement",
    "fact",
    "value",
    "change",
    "quote",
    "reason",
)


def criteria_csv(results: Iterable[MatchResult], studies: Mapping[NctId, Study], *, head: str) -> str:
    """The table, with `head` (dates and disclaimer) as its first line and the columns' names as its second.

    Lines end in CR LF (RFC 4180); cells that a spreadsheet would run are made harmless. Columns hold the
    library's own words.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(head)])
    writer.writerow(COLUMNS)
    for rank, result in enumerate(results, 1):
        study = studies[result.nct_id]
        trial = _trial_cells(rank, result, study)
        for criterion in result.criteria:
            writer.writerow(map(safe_cell, (*trial, *_criterion_cells(criterion, study))))
    return out.getvalue()


def _trial_cells(rank: int, result: MatchResult, study: Study) -> tuple[str, ...]:
    km = result.nearest_open_km
    return (
        str(rank),
        result.nct_id,
        study.brief_title,
        study.overall_status,
        "/".join(study.phases),
        "" if km is None else str(round(km)),
        result.verdict,
    )


def _criterion_cells(criterion: Criterion, study: Study) -> tuple[str, ...]:
    return (
        criterion.id,
        criterion.requirement or "",
        criterion.fact or "",
        criterion.value,
        _change_cell(criterion),
        " // ".join(quote.text for quote in telling_quotes(criterion, eligibility_of(study))),
        criterion.reason,
    )


def _change_cell(criterion: Criterion) -> str:
    """Kind of change with its figures, such as `steroid_at_most dexamethasone 4`; empty when not failed."""
    change = criterion.change
    if change is None or criterion.value is not CriterionValue.FAILS:
        return ""
    figures = (change.days, change.date, change.drug, None if change.mg is None else f"{change.mg:g}")
    return " ".join(str(part) for part in (change.kind, *figures) if part is not None)
