"""Causal and pooled estimates on generated data against R's survival, metafor, mice and stats."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.causal.g_computation import g_computation
from cimara.outcomes.causal.propensity import propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weighted_outcome import weighted_cox
from cimara.outcomes.causal.weights import treatment_weights
from cimara.outcomes.models.concordance import concordance
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_exact import cox_exact
from cimara.outcomes.pooling.heterogeneity import heterogeneity
from cimara.outcomes.pooling.meta_analysis import pool_sites
from cimara.outcomes.pooling.rubin import pool_imputations
from cimara.outcomes.rows import Survival


def _in_r(folder: Path, frame: pl.DataFrame, packages: list[str], expression: str) -> dict[str, list[float]]:
    """A named list of numbers that R makes of `rows`, the frame; skips plainly where R or a package lacks."""
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is not installed")
    frame.write_csv(folder / "rows.csv")
    load = "".join(f'if (!requireNamespace("{one}", quietly = TRUE)) quit(status = 9)\n' for one in packages)
    attach = "library(survival)\n" if "survival" in packages else ""
    script = f"""{load}{attach}rows <- read.csv("rows.csv")
found <- {{ {expression} }}
listed <- function(x) paste(sprintf("%.17g", as.numeric(x)), collapse = ",")
told <- vapply(found, function(x) paste0("[", listed(x), "]"), "")
cat(paste0("{{", paste0('"', names(told), '":', told, collapse = ","), "}}"))
"""
    (folder / "peer.R").write_text(script)
    words = [program, "peer.R"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode == 9:
        pytest.skip(f"R has not all of {', '.join(packages)}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _cohort(seed: int, n: int = 300) -> pl.DataFrame:
    """Sites of unequal size, heavy ties, a treatment that depends on age."""
    generator = np.random.default_rng(seed)
    age = generator.normal(size=n)
    treated = (generator.random(n) < 1 / (1 + np.exp(-0.7 * age))).astype(int)
    time = np.ceil(generator.exponential(9 * np.exp(0.5 * treated - 0.4 * age)))
    return pl.DataFrame(
        {
            "time": np.minimum(time, 30),
            "event": ((time <= 30) & (generator.random(n) < 0.8)).astype(int),
            "treated": treated,
            "age": age,
            "site": generator.choice(["a", "b", "c", "d"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "patient": np.arange(n) // 2,
        }
    )


def _survival(frame: pl.DataFrame, **named: object) -> Survival:
    return Survival.from_frame(frame, time="time", event="event", covariates=["treated", "age"], **named)


@pytest.mark.parametrize("method", ["reml", "dl"])
def test_meta_analysis_is_metafors(tmp_path: Path, method: str) -> None:
    generator = np.random.default_rng(31)
    variances = generator.uniform(0.02, 0.2, 9)
    estimates = generator.normal(0.3, np.sqrt(variances + 0.08))
    found = pool_sites(estimates, variances, method=method)
    call = (
        f'metafor::rma(y, v, method = "{method.upper()}", test = "knha", control = list(threshold = 1e-13))'
    )
    known = _in_r(
        tmp_path,
        pl.DataFrame({"y": estimates, "v": variances}),
        ["metafor"],
        f"f <- with(rows, {call}); p <- predict(f); "
        "list(mean = f$beta, se = f$se, tau2 = f$tau2, p = f$pval, "
        "i2 = f$I2 / 100, q = f$QE, q_p = f$QEp, lower = f$ci.lb, upper = f$ci.ub, "
        "prediction_lower = p$pi.lb, prediction_upper = p$pi.ub)",
    )
    for name, value in known.items():
        assert getattr(found, name) == pytest.approx(value[0], rel=1e-7), name


def test_rubins_rules_are_those_of_mice(tmp_path: Path) -> None:
    generator = np.random.default_rng(32)
    estimates, variances = generator.normal(0.4, 0.1, 7), generator.uniform(0.02, 0.03, 7)
    found = pool_imputations(estimates[:, None], variances[:, None], complete_df=84.0)
    known = _in_r(
        tmp_path,
        pl.DataFrame({"q": estimates, "u": variances}),
        ["mice"],
        "f <- mice::pool.scalar(rows$q, rows$u, n = 85, k = 1); list(estimate = f$qbar, within = f$ubar, "
        "between = f$b, total = f$t, df = f$df, riv = f$r, fmi = f$fmi)",
    )
    for name, value in known.items():
        assert getattr(found, name)[0] == pytest.approx(value[0], rel=1e-9), name


def test_a_weighted_comparison_with_sites_is_rs(tmp_path: Path) -> None:
    frame = _cohort(33)
    treatment = Treatment.from_frame(frame, treatment="treated", covariates=["age"], site="site")
    model = propensity(treatment, site_effect="fixed")
    outcome = Survival.from_frame(
        frame, time="time", event="event", covariates=["treated"], strata="site", cluster="patient"
    )
    effect = weighted_cox(outcome, treatment_weights(treatment, model, estimand="att"))
    known = _in_r(
        tmp_path,
        frame,
        ["survival"],
        "m <- glm(treated ~ age + site, binomial, rows, epsilon = 1e-14, maxit = 50); p <- fitted(m); "
        "w <- ifelse(rows$treated == 1, 1, p / (1 - p)); "
        "f <- coxph(Surv(time, event) ~ treated + strata(site), rows, weights = w, cluster = patient, "
        "control = coxph.control(eps = 1e-12)); "
        "list(alpha = coef(m), alpha_se = sqrt(diag(vcov(m))), coef = coef(f), se = sqrt(diag(vcov(f))), "
        "test = f$rscore)",
    )
    assert model.coef == pytest.approx(known["alpha"], rel=1e-9)
    assert model.se == pytest.approx(known["alpha_se"], rel=1e-9)
    assert effect.coef == pytest.approx(known["coef"], rel=1e-9)
    assert effect.se == pytest.approx(known["se"], rel=1e-9)
    assert effect.test.statistic == pytest.approx(known["test"][0], rel=1e-8)


def test_standardised_survival_is_the_mean_of_rs_curves(tmp_path: Path) -> None:
    frame = _cohort(34)
    found = g_computation(_survival(frame), exposure="treated", times=[5.0, 15.0])
    known = _in_r(
        tmp_path,
        frame,
        ["survival"],
        "f <- coxph(Surv(time, event) ~ treated + age, rows, control = coxph.control(eps = 1e-12)); "
        "at <- function(a) rowMeans(summary(survfit(f, transform(rows, treated = a)), c(5, 15))$surv); "
        "list(low = at(0), high = at(1))",
    )
    for level, name in (("0", "low"), ("1", "high")):
        curve = [found.value("event_free", level=level, time=time) for time in (5.0, 15.0)]
        assert curve == pytest.approx(known[name], rel=1e-9)


def test_the_site_interaction_is_rs(tmp_path: Path) -> None:
    frame = _cohort(35, n=500)
    found = heterogeneity(_survival(frame, site="site"), exposure="treated")
    known = _in_r(
        tmp_path,
        frame,
        ["survival"],
        "own <- coxph.control(eps = 1e-12); "
        "f <- coxph(Surv(time, event) ~ treated + age + strata(site), rows, control = own); "
        "g <- coxph(Surv(time, event) ~ treated + age + treated:factor(site) + strata(site), rows, "
        "control = own); h <- coxph(formula(g), rows, init = c(coef(f), 0, 0, 0), "
        "control = coxph.control(iter.max = 0)); "
        "list(score = h$score, ratio = 2 * (g$loglik[2] - f$loglik[2]))",
    )
    assert found.score.statistic == pytest.approx(known["score"][0], rel=1e-8)
    assert found.likelihood_ratio is not None
    assert found.likelihood_ratio.statistic == pytest.approx(known["ratio"][0], rel=1e-8)


def test_concordance_with_entry_strata_clusters_and_weights_is_rs(tmp_path: Path) -> None:
    generator = np.random.default_rng(36)
    frame = _cohort(36).with_columns(
        start=pl.Series(np.floor(_cohort(36)["time"].to_numpy() * generator.random(300) * 0.8)),
        weight=pl.Series(generator.random(300) + 0.5),
    )
    rows = _survival(frame, start="start", strata="site", cluster="patient", weights="weight")
    found = concordance(rows, cox(rows).coef)
    known = _in_r(
        tmp_path,
        frame,
        ["survival"],
        "f <- coxph(Surv(start, time, event) ~ treated + age + strata(site), rows, weights = weight, "
        "cluster = patient, control = coxph.control(eps = 1e-12)); "
        "list(c = f$concordance[['concordance']], se = f$concordance[['std']])",
    )
    assert found.concordance == pytest.approx(known["c"][0], rel=1e-12)
    assert found.se == pytest.approx(known["se"][0], rel=1e-9)


def test_exact_ties_with_delayed_entry_and_strata_are_rs(tmp_path: Path) -> None:
    generator = np.random.default_rng(37)
    made = _cohort(37, n=120)
    frame = made.with_columns(
        start=pl.Series(np.floor(made["time"].to_numpy() * generator.random(120) * 0.7))
    )
    fit = cox_exact(_survival(frame, start="start", strata="site"))
    known = _in_r(
        tmp_path,
        frame,
        ["survival"],
        'f <- coxph(Surv(start, time, event) ~ treated + age + strata(site), rows, ties = "exact", '
        "control = coxph.control(eps = 1e-12)); "
        "list(coef = f$coefficients, se = sqrt(diag(f$var)), loglik = f$loglik)",
    )
    assert fit.coef == pytest.approx(known["coef"], rel=1e-8)
    assert fit.se == pytest.approx(known["se"], rel=1e-8)
    assert [fit.loglik_null, fit.loglik] == pytest.approx(known["loglik"], rel=1e-10)
