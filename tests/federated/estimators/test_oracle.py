"""Every entry of R's oracle: from one table as R has it, and the same from houses that only add sums."""

from __future__ import annotations

import numpy as np
import pytest

from cimara import federation
from tests.federated.estimators.oracle_cases import CASES, SITES, Case, Numbers, oracle, table
from tests.federated.estimators.split import SPLITS, Codes, as_strata, houses, in_houses, study_of
from tests.in_step import assert_no_rows_say_nothing, in_step
from tests.many import MANY

pytestmark = pytest.mark.shared_data
IDS = [f"{one.key}-{one.analysis['estimator']}-{place}" for place, one in enumerate(CASES)]
LEAVE_ONE_OUT = "site_panel"
IN_17_SITES_DAILY = ("cox_strat_efron", "logistic_covid")
THROUGH_MASKS_DAILY = (
    "cox_strat_efron", "cox_shared_efron", "finegray_crr", "km", "cuminc_gray", "logistic_covid",
    "quantiles_covid",
)  # fmt: skip
FIRST = {case.analysis["estimator"]: place for place, case in reversed(list(enumerate(CASES)))}
NAMED = [
    (place, split)
    for place, case in enumerate(CASES)
    for turn, split in enumerate(SPLITS)
    if case.analysis["estimator"] != LEAVE_ONE_OUT
    and (
        MANY
        or (place in FIRST.values() and place % 3 == turn)
        or (turn == 3 and case.key in IN_17_SITES_DAILY)
    )
]
"""Every case with every split takes minutes, so on most days each estimator has one of the first three."""
PAIRS = [(CASES[place], split) for place, split in NAMED]
MASKED = [place for place, case in enumerate(CASES) if MANY or case.key in THROUGH_MASKS_DAILY]
ADDED = [place for place in range(len(CASES)) if MANY or place not in MASKED]


def same(ours: Numbers, theirs: Numbers, tolerance: float) -> None:
    """Every number alike, relative where above 1."""
    for name, wanted in theirs.items():
        assert np.shape(ours[name]) == np.shape(wanted), name
        apart = np.abs(ours[name] - wanted) / np.maximum(1.0, np.abs(wanted))
        assert np.nanmax(apart) <= tolerance, f"{name}: {np.nanmax(apart):.1e}"
        assert (np.isnan(ours[name]) == np.isnan(wanted)).all(), name


def pooled(case: Case, codes: Codes) -> Numbers:
    """What the estimator gives of all rows in one house."""
    rows = in_houses(table(case.table), codes)
    analysis = dict(case.analysis)
    if case.by_site and analysis["estimator"] != LEAVE_ONE_OUT:
        analysis = as_strata(analysis, rows)
    if case.by_site and analysis["estimator"] == "logrank":
        analysis["baseline"] = "common"
    study = study_of(analysis)
    result, _ = in_step([study.analyses["A1"].prepare(rows)])
    return case.numbers(result)


def federated(case: Case, codes: Codes) -> Numbers:
    """What it gives in houses, of which one has no rows."""
    rows = in_houses(table(case.table), codes)
    sites = sorted(set(rows["house"])) if case.analysis["estimator"] == LEAVE_ONE_OUT else None
    study = study_of(dict(case.analysis), **({"sites": sites} if sites else {}))
    result, rounds = in_step(houses(study, rows))
    assert_no_rows_say_nothing(rounds)
    return case.numbers(result)


@pytest.mark.parametrize("place", ADDED, ids=[IDS[place] for place in ADDED])
def test_houses_that_add_sums_say_what_r_says(place: int) -> None:
    case = CASES[place]
    said = case.theirs(oracle()[case.key])
    same(federated(case, table(case.table)["site"].to_numpy()), said, 1e-6)


@pytest.mark.parametrize("place", MASKED, ids=[IDS[place] for place in MASKED])
def test_three_sites_behind_masks_say_what_r_says_and_one_table_says(place: int) -> None:
    case = CASES[place]
    codes = table(case.table)["site"].to_numpy()
    rows = in_houses(table(case.table), codes)
    tables = {str(house): part for (house,), part in rows.partition_by("house", as_dict=True).items()}
    study = study_of(dict(case.analysis), sites=SITES)
    found = case.numbers(federation.run(study, "A1", transport=federation.local(tables)).value)
    same(found, case.theirs(oracle()[case.key]), 1e-6)
    if case.analysis["estimator"] != LEAVE_ONE_OUT:
        same(found, pooled(case, codes), 1e-10)


@pytest.mark.parametrize(("case", "split"), PAIRS, ids=[f"{IDS[place]}-{split}" for place, split in NAMED])
def test_houses_that_add_sums_say_what_one_table_says(case: Case, split: str) -> None:
    codes = SPLITS[split](table(case.table), case.analysis)
    same(federated(case, codes), pooled(case, codes), 1e-10)
