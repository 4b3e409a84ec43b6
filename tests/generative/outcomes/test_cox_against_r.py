"""Cox models of generated rows against R's survival package: options that no public data set has together."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.models.cause_specific import absolute_risk, cause_specific_cox
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.prediction import predict_survival
from cimara.outcomes.models.proportionality import proportionality
from cimara.outcomes.models.residuals import deviance, dfbeta, martingale, schoenfeld, score_residuals
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import CompetingRisks, Survival
from tests.generative.outcomes.made_survival import made_survival

RSCRIPT = shutil.which("Rscript")
pytestmark = pytest.mark.skipif(RSCRIPT is None, reason="Rscript is not installed")

FITS = r"""
suppressMessages(library(survival))
given <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(given[1])
number <- function(v) paste0("[", paste(sprintf("%.17g", as.numeric(v)), collapse = ","), "]")
exact <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
fit <- eval(parse(text = given[2]))
said <- list(coef = coef(fit), var = vcov(fit), loglik = fit$loglik, score = fit$score, wald = fit$wald.test)
if (!is.null(fit$naive.var)) { said$naive <- fit$naive.var; said$rscore <- fit$rscore }
for (type in c("martingale", "deviance", "score", "dfbeta"))
  said[[paste0(type, "_residuals")]] <- t(as.matrix(residuals(fit, type = type)))
said$schoenfeld <- crossprod(residuals(fit, type = "schoenfeld"))
for (scale in c("km", "rank", "identity", "log")) said[[scale]] <- cox.zph(fit, scale)$table[, "chisq"]
if (given[3] != "") {
  curve <- summary(survfit(fit, newdata = data.frame(x0 = c(5, 6), x1 = c(5, 4), x2 = c(1, 0))), times = 1:6)
  said$surv <- curve$surv; said$std <- curve$std.err; said$lower <- curve$lower; said$upper <- curve$upper
}
cat("{", paste(sprintf('"%s": %s', names(said), sapply(said, number)), collapse = ","), "}")
"""

RISKS = r"""
suppressMessages(library(survival))
given <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(given[1])
rows$state <- factor(rows$status, 0:2, c("censored", "one", "two"))
exact <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
fit <- coxph(Surv(time, state) ~ x0 + x1 + x2, rows, id = 1:nrow(rows), ties = "breslow", control = exact)
new <- data.frame(x0 = c(5, 6), x1 = c(5, 4), x2 = c(1, 0))
curve <- summary(survfit(fit, newdata = new), times = c(2, 5, 9))
cat("[", paste(sprintf("%.17g", as.numeric(curve$pstate)), collapse = ","), "]")
"""


def in_r(script: str, frame: pl.DataFrame, folder: Path, *given: str) -> Any:
    path = folder / "rows.csv"
    frame.write_csv(path)
    command = [str(RSCRIPT), "-e", script, str(path), *given]
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (our own)
    return json.loads(found.stdout)


def frame_of(rows: Survival | CompetingRisks) -> pl.DataFrame:
    event = rows.event.astype(int) if isinstance(rows, Survival) else rows.status
    columns = {"time": rows.time, "event": event, "site": rows.stratum_codes(), "w": rows.weight()}
    columns |= {"cluster": rows.cluster_codes()}
    columns |= {name: rows.covariates[:, k] for k, name in enumerate(rows.names)}
    columns |= {} if rows.start is None else {"start": rows.start}
    return pl.DataFrame(columns)


def same(ours: Any, theirs: Any, rel: float = 1e-8) -> None:
    theirs = np.asarray(theirs, dtype=np.float64)
    ours = np.asarray(ours, dtype=np.float64).ravel()
    assert np.abs(ours - theirs).max() <= rel * np.abs(theirs).max()


@pytest.mark.parametrize(
    ("delayed", "strata", "weighted", "clustered", "ties"),
    [
        (True, True, True, True, "efron"),
        (True, True, True, True, "breslow"),
        (True, False, False, False, "efron"),
        (False, True, False, True, "efron"),
        (True, True, False, False, "breslow"),
        (False, False, True, False, "efron"),
    ],
)
def test_coxph(
    delayed: bool, strata: bool, weighted: bool, clustered: bool, ties: str, tmp_path: Path
) -> None:
    kind = WeightKind.PROBABILITY if weighted else None
    rows = made_survival(11, 300, delayed=delayed, strata=strata, weights=kind)
    fit = cox(rows, ties=ties, robust=clustered or weighted)
    call = f"coxph(Surv({'start, ' * delayed}time, event) ~ x0 + x1 + x2{' + strata(site)' * strata}, rows"
    call += ", weights = w" * weighted
    call += ", cluster = cluster" if clustered or weighted else ""
    theirs = in_r(
        FITS, frame_of(rows), tmp_path, f'{call}, ties = "{ties}", control = exact)', "x" * (not strata)
    )
    same(fit.coef, theirs["coef"])
    same(fit.covariance, theirs["var"])
    same([fit.loglik_null, fit.loglik], theirs["loglik"])
    same(fit.score.statistic, theirs["score"])
    same(fit.wald.statistic, theirs["wald"])
    if fit.robust_score is not None:
        same(fit.model_covariance, theirs["naive"])
        same(fit.robust_score.statistic, theirs["rscore"])
    same(martingale(rows, fit), theirs["martingale_residuals"])
    same(deviance(rows, fit), theirs["deviance_residuals"], 1e-7)
    same(score_residuals(rows, fit), theirs["score_residuals"])
    same(dfbeta(rows, fit), theirs["dfbeta_residuals"])
    found = schoenfeld(rows, fit).residuals
    same(found.T @ found, theirs["schoenfeld"])
    for scale in ("km", "rank", "identity", "log"):
        same(proportionality(rows, fit, time_scale=scale).table()["chisq"], theirs[scale], 1e-7)
    if not strata:
        ours = predict_survival(rows, fit, [[5, 5, 1], [6, 4, 0]], range(1, 7))
        same(ours.survival.ravel(order="F"), theirs["surv"])
        if not weighted:
            same(ours.se.ravel(order="F"), theirs["std"])
            same(ours.lower.ravel(order="F"), theirs["lower"])
            same(ours.upper.ravel(order="F"), theirs["upper"])


def test_absolute_risks_of_a_multistate_coxph(tmp_path: Path) -> None:
    made = made_survival(11, 300, strata=False)
    shared = {name: value for name, value in vars(made).items() if name != "event"}
    status = np.where(made.event, np.random.default_rng(1).integers(1, 3, 300), 0)
    rows = CompetingRisks(status=status, causes=("one", "two"), **(shared | {"cluster": None}))
    frame = frame_of(rows).rename({"event": "status"})
    theirs = np.reshape(in_r(RISKS, frame, tmp_path), (3, 2, 3), order="F")
    fit = cause_specific_cox(rows, ties="breslow")
    ours = absolute_risk(rows, fit, [[5, 5, 1], [6, 4, 0]], [2, 5, 9])
    assert ours.event_free == pytest.approx(theirs[:, :, 0], rel=1e-8)
    assert ours.risk["one"] == pytest.approx(theirs[:, :, 1], rel=1e-8)
    assert ours.risk["two"] == pytest.approx(theirs[:, :, 2], rel=1e-8)
