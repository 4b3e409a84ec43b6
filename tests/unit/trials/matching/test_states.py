"""The states that a person's brain metastases may be in: each fact can only take states away."""

from __future__ import annotations

from typing import Any

import pytest

from cimara.terms.cns import DISEASE_STATES, CnsState
from cimara.trials.matching import CnsFacts, possible_states

NONE, STABLE = CnsState.NONE_KNOWN, CnsState.TREATED_STABLE
UNTREATED, GROWING, SYMPTOMS = (
    CnsState.UNTREATED_ASYMPTOMATIC,
    CnsState.PROGRESSING_AFTER_LOCAL,
    CnsState.SYMPTOMATIC,
)


@pytest.mark.parametrize(
    ("facts", "states"),
    [
        ({}, set(CnsState)),
        ({"state": "treated_stable"}, {STABLE}),
        ({"lesion_count": 1}, set(DISEASE_STATES)),
        ({"brm_present": True}, set(DISEASE_STATES)),
        ({"brm_present": False}, {NONE}),
        ({"last_srs": "2025-01-01"}, set(DISEASE_STATES)),
        ({"last_wbrt": "2025-01-01"}, set(CnsState)),
        ({"symptoms": "none"}, set(CnsState) - {SYMPTOMS}),
        ({"symptoms": "urgent", "lesion_count": 1}, {SYMPTOMS}),
        ({"largest_untreated_mm": 8, "symptoms": "none"}, {UNTREATED, GROWING}),
        ({"largest_untreated_mm": 0, "lesion_count": 2, "symptoms": "none"}, {STABLE, GROWING}),
        (
            {"largest_untreated_mm": 0, "lesion_count": 2, "symptoms": "none", "stable_since": "2025-06-01"},
            {STABLE},
        ),
    ],
)
def test_what_the_facts_leave_open(facts: dict[str, Any], states: set[CnsState]) -> None:
    assert possible_states(CnsFacts(**facts)) == states


def test_wbrt_alone_does_not_show_metastases_since_it_may_be_prophylaxis() -> None:
    assert NONE in possible_states(CnsFacts(last_wbrt="2025-01-01"))  # type: ignore[arg-type]
