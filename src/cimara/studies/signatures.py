"""The sites beside a study file, and what is known of the signature of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cimara.cohort.study.signing import SignatureState, read_signatures, states
from cimara.cohort.study.sites import FILE, Site, read_sites
from cimara.studies.check import CheckedStudy


def registered_sites(study_path: Path) -> dict[str, Site]:
    """The sites of the file beside a study file; none where there is no such file."""
    path = study_path.with_name(FILE)
    return read_sites(path) if path.is_file() else {}


def signatures_of(
    checked: CheckedStudy, sites: dict[str, Site], asked: Sequence[str] = ()
) -> dict[str, SignatureState]:
    """What is known of the signature of each site under this study."""
    return states(
        read_signatures(checked.path),
        sites,
        study_id=checked.study.id,
        study_hash=checked.hash,
        asked=asked,
    )
