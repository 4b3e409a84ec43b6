"""What is read out of a study when a snapshot is built: CNS eligibility, tumours, endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from cimara.terms.errors import CimaraError
from cimara.terms.tumour import classify
from cimara.trials.atlas.model import EndpointUse
from cimara.trials.atlas.read import endpoint_uses
from cimara.trials.eligibility import read_eligibility
from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.study import Study


class Reader(Protocol):
    """Reads one criteria text. A second reader is plugged in by passing it to `build_snapshot`.

    It must be a function of a module (or picklable), since big builds read in several processes.
    """

    def __call__(self, criteria: str, *, title: str, conditions: Sequence[str]) -> CnsEligibility: ...


class ReaderError(CimaraError):
    """A reader that raised instead of saying that it is unsure."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A study with everything that was read out of it."""

    study: Study
    eligibility: CnsEligibility
    endpoints: tuple[EndpointUse, ...]


def read_all(study: Study, reader: Reader | None = None, *, endpoints: bool = True) -> Reading:
    """The study with its tumours and eligibility filled in, and its endpoints if wanted."""
    read = reader or read_eligibility
    try:
        tumours = classify(study.conditions, study.mesh_terms, study.brief_title)
        eligibility = read(study.criteria, title=study.titles, conditions=study.conditions)
        study = replace(study, tumours=tuple(sorted(tumours)), eligibility=eligibility)
        return Reading(study, eligibility, endpoint_uses(study) if endpoints else ())
    except Exception as error:
        raise ReaderError(
            f"a reader failed on {study.nct_id} ({type(error).__name__})",
            hint="This is a fault of the reader, not of the record; nothing was written.",
        ) from error


def reader_identity(reader: Reader | None = None) -> tuple[str, str]:
    """Version of the reader and hash of its rules."""
    found = (reader or read_eligibility)("", title="", conditions=())
    return found.reader_version, found.rules_hash
