"""From answers to the library's profile: only what was said, and unknown stays unknown."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from cimara.terms.cns import CnsState
from cimara.trials.matching import (
    Biomarker,
    CnsFacts,
    Lmd,
    LmdState,
    Never,
    PatientSex,
    Profile,
    SteroidDrug,
    Steroids,
    Symptoms,
)
from cimara_web.finder.answers import Answers
from cimara_web.finder.fields import UNSURE
from cimara_web.finder.home import country_of, home_of
from cimara_web.finder.steps import tumour_of

LOCAL_KINDS = ("srs", "wbrt", "surgery")
NARROWED_BY_MARKER = {"HER2": "her2_breast", "HR": "hr_breast", "TNBC": "triple_negative_breast"}
"""Breast cancers that have an entry of their own in the vocabulary."""


def profile_of(answers: Answers, *, as_of: date) -> Profile:
    """The facts that the answers give, on the day `as_of`. `age` is the younger end of the band."""
    home = home_of(answers)
    ages = ages_of(answers)
    sex = answers.one("about", "sex")
    ability = answers.one("about", "ability")
    reach = answers.one("place", "reach")
    return Profile(
        as_of=as_of,
        tumour=_tumour(answers),
        biomarkers=_biomarkers(answers),
        age=ages[0] if ages else None,
        sex=PatientSex(sex) if sex in set(PatientSex) else None,
        ecog=int(ability) if ability.isdigit() else None,
        country=country_of(answers),
        place=str(home) if home else None,
        lat=home.lat if home else None,
        lon=home.lon if home else None,
        max_distance_km=float(reach) if reach.isdigit() else None,
        cns=_cns(answers, as_of),
        steroids=_steroids(answers),
    )


def ages_of(answers: Answers) -> tuple[int, int] | None:
    """Youngest and oldest age of the band chosen; None when not said."""
    low, dash, high = answers.one("about", "age").partition("-")
    return (int(low), int(high)) if dash else None


def last_treatment(answers: Answers, as_of: date) -> date | None:
    """The day counted from: the last one of the month, so that no interval since is overstated."""
    month, year = answers.one("treatment", "month"), answers.one("treatment", "year")
    if not (month and year):
        return None
    last_day = calendar.monthrange(int(year), int(month))[1]
    return min(date(int(year), int(month), last_day), as_of)


def _tumour(answers: Answers) -> str | None:
    tumour = tumour_of(answers)
    kinds = [NARROWED_BY_MARKER[one] for one in answers.many("markers", "found") if one in NARROWED_BY_MARKER]
    return kinds[0] if tumour == "breast" and len(kinds) == 1 else tumour or None


def _biomarkers(answers: Answers) -> tuple[Biomarker, ...] | None:
    found = answers.many("markers", "found")
    if not found or UNSURE in found:
        return None
    return tuple(Biomarker(gene=one.replace("_", "-"), result="found") for one in found if one != "none")


def _cns(answers: Answers, as_of: date) -> CnsFacts:
    spread = answers.one("spread", "spread")
    if spread == "neither":
        return CnsFacts(state=CnsState.NONE_KNOWN, lmd=Lmd.NO)
    facts = _treatments(answers, as_of)
    if spread in ("lining", "both"):
        facts |= {"lmd": Lmd.IMAGING, "lmd_state": _lmd_state(answers)}
    if spread in ("brain", "both"):
        facts |= {"state": _brain_state(answers), "symptoms": _symptoms(answers)}
    if spread == "brain":
        facts["lmd"] = Lmd.NO
    if spread == "lining" and not set(answers.many("treatment", "kinds")) & {"srs", "surgery"}:
        facts["state"] = CnsState.NONE_KNOWN  # SRS or surgery would mean that there were metastases as well
    return CnsFacts(**facts)


def _treatments(answers: Answers, as_of: date) -> dict[str, Any]:
    """Dates of local treatment. Of several kinds, it isn't said which one the date is of."""
    kinds = [kind for kind in answers.many("treatment", "kinds") if kind != UNSURE]
    if not kinds:
        return {}
    done = [kind for kind in LOCAL_KINDS if kind in kinds]
    when = last_treatment(answers, as_of)
    facts: dict[str, Any] = {f"last_{kind}": Never.NEVER for kind in LOCAL_KINDS if kind not in done}
    facts["had_wbrt"] = "wbrt" in done
    if len(done) == 1 and when:
        facts[f"last_{done[0]}"] = when
    elif when and answers.one("growth", "growth") == "stable":
        facts["stable_since"] = when
    if not {"srs", "wbrt"} & set(done):
        facts["last_brain_rt"] = Never.NEVER
    return facts


def _brain_state(answers: Answers) -> CnsState | None:
    symptoms, growth = _symptoms(answers), answers.one("growth", "growth")
    kinds = answers.many("treatment", "kinds")
    if symptoms is Symptoms.NEW_OR_WORSE:
        return CnsState.SYMPTOMATIC
    if set(kinds) & set(LOCAL_KINDS):
        treated = {"stable": CnsState.TREATED_STABLE, "grown": CnsState.PROGRESSING_AFTER_LOCAL}
        return treated.get(growth)
    if "none" in kinds and symptoms is not None:
        return CnsState.UNTREATED_ASYMPTOMATIC
    return None


def _symptoms(answers: Answers) -> Symptoms | None:
    given = answers.one("symptoms", "symptoms")
    return Symptoms(given) if given in set(Symptoms) else None


def _lmd_state(answers: Answers) -> LmdState | None:
    if _symptoms(answers) is Symptoms.NEW_OR_WORSE:
        return LmdState.SYMPTOMATIC
    return {"stable": LmdState.STABLE, "grown": LmdState.ACTIVE}.get(answers.one("growth", "growth"))


def _steroids(answers: Answers) -> Steroids | None:
    taking = answers.one("steroids", "taking")
    if taking == "no":
        return Steroids(drug=SteroidDrug.NONE)
    if taking != "yes":
        return None
    drug, dose = answers.one("steroids", "drug"), answers.one("steroids", "mg")
    # A steroid whose name nobody knows is still a steroid: "other" keeps it from counting as none.
    return Steroids(drug=SteroidDrug(drug or "other"), mg_per_day=float(dose) if dose else None)
