"""Audit of reported responses: derived again, compared, and each difference traced to its mistake."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from cimara.response.accepted import ACCEPTED
from cimara.response.audit.comparing import Compared, compare
from cimara.response.audit.joining import Joined, Series, join, series_of
from cimara.response.audit.readers import reader_pairs
from cimara.response.audit.replay import Replay
from cimara.response.audit.report import AuditReport
from cimara.response.audit.searching import consistency, search, settle
from cimara.response.audit.subjects import subject_of
from cimara.response.audit.write_rs import rs_frame
from cimara.response.model import Patient, Study
from cimara.response.policy import Policy
from cimara.response.reading.reported import Reported, ReportedCall
from cimara.response.reference import derive
from cimara.terms.errors import CimaraError

__all__ = ["AuditError", "AuditReport", "audit", "rs_frame"]

Calls = dict[tuple[str, str], list[ReportedCall]]


class AuditError(CimaraError):
    """Responses that can't be audited."""


def audit(study: Study, reported: Reported, policy: Policy, as_of: dt.date | None = None) -> AuditReport:
    """Every time point of a study as reported and as derived by `policy`, with a reason for each difference.

    Evaluators whom RS never names are left out and listed. Raises AuditError without reported responses, and
    for RANO-LM, whose forms are not measurements that can be replayed.
    """
    _check(reported, policy)
    calls: Calls = defaultdict(list)
    for call in reported.calls:
        calls[call.patient_id, call.evaluator].append(call)
    named = {evaluator for _, evaluator in calls}
    unreported: set[str] = set()
    searches, owners = [], []
    for patient in study.patients:
        for series in _series(patient, policy, as_of):
            if series.evaluator not in named:
                unreported.add(series.evaluator)
                continue
            own = calls.pop((patient.patient_id, series.evaluator), [])
            replay = Replay(series.followup, series.decisions)
            for joined in join(series.timepoints, own):
                searches.append(search(series, compare(joined, policy), replay))
                owners.append(series)
    settled = settle(searches)
    consistent = [consistency(series, item) for series, item in zip(owners, settled, strict=True)]
    subjects = [subject_of(series, items, policy) for series, items in _by_series(owners, settled)]
    strangers = [compare(Joined(None, call), policy) for left in calls.values() for call in left]
    return AuditReport(
        policy,
        [*settled, *strangers],
        [*consistent, *([None] * len(strangers))],
        subjects,
        reader_pairs(subjects, reported.accepted),
        tuple(sorted(unreported)),
        study.source,
    )


def _check(reported: Reported, policy: Policy) -> None:
    if not reported.calls:
        raise AuditError("there is nothing to audit", expected="reported responses in RS")
    if policy.criterion.startswith("rano_lm"):
        raise AuditError(
            f"no audit by {policy.label}", expected="a policy of RECIST, RANO-BM, iRANO or iRECIST"
        )


def _series(patient: Patient, policy: Policy, as_of: dt.date | None) -> Iterator[Series]:
    result = derive(patient, policy, as_of)
    for evaluator in dict.fromkeys(best.evaluator for best in result.best):
        if evaluator != ACCEPTED:
            yield series_of(patient, evaluator, result, policy, as_of)


def _by_series(owners: list[Series], settled: list[Compared]) -> Iterator[tuple[Series, list[Compared]]]:
    """The time points of each series that has any."""
    found: dict[int, list[Compared]] = {}
    for series, item in zip(owners, settled, strict=True):
        found.setdefault(id(series), []).append(item)
    by_id = {id(series): series for series in owners}
    return ((by_id[key], items) for key, items in found.items())
