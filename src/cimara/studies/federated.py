"""Runs a study over its sites: each builds its own folder, and only sums come together to the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara import __version__
from cimara.cohort.dataset import Dataset
from cimara.cohort.model import data_model
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.federation import Federation
from cimara.cohort.study.keys import KeyTextError, PublicKey, public_half, read_key
from cimara.cohort.study.signing import SignatureState
from cimara.cohort.study.sites import Site
from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.status import Status
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.grid import Grid
from cimara.federation.reports.analyses import why_not, works_of
from cimara.federation.reports.description import ID as DESCRIPTION
from cimara.federation.reports.description import DescriptionWork
from cimara.federation.running import run_job
from cimara.federation.study import FederatedStudy
from cimara.federation.transport import Transport
from cimara.federation.transport.local import COORDINATOR, local
from cimara.outcomes.model_warnings import Concern
from cimara.outcomes.report.code_hash import code_hash
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.description import Description
from cimara.outcomes.report.findings import Result, Sheet
from cimara.outcomes.report.findings import Status as Became
from cimara.outcomes.report.lock import read_lock
from cimara.outcomes.report.output import Made, Written, check_target, write_made
from cimara.outcomes.report.over_sites import OverSites
from cimara.outcomes.report.page import Hashes
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.report.running import remarked
from cimara.studies.build import Built, build_study
from cimara.studies.check import CheckedStudy
from cimara.studies.plan_by_sites import plan_by_sites
from cimara.studies.released_report import NOT_DRAWN, released
from cimara.studies.run import ready_to_run
from cimara.studies.sources import SiteData

Progress = Callable[[str], None]
KEYS = "keys"
"""Folder beside a study file with the private keys of a demonstration; a real site's key is with the site."""
AT_SITES = (
    "Double entry, identifiers and the checks of each table are done at each site before it submits. "
    "Patients that two sites both have are not looked for: without rows nobody can see them.",
    "Follow-up by site and the sites' own counts are left out: they are numbers of single sites.",
    "Table 1 has means where the report of pooled rows has medians: a median of all sites needs more rounds.",
)


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
    asked = checked.study.federation
    if asked is None:
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
    made = _made(checked, plan, asked, job, sources)
    return FinishedOverSites(folders, job, write_made(made, out / "report", started=started, now=now))


def federated_study(
    checked: CheckedStudy, plan: Plan, sites: Mapping[str, Site], signed: Mapping[str, SignatureState]
) -> FederatedStudy[DataFolder]:
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
    works: dict[str, Any] = {**works_of(plan, nobody), DESCRIPTION: DescriptionWork(plan, nobody)}
    return FederatedStudy(
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


def _made(
    checked: CheckedStudy, plan: Plan, asked: Federation, job: JobResult, sources: Sequence[SiteData]
) -> Made:
    limits = checked.study.disclosure
    results = tuple(remarked([released(_result(plan, one.id, job), limits) for one in plan.analyses]))
    description = (
        job.results[DESCRIPTION].value.released if DESCRIPTION in job.results else _no_description(job)
    )
    hashes = Hashes(
        plan=plan.sha256,
        data=tuple((one.site_id, one.content_hash) for one in sources),
        endpoints=tuple((name, one.fingerprint) for name, one in checked.definitions.items()),
        code=code_hash(),
        version=__version__,
    )
    return Made(plan, read_lock(checked.path), description, results, hashes, _over_sites(checked, asked, job))


def _result(plan: Plan, name: str, job: JobResult) -> Result:
    """The result of an analysis, or why it has none."""
    analysis = plan.analysis(name)
    if name in job.results:
        found: Result = job.results[name].value
        return found
    if told := why_not(analysis):
        return Result(
            analysis=analysis, status=Became.NOT_ESTIMABLE, code=str(Concern.NOT_SUPPORTED), message=told
        )
    failure = job.failed.get(name) or job.reason
    code, words = (failure.code, failure.words) if failure else ("", "the job ended before it")
    return Result(analysis=analysis, status=Became.FAILED, code=code, message=words)


def _no_description(job: JobResult) -> Description:
    failure = job.failed.get(DESCRIPTION) or job.reason
    told = f"Left out: {failure.words}" if failure else "Left out."
    names = ("flow", "missing-data", "follow-up", "table-1")
    flow, missing, follow_up, one = (
        Sheet(name=name, title=name, columns=("",), rows=(), note=told) for name in names
    )
    return Description(flow=flow, missing=missing, follow_up=follow_up, table_one=one)


def _over_sites(checked: CheckedStudy, asked: Federation, job: JobResult) -> OverSites:
    sample = next(iter(job.results.values()), None)
    rounds = tuple((name, ESTIMATORS[one.estimator].words, one.rounds) for name, one in job.results.items())
    sent = tuple((site, count) for site, count in (sample.bytes if sample else {}).items())
    until = f", to day {asked.cuts[-1]:g}" if asked.cuts else ""
    facts = (
        ("Sites", ", ".join(sample.sites) if sample else ""),
        ("Sums", "masked: only the total over all sites can be read" if asked.masked else "not masked"),
        ("Grid", f"{asked.grid}{until}: exits are moved up to it and entries down, in the pooled run too"),
        ("Coordinators", ", ".join(asked.coordinators)),
        ("Job", job.job),
    )
    head = ("Analysis", "What leaves a site in each round", "Rounds")
    sheets = (
        Sheet(name="rounds", title="Rounds", columns=head, rows=rounds),
        Sheet(name="sent", title="Bytes that each site sent", columns=("Site", "Bytes"), rows=sent),
    )
    rules = dict.fromkeys(rule for one in job.results.values() for rule in one.disclosure)
    hashes = (("study", checked.hash), *(sample.hashes.items() if sample else ()))
    return OverSites(
        facts=facts,
        sheets=sheets,
        notes=(*rules, NOT_DRAWN, *AT_SITES),
        hashes=tuple(dict(hashes).items()),
    )
