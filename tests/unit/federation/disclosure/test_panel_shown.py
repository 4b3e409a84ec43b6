"""What is shown site by site, of a panel of sites and of a comparison of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.results.released import released_panel
from cimara.outcomes.pooling.heterogeneity import heterogeneity
from cimara.outcomes.pooling.site_panel import site_panel
from cimara.outcomes.rows import Survival
from tests.federated.engine.small_job import COLUMNS, table

PATIENTS = {"NL01": 60, "UT02": 70, "CH03": 80, "DE04": 9}


def parts() -> list[Survival]:
    return [
        Survival.from_frame(
            table(site, n),
            time="days",
            event="died",
            covariates=list(COLUMNS),
            strata=["centre"],
            site="centre",
        )
        for site, n in PATIENTS.items()
    ]


@pytest.fixture(scope="module", params=["panel", "heterogeneity"])
def found(request: pytest.FixtureRequest) -> Any:
    if request.param == "panel":
        return site_panel(parts(), sites=tuple(PATIENTS))
    return heterogeneity(parts(), exposure="dose")


def shown(value: Any, limits: Disclosure) -> pl.DataFrame:
    frame = released_panel(value, limits)
    assert frame is not None
    return frame


def test_a_small_site_and_one_that_covers_it_have_nothing_but_their_names(found: Any) -> None:
    frame = shown(found, Disclosure())
    hidden = frame.filter(pl.col("status") == "not shown")
    assert set(hidden["site"]) == {"DE04", "NL01"}
    rest = hidden.drop("site", "status", "covariate", strict=False)
    assert rest.null_count().sum_horizontal()[0] == rest.height * rest.width


def test_other_sites_have_their_estimates_and_rounded_counts(found: Any) -> None:
    frame = shown(found, Disclosure()).filter(pl.col("status") == "shown")
    assert set(frame["site"]) == {"UT02", "CH03"}
    assert set(frame["n"]) == {70, 80}
    assert frame["without"].null_count() == 0


def test_a_study_may_ask_for_more_patients_of_a_site(found: Any) -> None:
    frame = shown(found, Disclosure(min_n=75))
    assert set(frame.filter(pl.col("status") == "shown")["site"]) == {"CH03"}
