"""The report of a job over sites: results as people may see them, and how they came about."""

from __future__ import annotations

from collections.abc import Iterable

from cimara import __version__
from cimara.cohort.study.federation import Federation
from cimara.federation.centre.job_result import JobResult
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.reports.analyses import why_not
from cimara.federation.reports.description import ID as DESCRIPTION
from cimara.outcomes.model_warnings import Concern
from cimara.outcomes.report.code_hash import code_hash
from cimara.outcomes.report.description import Description
from cimara.outcomes.report.findings import Result, Sheet
from cimara.outcomes.report.findings import Status as Became
from cimara.outcomes.report.lock import read_lock
from cimara.outcomes.report.output import Made
from cimara.outcomes.report.over_sites import OverSites
from cimara.outcomes.report.page import Hashes
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.report.running import remarked
from cimara.studies.check import CheckedStudy
from cimara.studies.released_report import NOT_DRAWN, released

NOT_ASKED = "this job did not ask for it"
AT_SITES = (
    "Double entry, identifiers and the checks of each table are done at each site before it submits. "
    "Patients that two sites both have are not looked for: without rows nobody can see them.",
    "Follow-up by site and the sites' own counts are left out: they are numbers of single sites.",
    "Table 1 has means where the report of pooled rows has medians: a median of all sites needs more rounds.",
)


def report_of(checked: CheckedStudy, plan: Plan, job: JobResult, data: Iterable[tuple[str, str]]) -> Made:
    """The report of a job whose analyses are those of a study's plan.

    Parameters
    ----------
    data
        Site and hash of what its rows were made of.
    """
    asked = checked.study.federation
    assert asked is not None
    limits = checked.study.disclosure
    results = tuple(remarked([released(_result(plan, one.id, job), limits) for one in plan.analyses]))
    description = (
        job.results[DESCRIPTION].value.released if DESCRIPTION in job.results else _no_description(job)
    )
    hashes = Hashes(
        plan=plan.sha256,
        data=tuple(data),
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
    code, words = (failure.code, failure.words) if failure else ("", NOT_ASKED)
    return Result(analysis=analysis, status=Became.FAILED, code=code, message=words)


def _no_description(job: JobResult) -> Description:
    failure = job.failed.get(DESCRIPTION) or job.reason
    told = f"Left out: {failure.words if failure else NOT_ASKED}"
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
