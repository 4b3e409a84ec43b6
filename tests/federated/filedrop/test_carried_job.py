"""A whole job carried by hand equals the pooled rows, in as few trips as its rounds allow."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.status import JobState, read_status
from cimara.federation.transport import filedrop
from cimara.federation.transport.dropped import looked_at
from cimara.federation.transport.local import MEMORY
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import Survival
from tests.federated.engine.small_job import COLUMNS, House, cox_analysis, pooled, study_of, table
from tests.federated.filedrop.carried import Carried
from tests.shared_data import shared_data

SCALED = {"age": (55.0, 10.0), "nodes": (3.0, 5.0)}
KEYS, COUNTS, EXTREMES = 1, 1, 1


@pytest.fixture(scope="module")
def finished() -> Iterator[tuple[Carried, JobResult, int]]:
    """A job of two analyses that was carried to its end, and the number of trips."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        study = study_of(cox_analysis("A2"), cox_analysis("A3", covariates=[{"name": "dose"}]))
        carried = Carried(Path(name)).live_in(House(Path(name) / "two", study=study))
        result, trips = carried.until_done(carried.start("A2", "A3"))
        yield carried, result, trips


def test_two_analyses_take_as_many_trips_as_the_longer_one(finished: tuple[Carried, JobResult, int]) -> None:
    _, result, trips = finished
    assert result.state is JobState.DONE
    assert trips == KEYS + COUNTS + EXTREMES + 4


def test_both_analyses_equal_the_pooled_rows(finished: tuple[Carried, JobResult, int]) -> None:
    carried, result, _ = finished
    for name, columns in (("A2", COLUMNS), ("A3", ("dose",))):
        found, expected = result.value(name), pooled(carried.house.tables, columns)
        np.testing.assert_allclose(found.coef, expected.coef, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.se, expected.se, rtol=0, atol=1e-12)


@pytest.mark.shared_data
def test_a_cox_model_of_real_patients_is_the_pooled_one(carried: Carried) -> None:
    frame = _rotterdam()
    tables = {site: frame.filter(pl.col("centre") == site) for site in ("NL01", "NL02", "NL03")}
    covariates = [{"name": name, "centre": at, "scale": by} for name, (at, by) in SCALED.items()]
    study = study_of(
        cox_analysis(covariates=[*covariates, {"name": "hormon", "levels": ["0", "1"]}]), sites=tuple(tables)
    )
    carried.live_in(House(carried.base / "real", study=study, tables=tables))
    result, trips = carried.until_done(carried.start())
    scaled = frame.with_columns(
        *[(pl.col(name) - at) / by for name, (at, by) in SCALED.items()], pl.col("hormon").cast(pl.Float64)
    )
    expected = cox(
        Survival.from_frame(
            scaled, time="days", event="died", covariates=[*SCALED, "hormon"], strata=["centre"]
        )
    )
    assert trips == KEYS + COUNTS + EXTREMES + 6
    np.testing.assert_allclose(result.value("A2").coef, expected.coef, rtol=1e-10, atol=0)
    np.testing.assert_allclose(result.value("A2").se, expected.se, rtol=1e-10, atol=0)
    first = carried.asked[2 * len(tables)]
    assert first[2] == (
        "A2, round 1: 25 numbers: sums over 997 patients and 421 events; no times; masked "
        "(counts, a log-likelihood, a score and an information matrix a round; no times)",
    )


ON_A_GRID = (
    cox_analysis("A1", estimator="cox_shared"),
    {"id": "A2", "estimator": "km", "time": "days", "event": "died", "patient": "patient", "site": "centre"},
    {"id": "A3", "estimator": "logistic", "outcome": "died", "patient": "patient", "site": "centre",
     "covariates": [{"name": "dose"}]},
)  # fmt: skip


def test_sums_by_time_curves_and_other_models_equal_those_of_sites_that_are_online(carried: Carried) -> None:
    """Sites and centre take each round up anew from their disks, also where times come from the grid."""
    study, names = study_of(*ON_A_GRID, grid="mixed"), [one["id"] for one in ON_A_GRID]
    tables = {site: table(site, 60) for site in ("NL01", "UT02", "CH03")}
    online = House(carried.base / "online", study=study, tables=tables).coordinator().run(names)
    carried.live_in(House(carried.base / "by hand", study=study, tables=tables))
    result, trips = carried.until_done(carried.start(*names))
    assert (result.failed, online.failed) == ({}, {})
    assert {name: repr(result.value(name)) for name in names} == {
        name: repr(online.value(name)) for name in names
    }
    assert trips == KEYS + max(result.results[name].rounds for name in names)


def _rotterdam() -> pl.DataFrame:
    frame = pl.read_csv(shared_data("cohort/r_survival/rotterdam.csv"))
    return frame.select(
        pl.col("pid").cast(pl.String).alias("patient"),
        pl.format("NL0{}", pl.col("pid") % 3 + 1).alias("centre"),
        pl.col("dtime").alias("days"),
        pl.col("death").alias("died"),
        *[pl.col(name).cast(pl.Float64) for name in SCALED],
        pl.col("hormon").cast(pl.String),
    )


def test_the_files_of_a_job_are_looked_at_once_for_the_answers_to_all_questions(
    carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = [cox_analysis(name) for name in ("A1", "A2", "A3")]
    carried.live_in(House(carried.base / "three", study=study_of(*three)))
    carried.start("A1", "A2", "A3")
    for _ in range(2):
        carried.trip()
        carried.resume()
    carried.trip()
    looked: list[Path] = []
    monkeypatch.setattr(
        filedrop, "looked_at", lambda folder, read: (looked.append(folder), looked_at(folder, read))[1]
    )
    carried.resume()
    assert len(looked) == 1


def test_a_question_is_the_same_file_for_every_site_and_is_asked_once(carried: Carried) -> None:
    carried.start()
    carried.resume()
    carried.trip("NL01")
    carried.resume()
    questions = list(carried.centre.rglob("query.msg"))
    assert [path.parent.name for path in questions] == ["round-0001"]


def test_answers_that_come_one_by_one_are_waited_for_by_name(carried: Carried) -> None:
    carried.start()
    carried.trip("UT02")
    result = carried.resume()
    assert result.state is JobState.PAUSED
    assert result.reason.words.startswith("CH03, NL01: no answer yet")
    status = read_status(carried.house.folder / "job")
    assert {one.id for one in status.sites if one.waiting} == {"CH03", "NL01"}


def test_the_same_attempt_goes_on_when_a_person_was_waited_for(carried: Carried) -> None:
    carried.start()
    carried.trip("UT02")
    carried.resume()
    carried.trip("CH03", "NL01")
    carried.resume()
    assert sorted(path.name for path in carried.centre.glob("*/round-*")) == [
        "round-0001", "round-0002", "round-0003",
    ]  # fmt: skip


def test_files_may_come_in_any_order_under_any_name_anywhere_in_the_folder(carried: Carried) -> None:
    result = carried.start()
    turn = 0
    while result.state is JobState.PAUSED:
        for site in carried.sites:
            folder = carried.base / "mail" / f"{turn}" / site
            folder.mkdir(parents=True)
            for place, path in enumerate(sorted(carried.centre.rglob("query.msg"), reverse=True)):
                shutil.copy(path, folder / f"attachment ({place}).dat")
            carried.respond(site, folder=folder)
            for place, path in enumerate(carried.answers(site, folder)):
                inbox = next(carried.centre.glob("2026*")) / "inbox" / f"{turn}"
                inbox.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, inbox / f"{site} {place}.bin")
        turn += 1
        result = carried.resume()
    expected = pooled(carried.house.tables)
    np.testing.assert_allclose(result.value("A2").coef, expected.coef, rtol=0, atol=1e-12)


def test_a_site_that_refuses_ends_its_analysis_and_may_not_have_sent_a_number(carried: Carried) -> None:
    tables = {**carried.house.tables, "UT02": table("UT02", 8)}
    carried.live_in(House(carried.base / "few", tables=tables))
    result, _ = carried.until_done(carried.start())
    assert result.failed["A2"].code == "FED-201"
    assert not [one for one in carried.ledger("UT02") if one["decision"] == "sent"]


def test_nothing_of_a_patient_is_in_any_file_that_was_carried(
    finished: tuple[Carried, JobResult, int],
) -> None:
    carried, _, _ = finished
    carried_bytes = b"".join(path.read_bytes() for path in _files(carried.centre))
    for rows in carried.house.tables.values():
        for one in rows["patient"].to_list():
            assert one.encode() not in carried_bytes
        for value in (*rows["days"].to_list(), *rows["dose"].to_list(), *rows["volume"].to_list()):
            assert np.float64(value).tobytes() not in carried_bytes
            assert repr(value).encode() not in carried_bytes


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_end_of_a_job_is_told_to_a_site_without_a_question(
    finished: tuple[Carried, JobResult, int],
) -> None:
    carried, _, _ = finished
    asked = len(carried.asked)
    carried.bring("NL01")
    responded = carried.respond("NL01")
    assert len(carried.asked) == asked
    assert responded.written == ()
    assert carried.ledger("NL01")[-1]["decision"] == "ended"
    carried.respond("NL01")
    assert [one["decision"] for one in carried.ledger("NL01")].count("ended") == 1
