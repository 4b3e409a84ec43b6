"""Each lesion at each visit as a result row: its size, its own nadir, what it did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from cimara.response.followup import Followup, Seen
from cimara.response.model import Lesion, Measurement
from cimara.response.policy import Policy
from cimara.response.rows import LesionRow
from cimara.response.sizes import has_grown, has_shrunk
from cimara.terms.response import LesionRole

LESION_MIN_INCREASE = 50
"""Absolute growth, in tenths of mm, that progression of one lesion needs over its own nadir."""


def lesion_rows(followup: Followup, baseline: Seen | None, visits: Iterable[Seen]) -> list[LesionRow]:
    """Rows of every lesion at baseline and at every visit after it."""
    rows: list[LesionRow] = []
    first: dict[str, int] = {}
    nadirs: dict[str, int] = {}
    for seen in ([] if baseline is None else [baseline]) + list(visits):
        rows += [_target_row(followup, seen, key, first, nadirs) for key in followup.targets]
        rows += [
            _row(followup, seen, key, LesionRole.NON_TARGET, None, None, seen.states[key].value)
            for key in followup.nontargets
        ]
        for key, new in seen.new.items():
            status = "UNEQUIVOCAL" if new.is_certain else "EQUIVOCAL"
            rows.append(_row(followup, seen, key, LesionRole.NEW, new.measured, None, status))
    return rows


def _target_row(
    followup: Followup, seen: Seen, key: str, first: dict[str, int], nadirs: dict[str, int]
) -> LesionRow:
    size = seen.sizes[key]
    word = lesion_status(size, first.get(key), nadirs.get(key), followup.lesions[key], followup.policy)
    row = _row(followup, seen, key, LesionRole.TARGET, size, nadirs.get(key), word)
    if size is not None:
        first.setdefault(key, size)
        nadirs[key] = min(size, nadirs.get(key, size))
    return row


def lesion_status(
    size: int | None, first: int | None, nadir: int | None, lesion: Lesion, policy: Policy
) -> str:
    """One lesion's own word: PD at +20 % and +5 mm over its own nadir; the rest as for the sum."""
    if size is None:
        return "NE"
    if first is None or nadir is None:
        return "NA"
    is_volume = policy.measure == "volume"
    percent = policy.volumetric_pd_percent if is_volume else policy.pd_percent
    least = (policy.volumetric_abs_increase_mm3 or 0) if is_volume else LESION_MIN_INCREASE
    if has_grown(size, nadir, percent) and size - nadir >= least:
        return "PD"
    if size == 0 or (lesion.is_node and not is_volume and size < policy.node_normal_below):
        return "CR"
    shrunk = policy.volumetric_pr_percent if is_volume else policy.pr_percent
    return "PR" if has_shrunk(size, first, shrunk) else "SD"


def _row(
    followup: Followup,
    seen: Seen,
    key: str,
    role: LesionRole,
    size: int | None,
    nadir: int | None,
    lesion_status: str,
) -> LesionRow:
    records, policy = followup.records, followup.policy
    item = records.seen(seen.position, key)
    lesion = records.lesions.get(key)
    compartment = seen.new[key].record.compartment if lesion is None else lesion.compartment
    return LesionRow(
        patient_id=records.patient.patient_id,
        lesion_id=key,
        visit_id=seen.visit.visit_id,
        date=_date(item, seen),
        evaluator=records.evaluator,
        criterion=policy.criterion,
        compartment=policy.compartment,
        lesion_compartment=compartment,
        role=role,
        status="" if item is None or item.status is None else item.status,
        size=size,
        nadir=nadir,
        lesion_status=lesion_status,
        radiation_necrosis=key in seen.necrosis,
        policy_hash=policy.hash,
        measure=policy.measure,
    )


def _date(item: Measurement | None, seen: Seen) -> dt.date:
    return seen.visit.date if item is None else item.date
