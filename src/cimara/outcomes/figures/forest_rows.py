"""What a forest plot shows: estimates of subgroups or sites, in sections, each with its numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl
from scipy import stats  # type: ignore[import-untyped]

from cimara.outcomes.figures.curve_header import Tested
from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.words import listed
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.pooling.heterogeneity import Heterogeneity
from cimara.outcomes.pooling.meta_analysis import SitePool


class RowKind(StrEnum):
    """How a row is drawn."""

    BOX = "box"
    DIAMOND = "diamond"
    PREDICTION = "prediction"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One estimate on the log scale with its limits; None where it is not estimable.

    `information` is 1 over its variance (area of its box), `events` and `n` are None where not known.
    """

    label: str
    estimate: float | None
    lower: float | None
    upper: float | None
    information: float | None = None
    events: float | None = None
    n: int | None = None
    kind: RowKind = RowKind.BOX

    @classmethod
    def of_fit(cls, label: str, fit: CoxFit, covariate: str, *, kind: RowKind = RowKind.BOX) -> ForestRow:
        """The coefficient of one covariate of a Cox fit.

        Raises
        ------
        FigureError
            A covariate that is not in the fit.
        """
        if covariate not in fit.names:
            raise FigureError("no such covariate in the fit", where="covariate", expected=listed(fit.names))
        place = fit.names.index(covariate)
        if not fit.estimable[place]:
            return cls(
                label=label, estimate=None, lower=None, upper=None, events=fit.events, n=fit.n, kind=kind
            )
        return cls(
            label=label,
            estimate=float(fit.coef[place]),
            lower=math.log(fit.hr_lower[place]),
            upper=math.log(fit.hr_upper[place]),
            information=float(fit.se[place]) ** -2,
            events=fit.events,
            n=fit.n,
            kind=kind,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestSection:
    """Rows under a heading; a subgroup section has the p of the interaction, never one p a row."""

    heading: str = ""
    rows: tuple[ForestRow, ...]
    interaction: Tested | None = None


def subgroup_section(
    heading: str, fits: Mapping[str, CoxFit], covariate: str, interaction: Tested | None = None
) -> ForestSection:
    """One row a subgroup, from fits of the same covariate; `interaction` tests that they differ."""
    rows = tuple(ForestRow.of_fit(label, fit, covariate) for label, fit in fits.items())
    return ForestSection(heading=heading, rows=rows, interaction=interaction)


def site_sections(pool: SitePool, counts: pl.DataFrame | None = None) -> tuple[ForestSection, ...]:
    """Sites with their own intervals, then the mean as a diamond and the prediction interval.

    `counts` has columns site, n and events.
    """
    table = pool.table()
    known: dict[str, tuple[int, float]] = {}
    if counts is not None:
        known = {site: (n, events) for site, n, events in counts.select("site", "n", "events").iter_rows()}
    rows = tuple(
        ForestRow(
            label=site,
            estimate=estimate,
            lower=lower,
            upper=upper,
            information=float(1 / variance),
            n=known.get(site, (None, None))[0],
            events=known.get(site, (None, None))[1],
        )
        for (site, estimate, lower, upper), variance in zip(
            table.head(pool.n_sites).select("site", "estimate", "lower", "upper").iter_rows(),
            pool.variances,
            strict=True,
        )
    )
    mean = ForestRow(
        label=f"Random-effects mean, {pool.n_sites} sites",
        estimate=pool.mean,
        lower=pool.lower,
        upper=pool.upper,
        kind=RowKind.DIAMOND,
        n=sum(n for n, _ in known.values()) if known else None,
        events=sum(events for _, events in known.values()) if known else None,
    )
    predicted = ForestRow(
        label="Prediction interval, new site",
        estimate=pool.mean,
        lower=pool.prediction_lower,
        upper=pool.prediction_upper,
        kind=RowKind.PREDICTION,
    )
    summary = (mean,) if pool.prediction_lower is None else (mean, predicted)
    return ForestSection(heading="Site", rows=rows), ForestSection(rows=summary)


def heterogeneity_sections(found: Heterogeneity) -> tuple[ForestSection, ...]:
    """Sites, then the site-stratified estimate (the primary one), then the mean over sites if there is one.

    Sites whose estimate does not exist are listed as such.
    """
    confidence = found.fit.confidence
    reach = float(stats.norm.ppf((1 + confidence) / 2))
    rows = tuple(
        ForestRow(
            label=one.site,
            estimate=one.estimate,
            lower=None if one.estimate is None or one.se is None else one.estimate - reach * one.se,
            upper=None if one.estimate is None or one.se is None else one.estimate + reach * one.se,
            information=None if one.se is None else one.se**-2,
            events=one.events,
            n=one.n,
        )
        for one in found.by_site
    )
    primary = ForestRow.of_fit("Stratified by site", found.fit, found.exposure, kind=RowKind.DIAMOND)
    if found.pool is None:
        return ForestSection(heading="Site", rows=rows), ForestSection(rows=(primary,))
    (_, pooled) = site_sections(found.pool)
    return ForestSection(heading="Site", rows=rows), ForestSection(rows=(primary, *pooled.rows))


def forest_frame(sections: Sequence[ForestSection]) -> pl.DataFrame:
    """Every row with its section; estimates and limits on the log scale and as ratios."""
    rows = [
        (
            section.heading,
            row.label,
            row.kind.value,
            *(row.estimate, row.lower, row.upper),
            *(None if one is None else math.exp(one) for one in (row.estimate, row.lower, row.upper)),
            row.information,
            row.events,
            row.n,
            None if section.interaction is None else float(section.interaction.p),
        )
        for section in sections
        for row in section.rows
    ]
    numbers = ("estimate", "lower", "upper", "ratio", "ratio_lower", "ratio_upper", "information", "events")
    schema: dict[str, pl.DataType] = {
        "section": pl.String(),
        "label": pl.String(),
        "kind": pl.String(),
        **{name: pl.Float64() for name in numbers},
        "n": pl.Int64(),
        "interaction_p": pl.Float64(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
