"""Submissions: content hash and Parquet of a million rows, and what a submission and a check take

A million made-up measurements in random order, 16 fields, seven of them decimals, reasons in one. The hash is
over 120 MB of canonical text. A submission writes, flushes and records; a check reads all of it back.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable

import numpy as np
import polars as pl

from bench.measure import Figure, Options, timed
from cimara.cohort.dataset import Dataset
from cimara.cohort.model import Entity, Kind, data_model
from cimara.cohort.store.content import content_hash
from cimara.cohort.store.parquet import table_file
from cimara.cohort.store.store import Store

ROWS, LESIONS, SCANS, SEED = 1_000_000, 5, 4, 20260301
GOAL_HASH_AND_FILE = 3.0
ROUNDS = 3
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def run(options: Options) -> Iterable[Figure]:
    """Best seconds of three."""
    entity = data_model().entity("LesionMeasurement")
    frame = measurements(entity, ROWS)
    yield Figure("content hash", _best(lambda: content_hash(entity, frame)), "s")
    seconds = _best(lambda: table_file(entity, frame, None))
    size = len(table_file(entity, frame, None).content)
    yield Figure("hash and Parquet", seconds, "s", GOAL_HASH_AND_FILE, detail=f"file of {size / 1e6:,.0f} MB")
    store, dataset = Store(str(options.work / "store")), Dataset({entity.name: frame})
    yield Figure("submission", timed(lambda: _submit(store, dataset)), "s")
    yield Figure("the same again", timed(lambda: _submit(store, dataset)), "s")
    yield Figure("reading it back", timed(lambda: store.read("bench", "UT01")), "s")
    yield Figure("check", timed(lambda: store.check("bench")), "s")
    shutil.rmtree(options.work / "store")


def measurements(entity: Entity, rows: int) -> pl.DataFrame:
    """Made-up measurements in random order."""
    draw = np.random.default_rng(SEED)
    place = pl.int_range(rows)
    patient = pl.format("UT01-P{}", (place // (LESIONS * SCANS)).cast(pl.String).str.zfill(6))
    columns = {one.name: _drawn(one.kind, one.code_names, one.places, draw, rows) for one in entity.fields}
    reason = pl.when(place % 3 == 0)
    return (
        pl.DataFrame({name: values for name, values in columns.items() if values is not None})
        .with_columns(patient_id=patient, curator=pl.lit("curator-3"))
        .with_columns(
            scan_id=pl.format(
                "{}-S{}", "patient_id", (place // LESIONS % SCANS).cast(pl.String).str.zfill(2)
            ),
            lesion_id=pl.format("{}-L{}", "patient_id", (place % LESIONS).cast(pl.String).str.zfill(2)),
            vol_flair_cm3__why=reason.then(pl.lit("ND")),
            vol_flair_cm3=reason.then(None).otherwise("vol_flair_cm3"),
        )
        .sample(fraction=1.0, shuffle=True, seed=SEED)
    )


def _drawn(
    kind: Kind, codes: tuple[str, ...], places: int, draw: np.random.Generator, rows: int
) -> pl.Series | None:
    if kind is Kind.DECIMAL:
        return pl.Series(np.round(draw.uniform(0, 40, rows), places))
    if kind is Kind.CODE:
        return pl.Series(np.array(codes)[draw.integers(0, len(codes), rows)])
    return pl.Series(draw.integers(0, 900, rows)) if kind is Kind.DAY else None


def _submit(store: Store, dataset: Dataset) -> object:
    who = {"study": "bench", "site": "UT01", "author": "bench"}
    return store.submit(dataset, {"errors": 0}, b"{}", now=NOW, **who)


def _best(call: object) -> float:
    return min(timed(call) for _ in range(ROUNDS))  # type: ignore[arg-type]
