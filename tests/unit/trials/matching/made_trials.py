"""Trials made by hand for matching tests: one criteria text with the reading that belongs to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec import structs

from cimara.terms.cns import BrmPolicy, CnsState, LmdPolicy
from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.eligibility.model import CnsEligibility, CnsFields, CohortStates, Confidence, Evidence
from cimara.trials.matching import CnsFacts, Profile
from cimara.trials.study import Site, Study

AS_OF = date(2026, 3, 1)
BRM_SENTENCE = "The trial's sentence on brain metastases."
LMD_SENTENCE = "The trial's sentence on leptomeningeal disease."
FIELD_SENTENCE = "The trial's sentence on the details."
CRITERIA = f"Inclusion Criteria:\n* {BRM_SENTENCE}\n* {LMD_SENTENCE}\n* {FIELD_SENTENCE}\n"


def evidence(field: str, sentence: str, cohort: str | None = None, criteria: str = CRITERIA) -> Evidence:
    """The sentence as evidence of a field."""
    start = criteria.index(sentence)
    return Evidence(
        field=field, start=start, end=start + len(sentence), quote=sentence, rule_id="MADE/1", cohort=cohort
    )


def eligibility(
    brm: BrmPolicy | str = BrmPolicy.STABLE_ONLY,
    lmd: LmdPolicy | str = LmdPolicy.EXCLUDED,
    *,
    states: tuple[CnsState, ...] | None = None,
    confidence: Confidence = Confidence.HIGH,
    cohort: str | None = None,
    **fields: Any,
) -> CnsEligibility:
    """A reading with evidence for each policy and field that is given."""
    found = [evidence(name, FIELD_SENTENCE, cohort) for name in fields]
    if brm != BrmPolicy.NOT_MENTIONED:
        found.append(evidence("brm_policy", BRM_SENTENCE))
    if lmd != LmdPolicy.NOT_MENTIONED:
        found.append(evidence("lmd_policy", LMD_SENTENCE))
    return CnsEligibility(
        brm_policy=BrmPolicy(brm),
        lmd_policy=LmdPolicy(lmd),
        cohorts=() if states is None else (CohortStates(cohort=None, states=states),),
        fields=CnsFields(**fields),
        evidence=tuple(found),
        confidence=confidence,
    )


def trial(reading: CnsEligibility | None = None, number: int = 1, **changes: Any) -> Study:
    """A recruiting phase 2 trial of NSCLC with one open site in Durham, North Carolina."""
    made = Study(
        nct_id=NctId(f"NCT{number:08d}"),
        brief_title="A made trial",
        criteria=CRITERIA,
        overall_status=OverallStatus.RECRUITING,
        conditions=("Non-small Cell Lung Cancer",),
        tumours=("nsclc",),
        phases=(Phase.PHASE2,),
        last_updated="2026-01-15",
        sites=(site(),),
        eligibility=eligibility() if reading is None else reading,
    )
    return structs.replace(made, **changes)


def site(ordinal: int = 0, **changes: Any) -> Site:
    """A site in Durham, North Carolina."""
    facts: dict[str, Any] = {
        "facility": "Demo Hospital",
        "city": "Durham",
        "country": "United States",
        "iso2": "US",
        "lat": 35.99,
        "lon": -78.9,
    }
    return Site(ordinal=ordinal, **(facts | changes))


def person(state: CnsState | str | None = None, **facts: Any) -> Profile:
    """A person with NSCLC on 1 March 2026; the keywords are CNS facts."""
    return Profile(as_of=AS_OF, tumour="nsclc", cns=CnsFacts(state=state, **facts))  # type: ignore[arg-type]
