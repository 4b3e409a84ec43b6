"""The engine against a known truth: no made-up patient progresses before they truly did."""

from __future__ import annotations

from functools import cache

import pytest

from cimara.response.policy import Policy
from cimara.response.reference import derive
from cimara.response.synth import UNTIDINESS, SyntheticStudy, SynthOptions, synth_study


@cache
def made(untidiness: str) -> SyntheticStudy:
    return synth_study(SynthOptions(patients=80, seed=5, untidiness=UNTIDINESS[untidiness]))


@pytest.mark.parametrize("untidiness", list(UNTIDINESS))
@pytest.mark.parametrize(
    ("preset", "column", "at_least"),
    [("rano_bm", "cns_pd_date", 20), ("irano", "cns_pd_date", 20), ("rano_lm_2019", "lm_pd_date", 5)],
)
def test_no_progression_is_called_before_it_is_true(
    preset: str, column: str, at_least: int, untidiness: str
) -> None:
    """Necrosis (adjudicated), artefacts (refuted), blurred and missed scans included."""
    policy = Policy.preset(preset)
    called = 0
    study = made(untidiness)
    for patient, truth in zip(study.study.patients, study.truth.to_dicts(), strict=True):
        dates = [row.date for row in derive(patient, policy).rows if row.response == "PD"]
        if dates:
            called += 1
            assert truth[column] is not None
            assert truth[column] <= min(dates)
    assert called >= at_least


def test_every_response_occurs() -> None:
    policy = Policy.preset("rano_bm")
    words = {row.response for patient in made("usual").study.patients for row in derive(patient, policy).rows}
    assert {"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"} <= words
