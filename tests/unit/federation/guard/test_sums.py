"""What every house checks of the sum of all sites."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.errors import Code, FederationError
from cimara.federation.grid import Grid, GridKind
from cimara.federation.guard.checks import in_all
from cimara.federation.site.policy import Thresholds
from cimara.outcomes.contract import Summary
from tests.unit.federation.guard.house import facts, study
from tests.unit.federation.guard.test_guard import BY_SITE

NOBODY = facts(
    0, events={"death": 0}, levels={"sex=f": 0, "sex=m": 0}, exits=np.zeros((1, 3)),
    exits_with_event=np.zeros((1, 3)),
)  # fmt: skip
ENOUGH: dict[str, Any] = {
    "patients": [412], "rows": [412], "sites": [4], "sites_plain": [4], "events": [160],
    "levels": [212, 200], "sites_with_level": [4, 4], "dropped": [], "exits": [[150, 130, 132]],
    "exits_with_event": [[60, 50, 50]],
}  # fmt: skip


def total(**changed: Any) -> Summary:
    told = ENOUGH | changed
    return Summary("facts", {name: np.array(values, dtype=np.float64) for name, values in told.items()})


def refused(summary: Summary, estimator: str = "cox_strat", about: Any = NOBODY, **told: Any) -> Code:
    with pytest.raises(FederationError) as error:
        in_all(summary, about, told.pop("study", study()), estimator, **told)
    return error.value.code


@pytest.mark.parametrize("estimator", ["cox_strat", "cox_shared", "km", BY_SITE])
def test_enough_of_everything_passes(estimator: str) -> None:
    in_all(total(), NOBODY, study(), estimator)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"sites": [2]}, Code.TOO_FEW_SITES),
        ({"events": [9]}, Code.FEW_EVENTS_IN_ALL),
        ({"events": [19]}, Code.TOO_MANY_PARAMETERS),
        ({"patients": [13]}, Code.TOO_MANY_PARAMETERS),
        ({"patients": [9]}, Code.TOO_FEW_PATIENTS),
        ({"levels": [212, 9]}, Code.SMALL_LEVEL_IN_ALL),
        ({"sites_with_level": [4, 2]}, Code.SMALL_LEVEL_IN_ALL),
    ],
)
def test_too_little_of_something_is_refused(told: dict[str, Any], code: Code) -> None:
    assert refused(total(**told)) is code


def test_twenty_events_carry_four_coefficients() -> None:
    in_all(total(events=[20]), NOBODY, study(), "cox_strat")


def test_only_events_of_the_cause_in_question_carry_coefficients() -> None:
    about = replace(NOBODY, events={"progression": 0, "death": 0}, levels={})
    summary = total(events=[19, 200], levels=[], sites_with_level=[])
    assert refused(summary, about=about) is Code.TOO_MANY_PARAMETERS


def test_a_level_that_nobody_has_is_no_small_level() -> None:
    in_all(total(levels=[412, 0], sites_with_level=[4, 0]), NOBODY, study(), "cox_strat")


def test_a_study_may_ask_for_more() -> None:
    strict = study(disclosure=Disclosure(min_sites=5))
    assert refused(total(), study=strict) is Code.TOO_FEW_SITES


def test_a_site_may_ask_for_more() -> None:
    strict = replace(Thresholds.default(), events=200)
    assert refused(total(), site=strict) is Code.FEW_EVENTS_IN_ALL


def test_a_single_site_that_is_not_shown_follows_from_the_sum() -> None:
    assert refused(total(sites_plain=[3]), BY_SITE) is Code.PLAIN_SUMS
    in_all(total(sites_plain=[2]), NOBODY, study(), BY_SITE)


def test_a_stratum_that_is_small_as_a_whole_is_refused_where_cells_are_summed() -> None:
    small = {"exits": [[150, 130, 123], [9, 0, 0]], "exits_with_event": [[60, 50, 50], [9, 0, 0]]}
    about = facts(
        0, events={"death": 0}, levels={"sex=f": 0, "sex=m": 0}, exits=np.zeros((2, 3)),
        exits_with_event=np.zeros((2, 3)),
    )  # fmt: skip
    assert refused(total(**small), "cox_shared", about) is Code.SMALL_CELLS
    in_all(total(**small), about, study(), "cox_strat")
    in_all(total(**small), about, study(), "km")


def test_small_cells_pass_because_houses_merge_them() -> None:
    cells = {"exits": [[4, 5, 403]], "exits_with_event": [[1, 0, 159]]}
    in_all(total(**cells), NOBODY, study(), "cox_shared")


def test_a_site_that_asks_for_larger_cells_than_the_study_merges_refuses() -> None:
    cells = {"exits": [[12, 200, 200]], "exits_with_event": [[6, 77, 77]]}
    in_all(total(**cells), NOBODY, study(), "cox_shared")
    strict = replace(Thresholds.default(), cell_exits=20)
    assert refused(total(**cells), "cox_shared", site=strict) is Code.SMALL_CELLS


def test_cells_that_were_not_counted_are_not_summed() -> None:
    about = facts(0, events={"death": 0}, levels={"sex=f": 0, "sex=m": 0}, exits=np.zeros((0, 0)),
                  exits_with_event=np.zeros((0, 0)))  # fmt: skip
    none = total(exits=np.zeros((0, 0)), exits_with_event=np.zeros((0, 0)))
    assert refused(none, "cox_shared", about) is Code.SMALL_CELLS
    in_all(none, about, study(grid=Grid(kind=GridKind.EXACT)), "cox_shared")


def test_a_sum_below_the_own_part_is_no_sum() -> None:
    assert refused(total(), about=facts(413)) is Code.BROKEN_MESSAGE


def test_later_sums_are_of_rows_that_were_judged() -> None:
    in_all(Summary("cox", {"loglik": np.ones(1)}), NOBODY, study(), "cox_strat")
