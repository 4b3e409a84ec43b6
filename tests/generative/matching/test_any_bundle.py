"""Whatever a bundle holds, reading it gives a profile or a named error."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.trials.fhir import BundleError, read_bundle
from tests.many import examples
from tests.unit.trials.fhir.demo_bundle import AS_OF, demo

STRANGE: tuple[Any, ...] = (
    None,
    0,
    -1,
    1e308,
    True,
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    {"reference": 3},
    "2026-13-45",
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, inner in held for spot in spots(inner, (*path, key)))]


@pytest.mark.parametrize("block", range(examples(few=2, many=5)))
def test_a_demonstration_patient_with_strange_values_anywhere(block: int) -> None:
    places = [spot for spot in spots(demo()) if len(spot) > 2]
    random = Random(block)
    for _ in range(200):
        broken = deepcopy(demo())
        for spot in random.sample(places, 3):
            held: Any = broken
            try:
                for key in spot[:-1]:
                    held = held[key]
                held[spot[-1]] = random.choice(STRANGE)
            except (KeyError, IndexError, TypeError):
                continue
        try:
            reading = read_bundle(broken, AS_OF)
        except BundleError:
            continue
        assert reading.profile.as_of == AS_OF


@settings(max_examples=examples(few=80, many=200), deadline=None)
@given(resource=st.dictionaries(st.sampled_from(["code", "status", "extension", "bodySite", "meta"]), JSON))
@pytest.mark.parametrize("kind", ["Patient", "Condition", "Procedure", "Observation", "MedicationRequest"])
def test_any_resource(kind: str, resource: dict[str, Any]) -> None:
    source = {"resourceType": "Bundle", "entry": [{"resource": resource | {"resourceType": kind}}]}
    assert read_bundle(json.dumps(source), AS_OF).profile.as_of == AS_OF
