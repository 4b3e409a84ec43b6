"""The entries of R's oracle as analyses of a flat table: rows, what is asked, and the numbers compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from cimara.outcomes.contract import FloatArray
from tests.shared_data import shared_data

Numbers = Mapping[str, FloatArray]


@dataclass(frozen=True)
class Case:
    """One entry: its table, the analysis, what its result says, and what R says.

    With `by_site` the sites are strata, so that the answer depends on how rows are split.
    """

    key: str
    table: str
    analysis: Mapping[str, Any]
    numbers: Callable[[Any], Numbers]
    theirs: Callable[[Mapping[str, Any]], Numbers]
    by_site: bool = False


@cache
def oracle() -> dict[str, Any]:
    """What R says, by entry."""
    found: dict[str, Any] = json.loads(shared_data("cohort/oracle/oracle.json").read_text("utf-8"))
    return found


@cache
def table(name: str) -> pl.DataFrame:
    """The table of an entry, derived as it says; `site` is that of the entry."""
    return _TABLES[name]()


def _rotterdam() -> pl.DataFrame:
    rows = pl.read_csv(shared_data("cohort/r_survival/rotterdam.csv"))
    again = pl.col("recur") == 1
    return rows.with_columns(
        t=pl.when(again).then("rtime").otherwise("dtime"),
        e=(again | (pl.col("death") == 1)).cast(pl.Int64),
        ln=pl.col("nodes").log1p(),
        site=pl.col("pid") % 3,
    )


def _mgus2() -> pl.DataFrame:
    rows = pl.read_csv(shared_data("cohort/r_survival/mgus2.csv"))
    progressed = pl.col("pstat") == 1
    return rows.with_columns(
        pid=pl.col("id").cast(pl.Int64),
        t=pl.when(progressed).then("ptime").otherwise("futime"),
        e=pl.when(progressed).then(1).when(pl.col("death") == 1).then(2).otherwise(0),
    ).filter(pl.col("t") > 0).with_columns(site=pl.col("pid") % 3)  # fmt: skip


def _cgd() -> pl.DataFrame:
    rows = pl.read_csv(shared_data("cohort/r_survival/cgd.csv"))
    return rows.with_columns(pid=pl.col("id"), site=pl.col("id") % 3)


def _colon() -> pl.DataFrame:
    rows = pl.read_csv(shared_data("cohort/r_survival/colon.csv")).with_columns(pl.col("id").cast(pl.Int64))
    return rows.with_columns(pid=pl.col("id"), site=pl.col("id") % 3)


def _covid() -> pl.DataFrame:
    rows = pl.read_csv(shared_data("cohort/pda/covid.csv")).with_row_index("pid")
    return rows.with_columns(site=pl.col("pid") % 3)


def _lung2() -> pl.DataFrame:
    rows = pl.read_csv(shared_data("cohort/pda/lung2.csv")).with_row_index("pid")
    return rows.with_columns(site=pl.col("site").rank("dense").cast(pl.Int64) - 1)


_TABLES: dict[str, Callable[[], pl.DataFrame]] = {
    "rotterdam": _rotterdam, "mgus2": _mgus2, "cgd": _cgd, "colon": _colon, "covid": _covid, "lung2": _lung2,
}  # fmt: skip

YES_NO = ["0", "1"]
OF_ROTTERDAM = [
    {"name": "age", "centre": 55, "scale": 10},
    {"name": "meno", "levels": YES_NO},
    {"name": "size", "levels": ["<=20", "20-50", ">50"]},
    {"name": "grade", "levels": ["2", "3"]},
    {"name": "ln"},
]
ROTTERDAM: dict[str, Any] = {"time": "t", "event": "e", "covariates": OF_ROTTERDAM}
OF_MGUS2 = [{"name": "age", "centre": 70, "scale": 10}, {"name": "sex", "levels": ["F", "M"]}]
MGUS2: dict[str, Any] = {
    "time": "t", "status": "e", "causes": {1: "progression", 2: "death"}, "cause": "progression",
    "unit": "months",
}  # fmt: skip
BY_SEX = {"group": {"name": "sex", "levels": ["F", "M"]}}
CGD: dict[str, Any] = {
    "time": "tstop", "start": "tstart", "event": "status", "patient": "id", "cluster": "id",
    "covariates": [
        {"name": "treat", "levels": ["placebo", "rIFN-g"]},
        {"name": "age", "scale": 10},
        {"name": "inherit", "levels": ["X-linked", "autosomal"]},
    ],
}  # fmt: skip
COLON: dict[str, Any] = {
    "time": "time", "event": "status", "cluster": "id", "strata": {"name": "etype", "levels": ["1", "2"]},
    "covariates": [
        {"name": "rx", "levels": ["Obs", "Lev", "Lev+5FU"]},
        {"name": "node4", "levels": YES_NO},
    ],
}  # fmt: skip
COVID = [
    {"name": "age", "centre": 60, "scale": 10},
    {"name": "sex", "levels": YES_NO},
    {"name": "lab", "centre": 50, "scale": 10},
]
UNCENTRED = np.array([1.0, -6.0, 0.0, -5.0])
"""What the intercept of R's model, whose covariates are not centred, is of our coefficients."""


def _cox(fit: Any) -> Numbers:
    return {
        "coef": fit.coef, "se": fit.se, "loglik": np.array([fit.loglik_null, fit.loglik]),
        "n": np.array([fit.n, fit.events]),
    }  # fmt: skip


def _cox_of_r(said: Mapping[str, Any]) -> Numbers:
    return {
        "coef": np.array(said["coef"]), "se": np.array(said["se"]), "loglik": np.array(said["loglik"]),
        "n": np.array([said["n"], said["nevent"]]),
    }  # fmt: skip


def _rotterdam_cox(key: str, estimator: str, ties: str, **more: Any) -> Case:
    asked = ROTTERDAM | {"estimator": estimator, "ties": ties, "patient": "pid"} | more
    return Case(key, "rotterdam", asked, _cox, _cox_of_r, by_site=estimator == "cox_strat")


def _zph(test: Any) -> Numbers:
    tests = [*test.covariates.values(), test.overall]
    return {"chisq": np.array([one.statistic for one in tests]), "p": np.array([one.p for one in tests])}


def _curve_at(fit: Any) -> Numbers:
    curve = fit.curves[0]
    rows = curve.at([365.25, 1826.25, 3652.5])
    middle = curve.median
    return {
        "surv": rows["survival"].to_numpy(),
        "se": rows["se"].to_numpy(),
        "median": np.array([middle.time, middle.lower, middle.upper], dtype=np.float64),
    }


def _incidence_at(fit: Any) -> Numbers:
    months = [60, 120, 240]
    found, variance = [], []
    for cause in ("progression", "death"):
        for sex in ("F", "M"):
            rows = fit.curve(sex).at(months)
            own = rows.filter(rows["cause"] == cause)
            found.append(own["probability"].to_numpy())
            variance.append(own["se"].to_numpy() ** 2)
    return {"est": np.array(found), "var": np.array(variance)}


def _incidence_of_r(said: Mapping[str, Any]) -> Numbers:
    return {
        name: np.array([[one["60"], one["120"], one["240"]] for one in said[name]])
        for name in ("est", "var")
    }  # fmt: skip


def _panel(found: Any) -> Numbers:
    names = ("mean", "se", "tau2", "i2", "q", "lower", "upper")
    return {
        "site_coef": np.array([one.coef for one in found.sites]),
        "site_var": np.array([one.variance for one in found.sites]),
        "pooled": np.array([[getattr(one, name) for name in names] for one in found.pools]),
        "without": np.array([one.without for one in found.sites]),
    }


def _pools_of_r(said: Mapping[str, Any]) -> Numbers:
    pooled = [
        [one["b"], one["se"], one["tau2"], one["I2"] / 100, one["Q"], *one["ci"]] for one in said["pooled"]
    ]
    return {
        "site_coef": np.array(said["site_coef"]), "site_var": np.array(said["site_var"]),
        "pooled": np.array(pooled), "without": np.array(oracle()["cox_strat_loso_refit"]["coef"]),
    }  # fmt: skip


def _weighted(found: Any) -> Numbers:
    return {"ps": found.propensity.coef, "ess": np.array([found.effective])} | _cox(found.fit)


def _weighted_of_r(said: Mapping[str, Any]) -> Numbers:
    own = {"ps": np.array(said["ps_coef"]), "ess": np.array([said["ess"]])}
    return own | _cox_of_r({**said, "coef": [said["coef"]], "se": [said["se"]]})


def _chisq(name: str, place: int | None = None) -> Callable[[Mapping[str, Any]], Numbers]:
    def said(of: Mapping[str, Any]) -> Numbers:
        return {"chisq": np.array([of[name] if place is None else of[name][place]])}

    return said


def _coef(fit: Any) -> Numbers:
    return {"coef": fit.coef, "se": fit.se}


def _coef_of_r(said: Mapping[str, Any]) -> Numbers:
    return {"coef": np.array(said["coef"]), "se": np.array(said["se"])}


def _uncentred(fit: Any) -> Numbers:
    """Coefficients with the intercept at covariates of 0, and their standard errors."""
    return {
        "coef": np.append(UNCENTRED @ fit.coef, fit.coef[1:]),
        "se": np.append(np.sqrt(UNCENTRED @ fit.covariance @ UNCENTRED), fit.se[1:]),
    }


def _test(found: Any) -> Numbers:
    return {"chisq": np.array([found.statistic])}


SITES = ["NL01", "NL02", "NL03"]
CASES = (
    _rotterdam_cox("cox_strat_breslow", "cox_strat", "breslow"),
    _rotterdam_cox("cox_strat_efron", "cox_strat", "efron"),
    _rotterdam_cox("cox_strat_breslow_robust", "cox_strat", "breslow", cluster="pid"),
    _rotterdam_cox("cox_shared_breslow", "cox_shared", "breslow"),
    _rotterdam_cox("cox_shared_efron", "cox_shared", "efron"),
    _rotterdam_cox("cox_shared_breslow_robust", "cox_shared", "breslow", cluster="pid"),
    _rotterdam_cox("cox_shared_efron_robust", "cox_shared", "efron", cluster="pid"),
    Case(
        "cox_zph_identity", "rotterdam",
        ROTTERDAM
        | {"estimator": "cox_zph", "ties": "breslow", "time_scale": "identity", "baseline": "stratified"},
        _zph, lambda said: {"chisq": np.array(said["chisq"]), "p": np.array(said["p"])}, by_site=True,
    ),
    Case(
        "meta_reml_hksj", "rotterdam",
        ROTTERDAM | {"estimator": "site_panel", "ties": "breslow", "site": "house", "refit": True},
        _panel, _pools_of_r, by_site=True,
    ),
    Case(
        "km", "rotterdam", {"estimator": "km", "time": "t", "event": "e"}, _curve_at,
        lambda said: {
            "surv": np.array(said["surv"]), "se": np.array(said["se"]),
            "median": np.array([said["median"], said["lcl"], said["ucl"]], dtype=np.float64),
        },
    ),
    Case(
        "km", "rotterdam", {"estimator": "rmst", "time": "t", "event": "e", "tau": 1826.25},
        lambda fit: {"rmst": np.array([fit.arms[0].rmst, fit.arms[0].se])},
        lambda said: {"rmst": np.array([said["rmst"], said["rmst_se"]])},
    ),
    Case(
        "logrank_hormon", "rotterdam",
        {"estimator": "logrank", "time": "t", "event": "e", "group": {"name": "hormon", "levels": YES_NO}},
        _test, _chisq("chisq"),
    ),
    Case(
        "logrank_hormon", "rotterdam",
        {
            "estimator": "logrank", "time": "t", "event": "e", "baseline": "stratified",
            "group": {"name": "hormon", "levels": YES_NO},
        },
        _test, _chisq("chisq_strat"), by_site=True,
    ),
    Case(
        "iptw_cox", "rotterdam",
        ROTTERDAM | {"estimator": "iptw_cox", "ties": "breslow", "treatment": "hormon", "cluster": "pid"},
        _weighted, _weighted_of_r,
    ),
    Case("cgd_breslow", "cgd", CGD | {"estimator": "cox_shared", "ties": "breslow"}, _cox, _cox_of_r),
    Case("cgd_efron", "cgd", CGD | {"estimator": "cox_shared", "ties": "efron"}, _cox, _cox_of_r),
    Case("colon_wlw_efron", "colon", COLON | {"estimator": "cox_shared"}, _cox, _cox_of_r),
    Case(
        "finegray_crr", "mgus2", MGUS2 | {"estimator": "fine_gray", "covariates": OF_MGUS2}, _coef, _coef_of_r
    ),
    Case(
        "finegray_survival", "mgus2",
        MGUS2 | {"estimator": "fine_gray", "covariates": OF_MGUS2, "convention": "finegray"}, _coef,
        _coef_of_r,
    ),
    Case(
        "cuminc_gray", "mgus2", MGUS2 | BY_SEX | {"estimator": "aalen_johansen", "variance": "cmprsk"},
        _incidence_at, _incidence_of_r,
    ),
    Case(
        "cuminc_gray", "mgus2", MGUS2 | BY_SEX | {"estimator": "gray"}, _test, _chisq("gray_chisq", 0)
    ),
    Case(
        "cuminc_gray", "mgus2", MGUS2 | BY_SEX | {"estimator": "gray", "cause": "death"}, _test,
        _chisq("gray_chisq", 1),
    ),
    Case(
        "logistic_covid", "covid", {"estimator": "logistic", "outcome": "death", "covariates": COVID},
        _uncentred, _coef_of_r,
    ),
    Case(
        "poisson_covid", "covid", {"estimator": "poisson", "outcome": "los", "covariates": COVID}, _uncentred,
        _coef_of_r,
    ),
    Case(
        "quantiles_covid", "covid",
        {
            "estimator": "quantile", "digits": 2,
            "covariates": [
                {"name": "age", "centre": 60, "scale": 20}, {"name": "lab", "centre": 50, "scale": 20}
            ],
        },
        lambda found: {name: np.array(found.of(name)) for name in ("age", "lab")},
        lambda said: {name: np.array(said[name], dtype=np.float64) for name in ("age", "lab")},
    ),
    Case(
        "lung2_strat_breslow", "lung2",
        {
            "estimator": "cox_strat", "ties": "breslow", "time": "time", "event": "status",
            "covariates": [{"name": "age", "centre": 60, "scale": 10}, {"name": "sex", "levels": YES_NO}],
        },
        lambda fit: _cox(fit) | {"coef": fit.coef / [10, 1], "se": fit.se / [10, 1]}, _cox_of_r, by_site=True,
    ),
)  # fmt: skip
