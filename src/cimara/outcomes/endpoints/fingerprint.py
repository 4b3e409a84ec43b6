"""The fingerprint of a definition: SHA-256 over all that can change its result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from cimara.outcomes.endpoints.applicability import applicable_options
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.options import OPTIONS
from cimara.outcomes.endpoints.plan import plan_of, policy_of
from cimara.outcomes.endpoints.words import DERIVATION_VERSION


def policy_hashes(endpoint: Endpoint) -> dict[str, str]:
    """Hash of each response policy that the definition's rules read, by `criterion/compartment`."""
    return {
        f"{criterion}/{compartment}": policy_of(endpoint, compartment).hash
        for compartment, criterion in plan_of(endpoint).all_criteria
    }


def canonical(endpoint: Endpoint) -> dict[str, object]:
    """The definition as plain data, every switch and applicable option written out."""
    data = asdict(endpoint)
    del data["switch_preset"]
    data["options"] = {
        name: endpoint.option(name) for name in OPTIONS if name in applicable_options(endpoint)
    }
    return data


def fingerprint(endpoint: Endpoint) -> str:
    """SHA-256, hexadecimal, over canonical JSON, the response policies' hashes and the derivation version."""
    content = {
        "definition": canonical(endpoint),
        "policies": policy_hashes(endpoint),
        "derivation": DERIVATION_VERSION,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
