"""The demonstration patient as a bundle, and small changes to it."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2026, 3, 1)
FILE = Path(__file__).parent / "fixtures" / "demo_patient_01.json"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"


def demo() -> dict[str, Any]:
    """Demo Patient 01: an invented person with treated brain metastases of lung cancer."""
    loaded = json.loads(FILE.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    """A collection of some resources."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def without_profiles(given: dict[str, Any]) -> dict[str, Any]:
    """The same bundle as a system sends it that knows nothing of mCODE."""
    stripped = deepcopy(given)
    stripped.pop("meta", None)
    for entry in stripped["entry"]:
        entry["resource"].pop("meta", None)
    return stripped


def concept(system: str, code: str, display: str = "") -> dict[str, Any]:
    """A coded concept."""
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]}


def condition(code: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A condition of that code."""
    return {"resourceType": "Condition", "subject": {"reference": "Patient/p"}, "code": code, **more}


def observation(loinc: str, **more: Any) -> dict[str, Any]:
    """A final observation of that LOINC code."""
    return {"resourceType": "Observation", "status": "final", "code": concept(LOINC, loinc), **more}


def procedure(text: str, site: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A completed procedure of that name."""
    made = {"resourceType": "Procedure", "status": "completed", "code": {"text": text}, **more}
    return made | ({"bodySite": [site]} if site else {})


BRAIN = concept(SNOMED, "12738006", "Brain structure")
