"""The discrete likelihood of tied events."""

from __future__ import annotations

import itertools
import json

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_exact import cox_exact, exact_sums, exact_work, work_warnings
from cimara.outcomes.models.subset_sums import subset_sums
from cimara.outcomes.rows import Survival
from tests.shared_data import SHARED, shared_data


def _generated(seed: int, n: int = 40, *, entry: bool = False) -> Survival:
    rng = np.random.default_rng(seed)
    covariates = rng.normal(size=(n, 2))
    time = np.ceil(rng.exponential(4, n) * np.exp(-0.5 * covariates[:, 0]))
    frame = pl.DataFrame(
        {
            "time": time,
            "start": np.floor(time * rng.random(n) * 0.9),
            "event": (rng.random(n) < 0.7).astype(int),
            "dose": covariates[:, 0],
            "age": covariates[:, 1],
            "ward": np.where(np.arange(n) % 2, "a", "b"),
        }
    )
    return Survival.from_frame(
        frame,
        time="time",
        event="event",
        start="start" if entry else None,
        covariates=["dose", "age"],
        strata="ward",
    )


def _by_subsets(rows: Survival, beta: np.ndarray) -> float:
    """The log-likelihood by adding up every set of d rows at risk."""
    start = np.full(rows.n, -np.inf) if rows.start is None else rows.start
    linear, total = rows.covariates @ beta, 0.0
    for stratum, time in {(int(s), t) for s, t in zip(rows.stratum_codes(), rows.time, strict=True)}:
        own = rows.stratum_codes() == stratum
        dying = own & rows.event & (rows.time == time)
        at_risk = np.flatnonzero(own & (rows.time >= time) & (start < time))
        sums = [linear[list(one)].sum() for one in itertools.combinations(at_risk, int(dying.sum()))]
        total += linear[dying].sum() - np.log(np.exp(sums).sum())
    return total


@pytest.mark.parametrize("size", [1, 2, 4, 6])
def test_the_sum_over_subsets_has_their_mean_and_covariance(size: int) -> None:
    rng = np.random.default_rng(size)
    covariates = rng.normal(size=(7, 2))
    linear = covariates @ [1.5, -0.7]
    sets = [list(one) for one in itertools.combinations(range(7), size)]
    weight = np.array([np.exp(linear[one].sum()) for one in sets])
    sums = np.array([covariates[one].sum(axis=0) for one in sets])
    mean = weight @ sums / weight.sum()
    found = subset_sums(linear, covariates, size)
    assert found.log_sum == pytest.approx(np.log(weight.sum()), rel=1e-13)
    assert found.mean == pytest.approx(mean, rel=1e-12)
    expected = (sums - mean).T @ ((sums - mean) * weight[:, None]) / weight.sum()
    assert found.covariance == pytest.approx(expected, rel=1e-11)


def test_when_all_at_risk_die_there_is_one_subset() -> None:
    found = subset_sums(np.array([1.0, 2.0]), np.array([[1.0], [5.0]]), 2)
    assert (found.log_sum, found.mean[0], found.covariance[0, 0]) == (3.0, 6.0, 0.0)


def test_thousands_at_risk_neither_over_nor_underflow() -> None:
    linear = np.linspace(-30, 30, 3000)
    found = subset_sums(linear, linear[:, None], 400)
    assert np.isfinite(found.log_sum)
    assert found.covariance[0, 0] > 0


@pytest.mark.parametrize("entry", [False, True], ids=["from the start", "delayed entry"])
def test_the_likelihood_adds_up_all_sets_of_those_at_risk(entry: bool) -> None:
    rows = _generated(3, n=24, entry=entry)
    beta = np.array([0.4, -0.2])
    assert exact_sums(rows, beta).loglik == pytest.approx(_by_subsets(rows, beta), rel=1e-12)


def test_score_and_information_are_derivatives_of_the_likelihood() -> None:
    rows, beta = _generated(4, entry=True), np.array([0.3, 0.1])
    found, step = exact_sums(rows, beta), 1e-5 * np.eye(2)
    ahead, behind = [[exact_sums(rows, beta + s * one) for one in step] for s in (1, -1)]
    slope = [(a.loglik - b.loglik) / 2e-5 for a, b in zip(ahead, behind, strict=True)]
    bend = [-(a.score - b.score) / 2e-5 for a, b in zip(ahead, behind, strict=True)]
    assert found.score == pytest.approx(slope, rel=1e-6)
    assert found.information == pytest.approx(np.array(bend), rel=1e-6)


def test_without_ties_it_is_breslows_likelihood() -> None:
    rows = _generated(5)
    untied = Survival(
        **{**vars(rows), "time": rows.time + np.random.default_rng(1).permutation(rows.n) / 1e3}
    )
    assert cox_exact(untied).coef == pytest.approx(cox(untied, ties="breslow").coef, rel=1e-9)


def test_parts_by_stratum_give_what_pooled_rows_give() -> None:
    rows = _generated(6)
    pooled, parts = cox_exact(rows), cox_exact(rows.split(rows.stratum_codes()))
    assert parts.coef == pytest.approx(pooled.coef, rel=1e-12)
    assert parts.se == pytest.approx(pooled.se, rel=1e-12)


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = _generated(8)
    shuffled = rows.take(np.random.default_rng(0).permutation(rows.n))
    assert cox_exact(shuffled).coef == pytest.approx(cox_exact(rows).coef, rel=1e-12)


@pytest.mark.parametrize("column", ["weights", "cluster"])
def test_weights_and_clusters_are_refused(column: str) -> None:
    frame = pl.DataFrame({"time": [1, 1, 2], "event": [1, 1, 0], "dose": [1, 2, 3], column: [1, 2, 3]})
    named = {column: column}
    rows = Survival.from_frame(frame, time="time", event="event", covariates=["dose"], **named)
    with pytest.raises(NotEstimable, match=column) as refused:
        cox_exact(rows)
    assert refused.value.code is Concern.NOT_SUPPORTED


def test_work_counts_events_by_those_at_risk_by_squared_covariates() -> None:
    frame = pl.DataFrame({"time": [1, 1, 2, 3], "event": [1, 1, 1, 0], "a": [1, 2, 3, 4], "b": [2, 1, 1, 2]})
    rows = Survival.from_frame(frame, time="time", event="event", covariates=["a", "b"])
    assert exact_work(rows) == 2 * 4 * 4


def test_heavy_work_is_warned_of() -> None:
    assert not work_warnings(1e8)
    assert [one.code for one in work_warnings(1.01e8)] == [Concern.HEAVY_WORK]


def test_no_event_is_not_estimable() -> None:
    frame = pl.DataFrame({"time": [1, 2], "event": [0, 0], "dose": [1, 2]})
    with pytest.raises(NotEstimable) as refused:
        cox_exact(Survival.from_frame(frame, time="time", event="event", covariates=["dose"]))
    assert refused.value.code is Concern.NO_EVENTS


def _exact_cases() -> list[dict[str, object]]:
    found = []
    for name in ("lung", "veteran", "mgus2"):
        path = SHARED / "stats" / f"{name}.json"
        if path.exists():
            cases = json.loads(path.read_text())["cases"]
            found += [one for one in cases if one["args"].get("ties") == "exact"]
    return found


@pytest.mark.shared_data
@pytest.mark.parametrize("case", _exact_cases(), ids=lambda case: case["id"])
def test_exact_ties_of_a_known_fit(case: dict) -> None:
    args, expected = case["args"], case["expected"]
    frame = pl.read_csv(shared_data(f"stats/{case['csv']}"))
    fit = cox_exact(
        Survival.from_frame(
            frame,
            time=args["time"],
            event=args["event"],
            covariates=args["covariates"],
            strata=args["strata"],
        )
    )
    assert (fit.n, fit.events) == (expected["n"], expected["n_event"])
    for name, known in {"coef": "coef", "se": "se", "z": "z", "p": "p", "covariance": "var"}.items():
        assert getattr(fit, name) == pytest.approx(np.array(expected[known]), rel=1e-7, abs=1e-12), name
    assert fit.hr_lower == pytest.approx(expected["hr_lower95"], rel=1e-9)
    assert fit.hr_upper == pytest.approx(expected["hr_upper95"], rel=1e-9)
    assert (fit.loglik_null, fit.loglik) == pytest.approx(
        (expected["loglik_null"], expected["loglik"]), rel=1e-12
    )
    assert fit.score.statistic == pytest.approx(expected["score_test"], rel=1e-9)
    assert fit.wald.statistic == pytest.approx(expected["wald_test"], rel=1e-9)
