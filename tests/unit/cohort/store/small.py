"""Small data sets of made-up patients for tests of the store."""

from __future__ import annotations

import datetime as dt

import polars as pl

from cimara.cohort.dataset import Dataset, schema_of
from cimara.cohort.model import data_model

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
STUDY, SITE = "rn-bev-1", "UT01"
CLEAN = {"errors": 0, "warnings": 2}
REPORT = b'{"errors": 0}'
WHO = {"study": STUDY, "site": SITE, "author": "curator-3", "now": NOW}


def frame(entity: str, **columns: object) -> pl.DataFrame:
    """A table of an entity; columns that are not given are empty, `<field>__why` may be given."""
    given = pl.DataFrame(columns, strict=False)
    schema = schema_of(data_model().entity(entity))
    if not columns:
        return pl.DataFrame(schema=schema)
    return given.select(
        [
            (pl.col(name) if name in given.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in schema.items()
        ]
        + [pl.col(name).cast(pl.String) for name in given.columns if name.endswith("__why")]
    )


def patients(count: int, *, site: str = SITE, age: int = 61) -> Dataset:
    """A site with patients 1 to `count`, a haemoglobin each, and therapy lines with two agents."""
    ids = [f"{site}-P{number:04d}" for number in range(1, count + 1)]
    numbers = range(1, count + 1)
    return Dataset(
        {
            "Site": frame("Site", site_id=[site], country=["NL"], dag_name=["utrecht"]),
            "Patient": frame(
                "Patient",
                patient_id=ids,
                sex=["female"] * count,
                age_at_anchor=[age] * count,
                n_brm_at_anchor=list(numbers),
            ),
            "LabResult": frame(
                "LabResult",
                patient_id=ids,
                analyte=["haemoglobin"] * count,
                value=[12.3 if number % 2 else None for number in numbers],
                value__why=[None if number % 2 else "ND" for number in numbers],
                unit=["g_dl"] * count,
                day=list(numbers),
            ),
            "SystemicTherapyLine": frame(
                "SystemicTherapyLine",
                patient_id=ids,
                line_id=[f"{one}-T01" for one in ids],
                agents=[["osimertinib", "pemetrexed"]] * count,
            ),
        }
    )
