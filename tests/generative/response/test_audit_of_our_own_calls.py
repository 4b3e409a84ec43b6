"""Auditing what we derived ourselves finds nothing, on made-up studies of every untidiness and criterion."""

from __future__ import annotations

from functools import cache

import pytest

from cimara.response import Policy, Study, derive
from cimara.response.audit import audit, rs_frame
from cimara.response.policy import preset_names
from cimara.response.reading.reported import reported_of
from cimara.response.reading.sdtm_schema import RS
from cimara.response.synth import UNTIDINESS, SynthOptions, synth_study
from cimara.terms.tables import read_table
from tests.many import examples

PRESETS = [name for name in preset_names() if not name.startswith("rano_lm")]


@cache
def made_up(seed: int) -> Study:
    """A study of the untidiness whose turn it is."""
    untidiness = UNTIDINESS[list(UNTIDINESS)[seed % len(UNTIDINESS)]]
    return synth_study(SynthOptions(patients=30, seed=seed, readers=2, untidiness=untidiness)).study


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("seed", range(100, examples(few=104, many=110)))
def test_auditing_our_own_responses_finds_nothing(preset: str, seed: int) -> None:
    study = made_up(seed)
    policy = Policy.preset(preset)
    rows = [row for patient in study.patients for row in derive(patient, policy).rows]
    table = read_table(rs_frame(study, rows, study_id="S", category=policy.label), RS, file="rs")
    report = audit(study, reported_of(table), policy)
    assert not table.rejected
    assert [item for item in report.timepoints if not item.agrees] == []
