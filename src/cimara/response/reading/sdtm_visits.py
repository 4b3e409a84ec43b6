"""Which visits a patient had, by VISITNUM and dates; partial dates take the whole date that agrees."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from cimara.response.model import Finding, Visit
from cimara.response.reading.hints import hint_for
from cimara.response.reading.intake import DATE_IMPUTED, WARNING
from cimara.terms.partial_dates import DateKind, PartialDate, impute

MOST_DAYS_OF_ONE_VISIT = 14
"""Scans of brain and body that belong to one visit are seldom farther apart (project decision)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One row of TU or TR: whose, at which visit, by whom, when; of TR also which lesion."""

    patient_id: str
    number: str
    evaluator: str
    date: PartialDate | None
    label: str = ""
    lesion_id: str = ""


@dataclass
class VisitDates:
    """The visits that the rows show.

    One VISITNUM with two dates is two visits (response.md §5) when a reader saw one lesion on both, or when
    they lie more than two weeks apart; otherwise they are the scans of one visit, which has the last date.
    """

    findings: list[Finding] = field(default_factory=list)
    _whole: dict[tuple[str, str], dict[dt.date, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    _labels: dict[tuple[str, str, dt.date], str] = field(default_factory=dict)
    _lesions: dict[tuple[str, str, str, str], set[dt.date]] = field(default_factory=lambda: defaultdict(set))
    _split: set[tuple[str, str]] = field(default_factory=set)
    _resolved: dict[Seen, dt.date | None] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Seen]) -> VisitDates:
        """The visits of all rows: whole dates first, then what partial ones add."""
        dates, partial = cls(), []
        for seen in dict.fromkeys(rows):
            if seen.date is None or seen.date.full is None:
                partial.append(seen)
                continue
            dates._add(seen, seen.date.full)
        for seen in partial:
            date = dates._completed(seen)
            dates._resolved[seen] = date
            if date is not None:
                dates._add(seen, date)
        dates._split = {key for key, found in dates._whole.items() if _lie_apart(found)} | {
            key[:2] for key, found in dates._lesions.items() if len(found) > 1
        }
        return dates

    def _add(self, seen: Seen, date: dt.date) -> None:
        self._whole[seen.patient_id, seen.number][date].add(seen.evaluator)
        self._labels.setdefault((seen.patient_id, seen.number, date), seen.label)
        self._resolved[seen] = date
        if seen.lesion_id:
            self._lesions[seen.patient_id, seen.number, seen.evaluator, seen.lesion_id].add(date)

    def _completed(self, seen: Seen) -> dt.date | None:
        """A partial date from the same evaluator, else from another at that visit, else imputed."""
        if seen.date is None:
            return None
        known = self._whole[seen.patient_id, seen.number]
        agreeing = {date for date in known if seen.date.agrees(date)}
        own = {date for date in agreeing if seen.evaluator in known[date]}
        if own:
            return max(own)
        if agreeing:
            self._note(seen, "DATE_FROM_OTHER_EVALUATOR", "a partial date took the date of another evaluator")
            return max(agreeing)
        found = impute(seen.date, DateKind.SCAN)
        if found.flag is not None:
            text = f"a part of the date is missing and was filled in (flag {found.flag.value})"
            self._note(seen, f"{DATE_IMPUTED}_{found.flag.name}", text)
        return found.date

    def _note(self, seen: Seen, code: str, text: str) -> None:
        self.findings.append(Finding(code, WARNING, text, seen.patient_id, seen.number, hint=hint_for(code)))

    def date_of(self, seen: Seen) -> dt.date | None:
        """The row's date, completed; None where it can't be."""
        return self._resolved.get(seen)

    def visit_id(self, patient_id: str, number: str, date: dt.date) -> str:
        """VISITNUM, with the date behind it where one VISITNUM is several visits."""
        if not number:
            return date.isoformat()
        return f"{number}@{date.isoformat()}" if (patient_id, number) in self._split else number

    def visit_date(self, patient_id: str, number: str, date: dt.date) -> dt.date:
        """The date of the visit that a scan on `date` belongs to: its last scan."""
        if not number or (patient_id, number) in self._split:
            return date
        return max(self._whole[patient_id, number])

    def visits(self, baseline: dict[str, tuple[str, dt.date]]) -> Iterable[Visit]:
        """Every visit, by patient and date; `baseline` names the baseline visit of each patient."""
        keys = {
            (patient, number, self.visit_date(patient, number, date))
            for (patient, number), dates in self._whole.items()
            for date in dates
        }
        for patient_id, number, date in sorted(keys, key=lambda key: (key[0], key[2], _order(key[1]))):
            yield Visit(
                patient_id,
                self.visit_id(patient_id, number, date),
                date,
                label=self._labels[patient_id, number, date],
                number=_number(number),
                is_baseline=baseline[patient_id] == (number, date) if patient_id in baseline else None,
                scheduled=not self._labels[patient_id, number, date].upper().startswith("UNSCHEDULED"),
            )

    def split_numbers(self) -> list[tuple[str, str]]:
        """Patients and numbers that are several visits."""
        return [key for key in self._whole if key in self._split]


def _lie_apart(dates: Iterable[dt.date]) -> bool:
    found = sorted(dates)
    return (found[-1] - found[0]).days > MOST_DAYS_OF_ONE_VISIT


def visit_number(text: str) -> str:
    """VISITNUM in its shortest form: `3.0` is `3`."""
    try:
        return format(Decimal(text).normalize(), "f") if text else ""
    except InvalidOperation:
        return text


def _number(text: str) -> float | None:
    try:
        return float(Decimal(text))
    except InvalidOperation:
        return None


def _order(number: str) -> tuple[float, str]:
    value = _number(number)
    return (float("inf") if value is None else value, number)
