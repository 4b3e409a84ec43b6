"""Fine-Gray options against cmprsk::crr and survival's finegray with coxph, on generated rows."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.models.fine_gray import fine_gray
from cimara.outcomes.rows import CompetingRisks
from tests.unit.outcomes.models.fine_gray_reference import generated

NEAR = {"rtol": 1e-9, "atol": 1e-11}
SAY = """
suppressMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1])
number <- function(v) paste0("[", paste(sprintf("%.17g", v), collapse = ","), "]")
say <- function(coef, var) cat(sprintf('{"coef": %s, "var": %s}', number(coef), number(var)))
"""


def in_r(rows: CompetingRisks, script: str, folder: Path) -> dict[str, np.ndarray]:
    """What R says of the rows; skips where R or a package is absent."""
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is not here")
    columns = {name: rows.covariates[:, place] for place, name in enumerate(rows.names)}
    columns |= {"time": rows.time, "status": rows.status, "id": rows.source_rows}
    columns |= {"start": np.zeros(rows.n) if rows.start is None else rows.start}
    for name, labels in (("site", rows.strata), ("scanner", rows.group)):
        columns |= {name: np.zeros(rows.n) if labels is None else labels.codes}
    columns |= {"patient": np.arange(rows.n) if rows.cluster is None else rows.cluster}
    pl.DataFrame(columns).write_csv(folder / "rows.csv")
    (folder / "fit.R").write_text(SAY + script)
    said = subprocess.run(  # noqa: S603  (our own command)
        [program, str(folder / "fit.R"), str(folder / "rows.csv")], capture_output=True, text=True
    )
    if "there is no package" in said.stderr:
        pytest.skip(said.stderr.strip().splitlines()[0])
    assert said.returncode == 0, said.stderr
    return {name: np.array(values) for name, values in json.loads(said.stdout).items()}


CRR = """
x <- as.matrix(d[, c("size", "dose", "adc")])
fit <- cmprsk::crr(d$time, d$status, x, failcode = 1, cencode = 0, gtol = 1e-14, maxiter = 50{more})
say(fit$coef, fit$var)
"""
EXPANDED = """
d$state <- factor(d$status, 0:2)
d$row <- d$id
d$where <- d$site
long <- finegray({left} ~ size + dose + adc + patient + row + where{strata}, data = d, id = id, etype = "1")
exact <- coxph.control(eps = 1e-14, iter.max = 50)
fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ size + dose + adc{fitted_strata}, data = long,
             weights = fgwt, cluster = {by}, ties = "breslow", control = exact)
say(coef(fit), vcov(fit))
"""


def test_crr(tmp_path):
    rows = generated(1, 200)
    found = in_r(rows, CRR.replace("{more}", ""), tmp_path)
    fit = fine_gray(rows, cause="necrosis")
    np.testing.assert_allclose(fit.coef, found["coef"], **NEAR)
    np.testing.assert_allclose(fit.covariance.ravel(), found["var"], **NEAR)


def test_crr_with_censoring_groups(tmp_path):
    rows = generated(4, 200, groups=3)
    found = in_r(rows, CRR.replace("{more}", ", cengroup = d$scanner"), tmp_path)
    fit = fine_gray(rows, cause="necrosis", censoring_groups=True)
    np.testing.assert_allclose(fit.coef, found["coef"], **NEAR)
    np.testing.assert_allclose(fit.covariance.ravel(), found["var"], **NEAR)
    full = fine_gray(rows, cause="necrosis", censoring_groups=True, censoring_variance="full")
    np.testing.assert_allclose(full.se, fit.se, rtol=0.05)


@pytest.mark.parametrize(
    ("strata", "entry", "clusters"), [(1, False, 50), (3, False, 0), (1, True, 0), (3, True, 50)]
)
def test_finegray_with_coxph(strata, entry, clusters, tmp_path):
    """Clusters of the robust variance, strata, delayed entry: the weights taken as known."""
    rows = generated(6, 200, strata=strata, entry=entry, clusters=clusters)
    script = EXPANDED.format(
        left="Surv(start, time, state)" if entry else "Surv(time, state)",
        strata=" + strata(site)" if strata > 1 else "",
        fitted_strata=" + strata(where)" if strata > 1 else "",
        by="patient" if clusters else "row",
    )
    found = in_r(rows, script, tmp_path)
    fit = fine_gray(rows, cause="necrosis", censor_ties="after_events", weight_variance=False)
    np.testing.assert_allclose(fit.coef, found["coef"], **NEAR)
    np.testing.assert_allclose(fit.covariance.ravel(), found["var"], **NEAR)


def test_strata_do_not_compare_their_times():
    rows = generated(7, 300, strata=3)
    fit = fine_gray(rows, cause="necrosis")
    moved = fine_gray(replace(rows, time=rows.time + 100.0 * rows.strata.codes), cause="necrosis")
    np.testing.assert_allclose(moved.coef, fit.coef, rtol=1e-11)
    np.testing.assert_allclose(moved.covariance, fit.covariance, rtol=1e-10, atol=1e-13)
