"""A federation on one machine, with real processes over mutual TLS: invented patients, and the pooled fit."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from cimara.federation.centre.job_folder import Totals
from cimara.federation.centre.status import read_status
from cimara.federation.demonstration.comparison import Compared, compared, pooled
from cimara.federation.demonstration.houses import Houses, set_up
from cimara.federation.demonstration.rows import SITES, site_rows
from cimara.federation.demonstration.running import running
from cimara.federation.demonstration.study_file import ANALYSES, STUDY
from cimara.federation.errors import Code, FederationError
from cimara.federation.exchange import Done, Record, advance

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB_WITHIN = 300.0
HEADINGS = ("analysis", "estimator", "estimate", "difference", "numbers", "rounds", "seconds", "bytes")

__all__ = ["Compared", "replayed", "run_demonstration", "table_text"]


def run_demonstration(
    sites: int = 3,
    folder: Path | None = None,
    *,
    analyses: Iterable[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Compared]:
    """Set up a federation, run six analyses in one job, and compare each with the fit of the pooled rows.

    Parameters
    ----------
    sites
        3 to 17.
    folder
        An empty or new folder that everything is written into; None for one that is gone afterwards.
    analyses
        Ids out of A1 to A6; all where none is named.
    progress
        Called with a line for each thing that was done.

    Raises
    ------
    FederationError
        With the reason where the job failed. No process is left in any case.
    """
    if not 3 <= sites <= len(SITES):
        raise FederationError(Code.TOO_FEW_SITES, f"{sites} sites", expected=f"3 to {len(SITES)}")
    say = progress or (lambda _: None)
    names = tuple(analyses or ANALYSES)
    with _folder(folder) as place:
        say(f"provisioning a server and {sites} sites")
        chosen = SITES[:sites]
        houses = set_up(place, chosen, analyses={one: ANALYSES[one] for one in names}, at=datetime.now(UTC))
        say("starting their processes")
        with running(houses, chosen):
            say("all sites are connected over mutual TLS; sending the order")
            job = _ran(houses, names, say)
        say("everything that was started has ended")
        return _compared(houses, job, names, chosen)


def _ran(houses: Houses, names: tuple[str, ...], say: Callable[[str], None]) -> Path:
    """Run the analyses; the job's folder at the server."""
    from cimara.federation.transport.nvflare.session import follow, submit

    def tell(told: dict[str, Any]) -> None:
        if "planned" in told:
            say(f"round {told['done']} of {told['planned']}")

    began = time.monotonic()
    told = follow(
        houses.researcher, submit(houses.researcher, STUDY, names), within=JOB_WITHIN, progress=tell
    )
    say(f"the job took {time.monotonic() - began:.1f} s: {told['nvflare']}")
    jobs = sorted((houses.server / "house" / "kept" / "jobs").iterdir())
    if not jobs:
        raise FederationError(Code.NO_ANSWER, "the job was not started", hint=" ".join(told["detail"]))
    status = read_status(jobs[-1])
    if status is None or status.code:
        words = status.words if status is not None else "nothing was written"
        raise FederationError(Code.NO_ANSWER, f"the job failed: {words}")
    return jobs[-1]


def _compared(houses: Houses, job: Path, names: tuple[str, ...], sites: tuple[str, ...]) -> list[Compared]:
    rows = pl.concat([site_rows(one) for one in sites])
    status = read_status(job)
    total = sum(one.bytes for one in status.sites) if status is not None else 0
    found = []
    for name in names:
        done = replayed(houses, job, name)
        one = compared(
            name, houses.study.analyses[name].estimator, done.result, pooled(houses.study, name, rows)
        )
        found.append(replace(one, rounds=done.steps))
    rounds = sum(one.rounds for one in found)
    seconds = status.seconds if status is not None else 0.0
    return [
        replace(one, seconds=seconds * one.rounds / rounds, bytes=total * one.rounds // rounds)
        for one in found
    ]


def replayed(houses: Houses, job: Path, analysis: str) -> Done:
    """The result object of an analysis, made again from the sums that the server kept."""
    totals = Totals(job / "totals" / analysis).read()
    done = advance(houses.study.analyses[analysis].empty(), Record(list(totals)))
    if not isinstance(done, Done):
        raise FederationError(Code.NO_ANSWER, "the analysis is not complete", where=analysis)
    return done


def table_text(found: Iterable[Compared]) -> str:
    """The comparison as a table for a terminal; seconds and bytes are a job's, shared out by rounds."""
    rows = [HEADINGS]
    for one in found:
        told = (one.estimate, one.difference, one.numbers, one.rounds, one.seconds, one.bytes)
        forms = ("{:.6f}", "{:.1e}", "{:,}", "{}", "{:.2f}", "{:,}")
        numbers = (form.format(value) for form, value in zip(forms, told, strict=True))
        rows.append((one.analysis, one.estimator, *numbers))  # type: ignore[arg-type]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


@contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    made = Path(tempfile.mkdtemp(prefix="cimara-federation-"))
    try:
        yield made
    finally:
        shutil.rmtree(made)
