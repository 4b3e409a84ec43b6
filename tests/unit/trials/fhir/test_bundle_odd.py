"""A bundle that can't be opened is named, and numbers that no quantity has are no fact."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cimara.trials.fhir import BundleError, BundleFault, read_bundle
from cimara.trials.matching import Steroids
from tests.unit.trials.fhir.demo_bundle import AS_OF, BRAIN, bundle, observation


def deep(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"extension": [inner]}
    return bundle(inner)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (b"not json", BundleFault.NOT_JSON),
        (b"\xff\xfe\x00", BundleFault.NOT_JSON),
        (b"", BundleFault.NOT_JSON),
        (b"[]", BundleFault.NOT_A_BUNDLE),
        (b'{"resourceType": "Patient"}', BundleFault.NOT_A_BUNDLE),
        ({"resourceType": "Bundle", "fhirVersion": "5.0.0"}, BundleFault.WRONG_VERSION),
        (bundle({"resourceType": "MedicationOrder"}), BundleFault.WRONG_VERSION),
        (
            bundle({"resourceType": "MedicationRequest", "medication": {"concept": {}}}),
            BundleFault.WRONG_VERSION,
        ),
        (b'{"resourceType": "Bundle", "x": "' + b"a" * 2_200_000 + b'"}', BundleFault.TOO_LARGE),
        (bundle(*[{"resourceType": "Basic"}] * 5_001), BundleFault.TOO_MANY_ENTRIES),
        (deep(40), BundleFault.TOO_DEEP),
        (b"[" * 100_000, BundleFault.TOO_DEEP),
        (bundle({"resourceType": "Patient"}, {"resourceType": "Patient"}), BundleFault.SEVERAL_PATIENTS),
    ],
    ids=lambda value: value.value if isinstance(value, BundleFault) else "",
)
def test_what_cannot_be_opened_is_named(source: bytes | dict[str, Any], fault: BundleFault) -> None:
    with pytest.raises(BundleError) as caught:
        read_bundle(source, AS_OF)
    assert caught.value.fault is fault


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_refused(value: str) -> None:
    source = json.dumps(bundle(observation("89247-1", valueInteger=1))).replace(": 1}", f": {value}}}")
    assert value in source
    with pytest.raises(BundleError) as error:
        read_bundle(source, AS_OF)
    assert error.value.fault is BundleFault.NOT_JSON


@pytest.mark.parametrize("value", ["1e999", "9" * 400, "-1e999", "1e308"])
def test_numbers_beyond_any_quantity_are_no_fact(value: str) -> None:
    mm = {"value": 1, "unit": "mm", "code": "mm"}
    size = observation("33728-7", valueQuantity=mm, bodySite=BRAIN, meta={"profile": ["x/tumor-size"]})
    score = observation("89247-1", valueQuantity={"value": 1})
    drug = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": {"text": "dexamethasone"},
        "dosageInstruction": [
            {
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "mg"}}],
            }
        ],
    }
    source = json.dumps(bundle(size, score, drug)).replace('"value": 1', f'"value": {value}')
    profile = read_bundle(source, AS_OF).profile
    assert (profile.ecog, profile.cns.largest_mm) == (None, None)
    assert profile.steroids == Steroids(drug="dexamethasone")  # type: ignore[arg-type]
