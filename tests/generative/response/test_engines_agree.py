"""The columnar engine gives the tables of the reference engine, every column of every row.

CIMARA_MANY=1 compares 20,000 studies instead of 100.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from cimara.response.columnar import derive_columnar, derive_frames
from cimara.response.model import Study
from cimara.response.policy import Policy
from cimara.response.reading.tidy import read_tidy
from cimara.response.reading.write_tidy import tidy_frames
from cimara.response.results import ResultTables
from cimara.response.study import derive_study
from cimara.response.synth.arrays import synth_arrays
from cimara.response.synth.options import UNTIDINESS, SynthOptions
from cimara.response.synth.study import synth_study
from tests.generative.response.random_studies import PRESETS, random_policy, random_study
from tests.generative.response.studies import studies
from tests.many import examples

STUDIES = examples(few=100, many=20_000)
BATCHES = 10
ALL_PRESETS = (*PRESETS, "irecist", "irano", "rano_lm_2019")


def same(ours: ResultTables, reference: ResultTables, where: object) -> None:
    for name, table in reference.tables().items():
        own = ours.tables()[name]
        assert own.schema == table.schema
        wrong = [column for column in table.columns if not own[column].equals(table[column], null_equal=True)]
        assert not wrong, f"{where}: {name} differs in {wrong}"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_studies_under_random_policies(batch: int) -> None:
    for seed in range(batch, STUDIES, BATCHES):
        rng = Random(seed)
        study, policy = random_study(rng), random_policy(rng)
        same(derive_columnar(study, policy), derive_study(study, policy), f"seed {seed}, {policy.label}")


@pytest.mark.parametrize("untidiness", UNTIDINESS)
@pytest.mark.parametrize("preset", ALL_PRESETS)
def test_made_up_trials(preset: str, untidiness: str) -> None:
    options = SynthOptions(patients=12, seed=7, readers=1, untidiness=UNTIDINESS[untidiness])
    study, policy = synth_study(options).study, Policy.preset(preset)
    same(derive_columnar(study, policy), derive_study(study, policy), preset)


@pytest.mark.parametrize("allowed", [True, False])
def test_volumes(allowed: bool) -> None:
    policy = Policy.preset("rano_bm").replace(measure="volume", allow_unverified_tables=allowed)
    for seed in range(examples(few=8, many=20)):
        study = random_study(Random(seed))
        same(derive_columnar(study, policy), derive_study(study, policy), f"seed {seed}")


@settings(deadline=None, max_examples=examples(few=25, many=60), suppress_health_check=list(HealthCheck))
@given(study=studies())
def test_studies_with_every_field(study: Study) -> None:
    policy = Policy.preset("rano_bm")
    same(derive_columnar(study, policy), derive_study(study, policy), "hypothesis")


@pytest.mark.parametrize("preset", PRESETS)
def test_typed_frames_are_taken_as_the_reader_takes_them(preset: str) -> None:
    tables, policy = synth_arrays(examples(few=20, many=40), 10, 5, 3).tables(), Policy.preset(preset)
    same(derive_frames(tables, policy), derive_study(read_tidy(tables), policy), preset)


@pytest.mark.parametrize("seed", range(examples(few=12, many=30)))
def test_tidy_tables_of_random_studies(seed: int) -> None:
    rng = Random(seed)
    tables, policy = tidy_frames(random_study(rng)), random_policy(rng)
    same(derive_frames(tables, policy), derive_study(read_tidy(tables), policy), f"seed {seed}")
