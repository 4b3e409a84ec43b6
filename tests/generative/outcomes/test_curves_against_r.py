"""Curves of generated rows equal R's: delayed entry, weights, clusters, quantiles, restricted means."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.follow_up import follow_up
from cimara.outcomes.curves.intervals import ConfType
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.rmst import rmst
from cimara.outcomes.curves.rmtl import restricted_time_lost
from cimara.outcomes.rows import CompetingRisks, Survival
from tests.generative.outcomes.curves_by_hand import Options, made_rows

TAU = 15.0
EVERYTHING = Options(entry=True, weights=True, clusters=True)
DATA = {
    "plain": Options(),
    "entry": Options(entry=True),
    "all": EVERYTHING,
    "untied": Options(entry=True, weights=True, clusters=True, ties=False),
}
# survfit of multi-state data ignores cluster= in survival 3.5-3, and leaves weights out of its influences:
# they are weighted and grouped here.
SCRIPT = """
suppressMessages({library(survival); library(cmprsk); library(etm)})
folder <- commandArgs(TRUE)[1]
keep <- function(name, ...)
  write.csv(data.frame(...), file.path(folder, paste0(name, ".csv")), row.names = FALSE)
grouped <- function(influence, by, weight) sqrt(apply(influence, 2:length(dim(influence)), function(column)
  sum(rowsum(column * weight, by)^2)))
for (data in c("plain", "entry", "all", "untied")) {
  d <- read.csv(file.path(folder, paste0(data, ".in.csv")))
  d$event <- as.integer(d$status > 0)
  robust <- data %in% c("all", "untied")
  km <- if (robust)
    survfit(Surv(start, time, event) ~ 1, d, weights = weight, cluster = cluster, robust = TRUE)
  else survfit(Surv(start, time, event) ~ 1, d)
  keep(paste0(data, ".km"), time = km$time, survival = km$surv,
    se = if (robust) km$std.err else km$surv * km$std.err,
    hazard = km$cumhaz, hazard_se = km$std.chaz, lower = km$lower, upper = km$upper, at_risk = km$n.risk)
  aj <- survfit(Surv(start, time, factor(status, 0:2)) ~ 1, d, id = id, weights = weight, influence = TRUE)
  se <- grouped(aj$influence.pstate, d$cluster, d$weight)
  if (nrow(se) > length(aj$time)) se <- se[-1, ]
  keep(paste0(data, ".aj"), time = aj$time, p1 = aj$pstate[, 2], p2 = aj$pstate[, 3], se0 = se[, 1],
    se1 = se[, 2], se2 = se[, 3])
  if (!robust) {
    e <- etmCIF(Surv(start, time, status != 0) ~ 1, d, etype = status)
    s <- summary(e)[[1]]
    keep(paste0(data, ".etm"), time = s[[1]]$time, p1 = s[[1]]$P, v1 = s[[1]]$var,
      p2 = s[[2]]$P, v2 = s[[2]]$var)
    mean <- summary(km, rmean = 15)$table
    keep(paste0(data, ".rmst"), rmst = mean["rmean"], se = mean["se(rmean)"])
    area <- summary(aj, rmean = 15)$table
    keep(paste0(data, ".rmtl"), lost = area[2:3, "rmean"], se = area[2:3, "se(rmean)"])
  }
}
d <- read.csv(file.path(folder, "plain.in.csv"))
for (cause in 1:2) {
  c <- timepoints(cuminc(d$time, d$status), sort(unique(d$time)))
  keep(paste0("cmprsk", cause), time = as.numeric(colnames(c$est)), p = c$est[cause, ], v = c$var[cause, ])
}
reverse <- survfit(Surv(time, status == 0) ~ 1, d)
keep("reverse", median = quantile(reverse, 0.5)$quantile)
for (type in c("log", "log-log", "plain", "logit", "arcsin")) {
  found <- NULL
  for (k in 1:40) {
    q <- read.csv(file.path(folder, paste0("q", k, ".in.csv")))
    f <- quantile(survfit(Surv(time, event) ~ 1, q, conf.type = type), c(.2, .25, .4, .5, .6, .75, .8))
    found <- rbind(found, data.frame(k = k, q = f$quantile, lower = f$lower, upper = f$upper))
  }
  keep(paste0("quantiles.", type), found)
}
"""


@pytest.fixture(scope="module")
def made() -> dict[str, CompetingRisks]:
    return {name: made_rows(np.random.default_rng(11), 90, options) for name, options in DATA.items()}


@pytest.fixture(scope="module")
def small() -> list[pl.DataFrame]:
    rng = np.random.default_rng(12)
    return [
        pl.DataFrame({"time": rng.integers(1, 30, 20), "event": rng.integers(0, 2, 20)}) for _ in range(40)
    ]


@pytest.fixture(scope="module")
def r_answers(
    made: dict[str, CompetingRisks], small: list[pl.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is not installed")
    folder = tmp_path_factory.mktemp("r")
    for name, rows in made.items():
        columns = {
            "id": rows.source_rows,
            "start": np.zeros(rows.n) if rows.start is None else rows.start,
            "time": rows.time,
            "status": rows.status,
            "weight": rows.weight(),
            "cluster": rows.cluster_codes(),
        }
        pl.DataFrame(columns).write_csv(folder / f"{name}.in.csv")
    for place, frame in enumerate(small, start=1):
        frame.write_csv(folder / f"q{place}.in.csv")
    script = folder / "curves.R"
    script.write_text(SCRIPT)
    called = [program, str(script), str(folder)]
    ran = subprocess.run(called, capture_output=True, text=True, check=False)  # noqa: S603
    if "there is no package called" in ran.stderr:
        pytest.skip("R lacks survival, cmprsk or etm")
    assert ran.returncode == 0, ran.stderr
    return folder


def _read(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{name}.csv", null_values="NA", infer_schema_length=None)


def _near(found, expected: pl.Series, relative: float = 1e-9) -> None:
    np.testing.assert_allclose(
        np.asarray(found, dtype=np.float64), expected.cast(pl.Float64).to_numpy(), rtol=relative, atol=1e-10
    )


def _ungrouped(rows: CompetingRisks) -> CompetingRisks:
    return replace(rows, group=None, group_column="")


@pytest.mark.parametrize("name", DATA)
def test_survival(name: str, made: dict[str, CompetingRisks], r_answers: Path) -> None:
    expected = _read(r_answers, f"{name}.km")
    curve = kaplan_meier(_ungrouped(made[name]).all_causes()).curve()
    _near(curve.time, expected["time"])
    _near(curve.at_risk, expected["at_risk"])
    _near(curve.survival, expected["survival"])
    _near(curve.cumulative_hazard, expected["hazard"])
    _near(curve.cumulative_hazard_se, expected["hazard_se"])
    alive = curve.survival > 0
    _near(curve.se[alive], expected["se"].filter(alive))
    _near(curve.lower, expected["lower"])
    _near(curve.upper, expected["upper"])


@pytest.mark.parametrize("name", DATA)
def test_incidence(name: str, made: dict[str, CompetingRisks], r_answers: Path) -> None:
    expected = _read(r_answers, f"{name}.aj")
    curve = aalen_johansen(_ungrouped(made[name])).curve()
    _near(curve.time, expected["time"])
    for place, cause in enumerate(("1", "2")):
        _near(curve.incidence[:, place], expected[f"p{cause}"])
        _near(curve.se[:, place], expected[f"se{cause}"])
    _near(curve.survival_se, expected["se0"])


@pytest.mark.parametrize("name", ["plain", "entry"])
def test_delta_variance_is_that_of_etm(name: str, made: dict[str, CompetingRisks], r_answers: Path) -> None:
    expected = _read(r_answers, f"{name}.etm")
    fit = aalen_johansen(_ungrouped(made[name]), variance="delta")
    for cause in ("1", "2"):
        found = fit.at(expected["time"].to_numpy()).filter(cause=cause)
        _near(found["probability"], expected[f"p{cause}"])
        _near(found["se"] ** 2, expected[f"v{cause}"])


@pytest.mark.parametrize("name", ["plain", "entry"])
def test_restricted_means(name: str, made: dict[str, CompetingRisks], r_answers: Path) -> None:
    rows = _ungrouped(made[name])
    arm, expected = rmst(rows.all_causes(), tau=TAU).arm(), _read(r_answers, f"{name}.rmst")
    _near([arm.rmst], expected["rmst"])
    _near([arm.se], expected["se"])
    lost, expected = restricted_time_lost(rows, tau=TAU).lost, _read(r_answers, f"{name}.rmtl")
    _near([one.time_lost for one in lost], expected["lost"])
    _near([one.se for one in lost], expected["se"])


def test_variance_of_cmprsk(made: dict[str, CompetingRisks], r_answers: Path) -> None:
    fit = aalen_johansen(_ungrouped(made["plain"]), variance="cmprsk")
    for cause in ("1", "2"):
        expected = _read(r_answers, f"cmprsk{cause}")
        found = fit.at(expected["time"].to_numpy()).filter(cause=cause)
        _near(found["probability"], expected["p"])
        _near(found["se"] ** 2, expected["v"])


def test_median_follow_up(made: dict[str, CompetingRisks], r_answers: Path) -> None:
    median = follow_up(_ungrouped(made["plain"])).curve().median
    _near([median.time], _read(r_answers, "reverse")["median"])


@pytest.mark.parametrize("conf_type", list(ConfType), ids=str)
def test_quantiles_of_small_samples(conf_type: ConfType, small: list[pl.DataFrame], r_answers: Path) -> None:
    expected = _read(r_answers, f"quantiles.{conf_type}")
    shares = (0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8)
    found = [
        kaplan_meier(Survival.from_frame(one, time="time", event="event"), conf_type=conf_type).quantiles(
            shares
        )
        for one in small
    ]
    ours = pl.concat(found)
    for theirs, name in (("q", "time"), ("lower", "lower"), ("upper", "upper")):
        _near(ours[name].to_numpy(), expected[theirs])
