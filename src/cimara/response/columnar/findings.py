"""What a person should know about the input, in the order in which the reference says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cimara.response.columnar.chunk import NOTES, Chunk, Notes, joined
from cimara.response.columnar.measurability import reasons
from cimara.response.columnar.records import Array, code, take
from cimara.response.columnar.series import NEW, OUT, TARGET, Series
from cimara.response.criteria.measurability import not_measurable_text
from cimara.response.model import Finding
from cimara.terms.response import LesionCompartment

TEXTS = {
    "CLINICAL_SOURCES_DISAGREE": "the reported clinical state and the one by the scales disagree",
    "STEROID_CONFLICT": "steroids reported as none, but a dose is recorded: the dose is used",
    "IMMUNOTHERAPY_UNKNOWN": "a new lesion, and it is not known whether the patient was on immunotherapy: "
    "taken as not",
}
"""Findings on a visit, as the reference words them."""
Noted = tuple[int, int, int, str, str, str, str]
"""Series, step and place within it, then code, text, visit and lesion."""


def findings(series: Series, chunks: Sequence[Chunk]) -> dict[int, list[Finding]]:
    """Findings by patient (a place), each once, evaluators one behind the other."""
    found: dict[int, dict[Finding, None]] = {}
    noted = [*_on_baselines(series), *_on_roles(series), *_on_numbers(series), *_on_visits(series, chunks)]
    for item in sorted(noted, key=lambda item: item[:3]):
        patient = int(series.patient[item[0]])
        finding = Finding(item[3], "warning", item[4], series.records.patient_ids[patient], item[5], item[6])
        found.setdefault(patient, {})[finding] = None
    return {patient: list(held) for patient, held in found.items()}


def _on_baselines(series: Series) -> Iterator[Noted]:
    date = series.visits.rows["date"][series.baseline]
    start = series.records.patients["start_date"][series.patient]
    days, visit_id = series.policy.baseline_window_days, series.visits.rows["visit_id"][series.baseline]
    for each in np.flatnonzero(series.several_marked):
        yield (
            int(each),
            0,
            0,
            "SEVERAL_BASELINES",
            "several visits are marked as baseline: the last one",
            "",
            "",
        )
    for step, where, name, text in (
        (1, start - date > days, "BASELINE_TOO_OLD", f"the baseline scan is older than {days} days"),
        (
            2,
            date > start,
            "BASELINE_AFTER_START",
            "the visit marked as baseline lies after the start of treatment",
        ),
    ):
        for each in np.flatnonzero(where):
            yield (int(each), step, 0, name, text, series.records.visit_ids[visit_id[each]], "")


def _on_roles(series: Series) -> Iterator[Noted]:
    """Lesions without a role, and targets that are not measurable, in order of lesion id."""
    lesions, ids = series.lesions, series.records.lesion_ids
    nameless = (
        (take(series.records.lesions["role"], lesions.row, 0) == -1)
        & (lesions.part != NEW)
        & (lesions.part != OUT)
    )
    for place in np.flatnonzero(nameless):
        name, text = ids[lesions.lesion_id[place]], "no role given: judged in words, outside the sum"
        yield (int(lesions.series[place]), 3, int(lesions.lesion_id[place]), "ROLE_MISSING", text, "", name)
    texts = {int(bits): not_measurable_text(reasons(int(bits))) for bits in np.unique(lesions.unfit)}
    for place in np.flatnonzero(lesions.unfit > 0):
        name, text = ids[lesions.lesion_id[place]], texts[int(lesions.unfit[place])]
        yield (
            int(lesions.series[place]),
            4,
            int(lesions.lesion_id[place]),
            "TARGET_NOT_MEASURABLE",
            text,
            "",
            name,
        )


def _on_numbers(series: Series) -> Iterator[Noted]:
    """Too many targets, and too many of one organ."""
    policy, lesions = series.policy, series.lesions
    targets = np.flatnonzero(lesions.part == TARGET)
    owner = lesions.series[targets]
    for each in np.flatnonzero(np.bincount(owner, minlength=series.count) > policy.max_targets):
        yield (int(each), 5, 0, "TOO_MANY_TARGETS", f"more than {policy.max_targets} target lesions", "", "")
    organ, n_organs = _organs(series, targets)
    crowded = np.bincount(owner * n_organs + organ, minlength=series.count * n_organs).reshape(-1, n_organs)
    text = f"more than {policy.max_per_organ} target lesions in one organ"
    for each in np.flatnonzero((crowded[:, 1:] > policy.max_per_organ).any(axis=1)):
        yield (int(each), 6, 0, "TOO_MANY_IN_ORGAN", text, "", "")


def _organs(series: Series, lesion: Array) -> tuple[Array, int]:
    """The organ of each lesion for counting (`measurability.organ_of`) as a number; 0 is none."""
    rows, row = series.records.lesions, series.lesions.row[lesion]
    names = [organ.strip().lower() for organ in series.records.organs]
    known = ["", *sorted({"node", "brain", *names} - {""})]
    of_text = np.array([known.index(name) for name in names] or [0])
    organ = of_text[take(rows["organ"], row, 0)]
    is_brain = take(rows["compartment"], row, -1) == code(LesionCompartment.BRAIN)
    organ = np.where(is_brain, known.index("brain"), organ)
    return np.where(take(rows["is_node"], row, 0) == 1, known.index("node"), organ), len(known)


def _on_visits(series: Series, chunks: Sequence[Chunk]) -> Iterator[Noted]:
    rows: Notes = joined([chunk.notes for chunk in chunks])
    visit_id = series.visits.rows["visit_id"]
    for each, visit, note in zip(rows.series, rows.visit, rows.note, strict=True):
        name = NOTES[note]
        named = series.records.visit_ids[visit_id[visit]]
        yield (int(each), 7, int(visit) * len(NOTES) + int(note), name, TEXTS[name], named, "")
