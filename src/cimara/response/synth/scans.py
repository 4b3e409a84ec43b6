"""What readers write down of a made-up patient's lesions: sizes, states in words, new lesions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cimara.response.model import INVESTIGATOR, CubicMm, Lesion, Measurement, NewLesion, Tenths
from cimara.response.synth.growth import (
    NORMAL_NODE,
    TOO_SMALL,
    VISIBLE,
    as_recorded,
    progresses_unequivocally,
)
from cimara.response.synth.latent import LatentLesion, LatentPatient
from cimara.response.synth.options import SynthOptions
from cimara.response.synth.visits import MadeVisit
from cimara.terms.response import (
    Answer,
    Assessable,
    Certainty,
    LesionChange,
    LesionCompartment,
    LesionRole,
    LesionState,
    SizeStatus,
)

PARTS = ("a", "b")
"""What a split lesion's parts add to its name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was written down of the lesions of one patient."""

    lesions: tuple[Lesion, ...]
    measurements: tuple[Measurement, ...]
    new_lesions: tuple[NewLesion, ...]


def read_scans(
    latent: LatentPatient,
    visits: Sequence[MadeVisit],
    baseline: dt.date,
    options: SynthOptions,
    rng: np.random.Generator,
) -> Reading:
    """The investigator's reading, then that of each further reader with their own small errors."""
    seen = [lesion for lesion in latent.lesions if any(_shows(lesion, visit) for visit in visits)]
    measurements, new = [], []
    hidden = next((lesion for lesion in reversed(seen) if lesion.lesion_id.startswith("B")), None)
    for lesion in seen:
        for visit in visits:
            sighted = _first_sight(lesion, visit, visits)
            blurred = rng.random() < options.untidiness.not_evaluable and not sighted
            blurred = blurred or (visit.brain is Assessable.PARTIAL and lesion is hidden)
            rows = list(_measurements(latent.patient_id, lesion, visit, visits, baseline, blurred=blurred))
            measurements += rows
            certainty = None if blurred else certainty_at(lesion, visit, visits)
            if certainty is not None:
                new.append(_new_lesion(latent.patient_id, lesion, visit, baseline, certainty))
    lesions = tuple(row for lesion in seen for row in _lesion_rows(latent.patient_id, lesion, visits))
    for number in range(1, options.readers + 1):
        reader = f"R{number}"
        own = [row for row in measurements if row.evaluator == INVESTIGATOR]
        measurements += [_read_again(row, reader, options.untidiness.reader_noise, rng) for row in own]
        new += [replace(row, evaluator=reader) for row in new if row.evaluator == INVESTIGATOR]
    return Reading(lesions, tuple(measurements), tuple(new))


def scan_day(lesion: LatentLesion, visit: MadeVisit) -> int | None:
    """The day on which this visit scanned the lesion's compartment, `None` when it did not."""
    if lesion.compartment is LesionCompartment.EXTRACRANIAL:
        return visit.body_day if visit.body is not Assessable.NONE else None
    return visit.day if visit.brain is not Assessable.NONE else None


def first_scan_from(
    lesion: LatentLesion, day: int, visits: Sequence[MadeVisit]
) -> tuple[MadeVisit, int] | None:
    """The first visit that scanned the lesion on or after `day`, and the day of that scan."""
    for visit in visits:
        scanned = scan_day(lesion, visit)
        if scanned is not None and scanned >= day:
            return visit, scanned
    return None


def certainty_at(lesion: LatentLesion, visit: MadeVisit, visits: Sequence[MadeVisit]) -> Certainty | None:
    """How sure a reader is of a new lesion at this visit; `None` when it is not new or not there."""
    first = first_scan_from(lesion, lesion.appears, visits)
    if lesion.role is not LesionRole.NEW or first is None or not _shows(lesion, visit):
        return None
    at_first = visit.visit_id == first[0].visit_id
    if not lesion.is_tumour:
        return Certainty.EQUIVOCAL if at_first else None
    return Certainty.EQUIVOCAL if at_first and lesion.equivocal_first else Certainty.UNEQUIVOCAL


def _first_sight(lesion: LatentLesion, visit: MadeVisit, visits: Sequence[MadeVisit]) -> bool:
    """Whether the lesion is seen for the first time here; what is blurred is not discovered."""
    found = first_scan_from(lesion, lesion.appears, visits)
    return found is not None and found[0] is visit


def _shows(lesion: LatentLesion, visit: MadeVisit) -> bool:
    day = scan_day(lesion, visit)
    if lesion.role is not LesionRole.NEW:
        return True
    return day is not None and day >= lesion.appears and int(lesion.apparent[day]) >= VISIBLE


def _lesion_rows(patient_id: str, lesion: LatentLesion, visits: Sequence[MadeVisit]) -> Iterator[Lesion]:
    row = Lesion(
        patient_id=patient_id,
        lesion_id=lesion.lesion_id,
        compartment=lesion.compartment,
        role=lesion.role,
        organ=lesion.organ,
        site=lesion.site,
        is_node=lesion.is_node,
        cystic_only=Answer.NO,
        borders_measurable=Answer.YES,
        prior_local_therapy=lesion.prior,
        progressed_since_therapy=lesion.progressed_since,
    )
    yield row
    if lesion.splits_on is not None and any(visit.day >= lesion.splits_on for visit in visits):
        for part in PARTS:
            yield replace(row, lesion_id=lesion.lesion_id + part, parent_ids=(lesion.lesion_id,))


def _measurements(
    patient_id: str,
    lesion: LatentLesion,
    visit: MadeVisit,
    visits: Sequence[MadeVisit],
    baseline: dt.date,
    *,
    blurred: bool,
) -> Iterator[Measurement]:
    """What one visit gives of a lesion: nothing before a new lesion is first seen, two rows once it split."""
    day = scan_day(lesion, visit)
    if lesion.role is LesionRole.NEW and (day is None or day < lesion.appears):
        return
    split = lesion.splits_on is not None and visit.day >= lesion.splits_on
    for name in [lesion.lesion_id + part for part in PARTS] if split else [lesion.lesion_id]:
        empty = Measurement(patient_id, name, visit.visit_id, _date(baseline, visit, day))
        if day is None:
            yield replace(empty, status=SizeStatus.NOT_DONE, reason="not scanned")
        elif blurred:
            in_words = lesion.role is LesionRole.NON_TARGET
            state = LesionState.NE if in_words else None
            yield replace(empty, status=SizeStatus.NOT_EVALUABLE, state=state, reason="motion artefact")
        elif lesion.role is LesionRole.TARGET:
            size = int(lesion.apparent[day])
            yield _sized(empty, lesion, part_of(size, name[-1]) if split else size, day)
        else:
            yield _in_words(empty, lesion, visit, visits, day)


def part_of(size: int, part: str) -> int:
    """Diameter of one part of a split lesion; the parts add up, and what can't be measured is in one part."""
    if size < TOO_SMALL:
        return size if part == PARTS[0] else 0
    larger = max(size * 6 // 10, min(size, TOO_SMALL))
    larger = size if size - larger < TOO_SMALL else larger
    return larger if part == PARTS[0] else size - larger


def _sized(row: Measurement, lesion: LatentLesion, size: int, day: int) -> Measurement:
    if lesion.merges_on is not None and day >= lesion.merges_on:
        return replace(row, status=SizeStatus.MERGED, merged_into=lesion.merges_into)
    if size < VISIBLE:
        return replace(row, status=SizeStatus.ABSENT)
    if size < TOO_SMALL:
        return replace(row, status=SizeStatus.TOO_SMALL)
    slice_mm = 50 if lesion.compartment is LesionCompartment.EXTRACRANIAL else 10
    return replace(
        row,
        status=SizeStatus.MEASURED,
        ld=Tenths(size * 14 // 10 if lesion.is_node else size),
        perp=Tenths(size * 8 // 10),
        short_axis=Tenths(size) if lesion.is_node else None,
        volume=CubicMm(round(np.pi / 6 * (size / 10) ** 3)),
        n_slices=max(2, size // slice_mm),
        slice_mm=Tenths(slice_mm),
        method="CT" if slice_mm == 50 else "MRI",
    )


def _in_words(
    row: Measurement, lesion: LatentLesion, visit: MadeVisit, visits: Sequence[MadeVisit], day: int
) -> Measurement:
    """A lesion outside the sum: there or not, clearly worse or not, and its change since the scan before."""
    curve = as_recorded(lesion.apparent)
    limit = NORMAL_NODE if lesion.is_node else 1
    gone = int(curve[day]) < limit
    if lesion.role is LesionRole.NEW:
        gone = gone or certainty_at(lesion, visit, visits) is None
        worse = False
    else:
        worse = bool(progresses_unequivocally(curve)[day]) and not visit.is_baseline
    state = LesionState.ABSENT if gone else LesionState.UNEQUIVOCAL_PD if worse else LesionState.PRESENT
    earlier = [scan_day(lesion, other) for other in visits if other.number < visit.number]
    before = [int(curve[other]) for other in earlier if other is not None]
    change = _change(int(curve[day]), before[-1]) if before else None
    sized = row
    if lesion.role is LesionRole.NEW and lesion.compartment is not LesionCompartment.LEPTOMENINGEAL:
        sized = _sized(row, lesion, int(lesion.apparent[day]), day)
    if gone:
        sized = replace(row, status=SizeStatus.ABSENT)
    return replace(sized, state=state, change=change)


def _change(now: int, before: int) -> LesionChange:
    if now == before:
        return LesionChange.UNCHANGED
    return LesionChange.INCREASED if now > before else LesionChange.DECREASED


def _new_lesion(
    patient_id: str, lesion: LatentLesion, visit: MadeVisit, baseline: dt.date, certainty: Certainty
) -> NewLesion:
    return NewLesion(
        patient_id=patient_id,
        lesion_id=lesion.lesion_id,
        visit_id=visit.visit_id,
        date=_date(baseline, visit, scan_day(lesion, visit)),
        certainty=certainty,
        compartment=lesion.compartment,
        projections=1 if certainty is Certainty.EQUIVOCAL else 3,
    )


def _read_again(row: Measurement, reader: str, noise: int, rng: np.random.Generator) -> Measurement:
    """The same lesion by another reader: diameters off by at most `noise` tenths."""
    error = int(rng.integers(-noise, noise + 1))
    if row.status is not SizeStatus.MEASURED or row.ld is None:
        return replace(row, evaluator=reader)
    moved = max(row.ld + error, TOO_SMALL)
    short = None if row.short_axis is None else Tenths(max(row.short_axis + error, TOO_SMALL))
    return replace(row, evaluator=reader, ld=Tenths(moved), short_axis=short, volume=None)


def _date(baseline: dt.date, visit: MadeVisit, day: int | None) -> dt.date:
    return baseline + dt.timedelta(days=visit.day if day is None else day)
