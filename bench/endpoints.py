"""endpoint derivation: the columnar engine, and the same rules in a dplyr pipeline in R

All 18 time-to-event entries of the catalogue with their own switches, for patients with twenty facts each
(`endpoint_facts`). Five patients a study asked for: 100,000 at the default of 20,000 studies. Ours is
timed from the table of facts to the 18 tables with their reports. The peer (`peers/endpoints.R`) is timed
from the same file, read and its fields parted into columns before, to patient, event code and day. It
follows every rule that this data can meet, missed visits and therapies included; there are no partial
dates, no second evaluator, no growth that nobody judged. It takes a patient's first fact by slice_min,
which takes a quarter of an hour for 100,000 patients. The same with arrange and distinct, far quicker in
dplyr, is timed, too, without a goal. Without Rscript there is no ratio.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from time import process_time

import polars as pl

from bench.endpoint_facts import made_facts
from bench.measure import Figure, Options, timed
from cimara.outcomes import EndpointTable, Facts, Schedule, catalogue, derive_endpoint
from cimara.outcomes.endpoints.words import EndpointKind

PATIENTS_A_STUDY = 5
ROUNDS = 3
GOAL_RATIO, GOAL_DOUBLING = 50, 2.2
SCRIPT = Path(__file__).parent / "peers" / "endpoints.R"
SCHEDULE = Schedule(56, window=7)
CUT = dt.date(2023, 6, 30)
ENTRIES = [name for name, entry in catalogue.items() if entry.kind is not EndpointKind.BINARY]
KEYS = ["endpoint", "patient_id", "lesion_id", "start"]


def run(options: Options) -> Iterable[Figure]:
    """Seconds of ours, their growth, the peer's seconds, whether both say the same."""
    patients = PATIENTS_A_STUDY * options.studies
    frame = made_facts(patients)
    began = process_time()
    seconds = median(timed(lambda: derived(frame)) for _ in range(ROUNDS))
    cpu = (process_time() - began) / ROUNDS
    checked = median(timed(lambda: Facts(frame)) for _ in range(ROUNDS))
    yield Figure(
        f"{len(ENTRIES)} entries, {patients:,} patients x {frame.height // patients} facts",
        seconds,
        "s",
        detail=f"{checked:.2f} s of it to check and sort the facts; CPU {cpu:.2f} s",
    )
    half, whole = (alone(count) for count in (patients // 2, patients))
    yield Figure("peak memory, the making of the facts included", whole[1], "MiB")
    yield Figure("processor time for twice the patients", whole[0] / half[0], "x", GOAL_DOUBLING)
    if shutil.which("Rscript"):
        yield from against_peer(options.work / f"endpoints-{patients}", frame, seconds)


def derived(frame: pl.DataFrame) -> list[EndpointTable]:
    """Every entry, from the table of facts."""
    facts = Facts(frame)
    return [derive_endpoint(catalogue[name], facts, cut_date=CUT, schedule=SCHEDULE) for name in ENTRIES]


def alone(patients: int) -> tuple[float, float]:
    """Least processor seconds, which other work hardly lengthens, and peak MiB, in a process of its own."""
    command = [sys.executable, "-c", _ALONE, str(patients)]
    found = subprocess.run(  # noqa: S603  (our own command)
        command, check=True, capture_output=True, text=True
    ).stdout.split()
    return float(found[0]), float(found[1])


_ALONE = f"""
import re, sys, time
from bench.endpoint_facts import made_facts
from bench.endpoints import derived
frame, seconds = made_facts(int(sys.argv[1])), []
for _ in range({ROUNDS}):
    began = time.process_time()
    derived(frame)
    seconds.append(time.process_time() - began)
print(min(seconds), int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def against_peer(folder: Path, frame: pl.DataFrame, seconds: float) -> Iterator[Figure]:
    """The peer's time over ours, and how many of its answers differ."""
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_csv(folder / "facts.csv")
    command = ["Rscript", str(SCRIPT), str(folder), CUT.isoformat()]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    theirs = {
        name: float(found) for name, found in re.findall(r"^(slice_min|distinct) ([\d.]+)$", said, re.M)
    }
    versions = " ".join(re.findall(r"^versions (.+)$", said, re.MULTILINE))
    yield Figure("dplyr", theirs["slice_min"], "s", detail=versions)
    ratio = theirs["slice_min"] / seconds
    yield Figure("dplyr over columnar", ratio, "x", GOAL_RATIO, at_least=True)
    ratio = theirs["distinct"] / seconds
    yield Figure("dplyr with arrange and distinct, over columnar", ratio, "x")
    yield from differences(folder, frame)


def differences(folder: Path, frame: pl.DataFrame) -> Iterator[Figure]:
    """Rows in which the peer's answer is another than ours, over all entries."""
    ours = pl.concat(table.frame.select(*KEYS, "evcode", "adt") for table in derived(frame))
    dates = {"start": pl.Date(), "adt": pl.Date()}
    peer = pl.read_csv(folder / "r_endpoints.csv", schema_overrides={"lesion_id": pl.String(), **dates})
    peer = peer.with_columns(pl.col("lesion_id").fill_null(""))
    both = ours.join(peer, on=KEYS, how="full", suffix="_peer", coalesce=True)
    for answer in ("evcode", "adt"):
        differ = both.filter(pl.col(answer).ne_missing(pl.col(f"{answer}_peer"))).height
        yield Figure(f"{answer}: differs from the peer's of {both.height:,}", differ, "rows", 0)
