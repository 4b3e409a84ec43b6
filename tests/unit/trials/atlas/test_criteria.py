"""Response criteria by name, version and population, and who applies them."""

from __future__ import annotations

import pytest

from cimara.terms.endpoint import Assessor
from cimara.trials.atlas.context import Population
from cimara.trials.atlas.criteria import read_assessor, read_criteria

NOBODY: frozenset[Population] = frozenset()


def named(text: str, populations: frozenset[Population] = NOBODY) -> list[str]:
    return [str(one) for one in read_criteria(text.lower(), populations).criteria]


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("ORR per RECIST v1.1", ["recist11"]),
        ("ORR per RECIST 1.1", ["recist11"]),
        ("by RECIST version 1.1", ["recist11"]),
        ("Response Evaluation Criteria in Solid Tumors (RECIST) v.1.1", ["recist11"]),
        ("Response Evaluation Criteria in Solid Tumours, version 1.1", ["recist11"]),
        ("according to RICIST1.1 criteria", ["recist11"]),
        ("RECIST 1.0", ["recist10"]),
        ("per RECIST criteria", ["recist_unstated"]),
        ("per iRECIST", ["irecist"]),
        ("immune-modified Response Evaluation Criteria in Solid Tumors (iRECIST)", ["irecist"]),
        ("Immune Response Evaluation Criteria in solid Tumors", ["irecist"]),
        ("irRECIST 1.1", ["irrecist"]),
        ("RECIST 1.1 and immune-related RECIST", ["recist11", "irrecist"]),
        ("RANO-BM", ["rano_bm"]),
        ("Response Assessment in Neuro-Oncology Brain Metastases (RANO-BM)", ["rano_bm"]),
        ("RANO criteria for brain metastases", ["rano_bm"]),
        ("RANO-LM", ["rano_lm"]),
        ("iRANO", ["irano"]),
        ("Immunotherapy Response Assessment in Neuro-oncology (iRANO)", ["irano"]),
        ("RANO", ["rano"]),
        ("RANO 2.0", ["rano2"]),
        ("response assessment in neuro-oncology v2.0 (RANO)", ["rano2"]),
        ("RANO 2.0 criteria in GBM participants", ["rano2"]),
        ("Response Assessment in Pediatric Neuro-Oncology (RAPNO)", ["rapno"]),
        ("RECIST v1.1 for soft tissue and PCWG3 for bone", ["recist11", "pcwg3"]),
        ("Lugano 2014", ["lugano"]),
        ("PERCIST", ["percist"]),
        ("volumetric response", ["volumetric"]),
        ("per RECIST v1.1 and CNS RECIST", ["recist11", "cns_recist"]),
        ("assessed by MRI", []),
        ("assessed by the IRRC", []),
    ],
)
def test_criteria_are_known_by_name_and_version(text: str, criteria: list[str]) -> None:
    assert named(text) == criteria


def test_a_version_anywhere_settles_recist() -> None:
    assert named("PFS per RECIST. RECIST 1.1 is used throughout") == ["recist11"]


def test_modified_recist_beside_cns_words_is_probably_that_of_5_mm() -> None:
    found = read_criteria("modified recist in patients with a cns lesion", NOBODY)
    assert [str(one) for one in found.criteria] == ["mrecist_cns5"]
    assert found.cns5_candidate


def test_a_stated_size_settles_modified_recist_for_the_cns() -> None:
    assert not read_criteria("modified recist (5 mm) for brain lesions", NOBODY).cns5_candidate


def test_modified_recist_in_a_liver_trial_is_that_for_liver_cancer() -> None:
    assert named("PFS per mRECIST", frozenset({Population.LIVER})) == ["mrecist_hcc"]
    assert named("ORR according to HCC mRECIST") == ["mrecist_hcc"]


def test_modified_recist_without_a_hint_stays_unsettled() -> None:
    assert named("tumor reactivity by mRECIST") == ["mrecist"]


@pytest.mark.parametrize(
    ("text", "assessor"),
    [
        ("by BICR", Assessor.BICR),
        ("blinded independent central review", Assessor.BICR),
        ("assessed by the IRC", Assessor.BICR),
        ("independent review committee", Assessor.BICR),
        ("investigator-assessed", Assessor.INVESTIGATOR),
        ("by local review", Assessor.INVESTIGATOR),
        ("per RECIST 1.1", Assessor.UNKNOWN),
    ],
)
def test_the_assessor_is_known_by_name(text: str, assessor: Assessor) -> None:
    assert read_assessor(text.lower()) == (assessor, False)


def test_two_assessors_are_flagged_and_none_is_chosen() -> None:
    assert read_assessor("per recist 1.1 by [investigator/bicr] assessment") == (Assessor.UNKNOWN, True)
