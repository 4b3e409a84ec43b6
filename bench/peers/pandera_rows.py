"""The rules of lesion measurements as pandera states them, for either of its backends."""

from __future__ import annotations

import os

os.environ.setdefault("DISABLE_PANDERA_IMPORT_WARNING", "True")

from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

PATIENT = "^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$"
SCAN = "^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-S[0-9]{2,3}$"
LESION = "^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-L[0-9]{2,3}$"
CURATOR = "^[a-z][a-z0-9-]{1,30}$"


def schema(backend: str, scans: list[str], lesions: list[str]) -> Any:
    """Eleven rules: presence, four patterns, three ranges, two lists of codes, foreign keys, a unique key."""
    pa = import_module(f"pandera.{backend}")
    text, number, whole = (str, float, "Int64") if backend == "pandas" else (pl.String, pl.Float64, pl.Int64)
    check = pa.Check
    return pa.DataFrameSchema(
        {
            "patient_id": pa.Column(text, check.str_matches(PATIENT)),
            "scan_id": pa.Column(text, [check.str_matches(SCAN), check.isin(scans)]),
            "lesion_id": pa.Column(text, [check.str_matches(LESION), check.isin(lesions)]),
            "longest_mm": pa.Column(number, check.in_range(0, 150), nullable=True),
            "perp_mm": pa.Column(number, check.in_range(0, 150), nullable=True),
            "vol_total_cm3": pa.Column(number, check.in_range(0, 400), nullable=True),
            "target": pa.Column(text, check.isin(["yes", "no", "unknown"]), nullable=True),
            "source": pa.Column(text, check.isin(["chart", "registry", "import"])),
            "curator": pa.Column(text, check.str_matches(CURATOR)),
            "entered_day": pa.Column(whole, check.in_range(-36_525, 36_525)),
        },
        unique=["scan_id", "lesion_id"],
        **({"report_duplicates": "exclude_first"} if backend == "pandas" else {}),
    )


def read(backend: str, path: Path) -> Any:
    """The rows as the backend reads them."""
    if backend == "pandas":
        return pd.read_csv(path, dtype={"entered_day": "Int64"})
    return pl.read_csv(path)


def broken(backend: str, checks: Any, rows: Any) -> int:
    """How many rows break a rule."""
    errors = import_module("pandera.errors").SchemaErrors
    try:
        checks.validate(rows, lazy=True)
    except errors as found:
        cases = found.failure_cases
        frame = cases if isinstance(cases, pl.DataFrame) else pl.from_pandas(cases[["index"]].astype("Int64"))
        return int(frame["index"].drop_nulls().n_unique())
    return 0
