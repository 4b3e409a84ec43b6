"""Makes a synthetic consortium: the data sets of its sites, and the truth behind them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cimara.cohort.dataset import Dataset, plain_origin
from cimara.cohort.model import data_model
from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.frames import with_reasons_that_are_given
from cimara.cohort.synth.options import Scenario, SyntheticConsortium, SynthOptions
from cimara.cohort.synth.people import anchor_dates
from cimara.cohort.synth.rn_chart import rn_tables
from cimara.cohort.synth.rn_effects import RnTruth
from cimara.cohort.synth.rn_truth import rn_truth
from cimara.cohort.synth.sites import DemoSite, demo_sites
from cimara.cohort.synth.srs_chart import srs_tables_of, srs_truth
from cimara.cohort.synth.srs_effects import SrsTruth


def synth_consortium(options: SynthOptions) -> SyntheticConsortium:
    """Patients of all sites. The same options give the same tables, byte for byte."""
    sites = demo_sites(options)
    if options.scenario is Scenario.RN_TREATED:
        rn = RnTruth()
        tables, drawn, chart = rn_tables(options, sites, rn)
        truth = rn_truth(options, sites, rn, drawn)
    else:
        srs = SrsTruth()
        tables, patients, treated, chart = srs_tables_of(options, sites, srs)
        truth = srs_truth(options, sites, srs, patients, treated)
    return SyntheticConsortium(options, by_site(tables, sites), _anchors(chart), truth)


def by_site(tables: Mapping[str, pl.DataFrame], sites: tuple[DemoSite, ...]) -> dict[str, Dataset]:
    """Tables of all sites as a data set a site."""
    parts: dict[str, dict[str, pl.DataFrame]] = {one.site_id: {} for one in sites}
    for name, frame in tables.items():
        site = pl.col("site_id") if name == "Site" else pl.col("patient_id").str.head(4)
        split = frame.with_columns(_site=site).partition_by("_site", as_dict=True, include_key=False)
        for (site_id,), part in split.items():
            parts[str(site_id)][name] = with_reasons_that_are_given(part, data_model().entity(name))
    return {
        site_id: Dataset(
            held, {name: plain_origin(part.height, f"synthetic {site_id}") for name, part in held.items()}
        )
        for site_id, held in parts.items()
    }


def _anchors(chart: Chart) -> pl.DataFrame:
    return pl.DataFrame(
        {"patient_id": pl.Series(chart.ids.tolist()), "anchor_date": anchor_dates(chart.people, chart.origin)}
    )
