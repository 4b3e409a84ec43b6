"""Checks of the cohort: a million lesion rows against pandera, 20,000 against linkml, a study of 1,700

A CSV of a million measurements with ten columns, of which fifty rows break a rule, is read and checked: ours
by all rules of the data model, findings built, with the patients, lesions and scans that the rows name;
pandera by eleven rules (presence, four patterns, three ranges, two code lists, foreign keys, unique key) on
either backend. Each runs in a process of its own, one after the other, best of three. `linkml validate` gets
20,000 rows of the same and checks no keys.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time
from typing import Any

import polars as pl

from bench.measure import Figure, Options, timed
from bench.measurement_rows import Measured, measured
from cimara.cohort.checks.run import check
from cimara.cohort.dataset import Dataset, pooled
from cimara.cohort.raw_tables import read_csv
from cimara.cohort.reading import dataset_of, write_tables
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import SynthOptions

ROWS, LINKML_ROWS, PATIENTS, FINDINGS = 1_000_000, 20_000, 1_700, 100_000
GOALS_PANDERA = {"pandas": 1.0, "polars": 2.0}
GOAL_LINKML, GOAL_COMMAND = 50.0, 10.0
GOAL_STUDY, GOAL_FINDINGS, GOAL_MEMORY = 1.0, 3.0, 4.0
ROUNDS = 3
SCHEMA = Path(__file__).parents[1] / "src" / "cimara" / "cohort" / "schema" / "cimara_cohort.yaml"


def run(options: Options) -> Iterable[Figure]:
    """Seconds, ratios against the peers, and memory over the size of the file."""
    work = options.work / "cohort_checks"
    yield from _million(work)
    yield from _linkml(work / "linkml")
    yield from _study()
    yield _many_findings(work)


def _million(work: Path) -> Iterator[Figure]:
    given = measured(ROWS, work)
    write_tables(given.parents, work / "parents")
    size = given.csv.stat().st_size
    ours = _alone("ours", work)
    yield Figure("1,000,000 rows: read and check", ours["seconds"], "s", detail=_parts(ours, given))
    for backend, goal in GOALS_PANDERA.items():
        peer = _alone(backend, work)
        ratio = ours["seconds"] / peer["seconds"]
        yield Figure(f"ours over pandera-{backend}", ratio, "x", goal, detail=_parts(peer, given))
    memory = ours["bytes"] / size
    yield Figure("memory over the file", memory, "x", GOAL_MEMORY, detail=f"file of {size / 1e6:,.0f} MB")


def _parts(told: dict[str, Any], given: Measured) -> str:
    seconds = f"read {told['read']:.2f} s, check {told['check']:.2f} s, CPU {told['cpu']:.2f} s"
    return f"{seconds}; {told['broken']} of {given.broken} rows told"


def _alone(which: str, work: Path) -> dict[str, Any]:
    """What one contestant measures in a process of its own."""
    script = "import sys; from bench.cohort_checks import contest; contest(*sys.argv[1:])"
    command = [sys.executable, "-c", script, which, str(work)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (our own command)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def contest(which: str, work: str) -> None:
    """Print seconds, broken rows and bytes above the start of one contestant."""
    folder = Path(work)
    reading, checking = CONTESTANTS.get(which, lambda one: _pandera(which, one))(folder)
    start = _bytes_now()
    held: list[Any] = []
    rounds = []
    peak = 0
    for _ in range(ROUNDS):
        held.clear()
        began = process_time()
        read = timed(lambda: held.append(reading()))
        checked = timed(lambda: held.append(checking(held[0])))
        rounds.append((read, checked, process_time() - began))
        peak = peak or getrusage(RUSAGE_SELF).ru_maxrss * 1024 - start
    best = min(rounds, key=lambda one: one[0] + one[1])
    told = {
        "seconds": best[0] + best[1],
        "read": best[0],
        "check": best[1],
        "cpu": min(one[2] for one in rounds),
    }
    told |= {"broken": held[1], "bytes": peak}
    print(json.dumps(told))


def _bytes_now() -> int:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


Contestant = tuple[Callable[[], Any], Callable[[Any], int]]


def _ours(folder: Path) -> Contestant:
    parents = dataset_of(read_csv(path) for path in sorted((folder / "parents").glob("*.csv")))

    def reading() -> Dataset:
        return dataset_of([read_csv(folder / "lesion_measurement.csv")])

    def checking(read: Dataset) -> int:
        findings = check(Dataset({**parents.tables, **read.tables}, {**parents.origins, **read.origins}))
        return int(findings.filter(pl.col("severity") == "error")["row"].n_unique())

    return reading, checking


CONTESTANTS: dict[str, Callable[[Path], Contestant]] = {"ours": _ours}


def _pandera(backend: str, folder: Path) -> Contestant:
    from bench.peers import pandera_rows

    scans = pl.read_csv(folder / "parents" / "imaging_assessment.csv")["scan_id"].to_list()
    lesions = pl.read_csv(folder / "parents" / "brain_lesion.csv")["lesion_id"].to_list()
    schema = pandera_rows.schema(backend, scans, lesions)
    path = folder / "lesion_measurement.csv"
    return (lambda: pandera_rows.read(backend, path)), (
        lambda rows: pandera_rows.broken(backend, schema, rows)
    )


def _linkml(work: Path) -> Iterator[Figure]:
    given = measured(LINKML_ROWS, work)
    write_tables(given.parents, work)
    records = pl.read_csv(given.csv).rows(named=True)
    rows = [{name: value for name, value in row.items() if value is not None} for row in records]
    path = work / "rows.json"
    path.write_text(json.dumps(rows))
    ours = min(timed(lambda: _read_and_check(given)) for _ in range(ROUNDS))
    peer = timed(lambda: _linkml_in_process(rows))
    yield Figure("20,000 rows: read and check", 1_000 * ours, "ms")
    yield Figure(
        "linkml validate over ours, in process",
        peer / ours,
        "x",
        GOAL_LINKML,
        at_least=True,
        detail=f"{peer:.1f} s",
    )
    bin_folder = Path(sys.executable).parent
    theirs: list[str | Path] = [bin_folder / "linkml-validate", "-s", SCHEMA, "-C", "LesionMeasurement", path]
    mine: list[str | Path] = [bin_folder / "cimara", "cohort", "validate", work, "--out", work / "report"]
    path_seconds = timed(lambda: _command(theirs))
    path.unlink()
    own_seconds = timed(lambda: _command(mine))
    detail = f"{path_seconds:.1f} s against {own_seconds:.2f} s, with the report written"
    yield Figure(
        "linkml validate over ours, whole commands",
        path_seconds / own_seconds,
        "x",
        GOAL_COMMAND,
        at_least=True,
        detail=detail,
    )


def _read_and_check(given: Measured) -> pl.DataFrame:
    read = dataset_of([read_csv(given.csv)])
    return check(Dataset({**given.parents.tables, **read.tables}, read.origins))


def _linkml_in_process(rows: list[dict[str, Any]]) -> int:
    from linkml.validator import JsonschemaValidationPlugin, Validator

    validator = Validator(str(SCHEMA), [JsonschemaValidationPlugin(closed=True)])
    return sum(1 for row in rows for _ in validator.iter_results(row, "LesionMeasurement"))


def _command(words: list[str | Path]) -> None:
    subprocess.run([str(word) for word in words], check=False, capture_output=True)  # noqa: S603  (our own command)


def _study() -> Iterator[Figure]:
    made = synth_consortium(SynthOptions(seed=1, patients=PATIENTS))
    dataset = pooled(made.datasets.values())
    check(dataset)
    seconds = min(timed(lambda: check(dataset)) for _ in range(ROUNDS))
    detail = f"{sum(dataset.n_rows.values()):,} rows of {len(dataset.n_rows)} tables"
    yield Figure("study of 1,700 patients, all rules", seconds, "s", GOAL_STUDY, detail=detail)


def _many_findings(work: Path) -> Figure:
    """Every tenth row of a million with a diameter in the wrong unit, located and worded."""
    read = dataset_of([read_csv(work / "lesion_measurement.csv")])
    wrong = pl.int_range(pl.len()) % (ROWS // FINDINGS) == 0
    frame = read.frame("LesionMeasurement").with_columns(
        longest_mm=pl.when(wrong).then(pl.col("longest_mm") * 1_000).otherwise(pl.col("longest_mm"))
    )
    parents = dataset_of(read_csv(path) for path in sorted((work / "parents").glob("*.csv")))
    dataset = Dataset({**parents.tables, "LesionMeasurement": frame}, {**parents.origins, **read.origins})
    found = [check(dataset)]
    seconds = timed(lambda: found.append(check(dataset)))
    return Figure(
        "100,000 findings located and worded", seconds, "s", GOAL_FINDINGS, detail=f"{found[1].height:,} told"
    )
