"""response assessment: the columnar engine, the reference engine, and a dplyr pipeline in R

RANO-BM time points and confirmed best response of patients with ten visits and five lesions, made by
`synth_arrays`. Five patients a study asked for: 100,000 at the default of 20,000 studies. The peer
(`peers/response.R`) needs Rscript with dplyr and data.table; without it there is no ratio.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from time import process_time

import polars as pl

from bench.measure import Figure, Options, timed
from cimara.response import Policy, Study, derive_study
from cimara.response.columnar import derive_frames
from cimara.response.results import ResultTables
from cimara.response.synth.arrays import synth_arrays

PATIENTS_A_STUDY = 5
VISITS, LESIONS, SEED = 10, 5, 3
ROUNDS, PEER_ROUNDS = 3, 1
GOAL_RATIO, GOAL_DOUBLING, GOAL_REFERENCE = 50, 2.2, 500
REFERENCE_PATIENTS = 1_000
SCRIPT = Path(__file__).parent / "peers" / "response.R"
POLICY = Policy.preset("rano_bm")


def run(options: Options) -> Iterable[Figure]:
    """Seconds and memory of ours, their growth, the peer's seconds, whether both say the same."""
    patients = PATIENTS_A_STUDY * options.studies
    folder = options.work / f"response-{patients}"
    tables = written(folder, patients)
    whole_seconds = median(timed(lambda: derive_frames(tables, POLICY)) for _ in range(ROUNDS))
    bound = median(timed(lambda: derive_frames(tables, POLICY, with_lesions=False)) for _ in range(ROUNDS))
    began = process_time()
    seconds = median(timed(lambda: asked(tables)) for _ in range(ROUNDS))
    cpu = (process_time() - began) / ROUNDS
    half, whole = (alone(count) for count in (patients // 2, patients))
    yield Figure(
        f"columnar, {patients:,} patients",
        seconds,
        "s",
        detail=f"{patients / seconds:,.0f} patients/s; CPU {cpu:.2f} s",
    )
    yield Figure("columnar with the hashes of what was read", bound, "s")
    yield Figure("columnar with these and the table of lesions", whole_seconds, "s")
    yield Figure("peak memory, the process that reads the frames included", whole[1], "MiB")
    yield Figure(
        "time for twice the patients, table of lesions included", whole[0] / half[0], "x", GOAL_DOUBLING
    )
    yield Figure(
        "memory for twice the patients, less that of an idle process",
        (whole[1] - whole[2]) / (half[1] - half[2]),
        "x",
        GOAL_DOUBLING,
    )
    yield reference()
    if shutil.which("Rscript"):
        yield from against_peer(folder, tables, seconds)


def asked(tables: dict[str, pl.DataFrame]) -> ResultTables:
    """What the peer gives, too: time points and best response, no rows of lesions, no hash of the input."""
    return derive_frames(tables, POLICY, with_lesions=False, with_hashes=False)


def written(folder: Path, patients: int) -> dict[str, pl.DataFrame]:
    """The tables, and their CSV files for the peer."""
    tables = synth_arrays(patients, VISITS, LESIONS, SEED).tables()
    if not (folder / "clinical.csv").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.write_csv(folder / f"{name}.csv")
    return tables


def alone(patients: int) -> tuple[float, float, float]:
    """Best seconds, peak MiB, and MiB before the tables are made, in a process of its own."""
    command = [sys.executable, "-c", _ALONE, str(patients)]
    found = subprocess.run(  # noqa: S603  (our own command)
        command, check=True, capture_output=True, text=True
    ).stdout.split()
    return float(found[0]), float(found[1]), float(found[2])


_ALONE = f"""
import re, sys, time
from cimara.response import Policy
from cimara.response.columnar import derive_frames
from cimara.response.results import ResultTables
from cimara.response.synth.arrays import synth_arrays
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
policy, idle, times = Policy.preset("rano_bm"), peak(), []
tables = synth_arrays(int(sys.argv[1]), {VISITS}, {LESIONS}, {SEED}).tables()
for _ in range({ROUNDS}):
    start = time.perf_counter()
    derive_frames(tables, policy)
    times.append(time.perf_counter() - start)
print(min(times), peak(), idle)
"""


def reference() -> Figure:
    """Patients a second of the readable engine, from objects to tables."""
    study = Study.from_tidy(synth_arrays(REFERENCE_PATIENTS, VISITS, LESIONS, SEED).tables())
    seconds = median(timed(lambda: derive_study(study, POLICY)) for _ in range(ROUNDS))
    return Figure(
        "reference engine", REFERENCE_PATIENTS / seconds, "patients/s", GOAL_REFERENCE, at_least=True
    )


def against_peer(folder: Path, tables: dict[str, pl.DataFrame], seconds: float) -> Iterator[Figure]:
    """The peer's time over ours, and how many of its answers differ."""
    command = ["Rscript", str(SCRIPT), str(folder), str(PEER_ROUNDS)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    theirs = median(float(found) for found in re.findall(r"^round ([\d.]+)$", said, re.MULTILINE))
    versions = " ".join(re.findall(r"^(?:versions|memory) (.+)$", said, re.MULTILINE))
    yield Figure("dplyr", theirs, "s", detail=versions)
    yield Figure("dplyr over columnar", theirs / seconds, "x", GOAL_RATIO, at_least=True)
    yield from differences(folder, tables)


def differences(folder: Path, tables: dict[str, pl.DataFrame]) -> Iterator[Figure]:
    """Rows in which the peer's answer is another than ours."""
    ours = asked(tables)
    for name, own, keys, answers in (
        ("r_timepoints", ours.timepoints, ["patient_id", "visit_id"], ["target", "response"]),
        ("r_best", ours.best, ["patient_id"], ["bor", "confirmed_bor", "pd_date"]),
    ):
        peer = pl.read_csv(
            folder / f"{name}.csv", schema_overrides={"pd_date": pl.Date()} if name == "r_best" else {}
        )
        both = own.select(*keys, *answers).join(peer, on=keys, how="full", suffix="_peer", coalesce=True)
        for answer in answers:
            differ = both.filter(pl.col(answer).ne_missing(pl.col(f"{answer}_peer"))).height
            yield Figure(f"{answer}: differs from the peer's of {both.height:,}", differ, "rows", 0)
