"""XPT as we write it is read alike by a reader that shares no code with our writer: that of pandas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from cimara.outcomes import EndpointTable, Facts, Schedule, catalogue, derive_endpoint
from cimara.outcomes.endpoints.adtte import to_adtte
from cimara.response import Policy, Study, derive
from cimara.response.adrs import Subjects, to_adrs
from cimara.response.audit import rs_frame
from cimara.response.reading.write_sdtm import sdtm_datasets
from cimara.response.results import ResultTables
from cimara.response.study import derive_study
from cimara.response.synth import UNTIDINESS, SynthOptions, synth_study
from cimara.response.transport.dataset import Dataset, Variable, VariableType
from cimara.response.transport.xpt import write_xpt
from tests.spec.outcomes.dated_facts import read_table

SAS_EPOCH = dt.date(1960, 1, 1)
TYPES = {pl.Int64(): VariableType.INTEGER, pl.Float64(): VariableType.FLOAT, pl.String(): VariableType.TEXT}
PANDAS_ZERO = 16.0**-65
"""What pandas makes of an IBM zero (eight zero bytes): it adds the implied exponent to nothing, too."""
POLICY = Policy.preset("rano_bm")


@cache
def study() -> Study:
    return synth_study(SynthOptions(patients=15, seed=11, readers=2, untidiness=UNTIDINESS["messy"])).study


def adrs() -> Dataset:
    starts = {patient.patient_id: patient.start_date for patient in study().patients}
    tables: ResultTables = derive_study(study(), POLICY)
    return to_adrs(tables, Subjects(starts, alive=starts), study_id="S1")


def adtte() -> Dataset:
    found = to_adtte([endpoint(name) for name in ("OS", "CNSPFS", "CNSTTP")], study="S1").adtte
    assert found is not None
    return found


def endpoint(name: str) -> EndpointTable:
    courses = ("2024-03-01 | ADEQUATE_SCAN | CNS\n2024-05-01 | LAST_ALIVE", "2024-02-01 | DEATH")
    rows = [
        fact
        for number, course in enumerate(courses)
        for fact in read_table(f"2024-01-01 | RANDOMISATION\n{course}", f"P{number}")
    ]
    return derive_endpoint(catalogue[name], Facts.of(rows), schedule=Schedule(56))


def tr() -> Dataset:
    return sdtm_datasets(study(), study_id="S1")["tr"]


def rs() -> Dataset:
    rows = [row for patient in study().patients for row in derive(patient, POLICY).rows]
    frame = rs_frame(study(), rows, study_id="S1", category="RANO-BM")
    variables = tuple(Variable(name, name, TYPES[dtype]) for name, dtype in frame.schema.items())
    return Dataset.of("RS", "Disease Response", variables, frame.to_dict(as_series=False))


def as_sas(value: object, kind: VariableType) -> object:
    """A value as SAS holds it: dates as days since 1960, numbers as floats, missing text as blank."""
    if kind is VariableType.TEXT:
        return value or ""
    if value is None:
        return None
    return float((value - SAS_EPOCH).days if isinstance(value, dt.date) else value)  # type: ignore[arg-type]


def plain(value: object) -> object:
    """What pandas read, its zero put right."""
    return 0.0 if value == PANDAS_ZERO else value


@pytest.mark.parametrize("make", [adrs, adtte, tr, rs], ids=lambda make: make.__name__)
def test_pandas_reads_what_we_wrote(make: Callable[[], Dataset], tmp_path: Path) -> None:
    dataset = make()
    write_xpt(dataset, tmp_path / "data.xpt")
    read = pd.read_sas(tmp_path / "data.xpt", format="xport", encoding="ascii")
    assert list(read.columns) == [variable.name for variable in dataset.variables]
    assert len(read) == len(dataset.frame) > 5
    for variable in dataset.variables:
        wanted = [as_sas(value, variable.type) for value in dataset.frame[variable.name]]
        blank: object = "" if variable.type is VariableType.TEXT else None
        found = [blank if pd.isna(value) else plain(value) for value in read[variable.name]]
        assert found == wanted, variable.name


def test_dates_are_days_of_sas(tmp_path: Path) -> None:
    days = [SAS_EPOCH, dt.date(1959, 12, 31), dt.date(2024, 2, 29), None]
    dataset = Dataset.of("DM", "Dates", (Variable("ADT", "Date", VariableType.DATE),), {"ADT": list(days)})
    write_xpt(dataset, tmp_path / "dates.xpt")
    read = pd.read_sas(tmp_path / "dates.xpt", format="xport")
    assert [plain(value) for value in read["ADT"][:3]] == [0.0, -1.0, 23435.0]
    assert pd.isna(read["ADT"][3])


def test_a_zero_is_eight_zero_bytes(tmp_path: Path) -> None:
    dataset = Dataset.of("DM", "Zero", (Variable("AVAL", "Value", VariableType.FLOAT),), {"AVAL": [0.0, 1.0]})
    write_xpt(dataset, tmp_path / "zero.xpt")
    content = (tmp_path / "zero.xpt").read_bytes()
    first = content.rindex(b"HEADER RECORD*******OBS") + 80
    assert content[first : first + 16].hex() == "0000000000000000" + "4110000000000000"
