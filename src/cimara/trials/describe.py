"""One study in plain lines for a terminal: what it is, whom it takes, the words that say so, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from cimara.terms.registry import OverallStatus
from cimara.trials.eligibility.model import CnsEligibility, CnsFields, Evidence
from cimara.trials.issue import Issue
from cimara.trials.snapshot import SnapshotMeta
from cimara.trials.study import Site, Study

MARK_START, MARK_END = "»", "«"
POLICIES = ("brm_policy", "lmd_policy")


def describe(
    study: Study, issues: Sequence[Issue], meta: SnapshotMeta, *, criteria: bool, sites: int
) -> Iterator[str]:
    """The lines, at most `sites` of them on sites; `criteria` adds the whole marked text."""
    if study.starter:
        yield f"NOTE: {study.starter.note} ({study.starter.source}, data of {study.starter.data_date})"
    yield f"{study.nct_id}  {study.brief_title}"
    yield from _facts(study, meta)
    if study.eligibility:
        yield ""
        yield from _eligibility(study.eligibility)
    yield ""
    yield from _sites(study, sites)
    if criteria:
        yield ""
        whose = "in our own words" if study.starter else "as the registry has them"
        yield f"Criteria, {whose}; deciding words stand in » «"
        yield mark(study.criteria, study.eligibility.evidence if study.eligibility else ())
    if issues:
        yield ""
        yield f"Issues in the record ({len(issues)})"
        yield from (f"  {issue.code} {issue.path}: {issue.message}" for issue in issues)


def mark(text: str, evidence: Sequence[Evidence]) -> str:
    """The text with » and « around every span of evidence; overlapping spans become one."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((item.start, item.end) for item in evidence):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    for start, end in reversed(spans):
        text = f"{text[:start]}{MARK_START}{text[start:end]}{MARK_END}{text[end:]}"
    return text


def _facts(study: Study, meta: SnapshotMeta) -> Iterator[str]:
    drugs = "; ".join(item.name for item in study.interventions)
    for name, value in (
        ("status", study.overall_status.value),
        ("why stopped", study.why_stopped),
        ("phase", " ".join(study.phases)),
        ("type", study.study_type),
        ("conditions", "; ".join(study.conditions)),
        ("tumours read", ", ".join(study.tumours)),
        ("interventions", drugs),
        ("sponsor", study.sponsor),
        ("enrolment", study.enrolment),
        ("start", study.start),
        ("last update", study.last_updated),
        ("data of", meta.data_date),
    ):
        if value:
            yield f"  {name:<14} {value}"


def _eligibility(found: CnsEligibility) -> Iterator[str]:
    for field, name in zip(POLICIES, ("Brain metastases", "Leptomeningeal disease"), strict=True):
        yield f"{name}: {getattr(found, field)}"
        yield from _quotes(found.evidence_for(field))
    yield f"Reader: confidence {found.confidence}" + "".join(f"; {reason}" for reason in found.reasons)
    for item in fields(CnsFields):
        value = getattr(found.fields, item.name)
        if value != getattr(CnsFields(), item.name):
            yield f"  {item.name} = {', '.join(map(str, value)) if isinstance(value, tuple) else value}"
            yield from _quotes(found.evidence_for(item.name))
    for unread in found.unread:
        yield f'  not read: "{_one_line(unread.quote)}"'


def _quotes(evidence: Sequence[Evidence]) -> Iterator[str]:
    for item in evidence:
        cohort = f" (cohort {item.cohort})" if item.cohort else ""
        yield f'    "{_one_line(item.quote)}"  [{item.rule_id}]{cohort}'


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sites(study: Study, most: int) -> Iterator[str]:
    """Open sites first, then by country and city."""
    ordered = sorted(
        study.sites, key=lambda site: (not _is_open(study, site), site.country or "", site.city or "")
    )
    open_sites = sum(_is_open(study, site) for site in study.sites)
    yield f"Sites: {len(study.sites)}, open {open_sites}"
    for site in ordered[:most]:
        status, inherited = site.effective_status(study.overall_status)
        place = ", ".join(part for part in (site.facility, site.city, site.state, site.country) if part)
        yield f"  {status.value}{' (the study’s)' if inherited else ''}  {place}"
    if len(ordered) > most:
        yield f"  ... and {len(ordered) - most} more"


def _is_open(study: Study, site: Site) -> bool:
    return site.effective_status(study.overall_status)[0] is OverallStatus.RECRUITING
