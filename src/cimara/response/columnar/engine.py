"""The columnar engine: plain patients as arrays, patients with a rare feature by the reference engine.

`route` says who is plain; `Routing.n_reference` counts the others, which cost as much as ever.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cimara.response.columnar import frames
from cimara.response.columnar.blocks import blocks
from cimara.response.columnar.chunk import derive_block
from cimara.response.columnar.findings import findings
from cimara.response.columnar.from_frames import FrameRecords, frame_records
from cimara.response.columnar.from_study import study_records
from cimara.response.columnar.hashes import input_hashes
from cimara.response.columnar.records import Array, Records
from cimara.response.columnar.series import Series, make_series
from cimara.response.columnar.shares import shares
from cimara.response.fingerprint import input_hash
from cimara.response.model import Finding, Study
from cimara.response.policy import Policy
from cimara.response.reading.tidy import read_tidy
from cimara.response.reference import derive
from cimara.response.results import FINDINGS, ResultTables, frame, result_tables
from cimara.response.rows import PatientResult

CRITERIA = frozenset({"recist11", "rano_bm", "mrecist_cns5"})
"""Criteria that run on arrays; a policy of another one runs on the reference engine."""
CORES = os.cpu_count() or 1
PATIENTS_IN_SHARE = 2_000
"""Below this a share is not worth its own thread."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Which patients run on arrays (a mask), and the series made of them; None where there are none."""

    on_arrays: Array
    series: Series | None

    @property
    def n_reference(self) -> int:
        """How many patients the reference engine takes."""
        return int((~self.on_arrays).sum())


def derive_columnar(
    study: Study, policy: Policy, as_of: dt.date | None = None, *, with_lesions: bool = True
) -> ResultTables:
    """The tables of a study of objects: equal to those of the reference engine."""
    routing = route(study_records(study), policy)
    hashes = [
        input_hash(patient, as_of) if plain else ""
        for patient, plain in zip(study.patients, routing.on_arrays, strict=True)
    ]
    rest = {
        place: derive(study.patients[place], policy, as_of)
        for place in np.flatnonzero(~routing.on_arrays).tolist()
    }
    ids = pl.Series([patient.patient_id for patient in study.patients], dtype=pl.String())
    both = _Both(routing, rest, ids, study.findings)
    derived = _tables(both, policy, pl.Series(hashes, dtype=pl.String()), with_lesions=with_lesions)
    return _joined([derived])


def derive_frames(
    tables: Mapping[str, pl.DataFrame],
    policy: Policy,
    as_of: dt.date | None = None,
    *,
    with_lesions: bool = True,
    with_hashes: bool = True,
) -> ResultTables:
    """The tables of a study given as its tidy tables (response.md section 11), equal to those of `read_tidy`.

    Frames with typed columns, in which the reader would find nothing to say, become arrays at once; all
    others, and studies with decisions or RANO-LM forms, are read row by row first. Large studies are derived
    in shares of patients, one a core.

    Parameters
    ----------
    with_lesions, with_hashes
        The table of lesions is the longest one by far, and the hashes of what was read cost as much as the
        calls. A simulation needs neither: without them time and memory are less, and the table or the column
        `input_hash` is empty.
    """
    parts = shares(tables, CORES, PATIENTS_IN_SHARE)
    with ThreadPoolExecutor(max_workers=len(parts)) as workers:
        found = list(workers.map(lambda part: frame_records(part.tables, part.rows_before), parts))
        read = [one for one in found if one is not None]
        if len(read) < len(found):
            return derive_columnar(read_tidy(tables), policy, as_of, with_lesions=with_lesions)
        derived = list(
            workers.map(
                lambda part, own: _derived(
                    part.tables, own, policy, as_of, with_lesions=with_lesions, with_hashes=with_hashes
                ),
                parts,
                read,
            )
        )
    return _joined(derived)


def _derived(
    tables: Mapping[str, pl.DataFrame],
    found: FrameRecords,
    policy: Policy,
    as_of: dt.date | None,
    *,
    with_lesions: bool,
    with_hashes: bool,
) -> _Derived:
    routing = route(found.records, policy)
    rest = {}
    if routing.n_reference:
        chosen = found.records.patient_ids.filter(pl.Series(~routing.on_arrays))
        study = read_tidy(
            {
                name: table.filter(pl.col("patient_id").is_in(chosen.implode()))
                for name, table in tables.items()
            }
        )
        places = np.flatnonzero(~routing.on_arrays).tolist()
        rest = {
            place: derive(patient, policy, as_of)
            for place, patient in zip(places, study.patients, strict=True)
        }
    ids = found.records.patient_ids
    hashes = input_hashes(found.records, found.cells) if with_hashes else pl.repeat("", len(ids), eager=True)
    derived = _tables(_Both(routing, rest, ids, found.findings), policy, hashes, with_lesions=with_lesions)
    if with_hashes:
        return derived
    no_hash = pl.lit("").alias("input_hash")
    return replace(
        derived, timepoints=derived.timepoints.with_columns(no_hash), best=derived.best.with_columns(no_hash)
    )


def route(records: Records, policy: Policy) -> Routing:
    """Who runs on arrays. The reference engine takes a patient with

    a decision (adjudication), a lesion that split, no visit or no baseline, one visit id on two dates, two
    records of one lesion and visit or two clinical records of one visit, a record of an unknown visit or
    lesion, a lesion listed as new that was measured and never recorded as new, a number beyond
    `records.MOST`, a target that the policy refuses; and every patient where the policy's criterion is not
    among CRITERIA or it chooses targets by the measurability rules.
    """
    plain = ~records.odd
    if policy.criterion not in CRITERIA or policy.target_source != "given":
        plain = np.zeros(len(plain), bool)
    while plain.any():
        bad = np.zeros(len(plain), bool)
        series = make_series(records.only(plain), policy, bad)
        if not (bad & plain).any():
            return Routing(plain, series)
        plain = plain & ~bad
    return Routing(plain, None)


@dataclass(frozen=True, slots=True)
class _Both:
    """Who runs where, what the reference engine made of its patients (by place), and what reading found."""

    routing: Routing
    by_reference: Mapping[int, PatientResult]
    ids: pl.Series
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class _Derived:
    """The tables of some patients; findings of reading apart from those of deriving, which follow them."""

    timepoints: pl.DataFrame
    lesions: pl.DataFrame
    best: pl.DataFrame
    read: Sequence[Finding]
    noted: Sequence[Finding]


def _tables(both: _Both, policy: Policy, hashes: pl.Series, *, with_lesions: bool) -> _Derived:
    """Both engines' rows of some patients, in their order."""
    series = both.routing.series
    others = result_tables(list(both.by_reference.values()), ())
    if not with_lesions:
        others = replace(others, lesions=others.lesions.clear())
    timepoints, lesions, best = others.timepoints, others.lesions, others.best
    on_arrays: Mapping[int, Sequence[Finding]] = {}
    if series is not None:
        chunks = [derive_block(series, block, with_lesions=with_lesions) for block in blocks(series)]
        lesions = frames.lesion_table(series, chunks) if with_lesions else others.lesions
        best = frames.best_table(series, chunks, hashes)
        timepoints = frames.timepoint_table(series, chunks, hashes)
        on_arrays = findings(series, chunks)
    if series is not None and both.by_reference:
        places = pl.DataFrame({"patient_id": both.ids, "place": pl.int_range(len(both.ids), eager=True)})
        timepoints = _merged(timepoints, others.timepoints, places)
        best = _merged(best, others.best, places)
        lesions = _merged(lesions, others.lesions, places) if with_lesions else lesions
    noted = {**on_arrays, **{place: result.findings for place, result in both.by_reference.items()}}
    in_order = [item for place in sorted(noted) for item in noted[place]]
    return _Derived(timepoints, lesions, best, both.findings, in_order)


def _joined(parts: Sequence[_Derived]) -> ResultTables:
    """The tables of all shares as one study."""
    found = [item for part in parts for item in part.read] + [item for part in parts for item in part.noted]
    return ResultTables(
        pl.concat([part.timepoints for part in parts]),
        pl.concat([part.lesions for part in parts]),
        pl.concat([part.best for part in parts]),
        frame([[getattr(item, name) for name in FINDINGS] for item in found], FINDINGS),
    )


def _merged(own: pl.DataFrame, other: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Rows of both engines in the order of patients; rows of one patient keep theirs."""
    both = pl.concat([own, other]).join(places, on="patient_id", how="left", maintain_order="left")
    return both.sort("place", maintain_order=True).drop("place")
