"""The test of proportional hazards: what it finds, what it leaves out, and that parts give the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.proportionality import proportionality
from cimara.outcomes.rows import Survival
from tests.generative.outcomes.made_survival import made_survival


def crossing(n: int = 500) -> Survival:
    """Bearers of x2 fail early or late, others in between."""
    rows = made_survival(1, n, strata=False)
    random = np.random.default_rng(2)
    spread = np.where(rows.covariates[:, 2] == 1, random.choice([0.1, 1.9], n), 1.0)
    return replace(
        rows, time=np.ceil(10 * spread * random.uniform(0.8, 1.2, n)), event=np.ones(n, dtype=bool)
    )


def test_a_hazard_ratio_that_changes_is_found_in_its_covariate() -> None:
    rows = crossing()
    found = proportionality(rows, cox(rows), exposure="x2")
    assert found.covariates["x2"].p < 1e-6
    assert found.covariates["x0"].p > 0.05
    assert [one.code for one in found.warnings] == [Concern.NON_PROPORTIONAL]
    assert not proportionality(rows, cox(rows), exposure="x0").warnings


def test_terms_of_several_columns_are_tested_together() -> None:
    rows = replace(crossing(), terms=("x0", "both", "both"))
    found = proportionality(rows, cox(rows))
    assert found.terms["both"].df == 2
    assert found.overall.df == 3
    assert found.table()["of"].to_list() == ["covariate"] * 3 + ["term", "all"]


@pytest.mark.parametrize("scale", ["km", "identity", "log", "rank"])
def test_stratified_parts_give_the_test_of_the_pool(scale: str) -> None:
    rows = made_survival(3, 400, delayed=True)
    parts = rows.by_site()
    ours = proportionality(parts, cox(parts), time_scale=scale)
    theirs = proportionality(rows, cox(rows), time_scale=scale)
    assert ours.table()["chisq"].to_list() == pytest.approx(theirs.table()["chisq"].to_list(), rel=1e-9)


def test_an_aliased_covariate_is_left_out() -> None:
    rows = crossing()
    covariates = rows.covariates.copy(order="F")
    covariates[:, 1] = 3.0
    constant = replace(rows, covariates=covariates)
    found = proportionality(constant, cox(constant))
    assert list(found.covariates) == ["x0", "x2"]
    assert found.overall.df == 2


def test_the_logarithm_of_an_event_at_0_is_refused() -> None:
    rows = crossing()
    at_zero = replace(rows, time=np.where(np.arange(rows.n) == 3, 0.0, rows.time))
    with pytest.raises(NotEstimable, match="time 0"):
        proportionality(at_zero, cox(at_zero), time_scale="log")


def test_without_a_coefficient_nothing_is_tested() -> None:
    rows = crossing()
    constant = replace(rows, covariates=np.ones_like(rows.covariates))
    with pytest.raises(NotEstimable, match="no coefficient"):
        proportionality(constant, cox(constant))
