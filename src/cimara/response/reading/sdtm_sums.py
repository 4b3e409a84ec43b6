"""Checks the sums that a source reports (SUMDIAM) against the sums of its own sizes."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.response.model import Finding, Lesion, Measurement, Tenths
from cimara.response.reading.hints import hint_for
from cimara.response.reading.intake import WARNING, Intake
from cimara.response.reading.sdtm_cells import SUM_TEST, result_of
from cimara.response.reading.sdtm_lesions import Timing, seen_in
from cimara.response.sizes import SizeError, tenths
from cimara.terms.response import LesionRole
from cimara.terms.tables import Row, Table

Key = tuple[str, str, str]


def add_sum_mismatches(intake: Intake, table: Table, timing: Timing) -> None:
    """Finding SUM_MISMATCH for each sum that is not that of the assessed targets; exact, in tenths of mm."""
    ours: dict[Key, int] = {}
    for key, size in _sizes(intake):
        ours[key] = ours.get(key, 0) + size
    for row in list(table.rows):
        if row.text("TRTESTCD") == SUM_TEST:
            _check(intake, table, row, timing, ours)


def _check(intake: Intake, table: Table, row: Row, timing: Timing, ours: dict[Key, int]) -> None:
    texts = {name: value for name, value in row.values.items() if isinstance(value, str)}
    if row.text("TRSTAT") or not result_of(texts):
        return
    try:
        theirs = tenths(result_of(texts), row.text("TRSTRESU") or row.text("TRORRESU") or "mm")
    except SizeError as error:
        table.reject(row, "TRSTRESC", "CELL_UNREADABLE", error.kind, expected="a sum of diameters")
        return
    seen = seen_in(row, "TR")
    visit_id = timing.cells(seen)["visit_id"]
    if ours.get((seen.patient_id, visit_id, seen.evaluator), 0) != theirs:
        intake.findings.append(
            Finding(
                "SUM_MISMATCH",
                WARNING,
                "the reported sum is not the sum of the sizes",
                patient_id=seen.patient_id,
                visit_id=visit_id,
                file=table.file,
                row=row.number,
                column="TRSTRESC",
                hint=hint_for("SUM_MISMATCH"),
            )
        )


def _sizes(intake: Intake) -> Iterator[tuple[Key, Tenths]]:
    for patient_id, measurements in intake.measurements.items():
        targets = {
            (lesion.lesion_id, lesion.evaluator): lesion
            for lesion in intake.lesions[patient_id]
            if lesion.role is LesionRole.TARGET
        }
        for seen in measurements:
            lesion = targets.get((seen.lesion_id, seen.evaluator))
            size = None if lesion is None else _in_sum(lesion, seen)
            if size is not None:
                yield (patient_id, seen.visit_id, seen.evaluator), size


def _in_sum(lesion: Lesion, seen: Measurement) -> Tenths | None:
    return seen.short_axis if lesion.is_node else seen.ld
