"""Wordings that the reader once misread, restated: what they mean by rules R1 to R8 (trials.md 6.3)."""

from __future__ import annotations

import pytest

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.trials.eligibility import read_eligibility
from cimara.trials.eligibility.model import BrainImaging

EXCLUSION = "Exclusion Criteria:\n* "
INCLUSION = "Inclusion Criteria:\n* "
REQUIRED, ACTIVE, STABLE, EXCLUDED, SILENT, _, UNCLEAR = BrmPolicy
POLICIES = {
    "the asymptomatic may enter if stable": (
        EXCLUSION + "Symptomatic CNS metastases. Note: people with asymptomatic CNS metastases may join if "
        "these have been stable for 4 weeks after local therapy",
        STABLE,
    ),
    "the treated may enter, too": (
        EXCLUSION + "Symptomatic CNS metastases. People with treated brain metastases may join",
        ACTIVE,
    ),
    "the treated come first": (
        INCLUSION + "Patients with brain metastases are eligible if these have been treated. "
        "Patients with symptomatic brain metastases are excluded",
        STABLE,
    ),
    "two kinds of patients behind an exception": (
        EXCLUSION + "CNS metastases, except for patients without symptoms or patients with symptoms but "
        "stable disease after treatment",
        ACTIVE,
    ),
    "other patients behind or": (
        EXCLUSION + "Symptomatic CNS metastases. Patients with asymptomatic brain metastases, or patients "
        "with treated CNS disease that is stable, are eligible",
        ACTIVE,
    ),
    "one need behind a list": (
        EXCLUSION + "Symptomatic or uncontrolled brain metastases, spinal cord compression, or "
        "leptomeningeal disease requiring concurrent treatment",
        ACTIVE,
    ),
    "more than a number": (EXCLUSION + "More than 3 untreated brain metastases", ACTIVE),
    "one or more": (EXCLUSION + "One or more untreated brain metastases", STABLE),
    "neurologically unstable": (EXCLUSION + "CNS metastases with neurologically unstable patients", ACTIVE),
    "the disease that a drug controls": (
        EXCLUSION + "CNS metastases that need ongoing steroids to control the CNS disease",
        ACTIVE,
    ),
    "the disease that a drug was for": (
        EXCLUSION + "Prior radiosensitisers, also those used to treat brain metastases",
        SILENT,
    ),
    "severe": (EXCLUSION + "Severe brain metastases", UNCLEAR),
    "metastases to come": (
        EXCLUSION + "Symptomatic brain metastases.\n* If patients develop new brain metastases on treatment, "
        "they may remain on study",
        ACTIVE,
    ),
    "a condition upon all": (
        EXCLUSION + "Symptomatic brain metastases. Patients with previously diagnosed brain metastases are "
        "eligible if they have completed treatment",
        STABLE,
    ),
    "a condition upon the symptomatic alone": (
        INCLUSION + "Symptomatic CNS metastases must have been treated and be asymptomatic",
        ACTIVE,
    ),
    "an exception with its condition": (
        EXCLUSION + "Brain metastases, except subjects with asymptomatic or treated brain metastases that "
        "have been stable for 12 weeks",
        STABLE,
    ),
    "an exception of the calm": (
        EXCLUSION + "Symptomatic brain metastases, except for the following: asymptomatic brain metastases "
        "(i.e. stable for 4 weeks)",
        STABLE,
    ),
    "unresectable": (EXCLUSION + "Short survival expected (e.g. unresectable brain metastases)", ACTIVE),
    "active or history": (EXCLUSION + "Active or history of brain metastases", EXCLUDED),
    "active therapy": (EXCLUSION + "CNS metastases requiring steroids or active treatment", ACTIVE),
    "a heading without a colon": (
        EXCLUSION + "Central nervous system metastases\n\n  * Symptomatic brain metastases",
        ACTIVE,
    ),
    "no full stop before the next sentence": (
        EXCLUSION + "Palliative radiation is allowed at enrollment Patients with untreated brain metastases",
        STABLE,
    ),
    "absence asked for, then stability of symptoms": (
        INCLUSION + "No evidence of brain metastases. Subjects must have a stable neurologic status",
        EXCLUDED,
    ),
    "permission behind a semicolon": (
        EXCLUSION + "Any brain metastases; if subjects have received treatment for brain metastases and "
        "these are stable (no new neurological symptoms), they are allowed to join",
        STABLE,
    ),
}
LISTS = {
    "a demand closes a list of ways in": (
        EXCLUSION + "Known brain metastasis unless:\n   1. metastases are stable after surgery OR\n"
        "   2. radiosurgery was given\n   3. Must be without neurologic dysfunction",
        STABLE,
    ),
    "the general list goes on as deep": (
        EXCLUSION + "Untreated brain metastases.\n\nNote: Asymptomatic patients with treated CNS lesions are "
        "eligible, provided that:\n\n* No interim progression is seen.\n* Active hepatitis C.\n* Pregnancy.",
        STABLE,
    ),
}


@pytest.mark.parametrize("case", POLICIES | LISTS)
def test_policy_of_a_wording(case: str) -> None:
    text, policy = (POLICIES | LISTS)[case]
    assert read_eligibility(text).brm_policy is policy


def test_an_exception_for_brain_metastases_leaves_leptomeningeal_disease_out() -> None:
    text = EXCLUSION + "Brain metastases or leptomeningeal disease unless:\n   1. Brain metastases are stable"
    read = read_eligibility(text)
    assert (read.brm_policy, read.lmd_policy) == (STABLE, LmdPolicy.EXCLUDED)


LMD = {
    "an exception that names no place": (
        EXCLUSION
        + "Active brain metastases or carcinomatous meningitis (patients who have completed treatment "
        "and are stable may be included)",
        LmdPolicy.ALLOWED,
    ),
    "excluded whatever was said before": (
        INCLUSION + "Brain or meningeal metastases are eligible if treated. "
        "Carcinomatous meningitis is excluded regardless of stability",
        LmdPolicy.EXCLUDED,
    ),
    "one more demand": (
        EXCLUSION + "Patients with CNS metastases must have been treated and do not have concurrent "
        "leptomeningeal disease",
        LmdPolicy.EXCLUDED,
    ),
}


@pytest.mark.parametrize("case", LMD)
def test_leptomeningeal_policy_of_a_wording(case: str) -> None:
    text, policy = LMD[case]
    assert read_eligibility(text).lmd_policy is policy


STABILITY = {
    "stable dose of another drug": (
        "Stable brain metastases may join if on a stable dose of a drug for 7 days",
        None,
    ),
    "a spelt month": ("Brain metastases treated with radiosurgery must be stable for one month", 30),
    "four or more": ("Treated brain metastases may join with follow-up 4 or more weeks after therapy", 28),
    "shown by a scan": (
        "Treated brain metastases must have stable disease, evidenced by brain MRI for at least 4 weeks",
        28,
    ),
}


@pytest.mark.parametrize("case", STABILITY)
def test_stability_of_a_wording(case: str) -> None:
    text, days = STABILITY[case]
    assert read_eligibility(INCLUSION + text).fields.stable_days == days


STEROIDS = {
    "escalating": (EXCLUSION + "Active CNS metastases requiring escalating steroids", None),
    "off or low": (
        INCLUSION + "Brain metastases only if treated and the patient is off or receiving low-dose steroids",
        None,
    ),
    "receiving": (EXCLUSION + "Brain metastases in people who are symptomatic or receiving steroids", 0.0),
    "must not be receiving": (INCLUSION + "People with brain metastases must not be receiving steroids", 0.0),
}


@pytest.mark.parametrize("case", STEROIDS)
def test_steroids_of_a_wording(case: str) -> None:
    text, dose = STEROIDS[case]
    fields = read_eligibility(text).fields
    assert (fields.max_pred_mg, fields.max_dex_mg) == (dose, dose)


SCANS = {
    "needless": (
        "Symptomatic brain metastases. A scan to show their absence is not required.",
        BrainImaging.NONE,
    ),
    "if performed": (
        "Active brain metastases. If brain imaging studies are performed, they must be negative.",
        BrainImaging.NONE,
    ),
    "of those with a history": (
        "If known to have prior brain metastases, there must be no symptomatic brain lesion on MRI.",
        BrainImaging.REQUIRED_IF_HISTORY,
    ),
}


@pytest.mark.parametrize("case", SCANS)
def test_scans_of_a_wording(case: str) -> None:
    text, who = SCANS[case]
    assert read_eligibility(EXCLUSION + text).fields.brain_imaging is who
