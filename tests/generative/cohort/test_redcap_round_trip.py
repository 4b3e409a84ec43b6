"""Model -> REDCap dictionary -> export -> model loses no value and no reason, in any form of export."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cimara.cohort.dataset import Dataset
from cimara.cohort.model import data_model
from cimara.cohort.redcap.export import our_project, read_export, write_export
from cimara.cohort.redcap.headers import known_columns
from tests.generative.cohort.random_datasets import in_key_order, random_dataset
from tests.many import examples

SETTINGS = settings(
    max_examples=examples(6, 150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
SEEDS = st.integers(0, 2**32 - 1)


def assert_same(one: Dataset, two: Dataset) -> None:
    for entity in data_model().entities:
        assert in_key_order(one, entity.name).equals(in_key_order(two, entity.name)), entity.name


@SETTINGS
@given(
    seed=SEEDS,
    rows=st.integers(0, 15),
    labels=st.booleans(),
    header=st.booleans(),
    longitudinal=st.booleans(),
)
def test_an_export_written_and_read_is_the_same_data(
    seed: int, rows: int, labels: bool, header: bool, longitudinal: bool
) -> None:
    held = random_dataset(seed, rows)
    if not held.n_rows:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = write_export(
            held,
            Path(folder) / "e.csv",
            labels=labels,
            header_labels=header,
            longitudinal=longitudinal,
            dag="g",
        )
        back = read_export(path, site="g")
        assert_same(held, back)
        assert set(back.findings["rule"]) <= {"STATUS", "LABELS"}
        assert back.unused == ()


@SETTINGS
@given(seed=SEEDS, rows=st.integers(1, 15))
def test_a_second_trip_gives_the_same_bytes(seed: int, rows: int) -> None:
    held = random_dataset(seed, rows)
    if not held.n_rows:
        return
    with tempfile.TemporaryDirectory() as folder:
        first = write_export(held, Path(folder) / "a.csv", dag="g")
        second = write_export(read_export(first, site="g"), Path(folder) / "b.csv", dag="g")
        assert first.read_bytes() == second.read_bytes()


@SETTINGS
@given(seed=SEEDS, rows=st.integers(1, 10))
def test_json_of_the_same_rows_is_the_same_data(seed: int, rows: int) -> None:
    held = random_dataset(seed, rows)
    if not held.n_rows:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = write_export(held, Path(folder) / "e.csv")
        with path.open(newline="", encoding="utf-8") as file:
            (Path(folder) / "e.json").write_text(json.dumps(list(csv.DictReader(file))))
        assert_same(held, read_export(Path(folder) / "e.json", site=""))


@pytest.mark.parametrize("labels", [False, True])
def test_a_data_set_with_all_entities_keeps_all(tmp_path: Path, labels: bool) -> None:
    seed = next(one for one in range(1000) if len(random_dataset(one, 12).n_rows) == 22)
    held = random_dataset(seed, 12)
    assert_same(held, read_export(write_export(held, tmp_path / "e.csv", labels=labels), site=""))


def test_every_column_of_our_exports_has_a_name_of_its_own() -> None:
    names = list(known_columns(our_project()))
    assert len(set(names)) == len(names) > 500
