"""Overall and progression-free survival of the synthetic example study (pharmaverse)."""

from __future__ import annotations

import gzip

import polars as pl
import pytest

from cimara.outcomes import Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.tidy import adsl_tables
from cimara.response import Policy, Study, derive_study
from tests.shared_data import shared_data

pytestmark = pytest.mark.shared_data


def adsl() -> pl.DataFrame:
    with gzip.open(shared_data("response/adsl.csv.gz")) as file:
        return pl.read_csv(file.read(), infer_schema=False)


def test_overall_survival_has_254_rows_with_three_events() -> None:
    table = derive_endpoint(catalogue["OS"], Facts.from_tables(**adsl_tables(adsl())))
    assert table.report.analysed == 254
    assert table.report.excluded == (("NO_START", 52),)
    assert table.report.events == (("DEATH", 3),)
    assert sum(number for _, number in table.report.censored) == 251
    assert table.frame.filter((pl.col("evcode") == 0) & (pl.col("aval") == 1)).height == 3
    assert table.findings.filter(pl.col("code") == "LAST_ALIVE_BEFORE_START").height == 2


def test_progression_free_survival_adds_up_to_254() -> None:
    sources = {name: shared_data(f"response/{name}_onco.csv.gz") for name in ("tu", "tr", "rs")}
    study = Study.from_sdtm(**sources, adsl=shared_data("response/adsl.csv.gz"))
    responses = derive_study(study, Policy.preset("recist11"))
    facts = Facts.from_response(responses, adsl_tables(adsl()))
    endpoint = catalogue["PFS"].replace(switch={"preset": "ema"})
    report = derive_endpoint(endpoint, facts).report
    assert report.analysed == 254
    total = sum(number for counts in (report.events, report.censored) for _, number in counts)
    assert total == 254
    assert dict(report.events)["PD"] > 0
