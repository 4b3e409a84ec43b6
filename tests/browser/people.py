"""Three invented people: what each answers on the patient path, and the same facts for the library."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cimara.terms.cns import CnsState
from cimara.trials.matching import (
    Biomarker,
    CnsFacts,
    Lmd,
    Never,
    PatientSex,
    Profile,
    SteroidDrug,
    Steroids,
    Symptoms,
    match,
)
from cimara.trials.study import Study
from cimara.trials.verdict import MatchResult, Verdict
from tests.browser.conftest import STABLE_LUNG


@dataclass(frozen=True)
class Invented:
    """One person; `ages` is the band that was answered, and the profile holds no age."""

    answers: dict[str, dict[str, Any]]
    profile: Profile
    ages: tuple[int, int] | None

    def results(self, study: Study) -> tuple[MatchResult, ...]:
        """The library's answers for every age that the person may have."""
        ages = (None, *(self.ages or ()))
        own = self.profile.country is not None
        return tuple(match(replace(self.profile, age=one), study, own_country_first=own) for one in ages)

    def verdicts(self, study: Study) -> set[Verdict]:
        """The verdicts that the page may show."""
        return {one.verdict for one in self.results(study)}


TODAY = date.today()
UNTREATED: dict[str, Any] = {
    "last_srs": Never.NEVER,
    "last_wbrt": Never.NEVER,
    "last_surgery": Never.NEVER,
    "last_brain_rt": Never.NEVER,
    "had_wbrt": False,
}
LUNG = Invented(
    answers=STABLE_LUNG,
    ages=(18, 64),
    profile=Profile(
        as_of=TODAY,
        tumour="nsclc",
        biomarkers=(Biomarker(gene="EGFR", result="found"),),
        sex=PatientSex.FEMALE,
        ecog=1,
        country="US",
        lat=35.994,
        lon=-78.8986,
        cns=CnsFacts(
            state=CnsState.TREATED_STABLE,
            symptoms=Symptoms.NONE,
            lmd=Lmd.NO,
            last_srs=date(2025, 3, 31),
            last_wbrt=Never.NEVER,
            last_surgery=Never.NEVER,
            had_wbrt=False,
        ),
        steroids=Steroids(drug=SteroidDrug.NONE),
    ),
)
BREAST = Invented(
    answers={
        "who": {"who": "other"},
        "cancer": {"cancer": "breast"},
        "spread": {"spread": "brain"},
        "treatment": {"kinds": "none"},
        "growth": {"growth": "grown"},
        "symptoms": {"symptoms": "new_or_worse"},
        "steroids": {"taking": "yes", "drug": "dexamethasone", "mg": "8"},
        "about": {"age": "65-69", "sex": "female", "ability": "2"},
        "markers": {"found": "HER2"},
        "place": {"place": "Valencia, Spain", "reach": "any"},
    },
    ages=(65, 69),
    profile=Profile(
        as_of=TODAY,
        tumour="her2_breast",
        biomarkers=(Biomarker(gene="HER2", result="found"),),
        sex=PatientSex.FEMALE,
        ecog=2,
        country="ES",
        lat=39.47,
        lon=-0.38,
        cns=CnsFacts(state=CnsState.SYMPTOMATIC, symptoms=Symptoms.NEW_OR_WORSE, lmd=Lmd.NO, **UNTREATED),
        steroids=Steroids(drug=SteroidDrug.DEXAMETHASONE, mg_per_day=8.0),
    ),
)
MELANOMA = Invented(
    answers={
        "who": {"who": "unsure"},
        "cancer": {"cancer": "melanoma"},
        "spread": {"spread": "lining"},
        "treatment": {"kinds": "unsure"},
        "growth": {"growth": "unsure"},
        "symptoms": {"symptoms": "unsure"},
        "steroids": {"taking": "unsure"},
    },
    ages=None,
    profile=Profile(
        as_of=TODAY,
        tumour="melanoma",
        cns=CnsFacts(state=CnsState.NONE_KNOWN, lmd=Lmd.IMAGING),
    ),
)
PEOPLE = {"lung": LUNG, "breast": BREAST, "melanoma": MELANOMA}
