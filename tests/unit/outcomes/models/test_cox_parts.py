"""A Cox model over parts: what is sent, what is refused, and that a run can be interrupted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cimara.outcomes.contract import (
    ContractError,
    Summary,
    run,
    state_from_bytes,
    summary_from_bytes,
    to_bytes,
    total,
)
from cimara.outcomes.models.baseline import baseline_hazard
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_common import CommonCox, CommonState
from cimara.outcomes.models.cox_evidence import CoxState
from cimara.outcomes.models.cox_stratified import StratifiedCox
from cimara.outcomes.rows import Survival
from tests.generative.outcomes.made_survival import made_survival


def random_parts(rows: Survival, count: int = 3) -> list[Survival]:
    return list(rows.split(np.random.default_rng(1).integers(0, count, rows.n)[rows.cluster_codes()]))


def test_a_stratified_part_sends_no_event_time() -> None:
    rows = made_survival(1, 200)
    estimator = StratifiedCox(names=rows.names, robust=True)
    sent = estimator.summarise(rows, estimator.start())
    p = len(rows.names)
    assert {name: values.shape for name, values in sent.sums.items()} == {
        "loglik": (1,),
        "score": (p,),
        "information": (p, p),
        "cross": (p, p),
        "spread": (p + 1,),
        "counts": (8,),
    }
    assert not sent.unions


def test_strata_in_two_parts_need_a_common_baseline() -> None:
    rows = made_survival(1, 200)
    with pytest.raises(ContractError, match="common baseline"):
        cox(random_parts(rows))
    across = cox(random_parts(rows), baseline="common")
    assert across.coef == pytest.approx(cox(rows).coef, rel=1e-10)


def test_parts_with_other_covariates_are_refused() -> None:
    one, other = made_survival(1, 200).by_site()[:2]
    with pytest.raises(ContractError, match="dose"):
        cox([one, replace(other, names=("x0", "x1", "dose"))])


def test_parts_with_other_levels_of_strata_are_refused_for_a_common_baseline() -> None:
    one, other = random_parts(made_survival(1, 200), 2)
    assert other.strata is not None
    renamed = replace(other, strata=replace(other.strata, levels=("a", "b", "c", "d", "e")))
    with pytest.raises(ContractError, match="Name the levels"):
        cox([one, renamed], baseline="common")


def test_an_interrupted_run_goes_on_from_bytes() -> None:
    rows = made_survival(1, 200)
    parts = random_parts(rows)
    estimator = CommonCox(names=rows.names, robust=True, strata=rows.strata.levels if rows.strata else ("",))
    states: list[CommonState] = []
    whole = run(estimator, parts, progress=states.append)
    resumed = run(estimator, parts, state=state_from_bytes(CommonState, to_bytes(states[4])))
    assert resumed.coefficients.tolist() == whole.coefficients.tolist()
    assert resumed.cross.tolist() == whole.cross.tolist()


def test_summaries_survive_the_wire() -> None:
    rows = made_survival(1, 200)
    estimator = StratifiedCox(names=rows.names, robust=True)

    def through_the_wire(state: CoxState) -> Summary:
        return total(
            summary_from_bytes(to_bytes(estimator.summarise(part, state))) for part in rows.by_site()
        )

    state = estimator.start()
    while not state.finished:
        state = estimator.update(through_the_wire(state), state)
    assert state.coefficients.tolist() == run(estimator, rows.by_site()).coefficients.tolist()


def test_rounds_of_a_common_baseline_are_the_grid_and_two_an_iteration() -> None:
    rows = made_survival(1, 300)
    assert rows.strata is not None
    estimator = CommonCox(names=rows.names, strata=rows.strata.levels)
    found = run(estimator, random_parts(rows))
    assert found.round == 1 + 2 * len(found.trace)
    planned = CommonCox(names=rows.names, strata=rows.strata.levels, grid=tuple(range(1, 40)))
    found = run(planned, random_parts(rows))
    assert found.round == 2 * len(found.trace)


def test_a_planned_grid_of_every_day_changes_nothing() -> None:
    rows = made_survival(1, 300, delayed=True)
    parts = random_parts(rows)
    planned = cox(parts, baseline="common", grid=range(1, 40))
    assert planned.coef == pytest.approx(cox(rows).coef, rel=1e-10)
    assert planned.grid_given


def test_a_weekly_grid_is_the_pool_with_times_moved_up_to_whole_weeks() -> None:
    rows = made_survival(1, 300, days=60, strata=False)
    weekly = replace(rows, time=7 * np.ceil(rows.time / 7))
    planned = cox(random_parts(rows), baseline="common", grid=np.arange(7.0, 140, 7))
    assert planned.coef == pytest.approx(cox(weekly).coef, rel=1e-10)
    assert planned.se == pytest.approx(cox(weekly).se, rel=1e-10)


def test_an_event_after_the_planned_grid_is_refused() -> None:
    rows = made_survival(1, 300)
    with pytest.raises(ContractError, match="data cut"):
        cox(random_parts(rows), baseline="common", grid=[1, 2, 3])


def test_the_baseline_hazard_of_parts_is_that_of_the_pool() -> None:
    rows = made_survival(1, 300, delayed=True)
    pooled = baseline_hazard(rows, cox(rows)).table()
    for fit, parts in (
        (cox(rows.by_site()), rows.by_site()),
        (cox(random_parts(rows), baseline="common"), random_parts(rows)),
    ):
        found = baseline_hazard(parts, fit).table().join(pooled, on=["stratum", "time"], how="full")
        assert found.height == pooled.height
        hazards = found.select("cumulative_hazard", "cumulative_hazard_right").to_numpy()
        assert hazards[:, 0] == pytest.approx(hazards[:, 1], rel=1e-10)
