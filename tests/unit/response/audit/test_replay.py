"""The audit's own arithmetic: right when no mistake is made, and never wrong without one."""

from __future__ import annotations

import pytest

from cimara.response import Policy, Study, derive
from cimara.response.adjudicate import fold
from cimara.response.audit.codes import DEFINITIONS, DataState, Mistake
from cimara.response.audit.replay import Replay, possible
from cimara.response.audit.thresholds import Exact, FloatProduct, FloatQuotient, Strict, Thresholds
from cimara.response.followup import follow
from cimara.response.policy import preset_names
from cimara.response.records import collect, evaluators
from cimara.response.synth import UNTIDINESS, SynthOptions, synth_study
from tests.spec.response.visit_tables import read_patient

PRESETS = [name for name in preset_names() if not name.startswith("rano_lm")]


@pytest.fixture(scope="module")
def messy() -> Study:
    options = SynthOptions(patients=25, seed=4, readers=1, untidiness=UNTIDINESS["messy"])
    return synth_study(options).study


@pytest.mark.parametrize("preset", PRESETS)
def test_without_a_mistake_the_replay_is_the_reference(messy: Study, preset: str) -> None:
    policy = Policy.preset(preset)
    checked = 0
    for patient in messy.patients:
        rows = derive(patient, policy).rows
        for evaluator in evaluators(patient):
            words = Replay(follow(collect(patient, evaluator), policy), fold(patient)).words()
            own = [row for row in rows if row.evaluator == evaluator]
            expected = [
                {"target": row.target, "nontarget": row.nontarget, "overall": row.response} for row in own
            ]
            assert words == expected
            checked += len(own)
    assert checked > 100


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    "table",
    [
        "visit | L1 | L2\nBL | 50 | ND\nW8 | 50 | 20",
        "visit | L1\nBL | 90\nW8 | 60\nW16 | 80\nW24 | 66",
        "visit | L1 | G1@node\nBL | 20 | 18\nW8 | ABS | 10",
        "visit | L1\nBL | 20\nW8 | TS\nW16 | ABS\nW24 | TS",
    ],
    ids=["baseline incomplete", "stable after progression", "node of 10 mm", "back after a response"],
)
def test_the_replay_is_the_reference_at_the_edges(table: str, preset: str) -> None:
    rows = derive(read_patient(table), Policy.preset(preset)).rows
    words = replay_of(table, preset).words()
    assert [(item["target"], item["overall"]) for item in words] == [
        (row.target, row.response) for row in rows
    ]


def replay_of(table: str, preset: str = "recist11") -> Replay:
    patient = read_patient(table)
    return Replay(follow(collect(patient, "INV"), Policy.preset(preset)), fold(patient))


def test_a_habit_spoils_later_visits_and_a_slip_does_not() -> None:
    """A missing lesion counted 0 mm lowers the nadir: the next visit is progression to who does it always."""
    table = "visit | L1 | L2\nBL | 30 | 30\nW8 | 30 | ND\nW16 | 30 | 30"
    replay, zero = replay_of(table), frozenset({Mistake.MISSING_AS_ZERO})
    assert [words["overall"] for words in replay.words()] == ["NE", "SD"]
    assert [words["overall"] for words in replay.words(zero)] == ["PR", "PD"]
    assert [words["overall"] for words in replay.words(zero, 1)] == ["NE", "SD"]


def test_only_mistakes_that_can_matter_are_tried() -> None:
    plain = set(possible(replay_of("visit | L1\nBL | 30\nW8 | 30")))
    assert plain.isdisjoint(
        {
            Mistake.MISSING_AS_ZERO,
            Mistake.NODE_LONG_AXIS,
            Mistake.NODE_MUST_VANISH,
            Mistake.NEW_IGNORED,
            Mistake.NONTARGET_IGNORED,
            Mistake.STEROID_IGNORED,
            Mistake.ABSOLUTE_IN_SUM,
            Mistake.PR_PERSISTENCE,
        }
    )
    assert {Mistake.PD_FROM_BASELINE, Mistake.STRICT_THRESHOLD, Mistake.NO_PR_PERSISTENCE} <= plain


@pytest.mark.parametrize(
    ("thresholds", "shrunk", "grown", "rose"),
    [
        (Exact(), True, True, True),
        (Strict(), False, False, False),
        (FloatQuotient(), False, False, False),
        (FloatProduct(), False, True, False),
    ],
)
def test_the_float_traps_of_the_manual(thresholds: Thresholds, shrunk: bool, grown: bool, rose: bool) -> None:
    """23.0 -> 16.1 is exactly -30 %, 29.0 -> 34.8 exactly +20 %, 4.7 -> 9.7 exactly +5 mm."""

    def of(size: int) -> float:
        return thresholds.total([size])

    assert thresholds.shrunk(of(161), of(230), 30) is shrunk
    assert thresholds.grown(of(348), of(290), 20) is grown
    assert thresholds.rose(of(97), of(47), 50) is rose


def test_every_code_has_a_definition_and_no_definition_is_idle() -> None:
    codes = {mistake.code for mistake in Mistake} | {state.value for state in DataState} | {"CR_ALL_MISSING"}
    assert set(DEFINITIONS) == codes
