"""Three tables of R's oracle side by side in one table a site, and an analysis of them by each estimator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from tests.federated.estimators.oracle_cases import CASES, Case, table

STUDY = "tables-of-r"
PREFIX = {"rotterdam": "rotterdam_", "mgus2": "mgus2_", "covid": ""}
"""Of their columns; those of covid keep their names, which results tell numbers by."""
COLUMNS = ("time", "start", "event", "status", "outcome", "treatment")
LABELLED = ("group", "strata")
PATIENT, SITE = "patient", "site"
TABLE_ONE = {
    "estimator": "table1",
    "covariates": [
        {"name": "rotterdam_age", "centre": 55, "scale": 10},
        {"name": "rotterdam_grade", "levels": ["2", "3"]},
    ],
    "group": {"name": "rotterdam_hormon", "levels": ["0", "1"]},
}
"""R's oracle has no entry for it."""


def cases() -> dict[str, Case]:
    """The first entry of the oracle for each estimator, by the estimator."""
    found: dict[str, Case] = {}
    for case in CASES:
        found.setdefault(case.analysis["estimator"], case)
    return found


def analyses() -> dict[str, str]:
    """Bodies of `[[analysis]]` by the estimator, which is the analysis's id, too."""
    asked = {name: _of_joined(case) for name, case in cases().items()} | {"table1": TABLE_ONE}
    return {name: _toml(one | {"patient": PATIENT}) for name, one in asked.items()}


def tables(sites: tuple[str, ...]) -> dict[str, pl.DataFrame]:
    """The rows of each site: those of a table have no values in the columns of the others."""
    joined = pl.concat([_columns(name, sites) for name in PREFIX], how="diagonal")
    return {site: joined.filter(pl.col(SITE) == site) for site in sites}


def _columns(name: str, sites: tuple[str, ...]) -> pl.DataFrame:
    rows = table(name)
    return rows.select(
        pl.format(f"{name}-{{}}", pl.col("pid")).alias(PATIENT),
        pl.col("site").replace_strict(dict(enumerate(sites))).alias(SITE),
        *(pl.col(one).alias(f"{PREFIX[name]}{one}") for one in rows.columns if one not in ("pid", "site")),
    )


def _of_joined(case: Case) -> dict[str, Any]:
    """The analysis of an entry, asked of the columns of the joined table."""
    prefix, asked = PREFIX[case.table], dict(case.analysis)
    for key in COLUMNS:
        if key in asked:
            asked[key] = f"{prefix}{asked[key]}"
    for key in LABELLED:
        if key in asked:
            asked[key] = _renamed(asked[key], prefix)
    asked["covariates"] = [_renamed(one, prefix) for one in asked.get("covariates", [])]
    if "cluster" in asked:
        asked["cluster"] = PATIENT
    if "site" in asked:
        asked["site"] = SITE
    return asked


def _renamed(column: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {**column, "name": f"{prefix}{column['name']}"}


def _toml(analysis: Mapping[str, Any]) -> str:
    return "\n".join(f"{key} = {_value(value)}" for key, value in analysis.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_value(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)
