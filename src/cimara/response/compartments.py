"""CNS and the rest of the body, derived apart and then crossed: who progressed where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from cimara.response.model import Study
from cimara.response.policy import Policy
from cimara.response.reference import derive
from cimara.response.results import ResultTables, frame, result_tables
from cimara.response.rows import BestRow, PatientResult, TimepointRow
from cimara.response.tables import load_table

DISCORDANCE: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "evaluator": pl.String(),
    "level": pl.String(),
    "cns_visit": pl.String(),
    "cns_date": pl.Date(),
    "cns_response": pl.String(),
    "sys_visit": pl.String(),
    "sys_date": pl.Date(),
    "sys_response": pl.String(),
    "lm_response": pl.String(),
    "label": pl.String(),
    "rule_id": pl.String(),
}
"""One row per pair of visits (`level` visit), and one for best response, confirmed and not."""
GROUPS = {
    "CR": "CR",
    "iCR": "CR",
    "PR": "PR",
    "iPR": "PR",
    "SD": "SD",
    "iSD": "SD",
    "NON-CR/NON-PD": "SD",
    "NON-iCR/NON-iUPD": "SD",
    "PD": "PD",
    "iCPD": "PD",
}
Pair = tuple[TimepointRow | None, TimepointRow | None]


def derive_compartments(
    study: Study,
    cns_policy: Policy,
    sys_policy: Policy,
    lm_policy: Policy | None = None,
    as_of: dt.date | None = None,
) -> ResultTables:
    """Responses of the CNS and of the rest of the body, and `discordance`, which crosses them.

    The second policy looks at extracranial lesions only, whatever its `compartment` says. Leptomeningeal
    response is shown beside them and never merged. Source: LIN15 (derived apart), labels by project decision.
    """
    sys_policy = sys_policy.replace(compartment="SYS")
    cns = [derive(patient, cns_policy, as_of) for patient in study.patients]
    sys = [derive(patient, sys_policy, as_of) for patient in study.patients]
    lm = [derive(patient, lm_policy, as_of) for patient in study.patients] if lm_policy is not None else []
    tables = result_tables([*cns, *sys, *lm], study.findings)
    rows = []
    for place, (of_cns, of_sys) in enumerate(zip(cns, sys, strict=True)):
        rows += _crossed(of_cns, of_sys, lm[place] if lm else None, cns_policy.pairing_days)
    return ResultTables(
        timepoints=tables.timepoints,
        lesions=tables.lesions,
        best=tables.best,
        findings=tables.findings,
        discordance=frame(rows, DISCORDANCE),
    )


def discordance(cns: str, sys: str) -> tuple[str, str]:
    """The label of a CNS response and a response of the rest of the body, and its rule."""
    row = load_table("discordance").first(cns=GROUPS.get(cns, "NE"), sys=GROUPS.get(sys, "NE"))
    return row.outcome, row.rule_id


def _crossed(
    cns: PatientResult, sys: PatientResult, lm: PatientResult | None, pairing_days: int
) -> list[list[object]]:
    rows: list[list[object]] = []
    for evaluator in sorted({row.evaluator for row in (*cns.best, *sys.best)}):
        left = [row for row in cns.rows if row.evaluator == evaluator and _speaks(row)]
        right = [row for row in sys.rows if row.evaluator == evaluator and _speaks(row)]
        pairs = paired(left, right, pairing_days)
        rows += [_visit_row(cns.patient_id, evaluator, pair, lm, pairing_days) for pair in pairs]
        best_cns = next((row for row in cns.best if row.evaluator == evaluator), None)
        best_sys = next((row for row in sys.best if row.evaluator == evaluator), None)
        best_lm = next(iter(lm.best), None) if lm is not None else None
        rows += _best_rows(cns.patient_id, evaluator, best_cns, best_sys, best_lm)
    return rows


def _speaks(row: TimepointRow) -> bool:
    """Whether a row says something of its compartment: one that was not scanned must not take a partner."""
    return row.response != "NE" or "NOT_SCANNED" not in row.flags


def paired(left: Sequence[TimepointRow], right: Sequence[TimepointRow], days: int) -> list[Pair]:
    """Visits of both sides, nearest first, each used once, no further apart than `days`; the rest alone."""
    gaps = sorted(
        (abs((a.date - b.date).days), i, j)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if abs((a.date - b.date).days) <= days
    )
    partner: dict[int, int] = {}
    for _, i, j in gaps:
        if i not in partner and j not in partner.values():
            partner[i] = j
    pairs: list[Pair] = [(row, right[partner[i]] if i in partner else None) for i, row in enumerate(left)]
    pairs += [(None, row) for j, row in enumerate(right) if j not in partner.values()]
    return sorted(pairs, key=lambda pair: min(row.date for row in pair if row is not None))


def _visit_row(
    patient_id: str, evaluator: str, pair: Pair, lm: PatientResult | None, days: int
) -> list[object]:
    cns, sys = pair
    label, rule = discordance(cns.response if cns else "NE", sys.response if sys else "NE")
    date = next(row.date for row in pair if row is not None)
    near = [row for row in (lm.rows if lm is not None else ()) if abs((row.date - date).days) <= days]
    closest = min(near, key=lambda row: abs((row.date - date).days), default=None)
    return [
        patient_id,
        evaluator,
        "visit",
        cns.visit_id if cns else None,
        cns.date if cns else None,
        cns.response if cns else None,
        sys.visit_id if sys else None,
        sys.date if sys else None,
        sys.response if sys else None,
        closest.response if closest else None,
        label,
        rule,
    ]


def _best_rows(
    patient_id: str, evaluator: str, cns: BestRow | None, sys: BestRow | None, lm: BestRow | None
) -> list[list[object]]:
    rows: list[list[object]] = []
    for level in ("bor", "confirmed_bor"):
        words = [getattr(row, level) if row is not None else None for row in (cns, sys, lm)]
        dates = [getattr(row, f"{level}_date") if row is not None else None for row in (cns, sys)]
        label, rule = discordance(words[0] or "NE", words[1] or "NE")
        rows.append(
            [
                patient_id,
                evaluator,
                level,
                None,
                dates[0],
                words[0],
                None,
                dates[1],
                words[1],
                words[2],
                label,
                rule,
            ]
        )
    return rows
