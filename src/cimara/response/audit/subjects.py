"""What disagreements do to a patient: best response and date of progression, reported and derived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cimara.response.audit.comparing import NOTHING, Compared
from cimara.response.audit.joining import Series
from cimara.response.bor import best_of
from cimara.response.policy import Policy
from cimara.response.rows import BestRow, TimepointRow


@dataclass(frozen=True, slots=True)
class Subject:
    """Best responses and progression of one patient by one evaluator."""

    patient_id: str
    evaluator: str
    reported: BestRow
    derived: BestRow

    @property
    def is_bor_changed(self) -> bool:
        """Whether best response, confirmed or not, is another."""
        return (self.reported.bor, self.reported.confirmed_bor) != (
            self.derived.bor,
            self.derived.confirmed_bor,
        )

    @property
    def pd_shift(self) -> str:
        """`same`, `earlier`, `later` (reported v. derived), `only reported`, `only derived` or `none`."""
        reported, derived = self.reported.pd_date, self.derived.pd_date
        if reported is None or derived is None:
            if reported == derived:
                return "none"
            return "only derived" if reported is None else "only reported"
        return "same" if reported == derived else "earlier" if reported < derived else "later"

    @property
    def pd_days(self) -> int | None:
        """Days from the derived to the reported date of progression."""
        reported, derived = self.reported.pd_date, self.derived.pd_date
        return None if reported is None or derived is None else (reported - derived).days


def subject_of(series: Series, compared: Sequence[Compared], policy: Policy) -> Subject:
    """Best response of what one evaluator reported of one patient, and of what is derived."""

    def best(rows: Sequence[TimepointRow]) -> BestRow:
        return best_of(rows, series.patient, policy, evaluator=series.evaluator)

    derived = [timepoint.row for timepoint in series.timepoints]
    reported = sorted((_reported(item) for item in compared if _is_reported(item)), key=lambda row: row.date)
    return Subject(series.patient.patient_id, series.evaluator, best(reported), best(derived))


def _is_reported(item: Compared) -> bool:
    return item.reported["overall"] not in NOTHING and _date(item) is not None


def _date(item: Compared) -> dt.date | None:
    """The reported date; where it is partial, that of the visit."""
    call, timepoint = item.joined.call, item.joined.timepoint
    if call is not None and call.date is not None:
        return call.date
    return None if timepoint is None else timepoint.row.date


def _reported(item: Compared) -> TimepointRow:
    """A row with the reported response, for `best_of`."""
    word, date, timepoint, call = (
        item.reported["overall"],
        _date(item),
        item.joined.timepoint,
        item.joined.call,
    )
    assert date is not None
    assert call is not None
    if timepoint is not None:
        return replace(timepoint.row, response=word, original=word, date=date)
    return TimepointRow(call.patient_id, call.visit_number, date, call.evaluator, "", "", word, "")
