"""An analysis as people may see it: tables, curve and panel of sites, with the rules of release applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.disclosure import (
    curve_released,
    panel_released,
    quantiles_released,
    redacted_statistics,
    redacted_table,
    rounded_count,
)
from cimara.federation.disclosure.release_limits import release_limit
from cimara.federation.results.counted_columns import counted_by
from cimara.outcomes.comparisons.gray import GrayTest
from cimara.outcomes.comparisons.log_rank import LogRankTest
from cimara.outcomes.curves.incidence_curve import AalenJohansenFit
from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.description.table_one import TableOne
from cimara.outcomes.pooling.heterogeneity import Heterogeneity
from cimara.outcomes.pooling.site_panel import SitePanel
from cimara.outcomes.report.findings import Result as ReportResult

COUNTS = "Counts up to {redact:g} are not shown, and the others are rounded to {base}."
CURVES = (
    "Steps of curves are {curve_step:g} events or more apart, and a curve ends where fewer than "
    "{curve_at_risk:g} are at risk; times of single patients are not marked."
)
QUANTILES = "Medians stand on {statistic_n:g} events or more."
MEANS = "Means and deviations stand on {statistic_n:g} patients or more; shares are of rounded counts."
PANEL = "Sites whose own numbers could tell of few patients are not shown."


def released_tables(value: Any, limits: Disclosure) -> dict[str, pl.DataFrame]:
    """The tables of a result object by name; the first is the one that people look at."""
    if isinstance(value, Mapping):
        return {
            f"{name}-{key}" if key else str(name): frame
            for name, one in value.items()
            for key, frame in _named(one, limits).items()
        }
    return {key or "estimates": frame for key, frame in _named(value, limits).items()}


def released_curve(value: Any, limits: Disclosure) -> pl.DataFrame | None:
    """The steps of its curves that may be seen; None where it has no curve."""
    if isinstance(value, KaplanMeierFit | AalenJohansenFit):
        return _as_strict(curve_released(value), limits)
    return None


def released_panel(value: Any, limits: Disclosure) -> pl.DataFrame | None:
    """A row a site, of those that may be seen; None where it tells nothing by site."""
    if not isinstance(value, Heterogeneity | SitePanel):
        return None
    return _as_strict(panel_released(value.table(), parameters=len(value.fit.names)), limits)


def rules_applied(value: Any, limits: Disclosure) -> tuple[str, ...]:
    """The rules of release that a result went through, in words."""
    numbers = {
        name: release_limit(name) for name in ("redact", "curve_step", "curve_at_risk", "statistic_n")
    } | {"base": _base(limits)}
    found = [COUNTS]
    if isinstance(value, KaplanMeierFit | AalenJohansenFit):
        found.append(CURVES)
    if isinstance(value, KaplanMeierFit):
        found.append(QUANTILES)
    if isinstance(value, Heterogeneity | SitePanel):
        found.append(PANEL)
    if isinstance(value, TableOne):
        found.append(MEANS)
    return tuple(one.format(**numbers) for one in found)


def shown_count(count: float, limits: Disclosure) -> int | None:
    """One count as it is shown, by the platform's rule and a study's stricter one; None where it is not."""
    if count < limits.min_n and limits.min_n > release_limit("statistic_n"):
        return None
    shown, base = rounded_count(count), _base(limits)
    return None if shown is None else base * int(count / base + 0.5) if base != _rounded_to() else shown


def _named(value: Any, limits: Disclosure) -> dict[str, pl.DataFrame]:
    if isinstance(value, KaplanMeierFit):
        return {"quantiles": quantiles_released(value, (0.25, 0.5, 0.75))}
    if isinstance(value, AalenJohansenFit):
        return {}
    if isinstance(value, LogRankTest | GrayTest):
        test = pl.DataFrame({"statistic": [value.statistic], "df": [value.df], "p": [value.p]})
        groups = redacted_table(value.table().select("group", "n", "events"))
        return {"test": test, "groups": _as_strict(groups, limits)}
    frame = _frame(value)
    if frame is None:
        return {}
    made = _table_one(frame) if isinstance(value, TableOne) else redacted_table(frame)
    return {"": _as_strict(made, limits)}


def _table_one(frame: pl.DataFrame) -> pl.DataFrame:
    """Means of enough rows; shares made anew of the counts that are shown, since n follows from a share."""
    means = redacted_statistics(frame.drop("share"), n="n").with_columns(share=pl.lit(None, dtype=pl.Float64))
    shown = redacted_table(means, counts=("n", "missing"), within=("column", "group"), shares={"share": "n"})
    share = pl.when(pl.col("level").is_not_null()).then(pl.col("share") / 100)
    return shown.with_columns(share=share).select(frame.columns)


def _frame(value: Any) -> pl.DataFrame | None:
    if isinstance(value, Heterogeneity | SitePanel):
        return value.fit.table()
    if isinstance(value, ReportResult):
        estimates = value.findings.estimates if value.findings else ()
        return pl.DataFrame([asdict(one) for one in estimates]) if estimates else None
    if isinstance(value, pl.DataFrame):
        return value
    made = getattr(value, "table", None)
    found = made() if callable(made) else made
    return found if isinstance(found, pl.DataFrame) else None


def _as_strict(frame: pl.DataFrame, limits: Disclosure) -> pl.DataFrame:
    """A table under the rule of a study that rounds to more, or hides more, than the platform does."""
    if limits == Disclosure():
        return frame
    names = [name for name in frame.columns if counted_by(name)]
    return frame.with_columns(
        pl.Series(
            name,
            [None if one is None else shown_count(one, limits) for one in frame[name].to_list()],
            dtype=pl.Int64,
        )
        for name in names
    )


def _rounded_to() -> int:
    return int(release_limit("round_to"))


def _base(limits: Disclosure) -> int:
    return max(limits.round_base, _rounded_to())
