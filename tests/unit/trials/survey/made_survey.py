"""Trials made by hand for survey tests: a policy on each question, a sponsor class, a year, tumours."""

from __future__ import annotations

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.eligibility.model import CnsEligibility, CnsFields, Evidence, SteroidPolicy
from cimara.trials.study import Study

SENTENCE = "The sentence that says so."


def read(
    brm: str = "excluded", lmd: str = "not_mentioned", steroids: SteroidPolicy | None = None
) -> CnsEligibility:
    """A reading with one sentence for each policy."""
    evidence = tuple(
        Evidence(field=field, start=0, end=len(SENTENCE), quote=SENTENCE, rule_id="MADE/1")
        for field in ("brm_policy", "lmd_policy")
    )
    return CnsEligibility(
        brm_policy=BrmPolicy(brm),
        lmd_policy=LmdPolicy(lmd),
        fields=CnsFields(steroid_policy=steroids),
        evidence=evidence,
    )


def trial(
    number: int,
    brm: str | None = "excluded",
    lmd: str = "not_mentioned",
    *,
    steroids: SteroidPolicy | None = None,
    sponsor: str | None = "INDUSTRY",
    start: str | None = "2020-01",
    posted: str | None = None,
    tumours: tuple[str, ...] = ("nsclc",),
    phases: tuple[Phase, ...] = (Phase.PHASE2,),
    status: OverallStatus = OverallStatus.RECRUITING,
    criteria: str = SENTENCE,
) -> Study:
    """One trial; `brm` None leaves it unread."""
    return Study(
        nct_id=NctId(f"NCT{number:08}"),
        brief_title=f"Trial {number}",
        criteria=criteria,
        overall_status=status,
        sponsor_class=sponsor,
        start=start,
        first_posted=posted,
        tumours=tumours,
        phases=phases,
        eligibility=None if brm is None else read(brm, lmd, steroids),
    )
