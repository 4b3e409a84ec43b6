"""A small made-up study as a data folder, and plans over it; quick enough for every test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.report.data_folder import DataFolder, read_data_folder
from cimara.outcomes.report.findings import Findings, Result
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.report.plan_reading import plan_from_text
from cimara.outcomes.report.running import run_analysis

HEAD = """
[study]
id = "made-up"
title = "A made-up study"
data_cut = 2025-06-30

[population]
site = "site"

[covariates.arm]
levels = ["control", "drug"]

[endpoints.os]
use = "OS"
unit = "months"

[endpoints.progression]
use = "CNSTTP"
competing = ["death"]
unit = "months"
"""


def endpoint_table(name: str, patients: list[str], days: np.ndarray, evcode: np.ndarray) -> pl.DataFrame:
    """A table as `cimara outcomes derive` writes it, as far as the report reads it."""
    codes = {0: "LAST_ALIVE", 1: "DEATH" if name == "OS" else "CNS_PD", 2: "DEATH"}
    return pl.DataFrame(
        {
            "patient_id": patients,
            "lesion_id": [""] * len(patients),
            "endpoint": name,
            "fingerprint": catalogue[name].fingerprint,
            "start": "2023-01-01",
            "aval": days,
            "evcode": evcode,
            "code": [codes[int(one)] for one in evcode],
        }
    )


def write_study(folder: Path, *, n: int = 160, seed: int = 11) -> Path:
    """Write rows, OS and CNSTTP of `n` patients at four sites; the drug halves the hazard of progression."""
    rng = np.random.default_rng(seed)
    patients = [f"P{number:03d}" for number in range(n)]
    arm = rng.permutation(np.repeat([0, 1], n // 2))
    age = np.round(rng.normal(60, 9, n))
    progression = rng.exponential(np.where(arm == 1, 420, 210))
    death = rng.exponential(500, n)
    cut = rng.uniform(300, 900, n)
    first = np.ceil(np.minimum(np.minimum(progression, death), cut)).astype(np.int64)
    status = np.where(first >= cut, 0, np.where(progression <= death, 1, 2))
    days = np.ceil(np.minimum(death, cut)).astype(np.int64)
    rows = pl.DataFrame(
        {
            "patient_id": patients,
            "site": rng.choice(["north", "east", "south", "west"], n),
            "arm": np.where(arm == 1, "drug", "control"),
            "age": pl.Series(age).set(pl.Series(np.arange(n) < 3), None),
            "mgmt": rng.integers(0, 2, n),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    rows.write_csv(folder / "rows.csv")
    endpoint_table("OS", patients, days, (death <= cut).astype(int)).write_csv(folder / "os.csv")
    endpoint_table("CNSTTP", patients, first, status).write_csv(folder / "progression.csv")
    return folder


def plan_of(*entries: str, head: str = HEAD) -> Plan:
    """The plan with these `[[analysis]]` entries, one a text."""
    return plan_from_text(head + "".join(f"\n[[analysis]]\n{one}\n" for one in entries))


def result_of(folder: Path, entry: str, *, head: str = HEAD) -> Result:
    """What becomes of one entry."""
    plan = plan_of(entry, head=head)
    return run_analysis(plan, read_data_folder(folder), plan.analyses[0])


def findings_of(folder: Path, entry: str, *, head: str = HEAD) -> Findings:
    """What one entry finds; it must be done."""
    result = result_of(folder, entry, head=head)
    assert result.status == "done", result.message
    assert result.findings is not None
    return result.findings


def frame_of(data: DataFolder, name: str) -> pl.DataFrame:
    """Rows beside the table of an endpoint."""
    return data.rows.join(data.tables[name].frame.drop("lesion_id"), on="patient_id")
