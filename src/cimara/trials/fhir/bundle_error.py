"""Why a file can't be read as an FHIR R4 bundle of one person."""

from __future__ import annotations

from enum import StrEnum

from cimara.terms.errors import CimaraError

MAX_BYTES = 2 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_DEPTH = 32


class BundleFault(StrEnum):
    """Kinds of fault that stop the reading."""

    NOT_JSON = "not_json"
    NOT_A_BUNDLE = "not_a_bundle"
    WRONG_VERSION = "wrong_version"
    TOO_LARGE = "too_large"
    TOO_MANY_ENTRIES = "too_many_entries"
    TOO_DEEP = "too_deep"
    SEVERAL_PATIENTS = "several_patients"


_WORDS: dict[BundleFault, tuple[str, str]] = {
    BundleFault.NOT_JSON: ("the file isn't JSON", "an FHIR R4 bundle as JSON"),
    BundleFault.NOT_A_BUNDLE: ("the JSON isn't an FHIR bundle", 'an object with "resourceType": "Bundle"'),
    BundleFault.WRONG_VERSION: ("the bundle is of another FHIR version", "FHIR R4 (4.0 or 4.3)"),
    BundleFault.TOO_LARGE: ("the bundle is too large", f"at most {MAX_BYTES // 1024 // 1024} MB"),
    BundleFault.TOO_MANY_ENTRIES: ("the bundle has too many entries", f"at most {MAX_ENTRIES:,}"),
    BundleFault.TOO_DEEP: ("the bundle is nested too deeply", f"at most {MAX_DEPTH} levels"),
    BundleFault.SEVERAL_PATIENTS: ("the bundle is about more than one person", "one Patient resource"),
}


class BundleError(CimaraError):
    """A bundle that isn't read at all; `fault` is the kind. Nothing of its content is shown."""

    def __init__(self, fault: BundleFault) -> None:
        self.fault = fault
        problem, expected = _WORDS[fault]
        super().__init__(problem, where="bundle", expected=expected)
