"""Log-rank and Gray's test against survival::survdiff and cmprsk::cuminc, on generated rows."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.outcomes.comparisons.gray import gray_test
from cimara.outcomes.comparisons.log_rank import log_rank
from tests.unit.outcomes.comparisons import test_gray, test_log_rank

SCRIPT = """
suppressMessages(library(survival))
given <- commandArgs(TRUE)
d <- read.csv(given[1])
rho <- as.numeric(given[2])
if (given[3] == "gray") {
  found <- cmprsk::cuminc(d$time, d$event, d$arm, strata = d$site, rho = rho)$Tests["1", "stat"]
} else if (given[3] == "score") {
  fit <- coxph(Surv(start, time, event) ~ factor(arm) + strata(site), data = d, ties = "breslow")
  found <- fit$score
} else {
  found <- survdiff(Surv(time, event) ~ arm + strata(site), data = d, rho = rho)$chisq
}
cat(sprintf("%.17g", found))
"""


def in_r(rows, kind, rho, folder):
    """The statistic that R gives; skips where R or a package is absent."""
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is not here")
    happened = rows.status if kind == "gray" else rows.event.astype(int)
    columns = {"time": rows.time, "event": happened, "arm": rows.group.codes}
    columns |= {"start": np.zeros(rows.n) if rows.start is None else rows.start}
    pl.DataFrame(columns | {"site": rows.stratum_codes()}).write_csv(folder / "rows.csv")
    (folder / "test.R").write_text(SCRIPT)
    command = [program, str(folder / "test.R"), str(folder / "rows.csv"), str(rho), kind]
    said = subprocess.run(command, capture_output=True, text=True)  # noqa: S603  (our own command)
    if "there is no package" in said.stderr:
        pytest.skip(said.stderr.strip().splitlines()[0])
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def test_survdiff(tmp_path):
    rho, rows = 0.7, test_log_rank.generated(1, 200, groups=4, strata=3)
    assert log_rank(rows, rho=rho).statistic == pytest.approx(in_r(rows, "log", rho, tmp_path), rel=1e-10)


def test_the_score_test_of_cox_without_ties_under_delayed_entry(tmp_path):
    rows = test_log_rank.generated(2, 200, groups=3, strata=2, entry=True)
    apart = type(rows)(**{**vars(rows), "time": rows.time + np.arange(200) / 1000})
    expected = in_r(apart, "score", 0.0, tmp_path)
    assert log_rank(apart).statistic == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("rho", "groups"), [(0.0, 4), (-0.5, 2)])
def test_cuminc(rho, groups, tmp_path):
    rows = test_gray.generated(3, 250, groups=groups, strata=3)
    expected = in_r(rows, "gray", rho, tmp_path)
    assert gray_test(rows, cause="necrosis", rho=rho).statistic == pytest.approx(expected, rel=1e-10)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    strata=st.sampled_from([1, 3]),
    parts=st.integers(2, 6),
    rho=st.sampled_from([0.0, 1.0]),
)
def test_parts_equal_the_pooled_tests(seed, strata, parts, rho):
    survival = test_log_rank.generated(seed, 150, groups=3, strata=strata, entry=bool(seed % 2))
    competing = test_gray.generated(seed, 150, groups=3, strata=strata)
    by = np.random.default_rng(seed).integers(0, parts, 150)
    for pooled, split in (
        (log_rank(survival, rho=rho), log_rank(list(survival.split(by)), rho=rho)),
        (
            gray_test(competing, cause="death", rho=rho),
            gray_test(list(competing.split(by)), cause="death", rho=rho),
        ),
    ):
        np.testing.assert_allclose(split.statistic, pooled.statistic, rtol=1e-11)
        np.testing.assert_allclose(split.variance, pooled.variance, rtol=1e-12, atol=1e-12)
