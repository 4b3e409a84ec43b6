"""RANO-LM forms of a made-up patient: complete and in agreement, unless asked to be otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from cimara.response.model import LmForm, LmItem, Tenths
from cimara.response.synth.latent import LM_ITEMS, LatentLm, LatentPatient
from cimara.response.synth.options import SynthOptions
from cimara.response.synth.visits import MadeVisit
from cimara.terms.response import Assessable, CsfResult, LmChange, Presence, Response

KEPT_APART = (("brain", "parenchymal"), ("spine", "intramedullary"))
NODULE = (Tenths(90), Tenths(70))


def lm_forms(
    latent: LatentPatient,
    visits: Sequence[MadeVisit],
    baseline: dt.date,
    options: SynthOptions,
    rng: np.random.Generator,
) -> Iterator[LmForm]:
    """One form for every brain scan after baseline, against the baseline; none without LM at any time."""
    lm = latent.lm
    if lm is None:
        return
    for visit in visits:
        if visit.is_baseline or visit.brain is Assessable.NONE:
            continue
        items = [_item(lm, index, visit.day) for index in range(len(LM_ITEMS))]
        if rng.random() < options.untidiness.lm_form_incomplete:
            left_empty = int(rng.integers(len(items)))
            items[left_empty] = replace(items[left_empty], change="")
        worse = lm.worsens_on is not None and visit.day >= lm.worsens_on
        yield LmForm(
            patient_id=latent.patient_id,
            visit_id=visit.visit_id,
            reference_visit_id="BL",
            date=baseline + dt.timedelta(days=visit.day),
            items=(*items, *_kept_apart(latent, visit.day)),
            csf=CsfResult.POSITIVE if any(lm.at_baseline) else CsfResult.NEGATIVE,
            exam_change="worse" if worse else "stable",
            reference_scan_date=baseline,
            last_lumbar_puncture=baseline.isoformat(),
            treatment_since_reference="study treatment",
        )


def _item(lm: LatentLm, index: int, day: int) -> LmItem:
    region, name = LM_ITEMS[index]
    before = lm.at_baseline[index]
    worse = lm.worsens_on is not None and day >= lm.worsens_on and index == lm.worse_item
    now = worse or (before and day < lm.vanishes_from)
    if worse:
        change = LmChange.WORSE
    elif before and day >= lm.improves_from:
        change = LmChange.IMPROVED
    else:
        change = LmChange.NO_CHANGE
    nodules = name == "nodules" and now
    return LmItem(
        region=region,
        item=name,
        reference=Presence.PRESENT if before else Presence.ABSENT,
        followup=Presence.PRESENT if now else Presence.ABSENT,
        change=change,
        sizes=(NODULE,) if nodules else (),
        fewer_than_three=nodules,
    )


def _kept_apart(latent: LatentPatient, day: int) -> Iterator[LmItem]:
    """Parenchymal metastases, by the true CNS course; no intramedullary ones are made."""
    worse = latent.cns_pd is not None and day >= latent.cns_pd
    (region, name), (spine, inside) = KEPT_APART
    yield LmItem(region, name, Presence.PRESENT, Presence.PRESENT, Response.PD if worse else Response.SD)
    yield LmItem(spine, inside, Presence.ABSENT, Presence.ABSENT)
