"""Runs a study the whole way: signatures, terms, data folder, analyses, report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.signing import SignatureState, require_signed
from cimara.cohort.study.sites import Site
from cimara.cohort.study.terms import check_expiry
from cimara.outcomes.report.output import Written, write_report
from cimara.studies.build import Built, build_study
from cimara.studies.check import CheckedStudy
from cimara.studies.plan_by_sites import plan_by_sites
from cimara.studies.signatures import registered_sites, signatures_of
from cimara.studies.sources import SiteData

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Finished:
    """A study that was run: its data, the folder that they are in, and its report."""

    built: Built
    data: Path
    report: Written


def build_signed(
    checked: CheckedStudy,
    sources: Sequence[SiteData],
    *,
    today: dt.date,
    at_site: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Build a study from the data of sites that have all signed it.

    Parameters
    ----------
    at_site
        One site builds its own folder, for a job over sites.

    Raises
    ------
    StudyRefusedError
        The study expired, a site has not signed this version, `at_site` with other than one site, or what
        `build_study` refuses.
    """
    if at_site and len(sources) != 1:
        raise StudyRefusedError(
            f"the submissions of {len(sources)} sites were given", where=checked.path.name,
            expected="those of one site, which builds its own folder", hint="Name it with --sites.",
        )  # fmt: skip
    sites, found = ready_to_run(checked, sources, today)
    return build_study(checked, sources, sites=sites, signed=found, at_site=at_site, progress=progress)


def ready_to_run(
    checked: CheckedStudy, sources: Sequence[SiteData], today: dt.date
) -> tuple[dict[str, Site], dict[str, SignatureState]]:
    """The registered sites and the state of their signatures, all of which hold. Raises StudyRefusedError."""
    check_expiry(checked.study, today)
    sites = registered_sites(checked.path)
    names = [one.site_id for one in sources]
    outside = [one for one in names if checked.study.sites and one not in checked.study.sites]
    if outside:
        raise StudyRefusedError(
            f"{', '.join(outside)}: no site of this study",
            where=checked.path.name,
            expected="`members` of [sites]",
        )
    found = signatures_of(checked, sites, names)
    require_signed(found, names)
    return sites, found


def run_study(
    checked: CheckedStudy,
    sources: Sequence[SiteData],
    out: Path,
    *,
    now: Callable[[], dt.datetime],
    progress: Progress | None = None,
) -> Finished:
    """Build a study and write its report: `out/data`, `out/report`.

    Raises
    ------
    StudyRefusedError
        As `build_signed`.
    PlanError, DataFolderError, ReportError
        The plan does not fit the data that were built.
    """
    built = build_signed(checked, sources, today=now().date(), progress=progress)
    data = built.write(out / "data")
    names = [one.site_id for one in sources]
    report = write_report(
        checked.path,
        data,
        out / "report",
        now=now,
        progress=progress,
        completed=lambda _: plan_by_sites(checked, names),
    )
    return Finished(built, data, report)
