"""Seventeen sites, five kinds of export: planted errors are found, and mended files are the clean charts."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.checks.run import check
from cimara.cohort.dataset import Dataset
from cimara.cohort.deid.scan import scan
from cimara.cohort.harmonise.opening import read_any
from cimara.cohort.raw_tables import read_csv
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.defects import Planted
from cimara.cohort.synth.exports import Delivery, write_exports
from cimara.cohort.synth.file_faults import REFUSED
from cimara.cohort.synth.options import Scenario, SynthOptions
from tests.many import MANY, examples
from tests.unit.cohort.synth.consortia import differences


@pytest.fixture(scope="module", params=list(Scenario) if MANY else [Scenario.RN_TREATED])
def deliveries(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Delivery]:
    """What the sites sent, in the mix of formats."""
    made = synth_consortium(SynthOptions(seed=1, scenario=request.param, patients=examples(102, 1700)))
    return write_exports(made, tmp_path_factory.mktemp("consortium") / "out")


@pytest.mark.skipif(not MANY, reason="test_exports.py holds it for a site of each kind")
def test_mended_exports_are_the_charts_of_the_site(deliveries: list[Delivery]) -> None:
    assert len({one.kind for one in deliveries}) == 5
    for one in deliveries:
        read = read_any(one.mended, one.mapping)
        assert differences(one.dataset, read) == [], one.site_id
        found = pl.concat([read.findings, check(read)])
        assert found.filter(severity="error").is_empty(), one.site_id


def test_each_planted_error_is_found(deliveries: list[Delivery]) -> None:
    for one in deliveries:
        read = read_any(one.export, one.mapping)
        found = pl.concat([read.findings, check(read)])
        for error in one.planted:
            assert error.severity == REFUSED or _hits(found, read, error), (one.site_id, error.fault)


def _hits(found: pl.DataFrame, read: Dataset, error: Planted) -> bool:
    """Whether a finding of the rule names the row of the error, or its file where there is no row."""
    hit = found.filter(rule=error.rule, table=error.table, severity=error.severity)
    if not error.table or not error.key:
        return bool(hit.height)
    key = [pl.col(name).cast(pl.String) for name in read.model.entity(error.table).key]
    mine = read.located(error.table).filter(pl.concat_str(key, separator="/") == error.key)
    return bool(hit.join(mine, left_on="row", right_on="_row").filter(patient_id=error.patient_id).height)


def test_identifiers_in_a_file_refuse_it(deliveries: list[Delivery]) -> None:
    refused = [(one, error) for one in deliveries for error in one.planted if error.severity == REFUSED]
    assert len(refused) == 2
    for one, error in refused:
        report = scan([read_csv(one.export / error.file)])
        assert (error.field, error.rule) in {(hit.column, hit.rule) for hit in report.hits}


def test_the_list_of_planted_errors_is_complete(deliveries: list[Delivery]) -> None:
    folder = deliveries[0].export.parents[1]
    with (folder / "planted.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [row["site_id"] for row in listed] == [one.site_id for one in deliveries for _ in one.planted]
    assert all(row["mend"] for row in listed)


def test_exports_differ_from_the_mended_ones_where_errors_are_planted(deliveries: list[Delivery]) -> None:
    def content(folder: Path) -> list[bytes]:
        return [one.read_bytes() for one in sorted(folder.iterdir())]

    assert all(content(one.export) != content(one.mended) for one in deliveries)
