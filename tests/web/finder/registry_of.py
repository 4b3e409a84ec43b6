"""Made-up records in the registry's own shape, for registries of a few studies."""

from __future__ import annotations

from typing import Any

BOSTON = ("Boston", "Massachusetts", 42.36, -71.06)
CHAPEL_HILL = ("Chapel Hill", "North Carolina", 35.91, -79.06)
ALLOWS = "Inclusion Criteria:\n\n* Treated, stable brain metastases are allowed\n"
EXCLUDES = "Exclusion Criteria:\n\n* Known brain metastases\n"
SILENT = "Inclusion Criteria:\n\n* Adults with lung cancer\n"


def study(number: int, criteria: str, **more: Any) -> dict[str, Any]:
    """A record; `more` sets title, status, updated, conditions, youngest, oldest, sex, phases or sites."""
    protocol = {
        "identificationModule": {
            "nctId": f"NCT{number:08}",
            "briefTitle": more.get("title", f"Study {number}"),
        },
        "statusModule": {
            "overallStatus": more.get("status", "RECRUITING"),
            "lastUpdatePostDateStruct": {"date": more.get("updated", "2026-01-01")},
        },
        "conditionsModule": {"conditions": more.get("conditions", ["Non-small cell lung cancer"])},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": more.get("phases", ["PHASE2"])},
        "eligibilityModule": {
            "eligibilityCriteria": criteria,
            "minimumAge": more.get("youngest", "18 Years"),
            "maximumAge": more.get("oldest"),
            "sex": more.get("sex", "ALL"),
        },
        "contactsLocationsModule": {"locations": more.get("sites", [])},
    }
    return {"protocolSection": protocol}


def site(city: str, state: str, lat: float, lon: float, status: str | None = None) -> dict[str, Any]:
    """A site in the United States."""
    place = {"facility": f"{city} Clinic", "city": city, "state": state, "country": "United States"}
    return place | {"geoPoint": {"lat": lat, "lon": lon}} | ({"status": status} if status else {})
