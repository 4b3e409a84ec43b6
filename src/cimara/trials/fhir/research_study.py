"""One trial as an FHIR R4 ResearchStudy: overall status, both phases, open sites, criteria and verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.matching.sites import NearSite
from cimara.trials.study import Study
from cimara.trials.verdict import Criterion, MatchResult

NCT_SYSTEM = "http://clinicaltrials.gov"
RECORD = "https://clinicaltrials.gov/study/"
PHASE_SYSTEM = "http://terminology.hl7.org/CodeSystem/research-study-phase"
DISTANCE = "http://hl7.org/fhir/StructureDefinition/location-distance"
OURS = "urn:cimara:fhir:"
CRITERIA_ID = "criteria"

STATUSES = {
    OverallStatus.RECRUITING: "active",
    OverallStatus.ENROLLING_BY_INVITATION: "active",
    OverallStatus.AVAILABLE: "active",
    OverallStatus.NOT_YET_RECRUITING: "approved",
    OverallStatus.ACTIVE_NOT_RECRUITING: "closed-to-accrual",
    OverallStatus.SUSPENDED: "temporarily-closed-to-accrual",
    OverallStatus.TEMPORARILY_NOT_AVAILABLE: "temporarily-closed-to-accrual",
    OverallStatus.COMPLETED: "completed",
    OverallStatus.APPROVED_FOR_MARKETING: "completed",
    OverallStatus.TERMINATED: "administratively-completed",
    OverallStatus.NO_LONGER_AVAILABLE: "administratively-completed",
    OverallStatus.WITHDRAWN: "withdrawn",
    OverallStatus.UNKNOWN: "in-review",
    OverallStatus.WITHHELD: "in-review",
}
"""From the overall status, never from the last known one (trials.md §7.4)."""
PHASES = {
    frozenset({Phase.NA}): "n-a",
    frozenset({Phase.EARLY_PHASE1}): "early-phase-1",
    frozenset({Phase.PHASE1}): "phase-1",
    frozenset({Phase.PHASE1, Phase.PHASE2}): "phase-1-phase-2",
    frozenset({Phase.PHASE2}): "phase-2",
    frozenset({Phase.PHASE2, Phase.PHASE3}): "phase-2-phase-3",
    frozenset({Phase.PHASE3}): "phase-3",
    frozenset({Phase.PHASE4}): "phase-4",
}
_WHOLE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def research_study(study: Study, result: MatchResult, sites: tuple[NearSite, ...]) -> dict[str, Any]:
    """The resource as JSON values; empty elements are left out, as FHIR asks."""
    listed = [site for site in sites if _has_words(site)]
    made = {
        "resourceType": "ResearchStudy",
        "id": str(study.nct_id),
        "contained": [_criteria(study), *(_location(place, site) for place, site in enumerate(listed))],
        "extension": [_code("verdict", result.verdict), *map(_criterion, result.criteria), *_starter(study)],
        "identifier": [{"use": "official", "system": NCT_SYSTEM, "value": str(study.nct_id)}],
        "title": study.official_title or study.brief_title,
        "status": STATUSES[study.overall_status],
        "phase": _phase(study),
        "condition": [{"text": text} for text in study.conditions if text.strip()],
        "keyword": [{"text": text} for text in study.keywords if text.strip()],
        "enrollment": [{"reference": f"#{CRITERIA_ID}"}],
        "period": _period(study),
        "sponsor": {"display": study.sponsor} if study.sponsor else None,
        "site": [{"reference": f"#site-{place}"} for place in range(len(listed))],
    }
    return {name: value for name, value in made.items() if value not in (None, [], {})}


def _phase(study: Study) -> dict[str, Any] | None:
    code = PHASES.get(frozenset(study.phases))
    return {"coding": [{"system": PHASE_SYSTEM, "code": code}]} if code else None


def _period(study: Study) -> dict[str, str]:
    """Whole dates only; an end before the start is left out."""
    dates = {"start": study.start, "end": study.completion}
    whole = {name: day for name, day in dates.items() if day and _WHOLE_DATE.fullmatch(day)}
    if len(whole) == 2 and whole["end"] < whole["start"]:
        del whole["end"]
    return whole


def _criteria(study: Study) -> dict[str, Any]:
    """The criteria text as it stands in the record."""
    group: dict[str, Any] = {"resourceType": "Group", "id": CRITERIA_ID, "type": "person", "actual": False}
    if study.criteria.strip():
        group["extension"] = [{"url": f"{OURS}criteria-text", "valueMarkdown": study.criteria}]
    return group


def _has_words(near: NearSite) -> bool:
    site = near.site
    return any((site.facility, site.city, site.country, site.lat is not None))


def _location(place: int, near: NearSite) -> dict[str, Any]:
    site = near.site
    address = {"city": site.city, "state": site.state, "postalCode": site.zip, "country": site.country}
    made: dict[str, Any] = {
        "resourceType": "Location",
        "id": f"site-{place}",
        "extension": [_distance(near.km)] if near.km is not None else None,
        "status": "active",
        "name": site.facility,
        "mode": "instance",
        "address": {name: value for name, value in address.items() if value} or None,
    }
    if site.lat is not None and site.lon is not None:
        made["position"] = {"longitude": site.lon, "latitude": site.lat}
    return {name: value for name, value in made.items() if value is not None}


def _distance(km: float) -> dict[str, Any]:
    quantity = {"value": round(km, 1), "unit": "km", "system": "http://unitsofmeasure.org", "code": "km"}
    return {"url": DISTANCE, "valueDistance": quantity}


def _criterion(criterion: Criterion) -> dict[str, Any]:
    """One compared criterion with its quotes. The person's own fact stays with the person."""
    parts = [_code("id", criterion.id), _code("value", criterion.value), _text("reason", criterion.reason)]
    if criterion.requirement:
        parts.append(_text("requirement", criterion.requirement))
    parts += [_text("quote", quote.text) for quote in criterion.quotes if quote.text.strip()]
    if criterion.change is not None:
        parts.append(_code("change", criterion.change.kind))
        parts += [{"url": "change-date", "valueDate": criterion.change.date}] if criterion.change.date else []
    return {"url": f"{OURS}criterion", "extension": parts}


def _code(name: str, value: str) -> dict[str, Any]:
    address = f"{OURS}{name}" if name == "verdict" else name
    return {"url": address, "valueCode": str(value)}


def _text(name: str, value: str) -> dict[str, Any]:
    return {"url": name, "valueString": value}


def _starter(study: Study) -> Iterator[dict[str, Any]]:
    """A restated record says so."""
    if study.starter is not None:
        yield {"url": f"{OURS}starter-note", "valueString": study.starter.note}
