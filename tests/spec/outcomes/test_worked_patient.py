"""The worked patient and the worked lesions of the specification, by each definition."""

from __future__ import annotations

import pytest

from cimara.outcomes import catalogue
from tests.spec.outcomes.dated_facts import check, rows_of

PATIENT = """
2024-01-10 | RANDOMISATION
2024-03-06 | ADEQUATE_SCAN | CNS
2024-05-01 | ADEQUATE_SCAN | CNS
2024-04-02 | PD            | SYS
2024-05-28 | PD            | CNS
2024-11-04 | DEATH
"""

LESIONS = """
2023-02-01 | CNS_THERAPY     |     | A | modality=SRS; intent=planned
2023-02-01 | CNS_THERAPY     |     | B | modality=SRS; intent=planned
2023-02-01 | CNS_THERAPY     |     | C | modality=SRS; intent=planned
2023-07-01 | LOCAL_PD        | CNS | B |
2023-08-20 | LOCAL_PD        | CNS | A | adjudged=rn
2023-08-20 | RN              |     | A | certainty=confirmed; dated=onset
2023-09-15 | RN              |     | A | certainty=confirmed; dated=decision
2023-11-30 | LESION_ASSESSED | CNS | A |
2023-11-30 | LESION_ASSESSED | CNS | B |
2023-11-30 | LESION_ASSESSED | CNS | C |
2023-12-18 | DEATH
"""


@pytest.mark.parametrize(
    ("endpoint", "expect"),
    [
        ("OS", "DEATH 300"),
        ("PFS", "PD 84"),
        ("CNSPFS", "CNS_PD 140"),
        ("BIPFS", "SYS_PD 84"),
        ("SYSPFS", "SYS_PD 84"),
        ("CNSTTP", "CNS_PD 140"),
    ],
)
def test_one_patient_by_six_definitions(endpoint: str, expect: str) -> None:
    """OS, PFS, CNSPFS, BIPFS, SYSPFS, CNSTTP. The same facts, each definition its own day."""
    check(endpoint, PATIENT, expect)


@pytest.mark.parametrize(
    ("value", "expect"),
    [
        ("continue", "CNS_PD 140"),
        ("censor", "censored 57 AFTER_SYSTEMIC_PD"),
        ("competing", "SYS_PD 84"),
    ],
)
def test_after_systemic_progression(value: str, expect: str) -> None:
    """after_systemic_pd. CNS follow-up goes on, is censored at the last brain scan before, or competes."""
    check(catalogue["CNSPFS"].replace(switch={"after_systemic_pd": value}), PATIENT, expect)


@pytest.mark.parametrize(
    ("preset", "expect"), [("ema", "CNS_PD 140"), ("fda", "censored 57 CNS_LOCAL_THERAPY")]
)
def test_radiosurgery_of_a_stable_lesion(preset: str, expect: str) -> None:
    """cns_local_therapy. Salvage radiosurgery is ignored (ema), or censors at the scan before it (fda)."""
    table = PATIENT + "2024-04-20 | CNS_THERAPY | | | modality=SRS; intent=salvage"
    check(catalogue["CNSPFS"].replace(switch={"preset": preset}), table, expect)


@pytest.mark.parametrize(
    ("endpoint", "lesion", "code", "aval"),
    [
        ("LOCFAIL", "A", "DEATH", 321),
        ("LOCFAIL", "B", "LOCAL_PD", 151),
        ("LOCFAIL", "C", "DEATH", 321),
        ("RNINC", "A", "RN", 201),
        ("RNINC", "B", "DEATH", 321),
        ("RNINC", "C", "DEATH", 321),
    ],
)
def test_three_lesions_of_one_patient(endpoint: str, lesion: str, code: str, aval: int) -> None:
    """LOCFAIL, RNINC. Growth adjudged necrosis is no local failure; necrosis is dated at the growth."""
    row = rows_of(endpoint, LESIONS, lesion=lesion)
    assert (row["code"], row["aval"], row["cluster"]) == (code, aval, "P")


def test_necrosis_dated_at_the_decision() -> None:
    """rn_date. With "decision" the necrosis of lesion A is dated 2023-09-15, day 227."""
    row = rows_of(catalogue["RNINC"].replace(option={"rn_date": "decision"}), LESIONS, lesion="A")
    assert (row["code"], row["aval"]) == ("RN", 227)
