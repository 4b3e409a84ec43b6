"""Which reported response belongs to which time point: by subject, evaluator and date, then by visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cimara.response.adjudicate import Decisions, fold
from cimara.response.followup import Followup, follow, see
from cimara.response.model import Patient
from cimara.response.policy import Policy
from cimara.response.reading.reported import ReportedCall
from cimara.response.reading.sdtm_visits import visit_number
from cimara.response.records import collect
from cimara.response.rows import PatientResult, TimepointRow
from cimara.response.sizes import number_text
from cimara.terms.partial_dates import PartialDate


@dataclass(frozen=True, slots=True)
class Timepoint:
    """One derived time point: its row, its place in the series, and the dates by which it may be known."""

    row: TimepointRow
    place: int
    number: str
    visit_date: dt.date
    dates: frozenset[dt.date]


@dataclass(frozen=True, slots=True)
class Series:
    """The time points of one patient and evaluator, with what is needed to derive them again."""

    patient: Patient
    evaluator: str
    followup: Followup
    decisions: Decisions
    timepoints: tuple[Timepoint, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """A time point and what was reported of it; one of both may be missing."""

    timepoint: Timepoint | None
    call: ReportedCall | None

    @property
    def is_same_date(self) -> bool:
        """Whether the reported date is one of the visit's, as far as it goes."""
        if self.timepoint is None or self.call is None:
            return True
        return _dated(self.call, self.timepoint) or _agrees(self.call, self.timepoint)


def series_of(
    patient: Patient, evaluator: str, result: PatientResult, policy: Policy, as_of: dt.date | None
) -> Series:
    """The time points of one evaluator, in order."""
    followup, decisions = follow(collect(patient, evaluator), policy), fold(patient, as_of)
    _, visits = see(followup, decisions, hindsight=True)
    rows = [row for row in result.rows if row.evaluator == evaluator]
    timepoints = tuple(
        Timepoint(
            row,
            place,
            "" if seen.visit.number is None else visit_number(number_text(seen.visit.number)),
            seen.visit.date,
            frozenset({row.date, seen.visit.date, *seen.scan_dates}),
        )
        for place, (row, seen) in enumerate(zip(rows, visits, strict=True))
    )
    return Series(patient, evaluator, followup, decisions, timepoints)


def join(timepoints: tuple[Timepoint, ...], calls: list[ReportedCall]) -> Iterator[Joined]:
    """Each time point and each reported call once, in order of time points; then the calls that are left."""
    found: dict[int, ReportedCall] = {}
    left = list(calls)
    for fits in (_dated_and_numbered, _dated, _agrees_and_numbered, _agrees, _numbered):
        left = [call for call in left if not _take(call, timepoints, found, fits)]
    for timepoint in timepoints:
        yield Joined(timepoint, found.get(timepoint.place))
    for call in left:
        yield Joined(None, call)


Fits = Callable[[ReportedCall, Timepoint], bool]


def _take(
    call: ReportedCall, timepoints: tuple[Timepoint, ...], found: dict[int, ReportedCall], fits: Fits
) -> bool:
    """Give the call to the first free time point that fits it."""
    for timepoint in timepoints:
        if timepoint.place not in found and fits(call, timepoint):
            found[timepoint.place] = call
            return True
    return False


def _dated(call: ReportedCall, timepoint: Timepoint) -> bool:
    return call.date in timepoint.dates


def _numbered(call: ReportedCall, timepoint: Timepoint) -> bool:
    return bool(call.visit_number) and call.visit_number == timepoint.number


def _agrees(call: ReportedCall, timepoint: Timepoint) -> bool:
    """A partial date, or none, that the visit's own does not contradict."""
    if call.date is not None:
        return False
    if not call.date_text:
        return _numbered(call, timepoint)
    partial = PartialDate.parse(call.date_text)
    return any(partial.agrees(date) for date in timepoint.dates)


def _dated_and_numbered(call: ReportedCall, timepoint: Timepoint) -> bool:
    return _dated(call, timepoint) and _numbered(call, timepoint)


def _agrees_and_numbered(call: ReportedCall, timepoint: Timepoint) -> bool:
    return _agrees(call, timepoint) and _numbered(call, timepoint)
