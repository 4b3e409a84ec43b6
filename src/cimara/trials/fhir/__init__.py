"""FHIR R4: an mCODE bundle in, a ranked list of trials out."""

from __future__ import annotations

from cimara.trials.fhir.bundle_error import BundleError, BundleFault
from cimara.trials.fhir.bundle_in import read_bundle
from cimara.trials.fhir.bundle_out import to_bundle
from cimara.trials.fhir.found import BundleReading, Clash, Ignored, Unmapped, UsedFact

__all__ = [
    "BundleError",
    "BundleFault",
    "BundleReading",
    "Clash",
    "Ignored",
    "Unmapped",
    "UsedFact",
    "read_bundle",
    "to_bundle",
]
