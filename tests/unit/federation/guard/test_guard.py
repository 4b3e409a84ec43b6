"""What a site checks before anything leaves it; each refusal with its code."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.grid import Grid, GridKind
from cimara.federation.guard.checks import Guard
from cimara.federation.site.policy import Policy, Thresholds
from cimara.outcomes.at_once import TogetherState, _packed
from cimara.outcomes.contract import Summary, to_bytes
from cimara.outcomes.models.cox_common import CommonCox, CommonState
from cimara.outcomes.models.cox_evidence import CoxState
from cimara.outcomes.models.cox_stratified import StratifiedCox
from tests.unit.federation.guard.house import (
    HASH,
    NOW,
    SITES,
    House,
    NamedWork,
    code_of,
    facts,
    numbers,
    order,
    query,
    study,
)

NAMES = ("a", "b", "c", "d")
BY_SITE = next(name for name, kind in ESTIMATORS.items() if kind.by_site)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def refusal(asked: Callable[[], Any]) -> Code:
    with pytest.raises(FederationError) as error:
        asked()
    return code_of(error)


def test_an_order_in_order_passes(house: House) -> None:
    house.guard()


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"study": "other-1"}, Code.UNKNOWN_STUDY),
        ({"study_hash": "cd" * 32}, Code.ALTERED_STUDY),
        ({"analyses": ("A1", "A9")}, Code.UNKNOWN_ANALYSIS),
        ({"roster": SITES[:2]}, Code.TOO_FEW_SITES),
        ({"roster": SITES[1:]}, Code.NOT_A_MEMBER),
        ({"roster": (*SITES, "XX09")}, Code.NOT_A_MEMBER),
        ({"roster": (*SITES, SITES[0])}, Code.NOT_A_MEMBER),
        ({"masked": False}, Code.PLAIN_SUMS),
        ({"issued": (NOW + timedelta(days=1)).isoformat()}, Code.CLOCK),
        ({"expires": (NOW - timedelta(days=1)).isoformat()}, Code.EXPIRED_STUDY),
    ],
)
def test_an_order_that_may_not_run_here(house: House, told: dict[str, Any], code: Code) -> None:
    assert refusal(replace(house, order=order(**told)).guard) is code


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"signed": frozenset(SITES[1:])}, Code.UNSIGNED_STUDY),
        ({"expires": "2026-11-20"}, Code.EXPIRED_STUDY),
        ({"disclosure": Disclosure(min_n=3)}, Code.LOOSENED_POLICY),
        ({"disclosure": Disclosure(min_sites=2)}, Code.LOOSENED_POLICY),
        ({"disclosure": Disclosure(min_sites=5)}, Code.TOO_FEW_SITES),
    ],
)
def test_a_study_that_may_not_run_here(house: House, told: dict[str, Any], code: Code) -> None:
    assert refusal(replace(house, study=study(**told)).guard) is code


def test_a_study_runs_until_the_end_of_its_last_day(house: House) -> None:
    replace(house, study=study(expires="2026-11-21")).guard()


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ({"allowed": frozenset()}, Code.UNKNOWN_STUDY),
        ({"stopped": frozenset({"rn-bev-1"})}, Code.STOPPED_BY_SITE),
        ({"stopped": frozenset({HASH})}, Code.STOPPED_BY_SITE),
    ],
)
def test_a_policy_that_does_not_let_a_study_run(house: House, policy: dict[str, Any], code: Code) -> None:
    assert refusal(replace(house, policy=policy).guard) is code


def test_sums_without_masks_need_the_study_and_the_site(house: House) -> None:
    plain = replace(house, order=order(masked=False), policy={"allow_plain": True})
    assert refusal(plain.guard) is Code.PLAIN_SUMS
    replace(plain, study=study(masked=False)).guard()


def outgoing(house: House, about: Any, summary: Summary | None = None, **told: Any) -> Summary:
    shape = told.pop("shape", numbers())
    work = NamedWork("A1", told.pop("estimator", "cox_strat"))
    return house.guard().outgoing(work, about, summary or numbers(), shape, told.pop("masked", True))


def test_what_passes_leaves_as_it_is(house: House) -> None:
    summary = numbers()
    assert outgoing(house, facts(), summary) is summary


@pytest.mark.parametrize("patients", [1, 9])
def test_a_site_with_few_patients_sends_nothing(house: House, patients: int) -> None:
    with pytest.raises(FederationError) as error:
        outgoing(house, facts(patients))
    assert code_of(error) is Code.TOO_FEW_PATIENTS
    assert str(error.value) == "FED-201 site has fewer than 10 eligible patients"


def test_a_site_without_patients_adds_its_zeros(house: House) -> None:
    outgoing(house, facts(0, events={"death": 0}, levels={"sex=f": 0, "sex=m": 0}))


def test_a_site_may_ask_for_more_patients(house: House) -> None:
    strict = replace(house, policy={"thresholds": replace(Thresholds.default(), patients=120)})
    assert refusal(lambda: outgoing(strict, facts())) is Code.TOO_FEW_PATIENTS


def test_a_covariate_far_out_is_told_without_its_value(house: House) -> None:
    with pytest.raises(FederationError) as error:
        outgoing(house, facts(largest=41.7))
    assert code_of(error) is Code.OUTSIDE_TRUST_REGION
    assert "41.7" not in str(error.value)


EXTRA = {"extra": np.ones(3)}


@pytest.mark.parametrize(
    "summary",
    [
        Summary("cox", dict(numbers().sums) | EXTRA),
        Summary("other", numbers().sums),
        numbers(5),
        Summary("cox", {name: np.full_like(one, np.nan) for name, one in numbers().sums.items()}),
        Summary("cox", {name: np.full_like(one, np.inf) for name, one in numbers().sums.items()}),
        Summary("cox", {"loglik": np.ones(1), "score": np.ones(104), "information": np.ones((4, 4))}),
        Summary("cox", numbers().sums, {"times": np.ones(3)}),
    ],
    ids=["extra field", "other kind", "other size", "no number", "infinite", "a number a row", "times"],
)
def test_only_the_numbers_of_the_estimator_leave(house: House, summary: Summary) -> None:
    assert refusal(lambda: outgoing(house, facts(), summary)) is Code.WRONG_SHAPE


EXACT = study(grid=Grid(kind=GridKind.EXACT))
NO_TIMES = {"times": np.zeros(0)}
TIMES = Summary("cox.grid", unions={"times": np.array([30.0, 60.0])})


def test_days_of_events_leave_only_where_the_site_allows_it(house: House) -> None:
    exact = replace(house, study=EXACT)
    allowed = replace(exact, policy={"allow_event_times": True})

    def sent(at: House) -> Summary:
        return outgoing(at, facts(), TIMES, estimator="cox_shared", shape=Summary("cox.grid", {}, NO_TIMES))

    assert refusal(lambda: sent(exact)) is Code.EVENT_TIMES
    assert sent(allowed) is TIMES


def test_sums_by_single_days_are_days_of_events_too(house: House) -> None:
    exact = replace(house, study=EXACT)
    assert refusal(lambda: outgoing(exact, facts(), estimator="cox_shared")) is Code.EVENT_TIMES
    outgoing(exact, facts(), estimator="cox_strat")


SHOWN = {"allow_plain": True}


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"events": {"death": 4}}, Code.TOO_FEW_EVENTS),
        ({"levels": {"prior_wbrt=no": 100, "prior_wbrt=yes": 4}}, Code.SMALL_LEVEL),
        ({"levels": {"prior_wbrt=no": 104, "prior_wbrt=yes": 0}}, Code.SMALL_LEVEL),
    ],
)
def test_sums_that_can_be_read_need_more(house: House, told: dict[str, Any], code: Code) -> None:
    plain = replace(house, study=study(masked=False), order=order(masked=False), policy=SHOWN)
    outgoing(plain, facts(), masked=False)
    with pytest.raises(FederationError) as error:
        outgoing(plain, facts(**told), masked=False)
    assert code_of(error) is code
    assert "yes" not in str(error.value)


SLOTS = Summary("site_scores", {"score": np.ones((4, 4))})
SMALL = {"events": {"death": 4}}


def in_panel(house: House, about: Any, summary: Summary = SLOTS) -> Summary:
    return outgoing(house, about, summary, shape=summary, estimator=BY_SITE)


def test_a_small_site_adds_zeros_to_a_panel_of_sites_and_all_else_as_ever(house: House) -> None:
    hidden = in_panel(replace(house, policy=SHOWN), facts(**SMALL))
    assert not hidden.sums["score"].any()
    assert hidden.sums["score"].shape == (4, 4)
    assert in_panel(house, facts(**SMALL), numbers()).sums["score"].all()


def test_a_large_site_is_shown_in_a_panel_if_its_policy_allows(house: House) -> None:
    assert refusal(lambda: in_panel(house, facts())) is Code.PLAIN_SUMS
    assert in_panel(replace(house, policy=SHOWN), facts()) is SLOTS


def test_a_site_that_is_stricter_about_shown_fits_refuses(house: House) -> None:
    strict = replace(Thresholds.default(), plain_events_per_parameter=11)
    told = {"allow_plain": True, "thresholds": strict}
    assert refusal(lambda: in_panel(replace(house, policy=told), facts())) is Code.TOO_FEW_EVENTS


def state(coefficients: Any = 0.2, **changed: Any) -> CoxState:
    made = StratifiedCox(names=NAMES).start()
    told: dict[str, Any] = {"coefficients": np.ones(4) * coefficients, "trace": (-300.25, -290.5), "round": 2}
    return replace(made, **told | changed)


def step(house: House, announced: Any, own: Any, **told: Any) -> None:
    frames = [b"" if one is None else to_bytes(one) for one in (announced, own)]
    house.guard().step(query(frames[0], **told), frames[1] or None, 1)


def test_the_state_that_this_site_worked_out_is_the_next(house: House) -> None:
    step(house, state(), state())
    house.guard().step(query(step=0), None, 0)


def test_rounding_of_another_machine_is_no_other_step(house: House) -> None:
    step(house, state(0.2 + 1e-12, trace=(-300.25 + 1e-10, -290.5)), state())


@pytest.mark.parametrize(
    "announced",
    [
        state(0.2 + 1e-6),
        state(phase="extremes"),
        state(round=3),
        state(trace=(-300.25, -290.4)),
        state(trace=(-300.25,)),
        state(score=np.full(4, 0.5)),
        state(spread=np.zeros(5)),
        None,
    ],
    ids=["coefficient", "phase", "round", "likelihood", "trace", "score", "another size", "no state"],
)
def test_inside_the_trust_region_and_off_the_path_is_refused(house: House, announced: Any) -> None:
    assert refusal(lambda: step(house, announced, state())) is Code.NOT_THE_NEXT_STEP


EXTREMES: list[dict[str, Any]] = [
    {"coefficients": 5.1},
    {"trial": np.full(4, -7.0)},
    {"coefficients": np.nan},
]


@pytest.mark.parametrize("extreme", EXTREMES)
def test_an_extreme_coefficient_is_refused_even_if_it_is_the_next(house: House, extreme: Any) -> None:
    assert refusal(lambda: step(house, state(**extreme), state(**extreme))) is Code.OUTSIDE_TRUST_REGION


def test_a_site_may_want_smaller_coefficients(house: House) -> None:
    strict = replace(house, policy={"thresholds": replace(Thresholds.default(), coefficient=1)})
    step(house, state(2.0), state(2.0))
    assert refusal(lambda: step(strict, state(2.0), state(2.0))) is Code.OUTSIDE_TRUST_REGION


def on_grid(days: list[float]) -> CommonState:
    return CommonCox(names=NAMES, grid=tuple(days)).start()


def together(*runs: CoxState) -> TogetherState:
    return _packed(2, runs)


def test_fits_at_once_are_looked_at_one_by_one(house: House) -> None:
    fine = together(state(), state(0.3))
    step(house, fine, fine)
    assert refusal(lambda: step(house, together(state(), state(0.3 + 1e-6)), fine)) is Code.NOT_THE_NEXT_STEP
    extreme = together(state(), state(5.1))
    assert refusal(lambda: step(house, extreme, extreme)) is Code.OUTSIDE_TRUST_REGION
    long = together(state(), state(trace=tuple(float(one) for one in range(25))))
    assert refusal(lambda: step(house, long, long)) is Code.TOO_MANY_ROUNDS


def test_a_fit_at_once_that_has_ended_may_be_anywhere(house: House) -> None:
    over = together(state(), state(9.0, finished=True))
    step(house, over, over)


def test_fits_of_single_sites_need_events_for_each_coefficient(house: House) -> None:
    alone = Summary("at_once", {"0:cox:score": np.ones(4)})
    told: dict[str, Any] = {"shape": alone, "estimator": "report_sites"}
    shown, small = replace(house, policy=SHOWN), facts(events={"death": 19})
    assert outgoing(shown, facts(), alone, **told) is alone
    assert refusal(lambda: outgoing(shown, small, alone, **told)) is Code.TOO_FEW_EVENTS
    assert outgoing(house, small, alone, shape=alone, estimator="site_panel") is alone


def test_a_finer_grid_than_the_studys_is_refused(house: House) -> None:
    step(house, on_grid([30, 60, 90]), on_grid([30, 60, 90]))
    assert refusal(lambda: step(house, on_grid([30, 45, 60, 90]), on_grid([30, 60, 90]))) is Code.OTHER_GRID


def test_an_old_round_and_one_too_far_are_refused(house: House) -> None:
    assert refusal(lambda: step(house, state(), state(), step=0)) is Code.OLD_ROUND
    assert refusal(lambda: step(house, state(), state(), step=2)) is Code.NOT_THE_NEXT_STEP


def test_the_26th_newton_round_is_refused(house: House) -> None:
    last, further = state(trace=tuple(range(24))), state(trace=tuple(range(25)))
    step(house, last, last)
    assert refusal(lambda: step(house, further, further)) is Code.TOO_MANY_ROUNDS


def test_bytes_that_are_no_state_are_refused(house: House) -> None:
    bad = query(b"not a state")
    assert refusal(lambda: house.guard().step(bad, to_bytes(state()), 1)) is Code.BROKEN_MESSAGE


def test_a_pickle_in_a_state_is_not_read(house: House) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, bad=np.array([{"a": 1}], dtype=object))
    bad = query(buffer.getvalue())
    assert refusal(lambda: house.guard().step(bad, to_bytes(state()), 1)) is Code.BROKEN_MESSAGE


def test_an_analysis_is_answered_in_three_jobs_on_one_version_of_the_data(house: House) -> None:
    for job in ("1", "2", "3"):
        house.other(job).ask(facts())
    assert refusal(lambda: house.other("4").ask(facts())) is Code.TOO_MANY_JOBS
    house.other("3").ask(facts())
    house.other("4").ask(facts(), version="v2")


LESS = tuple(SITES[:3])


def test_the_same_patients_with_a_site_fewer_are_refused(house: House) -> None:
    small = facts(events={"death": 19})
    house.other("1").ask(small, analysis="A2")
    assert refusal(lambda: house.other("2", roster=LESS).ask(small, analysis="A2")) is Code.OTHER_ROSTER
    assert refusal(lambda: house.other("2", roster=LESS).ask(small)) is Code.OTHER_ROSTER


def test_a_site_fewer_is_allowed_without_times_where_every_site_could_be_shown(house: House) -> None:
    house.other("1").ask(facts())
    house.other("2", roster=LESS).ask(facts())
    assert refusal(lambda: house.other("3", roster=LESS).ask(facts(), analysis="A2")) is Code.OTHER_ROSTER


def test_no_refusal_holds_a_patient_or_a_value(house: House) -> None:
    house.other("1").ask(facts())
    for about in (facts(9), facts(103), facts(largest=41.7)):
        with pytest.raises(FederationError) as error:
            house.ask(about)
        assert "Member" not in str(error.value)
        assert "41.7" not in str(error.value)


def test_a_guard_without_an_order_takes_the_roster_of_the_study(house: House) -> None:
    made = Guard(house.study, Policy(data=house.folder, allowed=frozenset({HASH})), house.ledger, SITES[0])
    made.cohort("A1", facts(), "v1", "0050")
    assert house.ledger.entries()[-1]["roster"] == sorted(SITES)
