"""What happens to a made-up patient beside the scans: therapies, events of lesions, decisions, the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from cimara.response.model import Adjudication
from cimara.response.synth.growth import as_recorded, first_day, progresses_by_sum
from cimara.response.synth.latent import LatentLesion, LatentPatient
from cimara.response.synth.scans import first_scan_from
from cimara.response.synth.visits import MadeVisit
from cimara.terms.response import (
    AdjudicationKind,
    Assessable,
    AssessedCompartment,
    LesionCompartment,
    LesionRole,
    LocalTherapy,
)

Row = dict[str, object]
LESION_TYPES = {
    LesionCompartment.BRAIN: "parenchymal",
    LesionCompartment.LEPTOMENINGEAL: "leptomeningeal",
    LesionCompartment.DURAL_BONY: "dural",
}
"""What endpoints call the place of a CNS lesion."""
DECISION_AFTER = 60
"""Days from a scan to the decision on what it showed."""


def seen_on(day: int | None, visits: Sequence[MadeVisit], *, brain: bool) -> int | None:
    """The day of the first scan of brain or body on or after `day`."""
    for visit in visits:
        scanned = visit.day if brain else visit.body_day
        there = (visit.brain if brain else visit.body) is not Assessable.NONE
        if day is not None and there and scanned >= day:
            return scanned
    return None


def therapies(
    latent: LatentPatient, visits: Sequence[MadeVisit], until: int, rng: np.random.Generator
) -> Iterator[tuple[int, Row]]:
    """Each therapy with its day: radiosurgery before the study, study drug, and what follows progression."""
    treated = [lesion.lesion_id for lesion in latent.lesions if lesion.prior is LocalTherapy.SRS]
    before, after_cns, after_body, after_lm = (int(day) for day in rng.integers(14, 29, size=4))
    salvage = ("SRS", "SRS", "WBRT", "surgery")[int(rng.integers(4))]
    if treated:
        yield -before, _therapy("cns", "SRS", "planned", treated)
    yield 7, _therapy("systemic", "", "", [], name="study drug", new_line="no")
    brain = [lesion.lesion_id for lesion in latent.lesions if lesion.lesion_id.startswith("B")]
    plans = (
        (latent.cns_pd, True, after_cns, _therapy("cns", salvage, "salvage", brain)),
        (
            latent.sys_pd,
            False,
            after_body,
            _therapy("systemic", "", "", [], name="next line", new_line="yes"),
        ),
        (latent.lm_pd, True, after_lm, _therapy("cns", "intrathecal", "salvage", [])),
    )
    for day, in_brain, wait, row in plans:
        seen = seen_on(day, visits, brain=in_brain)
        if seen is not None and seen + wait < until:
            yield seen + wait, row


def _therapy(
    kind: str, modality: str, intent: str, lesions: Sequence[str], *, name: str = "", new_line: str = ""
) -> Row:
    return {
        "kind": kind,
        "name": name or modality,
        "modality": modality,
        "intent": intent,
        "lesion_ids": ";".join(lesions),
        "new_line": new_line,
    }


def local_failure(lesion: LatentLesion) -> int | None:
    """The day on which a lesion treated by radiosurgery truly grows again by 20 % and 5 mm."""
    if lesion.prior is not LocalTherapy.SRS:
        return None
    return first_day(progresses_by_sum(as_recorded(lesion.tumour)[None, :], per_lesion=True))


def lesion_events(
    latent: LatentPatient, visits: Sequence[MadeVisit], rng: np.random.Generator
) -> Iterator[tuple[int, Row]]:
    """New lesions, local failures, leptomeningeal disease and necrosis, on the day of the first scan."""
    for lesion in latent.lesions:
        certainty = ("possible", "probable", "confirmed")[int(rng.integers(3))]
        basis = ("pathology", "perfusion", "serial MRI")[int(rng.integers(3))]
        grade = int(rng.integers(1, 4))
        if lesion.role is LesionRole.NEW and lesion.is_tumour:
            leptomeningeal = lesion.compartment is LesionCompartment.LEPTOMENINGEAL
            event = "LMD" if leptomeningeal else "NEW_LESION"
            yield from _event(lesion, lesion.appears, visits, event, origin="new")
        yield from _event(lesion, local_failure(lesion), visits, "LOCAL_PD", origin="recurrence")
        if lesion.necrosis_from is not None:
            yield from _event(
                lesion,
                lesion.necrosis_from + 30,
                visits,
                "RN",
                certainty=certainty,
                basis=basis,
                symptomatic="yes" if grade > 1 else "no",
                grade=grade,
            )


def _event(
    lesion: LatentLesion, day: int | None, visits: Sequence[MadeVisit], event: str, **more: object
) -> Iterator[tuple[int, Row]]:
    found = first_scan_from(lesion, day, visits) if day is not None else None
    if found is not None:
        place = lesion.compartment
        inside = place is not LesionCompartment.EXTRACRANIAL
        part = AssessedCompartment.CNS if inside else AssessedCompartment.SYS
        row = {"lesion_id": lesion.lesion_id, "event": event, "compartment": part.value}
        yield found[1], {**row, "type": LESION_TYPES.get(place, ""), **more}


def adjudications(
    latent: LatentPatient, visits: Sequence[MadeVisit], baseline: dt.date, rng: np.random.Generator
) -> Iterator[Adjudication]:
    """Necrosis called by its name, doubtful lesions confirmed (half of them) or refuted."""
    plans: list[tuple[LatentLesion, int, AdjudicationKind, str]] = []
    for lesion in latent.lesions:
        by_board = rng.random() < 0.5
        if lesion.necrosis_from is not None:
            plans.append((lesion, lesion.necrosis_from, AdjudicationKind.RADIATION_NECROSIS, "perfusion"))
        if lesion.role is LesionRole.NEW and not lesion.is_tumour:
            kind = AdjudicationKind.NEW_LESION_REFUTED
            plans.append((lesion, lesion.appears, kind, "serial MRI"))
        elif lesion.equivocal_first and by_board:
            kind = AdjudicationKind.NEW_LESION_CONFIRMED
            plans.append((lesion, lesion.appears, kind, "tumour board"))
    for lesion, day, kind, basis in plans:
        found = first_scan_from(lesion, day, visits)
        if found is not None:
            yield Adjudication(
                event_id=f"{latent.patient_id}-{lesion.lesion_id}-{kind}",
                patient_id=latent.patient_id,
                kind=kind,
                decided_on=baseline + dt.timedelta(days=found[1] + DECISION_AFTER),
                visit_id=found[0].visit_id,
                lesion_id=lesion.lesion_id,
                basis=basis,
                decided_by_role="central review",
            )


def cns_at_start(latent: LatentPatient) -> Row:
    """What of the CNS was diseased at baseline, yes or no, as populations of endpoints ask it."""
    known = [lesion for lesion in latent.lesions if lesion.role is not LesionRole.NEW]
    inside = [lesion for lesion in known if lesion.compartment is not LesionCompartment.EXTRACRANIAL]
    answers = {
        "cns_disease": bool(inside),
        "measurable_cns": any(lesion.role is LesionRole.TARGET for lesion in inside),
        "lmd_at_start": any(lesion.compartment is LesionCompartment.LEPTOMENINGEAL for lesion in inside),
    }
    return {name: "yes" if answer else "no" for name, answer in answers.items()}


def truth(latent: LatentPatient, baseline: dt.date, until: int) -> Row:
    """What is true of a patient, whether or not anyone saw it; an empty date did not come before death."""

    def date(day: int | None) -> dt.date | None:
        return None if day is None else baseline + dt.timedelta(days=day)

    lived = latent.death if latent.death is not None else len(latent.lesions[0].tumour)
    alive = [lesion for lesion in latent.lesions if lesion.appears < lived]
    new = [
        lesion.appears
        for lesion in alive
        if lesion.role is LesionRole.NEW
        and lesion.is_tumour
        and lesion.compartment is not LesionCompartment.EXTRACRANIAL
    ]
    failed = {lesion.lesion_id: local_failure(lesion) for lesion in alive}
    return {
        "patient_id": latent.patient_id,
        "baseline_date": baseline,
        "cns_pd_date": date(latent.cns_pd),
        "sys_pd_date": date(latent.sys_pd),
        "lm_pd_date": date(latent.lm_pd),
        "new_cns_lesion_date": date(min(new, default=None)),
        "death_date": date(latent.death),
        "death_cause": latent.death_cause,
        "followed_until": date(until),
        "necrosis_lesions": _listed(
            lesion.lesion_id
            for lesion in alive
            if lesion.necrosis_from is not None and lesion.necrosis_from < lived
        ),
        "refuted_lesions": _listed(lesion.lesion_id for lesion in alive if not lesion.is_tumour),
        "local_failure_lesions": _listed(
            name for name, day in failed.items() if day is not None and day < lived
        ),
    }


def _listed(names: Iterator[str]) -> str:
    return ";".join(names)
