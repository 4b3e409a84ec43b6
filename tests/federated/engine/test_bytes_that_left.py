"""No patient's id, time or covariate is in any byte that a site sends; and the search would find one."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from cimara.federation.messages.kinds import Answer, Refused, signed
from tests.federated.bytes_that_left import BytesThatLeft, leaks_in
from tests.federated.engine.small_job import House, cox_analysis, study_of, tables_of


def test_nothing_of_the_tables_leaves_in_a_cox_job(house):
    left = BytesThatLeft(house.transport)
    assert house.coordinator(left).run(["A2"]).state == "done"
    assert len(left.of("UT02")) > 6
    assert left.leaks(house.tables) == []


def test_nothing_leaves_in_a_job_of_many_analyses_and_each_has_its_files(folder):
    tables = {
        site: rows.with_columns(
            arm=pl.when(pl.col("dose") > 0).then(pl.lit("new")).otherwise(pl.lit("old")),
            alive=1 - pl.col("died"),
        )
        for site, rows in tables_of(n=80).items()
    }
    arm, numbers = {"name": "arm", "levels": ["old", "new"]}, [{"name": "dose"}, {"name": "volume"}]
    no_times = {"time": None, "event": None}
    asked = [
        {"estimator": "cox_strat"},
        {"estimator": "cox_shared"},
        {"estimator": "km", "covariates": [], "group": arm},
        {"estimator": "rmst", "covariates": [], "group": arm, "tau": 300.0},
        {"estimator": "logrank", "covariates": [], "group": arm},
        {"estimator": "table1", "group": arm, "covariates": [*numbers, arm], **no_times},
        {"estimator": "logistic", "outcome": "alive", **no_times},
    ]
    analyses = [cox_analysis(f"A{place}", **one) for place, one in enumerate(asked)]
    house = House(folder, study=study_of(*analyses), tables=tables)
    left = BytesThatLeft(house.transport)
    result = house.coordinator(left).run([one["id"] for one in analyses])
    assert result.failed == {}
    assert left.leaks(tables) == []
    for one in analyses:
        place = house.folder / "job" / "result" / one["id"]
        assert "rounds" in json.loads((place / "results.json").read_text())
        assert list(place.glob("*.csv"))


def test_nothing_leaves_in_refusals(folder):
    house = House(folder, study=study_of(cox_analysis(time="not_there")), tables=tables_of(n=12))
    left = BytesThatLeft(house.transport)
    assert house.coordinator(left).run(["A2"]).state == "failed"
    assert left.leaks(house.tables) == []


@pytest.mark.parametrize("column", ["days", "dose", "volume"])
def test_a_raw_number_is_found(house, column):
    value = house.tables["UT02"][column][7]
    answer = Answer(
        job="1", sender="UT02", analysis="A2", step=1, attempt=0, schema="cox", names=("score",),
        shapes=((3,),), words=np.zeros(0, dtype=np.uint64), unions={},
        plain={"score": np.array([0.5, value, 2.5])},
    )  # fmt: skip
    frame = signed(answer, house.study.private_keys["UT02"])
    assert leaks_in([frame], house.tables["UT02"]) == [column]
    assert leaks_in([frame], house.tables["NL01"]) == []


@pytest.mark.parametrize(
    ("column", "words"),
    [("patient", "no row for {}"), ("days", "a time of {} days is late"), ("dose", "dose {} is too large")],
)
def test_a_value_in_a_text_is_found(house, column, words):
    value = house.tables["UT02"][column][3]
    refused = Refused(
        job="1", sender="UT02", analysis="A2", step=1, code="FED-601", words=words.format(value)
    )
    frame = signed(refused, house.study.private_keys["UT02"])
    assert leaks_in([frame], house.tables["UT02"]) == [column]
