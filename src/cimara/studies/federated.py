"""Runs a study over its sites: each builds its own folder, and only sums come together to the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.dataset import Dataset
from cimara.cohort.model import data_model
from cimara.cohort.study.errors import Fault, StudyError, StudyRefusedError
from cimara.cohort.study.keys import KeyTextError, PublicKey, public_half, read_key
from cimara.cohort.study.signing import SignatureState
from cimara.cohort.study.sites import Site
from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.status import Status
from cimara.federation.grid import Grid
from cimara.federation.reports.analyses import works_of
from cimara.federation.reports.chart_study import ChartStudy
from cimara.federation.reports.description import ID as DESCRIPTION
from cimara.federation.reports.description import DescriptionWork
from cimara.federation.running import run_job
from cimara.federation.study import FederatedStudy
from cimara.federation.transport import Transport
from cimara.federation.transport.local import COORDINATOR, local
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.output import Written, check_target, write_made
from cimara.outcomes.report.plan import Plan
from cimara.studies.build import Built, build_study
from cimara.studies.check import CheckedStudy, check_study
from cimara.studies.federated_report import report_of
from cimara.studies.plan_by_sites import plan_by_sites
from cimara.studies.run import ready_to_run
from cimara.studies.signatures import registered_sites, signatures_of
from cimara.studies.sources import SiteData

Progress = Callable[[str], None]
DATA = "data "
"""Begins the name of a hash of a site's data among a result's hashes."""
KEYS = "keys"
"""Folder beside a study file with the private keys of a demonstration; a real site's key is with the site."""


@dataclass(frozen=True)
class FinishedOverSites:
    """A study that was run over sites: the folder that each built, the job, and the report."""

    sites: Mapping[str, Path]
    job: JobResult
    report: Written


def run_federated(
    checked: CheckedStudy,
    sources: Sequence[SiteData],
    out: Path,
    *,
    now: Callable[[], dt.datetime],
    transport: Transport | None = None,
    progress: Progress | None = None,
) -> FinishedOverSites:
    """Run a study over sites and write its report: `out/sites/ID/data`, `out/report`.

    Parameters
    ----------
    sources
        The submissions of each site, from which it builds its folder by itself, seeing no other's.
    transport
        How messages reach the sites; None: all of them are here, in this process, with masks, guards and
        ledgers as between hospitals.

    Raises
    ------
    StudyRefusedError
        The study has no `[federation]`, expired, a site has not signed it, or what `build_study` refuses.
    FederationError
        The job cannot begin.
    """
    say = progress or (lambda text: None)
    if checked.study.federation is None:
        raise StudyRefusedError(
            "the study has no [federation] table, so that its rows cannot stay at the sites",
            where=checked.path.name,
            expected="`grid` under [federation], signed by every site",
        )
    started = now()
    check_target(out / "report")
    sites, signed = ready_to_run(checked, sources, now().date())
    plan = replace(plan_by_sites(checked, [one.site_id for one in sources]), drawn=False)
    built = {one.site_id: _built_at(checked, one, sites, signed, say) for one in sources}
    folders = {name: one.write(out / "sites" / name / "data") for name, one in built.items()}
    study = federated_study(checked, plan, sites, signed)
    if transport is None:
        transport = local(
            {name: one.data for name, one in built.items()},
            versions={one.site_id: one.content_hash for one in sources},
            keys=_keys(checked, study),
            now=now,
        )
    job = run_job(study, tuple(study.analyses), transport=transport, now=now, progress=_told(say))
    data = [(one.site_id, one.content_hash) for one in sources]
    made = report_of(checked, plan, job, data)
    return FinishedOverSites(folders, job, write_made(made, out / "report", started=started, now=now))


def read_chart_study(path: Path) -> ChartStudy:
    """The study of charts in a file, with `sites.toml`, signatures and definitions beside it.

    Its sites are the `members` of [sites], which a site signs: nobody can put strangers into a sum beside it.

    Raises
    ------
    StudyError
        All that is wrong with the file; [federation] or `members` are missing.
    StudyRefusedError
        As `federated_study` and `plan_by_sites`.
    """
    checked = check_study(path)
    faults = []
    if checked.study.federation is None:
        faults.append(Fault(0, "federation", "missing; a study without it does not leave rows at its sites"))
    if len(checked.study.sites) < 2:
        faults.append(Fault(0, "sites.members", "missing; expected the ids of all sites, which sites sign"))
    if faults:
        raise StudyError(faults, path.name)
    roster, sites = checked.study.sites, registered_sites(path)
    plan = replace(plan_by_sites(checked, roster), drawn=False)
    return federated_study(checked, plan, sites, signatures_of(checked, sites, roster))


def federated_study(
    checked: CheckedStudy, plan: Plan, sites: Mapping[str, Site], signed: Mapping[str, SignatureState]
) -> ChartStudy:
    """A study file with the analyses of its report, for coordinator and sites; the plan has the roster.

    Raises StudyRefusedError where a site has no registered key, or nobody may order a run.
    """
    asked = checked.study.federation
    assert asked is not None
    roster = plan.covariate(plan.population.site).levels
    keyless = [one for one in roster if one not in sites or sites[one].key is None]
    if keyless or not asked.coordinators:
        raise StudyRefusedError(
            f"no registered key of {', '.join(keyless)}" if keyless else "nobody may order a run over sites",
            where=checked.path.name,
            expected="`key` in sites.toml" if keyless else "`coordinators` under [federation]: name = key",
        )
    nobody = nobody_of(checked)
    described = DescriptionWork(plan, nobody, checked.study.disclosure)
    works: dict[str, Any] = {**works_of(plan, nobody), DESCRIPTION: described}
    return ChartStudy(
        id=checked.study.id,
        hash=checked.hash,
        analyses=works,
        grid=Grid.of(asked.grid, until=asked.until, days=asked.days),
        sites={one: _key_of(sites[one]) for one in roster},
        coordinators=asked.coordinators,
        signed=frozenset(one for one in roster if signed.get(one) is SignatureState.HOLDS),
        expires=checked.study.governance.expires.isoformat() if checked.study.governance.expires else "",
        masked=asked.masked,
        supersedes=asked.supersedes,
        disclosure=checked.study.disclosure,
        data_model=data_model().version,
        plan=plan,
        nobody=nobody,
        report=lambda job, out, now: write_made(
            report_of(checked, plan, job, _versions(job)), out, started=now(), now=now
        ),
    )


def nobody_of(checked: CheckedStudy) -> DataFolder:
    """The data folder that a study builds of nobody: every table and column that a site's has, and no row."""
    return build_study(checked, [SiteData("", Dataset({}), "")], at_site=True).data


def _built_at(
    checked: CheckedStudy,
    source: SiteData,
    sites: Mapping[str, Site],
    signed: Mapping[str, SignatureState],
    say: Progress,
) -> Built:
    """What a site builds, by itself, of its own submission."""
    say(f"{source.site_id}: building its own folder")
    return build_study(checked, [source], sites=sites, signed=signed, at_site=True)


def _versions(job: JobResult) -> list[tuple[str, str]]:
    """The hash of each site's data folder, as it told it when it joined."""
    hashes = next((one.hashes for one in job.results.values()), {})
    return [(name.removeprefix(DATA), value) for name, value in hashes.items() if name.startswith(DATA)]


def _key_of(site: Site) -> PublicKey:
    assert site.key is not None
    return site.key


def _keys(checked: CheckedStudy, study: FederatedStudy[DataFolder]) -> dict[str, Ed25519PrivateKey] | None:
    """The private keys of a demonstration, which lie beside its study file; None where they do not."""
    folder = checked.path.with_name(KEYS)
    try:
        found = {name: read_key(folder / f"{name}.pem") for name in (*study.sites, COORDINATOR)}
    except KeyTextError:
        return None
    return found if public_half(found[COORDINATOR]) in study.coordinators.values() else None


def _told(say: Progress) -> Callable[[Status], None]:
    """Each round once, as a line of progress."""
    last: list[str] = [""]

    def tell(status: Status) -> None:
        running = [f"{one.id} round {one.step}" for one in status.analyses if one.state == "round"]
        line = f"{status.state}: {', '.join(running)}" if running else str(status.state)
        if line != last[0]:
            say(line)
            last[0] = line

    return tell
