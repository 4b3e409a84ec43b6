"""What response assessment concludes of one patient: a time point, a lesion at a visit, the best response.

Sizes are integers as in the input (tenths of a millimetre, or cubic millimetres); `results` makes tables.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from cimara.response.model import Finding


@dataclass(frozen=True, slots=True)
class TimepointRow:
    """One response at one visit. `reasons` are codes of `reasons.toml`, with arguments after a colon."""

    patient_id: str
    visit_id: str
    date: dt.date
    evaluator: str
    criterion: str
    compartment: str
    response: str
    rule_id: str
    original: str = ""
    sum: int | None = None
    base_sum: int | None = None
    nadir_sum: int | None = None
    nadir_visit: str = ""
    n_targets: int = 0
    n_assessed: int = 0
    target: str = ""
    nontarget: str = ""
    new_lesion: str = ""
    clinical: str = ""
    steroid: str = ""
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    citation: str = ""
    policy_hash: str = ""
    input_hash: str = ""
    adjudications: tuple[str, ...] = ()
    pd_kind: str = ""
    measure: str = "ld"

    @property
    def is_complete(self) -> bool:
        """Whether every target was assessed."""
        return self.sum is not None and self.n_assessed == self.n_targets

    def flagged(self, *flags: str) -> TimepointRow:
        """The row with more flags, each once."""
        return replace(self, flags=tuple(dict.fromkeys((*self.flags, *flags))))


@dataclass(frozen=True, slots=True)
class LesionRow:
    """One lesion at one visit as one evaluator saw it. `nadir` is its own smallest size so far."""

    patient_id: str
    lesion_id: str
    visit_id: str
    date: dt.date
    evaluator: str
    criterion: str
    compartment: str
    lesion_compartment: str
    role: str
    status: str
    size: int | None
    nadir: int | None
    lesion_status: str
    radiation_necrosis: bool
    policy_hash: str
    measure: str = "ld"


@dataclass(frozen=True, slots=True)
class BestRow:
    """The best response of one patient, evaluator and compartment, and its progression."""

    patient_id: str
    evaluator: str
    criterion: str
    compartment: str
    bor: str
    bor_date: dt.date | None
    confirmed_bor: str
    confirmed_bor_date: dt.date | None
    pd_date: dt.date | None
    pd_date_original: dt.date | None
    pd_kind: str
    response_start: dt.date | None
    deepest_change_pct: float | None
    flags: tuple[str, ...]
    policy_hash: str
    input_hash: str


@dataclass(frozen=True, slots=True)
class PatientResult:
    """All that one policy makes of one patient: rows in order of evaluator, then visit."""

    patient_id: str
    rows: tuple[TimepointRow, ...]
    lesions: tuple[LesionRow, ...]
    best: tuple[BestRow, ...]
    findings: tuple[Finding, ...]

    def row(self, visit_id: str, evaluator: str | None = None) -> TimepointRow:
        """The time point of a visit; raises KeyError where there is none."""
        for row in self.rows:
            if row.visit_id == visit_id and evaluator in (None, row.evaluator):
                return row
        raise KeyError(visit_id)
