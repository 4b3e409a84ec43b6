"""An analysis as people may see it: tables, curve and panel of sites, with the rules of release applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.disclosure import (
    CountRule,
    LinkedCounts,
    Part,
    curve_released,
    panel_released,
    quantiles_released,
    redacted_statistics,
    redacted_table,
)
from cimara.federation.disclosure.release_limits import release_limit
from cimara.federation.results.counted_columns import counted_by
from cimara.federation.results.released_table_one import released_table_one
from cimara.outcomes.comparisons.gray import GrayTest
from cimara.outcomes.comparisons.log_rank import LogRankTest
from cimara.outcomes.curves.incidence_curve import AalenJohansenFit
from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.description.sample_quantiles import SampleQuantiles
from cimara.outcomes.description.table_one import TableOne
from cimara.outcomes.pooling.heterogeneity import Heterogeneity
from cimara.outcomes.pooling.site_panel import SitePanel
from cimara.outcomes.report.findings import Result as ReportResult

COUNTS = "Counts up to {redact:g} are not shown, and the others are rounded to {base}."
CURVES = (
    "Steps of curves are {curve_step:g} events or more apart, and a curve ends where fewer than "
    "{curve_at_risk:g} are at risk; times of single patients are not marked."
)
LINKED = (
    "Further counts are not shown where the sums of a table would tell of one that is not: it may be any of "
    "0 to {redact:g}, or is not known to within {interval:g}."
)
MEDIANS = "Medians stand on {statistic_n:g} events or more."
QUANTILES = "Quantiles have {statistic_n:g} patients or more on either side, medians {statistic_n:g} in all."
MEANS = (
    "Means and deviations stand on {statistic_n:g} patients or more, and none follows from the others; "
    "shares are of rounded counts."
)
PANEL = "Sites whose own numbers could tell of few patients are not shown."
RULES: tuple[tuple[tuple[type, ...], str], ...] = (
    ((KaplanMeierFit, AalenJohansenFit), CURVES),
    ((KaplanMeierFit,), MEDIANS),
    ((Heterogeneity, SitePanel), PANEL),
    ((TableOne, LogRankTest, GrayTest), LINKED),
    ((TableOne,), MEANS),
    ((SampleQuantiles,), QUANTILES),
)
"""What is said of each kind of result beside the rule of counts."""


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
    return _as_strict(panel_released(value.table(), parameters=len(value.fit.names), limits=limits), limits)


def rules_applied(value: Any, limits: Disclosure) -> tuple[str, ...]:
    """The rules of release that a result went through, in words."""
    numbers = {
        name: release_limit(name)
        for name in ("redact", "curve_step", "curve_at_risk", "statistic_n", "interval")
    } | {"base": _base(limits)}
    found = [COUNTS, *(told for kinds, told in RULES if isinstance(value, kinds))]
    return tuple(one.format(**numbers) for one in found)


def shown_count(count: float, limits: Disclosure) -> int | None:
    """One count as it is shown, by the platform's rule and a study's stricter one; None where it is not."""
    return CountRule.of(limits).shown(count)


def _named(value: Any, limits: Disclosure) -> dict[str, pl.DataFrame]:
    if isinstance(value, KaplanMeierFit):
        return {"quantiles": quantiles_released(value, (0.25, 0.5, 0.75))}
    if isinstance(value, AalenJohansenFit):
        return {}
    if isinstance(value, LogRankTest | GrayTest):
        test = pl.DataFrame({"statistic": [value.statistic], "df": [value.df], "p": [value.p]})
        return {"test": test, "groups": _groups(value.table().select("group", "n", "events"), limits)}
    if isinstance(value, TableOne):
        return {"": released_table_one(value, limits)}
    if isinstance(value, SampleQuantiles):
        return {"": _as_strict(redacted_table(_quantiles(value.table())), limits)}
    frame = _frame(value)
    if frame is None:
        return {}
    return {"": _as_strict(redacted_table(frame), limits)}


def _groups(frame: pl.DataFrame, limits: Disclosure) -> pl.DataFrame:
    """Rows and events of each group; those of all groups together are shown beside the result."""
    columns = []
    for name in ("n", "events"):
        linked, counts = LinkedCounts(CountRule.of(limits)), [round(one) for one in frame[name].to_list()]
        places = [linked.add(one) for one in counts]
        linked.link(linked.add(sum(counts), Part.KNOWN), places)
        shown = linked.shown()
        columns.append(pl.Series(name, [shown[place] for place in places], dtype=pl.Int64))
    return frame.with_columns(columns)


def _quantiles(frame: pl.DataFrame) -> pl.DataFrame:
    """Values of quantiles with enough people on either side; each row has its own probability."""
    kept = [
        redacted_statistics(own.select("n", "value"), quantiles={"value": own["probability"][0]})["value"]
        for own in frame.iter_slices(1)
    ]
    return frame.with_columns(value=pl.concat(kept)) if kept else frame


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


def _base(limits: Disclosure) -> int:
    return CountRule.of(limits).base
