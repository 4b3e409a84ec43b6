"""The hash of a study: SHA-256 over all that its file says and the fingerprints of its endpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cimara.cohort.study.canonical import canonical_json
from cimara.cohort.study.model import StudyFile

FORM = "cimara-study/1"


def study_hash(study: StudyFile, fingerprints: Mapping[str, str]) -> str:
    """SHA-256, hexadecimal, of a study.

    Parameters
    ----------
    fingerprints
        Of each endpoint definition by its name in the file; they cover switches, response policies and the
        version of the derivation, so that a signature holds for what endpoints do, not only for their names.

    Comments, layout and the order of keys don't change it; every value does.
    """
    endpoints = canonical_json(dict(fingerprints))
    text = f'{{"endpoints":{endpoints},"form":"{FORM}","study":{study.canonical}}}'
    return hashlib.sha256(text.encode()).hexdigest()
