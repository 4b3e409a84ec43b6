"""Resampling of patients."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.causal.bootstrap import bootstrap_cox, cluster_bootstrap, draw_counts
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import Survival


def _rows(n: int = 120) -> Survival:
    generator = np.random.default_rng(6)
    dose = generator.normal(size=n)
    frame = pl.DataFrame(
        {
            "time": np.ceil(generator.exponential(10 * np.exp(-0.5 * dose))),
            "event": (generator.random(n) < 0.8).astype(int),
            "dose": dose,
            "age": generator.normal(size=n),
            "patient": np.arange(n) // 3,
            "ward": np.where((np.arange(n) // 3) % 2, "a", "b"),
        }
    )
    return Survival.from_frame(
        frame, time="time", event="event", covariates=["dose", "age"], cluster="patient", strata="ward"
    )


def test_all_rows_of_a_patient_are_drawn_together() -> None:
    codes = np.array([0, 0, 1, 2, 2, 2])
    counts = draw_counts(codes, 3, np.random.default_rng(0))
    assert counts[0] == counts[1]
    assert counts[3] == counts[4] == counts[5]
    assert counts[[0, 2, 3]].sum() == 3


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_replicate_is_the_fit_to_the_rows_drawn(ties: str) -> None:
    rows = _rows()
    _, found = bootstrap_cox(rows, replicates=3, generator=np.random.default_rng(9), ties=ties)
    for place, child in enumerate(np.random.default_rng(9).spawn(3)):
        counts = draw_counts(rows.cluster_codes(), 40, child).astype(int)
        drawn = replace(rows.take(np.repeat(np.arange(rows.n), counts)), cluster=None)
        assert found.estimates[place] == pytest.approx(cox(drawn, ties=ties).coef, rel=1e-8)


def test_no_executor_changes_a_digit() -> None:
    rows = _rows(60)
    alone = bootstrap_cox(rows, replicates=60, generator=np.random.default_rng(1))[1].estimates
    with ThreadPoolExecutor(3) as threads:
        shared = bootstrap_cox(rows, replicates=60, generator=np.random.default_rng(1), executor=threads)[1]
    with ProcessPoolExecutor(2) as processes:
        apart = bootstrap_cox(rows, replicates=60, generator=np.random.default_rng(1), executor=processes)[1]
    assert (alone == shared.estimates).all()
    assert alone == pytest.approx(apart.estimates, rel=1e-13)


def test_its_spread_is_near_the_robust_error() -> None:
    fit, found = bootstrap_cox(_rows(600), replicates=150, generator=np.random.default_rng(2))
    assert found.se == pytest.approx(fit.se, rel=0.25)


def test_percentiles_make_the_interval() -> None:
    found = cluster_bootstrap(
        lambda counts: np.array([counts @ np.arange(10.0) / 10]),
        np.arange(10),
        replicates=200,
        generator=np.random.default_rng(3),
    )
    lower, upper = found.interval(0.9)
    assert [lower[0], upper[0]] == pytest.approx(np.quantile(found.estimates[:, 0], [0.05, 0.95]))


def _fails_below(counts: np.ndarray, least: float) -> np.ndarray:
    if counts[0] < least:
        raise NotEstimable(Concern.NO_EVENTS, "none drawn")
    return counts[:1]


def test_too_many_failed_replicates_are_no_bootstrap() -> None:
    with pytest.raises(NotEstimable, match="of 50 resampled") as refused:
        cluster_bootstrap(
            lambda counts: _fails_below(counts, 1),
            np.arange(10),
            replicates=50,
            generator=np.random.default_rng(4),
        )
    assert refused.value.code is Concern.NO_CONVERGENCE


def test_a_few_failed_replicates_are_counted() -> None:
    found = cluster_bootstrap(
        lambda counts: _fails_below(-counts, -3),
        np.arange(10),
        replicates=300,
        generator=np.random.default_rng(7),
    )
    assert found.failed > 0
    assert len(found.estimates) == 300 - found.failed
    assert str(found.failed) in found.warnings()[0].message


def test_weighted_rows_are_refused() -> None:
    weighted = replace(_rows(), weights=np.linspace(1, 2, 120))
    with pytest.raises(NotEstimable, match="make the weights again"):
        bootstrap_cox(weighted, replicates=2, generator=np.random.default_rng(0))
