"""Every site beside all together: its own fit, the fit without it, and who has neither."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.outcomes import Survival, cox, site_panel
from cimara.outcomes.contract import ContractError
from cimara.outcomes.pooling.site_panel import SitePanel

SITES = ("a", "b", "c", "d")


def _frame(few: int = 0) -> pl.DataFrame:
    """Four sites; the last has events in its first `few` rows alone, if any are named."""
    dice = np.random.default_rng(12)
    n = 400
    site = np.array(SITES)[np.arange(n) % 4]
    x, z = dice.normal(size=n), dice.integers(0, 2, n)
    time = dice.exponential(np.exp(-0.5 * x - 0.3 * z))
    event = dice.integers(0, 4, n) > 0
    if few:
        event &= (site != "d") | (np.arange(n) < 4 * few)
    return pl.DataFrame({"site": site, "x": x, "z": z, "time": time, "event": event.astype(int)})


def _parts(frame: pl.DataFrame) -> list[Survival]:
    named = {"time": "time", "event": "event", "covariates": ["x", "z"]}
    levels = {"site": SITES}
    return [
        Survival.from_frame(part, **named, site="site", strata="site", levels=levels)  # type: ignore[arg-type]
        for part in frame.partition_by("site")
    ]


@pytest.fixture(scope="module")
def panel() -> SitePanel:
    return site_panel(_parts(_frame()), sites=SITES, refit=True)


def test_a_sites_own_estimate_is_the_fit_of_its_rows(panel: SitePanel) -> None:
    for one, part in zip(panel.sites, _parts(_frame()), strict=True):
        own = cox(part)
        assert one.coef == pytest.approx(own.coef, abs=1e-9)
        assert one.variance == pytest.approx(own.se**2, abs=1e-9)


def test_the_estimate_without_a_site_is_the_fit_of_the_others(panel: SitePanel) -> None:
    for place, one in enumerate(panel.sites):
        others = [part for other, part in enumerate(_parts(_frame())) if other != place]
        assert one.without == pytest.approx(cox(others).coef, abs=1e-9)


def test_one_step_without_a_site_is_near_the_fit(panel: SitePanel) -> None:
    stepped = site_panel(_parts(_frame()), sites=SITES)
    for one, fitted in zip(stepped.sites, panel.sites, strict=True):
        assert one.without == pytest.approx(fitted.without, abs=0.01)
        assert one.one_step == pytest.approx(fitted.coef, abs=0.05)


def test_all_sites_together_are_the_stratified_model(panel: SitePanel) -> None:
    assert panel.fit.coef == pytest.approx(cox(_parts(_frame())).coef)
    assert len(panel.pools) == len(panel.tests) == 2
    assert panel.table().height == 8


def test_a_site_with_too_few_events_has_no_estimate_and_is_listed() -> None:
    found = site_panel(_parts(_frame(few=6)), sites=SITES)
    last = found.sites[-1]
    assert last.why_not == "too few events"
    assert np.isnan(last.coef).all()
    assert np.isfinite(last.without).all()
    assert found.pools[0] is not None
    assert found.pools[0].n_sites == 3
    assert any("d (too few events)" in one.message for one in found.warnings)


def test_a_site_without_rows_is_not_shown() -> None:
    found = site_panel(_parts(_frame().filter(pl.col("site") != "d")), sites=SITES)
    assert found.sites[-1].why_not == "not shown"
    assert np.isnan(found.sites[-1].without).all()


def test_parts_without_a_site_are_refused() -> None:
    rows = Survival.from_frame(_frame(), time="time", event="event", covariates=["x"])
    with pytest.raises(ContractError, match="no site column"):
        site_panel(rows, sites=SITES)
