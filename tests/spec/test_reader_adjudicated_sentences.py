"""The twenty-eight adjudicated trials, worked folds and minimal pairs (specification trials.md 6.2-6.4)."""

from __future__ import annotations

import pytest

from cimara.trials.eligibility import CnsEligibility, read_eligibility
from tests.registry_texts import registry_records

pytestmark = pytest.mark.shared_data

ROWS = """
NCT04995523 | active_allowed | not_mentioned | Symptomatic central nervous system
NCT06253871 | active_allowed | not_mentioned | requiring immediate local therapy for brain metastases
NCT05887492 | active_allowed | not_mentioned | progressive neurological symptoms
NCT05853575 | active_allowed | not_mentioned | not eligible if
NCT02830724 | active_allowed | not_mentioned | 3 or fewer brain metastases
NCT05773092 | active_allowed | allowed | new or progressive brain metastases
NCT05748834 | active_allowed | excluded | not needing immediate local therapy
NCT06116682 | active_allowed | allowed | clinically stable and asymptomatic for at least 14 days
NCT02693535 | active_allowed | excluded | known progressive brain metastases are eligible
NCT05711615 | stable_only | excluded | treated brain metastases are eligible
NCT06227377 | stable_only | excluded | Active brain metastases or carcinomatous meningitis
NCT07130032 | stable_only | not_mentioned | eligible only if
NCT06374459 | stable_only | not_mentioned | no evidence of progression and are off steroids
NCT06234423 | stable_only | excluded | stable
NCT05651022 | stable_only | excluded | deemed unnecessary to treat
NCT06954246 | stable_only | excluded | asymptomatic and stable for more than 4 weeks
NCT05537740 | stable_only | excluded | New brain metastases on screening
NCT01742767 | stable_only | not_mentioned | completed successful local therapy
NCT05142592 | stable_only | allowed | stable central nervous system (CNS) disease
NCT05187832 | excluded | not_mentioned | any central nervous system metastasis
NCT05251389 | excluded | excluded | brain or LM metastasis
NCT05765500 | excluded | not_mentioned | will be excluded
NCT06712927 | required | excluded | metastasized to the brain
NCT04511013 | required | allowed | metastasized to the brain
NCT06176261 | required | allowed | newly diagnosed brain metastases
NCT06248606 | required | excluded | brain metastases
NCT05006716 | not_applicable | excluded |
NCT07076550 | unclear | not_mentioned | Significant central nervous system metastatic disease
"""

FOLDS_AND_PAIRS = """
NCT06623461 | active_allowed | excluded | symptomatic brain metastases unless
NCT02369484 | active_allowed | excluded | asymptomatic brain metastases are allowed
NCT07337447 | excluded | not_mentioned | previously treated brain metastasis
NCT05914116 | active_allowed | not_mentioned | clinically inactive brain metastases
NCT06330064 | stable_only | excluded | untreated or symptomatic
NCT05361174 | active_allowed | not_mentioned | symptomatic untreated brain metastases
NCT04256421 | stable_only | not_mentioned | Symptomatic or actively progressing
NCT06784778 | stable_only | not_mentioned | progressive/symptomatic
NCT05859464 | active_allowed | not_mentioned | requiring concurrent treatment
NCT06520345 | active_allowed | not_mentioned | long-axis
NCT06262321 | active_allowed | not_mentioned | whole brain radiotherapy
NCT05386108 | active_allowed | excluded | allowed but not required
NCT07280832 | stable_only | excluded | do not require local treatment
NCT06332300 | not_mentioned | required |
NCT06131840 | stable_only | allowed | has been treated
NCT05199753 | unclear | not_mentioned | Known central nervous system (CNS)
"""


def _cases(table: str) -> list[pytest.ParameterSet]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [pytest.param(*row, id=row[0]) for row in rows]


def _read(nct_id: str) -> tuple[str, CnsEligibility]:
    record = registry_records()[nct_id]
    return record.criteria, read_eligibility(
        record.criteria, title=record.title, conditions=record.conditions
    )


@pytest.mark.parametrize(("nct_id", "brm", "lmd", "words"), _cases(ROWS) + _cases(FOLDS_AND_PAIRS))
def test_an_adjudicated_trial_is_read_as_adjudicated(nct_id: str, brm: str, lmd: str, words: str) -> None:
    text, eligibility = _read(nct_id)
    assert (eligibility.brm_policy, eligibility.lmd_policy) == (brm, lmd)
    quotes = [item.quote for item in eligibility.evidence_for("brm_policy")]
    assert not words or any(words.lower() in " ".join(quote.split()).lower() for quote in quotes)
    assert all(text[item.start : item.end] == item.quote for item in eligibility.evidence)


FIELDS = [
    ("NCT05853575", {"max_lesion_mm": 20, "max_pred_mg": 10}),
    ("NCT02830724", {"max_lesion_count": 3, "max_lesion_mm": 10, "stable_days": 30}),
    (
        "NCT05748834",
        {"min_days_since_wbrt": 14, "min_days_since_srs": 7, "min_days_since_surgery": 28, "max_dex_mg": 2},
    ),
    ("NCT06116682", {"imaging_window_days": 42, "brain_imaging": "required_all"}),
    ("NCT06374459", {"max_pred_mg": 0, "max_dex_mg": 0}),
    ("NCT06234423", {"stable_days": 60, "antiseizure": "none"}),
    ("NCT05651022", {"stable_days": 28, "prior_local_therapy": "optional"}),
    ("NCT06954246", {"stable_days": 28}),
    ("NCT01742767", {"steroid_free_days": 28}),
    ("NCT05142592", {"stable_days": 30}),
    ("NCT06712927", {"max_pred_mg": 10, "max_dex_mg": 4, "min_lesion_mm": 5, "max_lesion_mm": 40}),
    ("NCT04511013", {"max_dex_mg": 8, "brain_imaging": "required_all"}),
    ("NCT06176261", {"max_dex_mg": 4}),
    ("NCT06248606", {"max_dex_mg": 8, "min_lesion_mm": 2}),
]


@pytest.mark.parametrize(("nct_id", "expected"), FIELDS, ids=[row[0] for row in FIELDS])
def test_the_secondary_fields_of_an_adjudicated_trial(nct_id: str, expected: dict[str, object]) -> None:
    _, eligibility = _read(nct_id)
    assert {name: getattr(eligibility.fields, name) for name in expected} == expected
