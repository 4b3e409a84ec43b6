"""A panel of sites of which two are too small to be shown: the others' numbers are those of all rows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.federation.errors import Code
from cimara.federation.transport.local import MEMORY
from cimara.outcomes.pooling.site_panel import SitePanel, site_panel
from cimara.outcomes.rows import Survival
from tests.federated.engine.small_job import House, cox_analysis, study_of, table

LARGE, SMALL = ("NL01", "UT02", "CH03"), ("DE04", "FR05")


def with_few_events(site: str) -> pl.DataFrame:
    rows = table(site, 40)
    first = pl.int_range(pl.len()) < 12
    return rows.with_columns(
        died=pl.when(first).then(pl.col("died")).otherwise(0) * (pl.int_range(pl.len()) < 6)
    )


def tables(small: tuple[str, ...]) -> dict[str, pl.DataFrame]:
    return {site: table(site, 60) for site in LARGE} | {site: with_few_events(site) for site in small}


def federated(folder: Path, small: tuple[str, ...]) -> Any:
    rows = tables(small)
    asked = cox_analysis(estimator="site_panel")
    return House(folder, study=study_of(asked, sites=tuple(rows)), tables=rows).coordinator().run(("A2",))


@pytest.fixture(scope="module")
def panels() -> tuple[SitePanel, SitePanel]:
    """Over houses, and of all rows in one place."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        found = federated(Path(name), SMALL)
    assert not found.failed, found.failed
    parts = [
        Survival.from_frame(
            one, time="days", event="died", covariates=["dose", "volume"], strata=["centre"], site="centre"
        )
        for one in tables(SMALL).values()
    ]
    return found.value("A2"), site_panel(parts, sites=(*LARGE, *SMALL))


def test_small_sites_are_not_shown_and_in_the_common_fit_all_the_same(
    panels: tuple[SitePanel, SitePanel],
) -> None:
    found, pooled = panels
    assert [one.why_not for one in found.sites] == ["", "", "", "not shown", "not shown"]
    assert found.fit.coef == pytest.approx(pooled.fit.coef, abs=1e-9)


def test_leaving_out_a_shown_site_leaves_the_hidden_ones_in(panels: tuple[SitePanel, SitePanel]) -> None:
    found, pooled = panels
    for place in range(len(LARGE)):
        assert found.sites[place].without == pytest.approx(pooled.sites[place].without, abs=1e-9)
        assert np.isfinite(found.sites[place].without).all()


def test_a_single_hidden_site_stops_the_panel(tmp_path: Path) -> None:
    found = federated(tmp_path, SMALL[:1])
    assert found.failed["A2"].code == Code.PLAIN_SUMS
