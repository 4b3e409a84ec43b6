"""Concordance with its infinitesimal-jackknife error."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.concordance import ConcordanceError, concordance, with_concordance
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import Survival
from tests.shared_data import SHARED, shared_data


def _survival(time: list[float], event: list[int], marker: list[float], **more: object) -> Survival:
    frame = pl.DataFrame({"time": time, "event": event, "marker": marker} | more)
    named = {name: name for name in more}
    return Survival.from_frame(frame, time="time", event="event", covariates=["marker"], **named)


def _by_pairs(rows: Survival) -> tuple[float, float]:
    """C and its jackknife error by walking over all pairs."""
    risk, weight, strata = rows.covariates[:, 0], rows.weight(), rows.stratum_codes()
    start = np.full(rows.n, -np.inf) if rows.start is None else rows.start
    agree, usable = np.zeros(rows.n), np.zeros(rows.n)
    for i, j in itertools.permutations(range(rows.n), 2):
        later = rows.time[j] > rows.time[i] or (rows.time[j] == rows.time[i] and not rows.event[j])
        if rows.event[i] and later and start[j] < rows.time[i] and strata[i] == strata[j]:
            sign = 0.5 + np.sign(risk[i] - risk[j]) / 2
            agree[[i, j]] += sign * weight[[j, i]]
            usable[[i, j]] += weight[[j, i]]
    pairs = weight @ usable / 2
    value = weight @ agree / 2 / pairs
    influence = weight * (agree - value * usable) / pairs
    codes = rows.cluster_codes()
    return float(value), float(np.sqrt((np.bincount(codes, influence) ** 2).sum()))


def _generated(seed: int, n: int = 60, *, entry: bool = True) -> Survival:
    rng = np.random.default_rng(seed)
    time = np.ceil(rng.exponential(8, n))
    start = np.floor(time * rng.random(n) * 0.8) if entry else None
    return Survival(
        covariates=np.asfortranarray(np.round(rng.normal(size=(n, 1)), 1)),
        names=("marker",),
        terms=("marker",),
        time=time,
        start=start,
        event=rng.random(n) < 0.6,
        weights=rng.random(n) + 0.5,
        strata=Labels(rng.integers(0, 3, n), ("a", "b", "c")),
        strata_columns=("ward",),
        cluster=rng.integers(0, 20, n),
        source_rows=np.arange(1, n + 1),
    )


@pytest.mark.parametrize("seed", range(4))
def test_counts_and_error_equal_a_walk_over_all_pairs(seed: int) -> None:
    rows = _generated(seed, entry=seed % 2 == 0)
    found = concordance(rows)
    assert (found.concordance, found.se) == pytest.approx(_by_pairs(rows), rel=1e-12)


def test_without_clusters_each_row_stands_alone() -> None:
    rows = replace(_generated(5), cluster=None)
    found = concordance(rows)
    assert found.se == pytest.approx(_by_pairs(rows)[1], rel=1e-12)
    assert found.clusters == rows.n


def test_a_perfect_marker_has_concordance_one() -> None:
    found = concordance(_survival([1, 2, 3, 4], [1, 1, 1, 0], [4, 3, 2, 1]))
    assert (found.concordance, found.se) == pytest.approx((1.0, 0.0), abs=1e-15)
    assert (found.concordant, found.discordant, found.tied_predictor) == (6, 0, 0)


def test_a_tie_in_the_marker_counts_one_half() -> None:
    found = concordance(_survival([1, 2], [1, 0], [5, 5]))
    assert (found.concordance, found.tied_predictor) == (0.5, 1)


def test_two_events_at_one_time_are_not_a_pair() -> None:
    found = concordance(_survival([3, 3, 5], [1, 1, 0], [9, 1, 2]))
    assert (found.concordant, found.discordant) == (1, 1)


def test_a_row_censored_at_the_time_of_an_event_was_still_at_risk() -> None:
    assert concordance(_survival([3, 3], [1, 0], [9, 1])).concordant == 1


def test_a_row_that_enters_at_the_time_of_an_event_is_not_compared() -> None:
    rows = _survival([5, 9, 9], [1, 0, 0], [2, 1, 3], start=[0, 5, 4])
    found = concordance(rows)
    assert (found.concordant, found.discordant) == (0, 1)


def test_rows_of_different_strata_are_not_compared() -> None:
    rows = _survival([1, 2, 3, 4], [1, 0, 1, 0], [1, 2, 4, 3], strata=["a", "a", "b", "b"])
    assert (concordance(rows).concordant, concordance(rows).discordant) == (1, 1)


def test_parts_by_stratum_give_what_pooled_rows_give() -> None:
    rows = replace(_generated(7), cluster=None)
    pooled, parts = concordance(rows), concordance(rows.split(rows.stratum_codes()))
    assert parts.concordance == pytest.approx(pooled.concordance, rel=1e-12)
    assert parts.se == pytest.approx(pooled.se, rel=1e-12)


def test_inside_sites_compares_only_rows_of_one_site() -> None:
    rows = _survival([1, 2, 3, 4], [1, 0, 1, 0], [1, 2, 4, 3], site=["a", "a", "b", "b"])
    pooled = concordance(rows, inside_sites=True)
    apart = concordance(rows.by_site(), inside_sites=True)
    assert (pooled.concordant, pooled.discordant) == (apart.concordant, apart.discordant) == (1, 1)


def test_inside_sites_needs_a_site() -> None:
    with pytest.raises(ContractError, match="no site column"):
        concordance(_survival([1, 2], [1, 0], [1, 2]), inside_sites=True)


def test_a_frequency_is_that_many_rows() -> None:
    time, event, marker = [2.0, 3, 4, 6, 7], [1, 0, 1, 1, 0], [3.0, 1, 2, 2, 0]
    often = [1, 3, 2, 1, 2]
    frame = pl.DataFrame({"time": time, "event": event, "marker": marker, "often": often})
    named = {"time": "time", "event": "event", "covariates": ["marker"]}
    weighted = Survival.from_frame(frame, weights="often", weight_kind="frequency", **named)
    repeated = Survival.from_frame(frame.select(pl.all().repeat_by("often").explode()), **named)
    one, many = concordance(weighted), concordance(repeated)
    assert (one.concordance, one.n, one.clusters) == pytest.approx((many.concordance, many.n, many.clusters))
    assert one.se == pytest.approx(many.se, rel=1e-12)


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = _generated(11)
    shuffled = rows.take(np.random.default_rng(0).permutation(rows.n))
    one, other = concordance(rows), concordance(shuffled)
    assert (one.concordance, one.se) == pytest.approx((other.concordance, other.se), rel=1e-13)


def test_no_event_is_not_estimable() -> None:
    with pytest.raises(NotEstimable) as refused:
        concordance(_survival([1, 2], [0, 0], [1, 2]))
    assert refused.value.code is Concern.NO_EVENTS


def test_an_event_of_the_last_row_only_makes_no_pair() -> None:
    with pytest.raises(NotEstimable) as refused:
        concordance(_survival([1, 2], [0, 1], [1, 2]))
    assert refused.value.code is Concern.NOT_SUPPORTED


def test_coefficients_must_fit_the_covariates() -> None:
    with pytest.raises(ConcordanceError, match="1, one a covariate"):
        concordance(_survival([1, 2], [1, 0], [1, 2]), [1.0, 2.0])


def test_the_table_has_one_row() -> None:
    assert concordance(_survival([1, 2], [1, 0], [2, 1])).table()["concordance"].to_list() == [1.0]


def _cox_cases() -> list[dict[str, object]]:
    found = []
    for name in ("lung", "veteran", "mgus2"):
        path = SHARED / "stats" / f"{name}.json"
        if path.exists():
            found += [one for one in json.loads(path.read_text())["cases"] if one["method"] == "cox"]
    return found


@pytest.mark.shared_data
@pytest.mark.parametrize("case", _cox_cases(), ids=lambda case: case["id"])
def test_concordance_of_a_known_fit(case: dict) -> None:
    args, expected = case["args"], case["expected"]
    rows = Survival.from_frame(
        pl.read_csv(shared_data(f"stats/{case['csv']}")),
        time=args["time"],
        event=args["event"],
        **{name: args[name] for name in ("start", "covariates", "strata", "cluster", "weights")},
    )
    found = concordance(rows, expected["coef"])
    assert found.concordance == pytest.approx(expected["concordance"], rel=1e-9)
    assert found.se == pytest.approx(expected["concordance_se"], rel=1e-9)


@pytest.mark.shared_data
def test_a_fit_takes_up_its_own_concordance() -> None:
    frame = pl.read_csv(shared_data("stats/veteran.csv"))
    rows = Survival.from_frame(frame, time="time", event="event", covariates=["karno", "age"])
    fit = with_concordance(cox(rows), rows)
    assert fit.concordance == concordance(rows, fit.coef).concordance
