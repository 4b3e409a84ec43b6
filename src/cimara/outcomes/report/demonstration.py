"""A made-up study over several sites with its plan, to try the report on."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl

from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.endpoints.derive import derive_endpoint
from cimara.outcomes.endpoints.facts import Facts
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.table import EndpointTable
from cimara.outcomes.endpoints.tidy_tables import TABLES
from cimara.outcomes.frame_columns import BoolArray
from cimara.response.policy import Policy
from cimara.response.reading.write_tidy import tidy_frames
from cimara.response.study import derive_study
from cimara.response.synth import SyntheticStudy, SynthOptions, synth_study

ENDPOINTS = ("CNSPFS", "CNSTTP", "OS")
SITES = ("Ash", "Birch", "Cedar", "Elm", "Fir")
SITE_SHARES = (0.34, 0.25, 0.19, 0.13, 0.09)
TUMOURS = ("lung", "breast", "melanoma")
TUMOUR_SHARES = (0.5, 0.3, 0.2)
MISSING_KPS = 0.04
PLAN = "demonstration.toml"


def write_demonstration(folder: Path, *, patients: int = 240, seed: int = 7) -> list[Path]:
    """Write `plan.toml` and the data folder `data` of a made-up study; gives the files.

    The arms, sites and covariates are drawn by lot and do nothing, so that there is nothing to find; on
    steroids comes from the made-up visits. The same seed gives the same files.
    """
    made = synth_study(SynthOptions(patients=patients, seed=seed))
    tables = _endpoint_tables(made)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    frames = {
        "rows": _rows(made, np.random.default_rng([seed, patients])),
        "changes": _changes(made, tables[ENDPOINTS[0]].frame),
        **{name.lower(): table.frame for name, table in tables.items()},
    }
    paths = [folder / "plan.toml"]
    text = resources.files(__package__).joinpath(PLAN).read_text(encoding="utf-8")
    paths[0].write_text(text.replace("SEED", str(seed)), encoding="utf-8")
    for name, frame in frames.items():
        paths.append(data / f"{name}.csv")
        frame.write_csv(paths[-1])
    return paths


def _endpoint_tables(made: SyntheticStudy) -> dict[str, EndpointTable]:
    tidy: dict[str, pl.DataFrame] = dict(tidy_frames(made.study))
    for name, frame in made.supplements.items():
        known = tidy.get(name)
        tidy[name] = frame if known is None else known.join(frame, on="patient_id", maintain_order="left")
    texts = {name: frame.select(pl.all().cast(pl.String)) for name, frame in tidy.items() if name in TABLES}
    facts = Facts.from_response([derive_study(made.study, Policy.preset("rano_bm"))], texts)
    schedule = Schedule(56, window=7)
    return {name: derive_endpoint(catalogue[name], facts, schedule=schedule) for name in ENDPOINTS}


def _rows(made: SyntheticStudy, rng: np.random.Generator) -> pl.DataFrame:
    patients = tidy_frames(made.study)["patients"]
    n = patients.height
    kps = pl.Series("kps", rng.choice([60, 70, 80, 90, 100], n, p=[0.08, 0.17, 0.3, 0.3, 0.15]))
    return pl.DataFrame(
        {
            "patient_id": patients["patient_id"],
            "site": rng.choice(SITES, n, p=SITE_SHARES),
            "arm": rng.choice(["standard", "study drug"], n),
            "age": np.clip(np.round(rng.normal(61, 11, n)), 24, 88).astype(np.int64),
            "tumour": rng.choice(TUMOURS, n, p=TUMOUR_SHARES),
            "immunotherapy": patients["immunotherapy"],
            "kps": _with_gaps(kps, rng.random(n) < MISSING_KPS),
        }
    )


def _with_gaps(values: pl.Series, gaps: BoolArray) -> pl.Series:
    return values.set(pl.Series(gaps), None)


def _changes(made: SyntheticStudy, endpoint: pl.DataFrame) -> pl.DataFrame:
    """Days from the start on which steroids were begun or stopped, as the visits say."""
    visits = tidy_frames(made.study)["clinical"].select(
        "patient_id",
        pl.col("date").cast(pl.String).str.to_date(),
        pl.col("dex_mg_per_day").cast(pl.Float64, strict=False),
    )
    known = visits.drop_nulls().join(endpoint.select("patient_id", "start"), on="patient_id")
    day = (pl.col("date") - pl.col("start")).dt.total_days() + 1
    on = (pl.col("dex_mg_per_day") > 0).cast(pl.Int64)
    found = known.select("patient_id", day=day.clip(lower_bound=0), on_steroids=on)
    return found.unique(["patient_id", "day"], keep="last").sort("patient_id", "day")
