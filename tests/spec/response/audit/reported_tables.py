"""A visit table beside what was reported of it, audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cimara.response import Study
from cimara.response.audit import audit
from cimara.response.audit.comparing import Compared
from cimara.response.reading.reported import Reported, ReportedCall
from tests.spec.response.conftest import PolicyName, policy_of
from tests.spec.response.visit_tables import PATIENT, day, read_patient


def call(visit: str, words: str, *, date: str | None = None, new: str = "") -> ReportedCall:
    """What was reported at a visit, as `target non-target overall`; `-` is not reported."""
    target, nontarget, overall = ("" if word == "-" else word for word in words.split())
    on = day(date or visit)
    return ReportedCall(PATIENT, "INV", "", on, on.isoformat(), visit, target, nontarget, new, overall)


def audited(
    table: str, reported: Mapping[str, str], policy: PolicyName = "recist11", **patient: Any
) -> dict[str, Compared]:
    """Each visit of the table, compared with what was reported there."""
    study = Study.from_objects([read_patient(table, **patient)])
    calls = tuple(call(visit, words) for visit, words in reported.items())
    report = audit(study, Reported(calls), policy_of(policy))
    return {
        item.joined.timepoint.row.visit_id: item
        for item in report.timepoints
        if item.joined.timepoint is not None
    }
