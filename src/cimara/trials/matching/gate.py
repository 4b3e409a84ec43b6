"""Which trials are about this person's cancer at all: the only thing that takes a trial off the list."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.terms.cns import BrmPolicy
from cimara.terms.tumour import ANY_CANCER, ANY_SOLID, TumourFamily, classify, is_within, tumours
from cimara.trials.matching.case import Case, decide
from cimara.trials.study import Study
from cimara.trials.verdict import Criterion

CNS_METASTASES = frozenset({"brain_metastases", "leptomeningeal_disease"})
WIDEST = frozenset({ANY_CANCER, ANY_SOLID})
MAY_MEAN_METASTASES = "brain_tumour"
"""A condition such as "brain tumour", which registries use for tumours that began there and elsewhere."""
OVERLAPPING = frozenset({frozenset({"hr_breast", "her2_breast"})})
"""Kinds that one tumour may be at once: hormone receptors and HER2 are tested apart."""

OTHER_TUMOUR = "other_tumour"
NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Gate:
    """The tumour criterion, and why the trial is off the list; `reason` is None for a relevant trial."""

    criterion: Criterion
    reason: str | None = None


def gate(case: Case) -> Gate:
    """Tumour membership, solid tumours, CNS metastases of any primary; a trial without conditions stays.

    Trials for blood cancers and primary CNS tumours (`not_applicable`) are outside.
    """
    if case.eligibility.brm_policy is BrmPolicy.NOT_APPLICABLE:
        return Gate(_tumour(case, "not_applicable"), NOT_APPLICABLE)
    row = _row(case)
    return Gate(_tumour(case, row), OTHER_TUMOUR if row == "other" else None)


def tumour(case: Case) -> Criterion:
    """The tumour criterion alone."""
    return gate(case).criterion


def _row(case: Case) -> str:
    named = tumours_of(case.study)
    if not named:
        return "conditions_not_read" if case.study.conditions else "no_conditions/silent"
    known = case.profile.tumour
    specific = specific_tumours(named)
    if not specific:
        return _any_primary(named, known)
    return "unknown" if known is None else membership(known, specific)


def tumours_of(study: Study) -> frozenset[str]:
    """The tumours that a trial names, as the snapshot has them or else read from its conditions."""
    found = frozenset(study.tumours)
    return found or classify(study.conditions, study.mesh_terms, study.brief_title)


def specific_tumours(named: frozenset[str]) -> frozenset[str]:
    """The tumours that narrow a trial; empty when it takes solid tumours or CNS metastases of any primary.

    "Brain metastases" beside "breast cancer" means those of breast cancer; beside "glioblastoma" it
    stands for itself, since a glioblastoma doesn't metastasise to the brain.
    """
    if named & WIDEST:
        return frozenset()
    rest = named - CNS_METASTASES
    if not named & CNS_METASTASES:
        return rest
    vocabulary = tumours()
    primaries = {
        one
        for one in rest - {MAY_MEAN_METASTASES}
        if one in vocabulary and vocabulary[one].family is not TumourFamily.PRIMARY_CNS
    }
    return frozenset(primaries)


def _any_primary(named: frozenset[str], known: str | None) -> str:
    """Any solid primary; a blood cancer is only within "any cancer"."""
    if known is None or ANY_CANCER in named or not _of_family(known, TumourFamily.BLOOD):
        return "any_primary"
    return membership(known, named)


def _of_family(tumour_id: str, family: TumourFamily) -> bool:
    entry = tumours().get(tumour_id)
    return entry is not None and entry.family is family


def membership(known: str, named: frozenset[str]) -> str:
    """How a person's tumour stands to the trial's: within, wider than, overlapping or other."""
    if any(is_within(known, one) for one in named):
        return "within"
    if any(is_within(one, known) for one in named):
        return "narrower"
    blood = _of_family(known, TumourFamily.BLOOD)
    if (MAY_MEAN_METASTASES in named and not blood) or any(
        frozenset({known, one}) in OVERLAPPING for one in named
    ):
        return "overlapping"
    return "other"


def _tumour(case: Case, row: str) -> Criterion:
    named = sorted(tumours_of(case.study))
    return decide(f"MATCH/tumour/{row}", requirement=",".join(named) or None, fact=case.profile.tumour)
