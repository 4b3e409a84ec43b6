"""The neurological examinations of leptomeningeal disease: domains, levels, and the level that is scored.

The instrument of 2017 scores the worst area of a domain; NANO-LM of 2024 is stored and not scored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from cimara.response.criteria.rano_lm.scorecard import table_rows
from cimara.terms.errors import CimaraError
from cimara.terms.response import ExamInstrument


class ExamError(CimaraError):
    """An examination holds a domain or a level that its instrument does not have."""


@dataclass(frozen=True, slots=True)
class AreaLevel:
    """The level of one area (a limb, an eye), and the level that it had at baseline from another cause.

    `preexisting` is `None` when the area was sound, or its deficit due to leptomeningeal disease.
    """

    area: str
    level: int
    preexisting: int | None = None


@dataclass(frozen=True, slots=True)
class DomainFinding:
    """What was found in one domain, area by area; no areas means not examined."""

    domain: str
    areas: tuple[AreaLevel, ...] = ()


@dataclass(frozen=True, slots=True)
class NeuroExam:
    """One neurological examination, checked when made against its instrument.

    Raises
    ------
    ExamError
        A domain that the instrument does not have or that is there twice, or a level above its highest.
    """

    patient_id: str
    visit_id: str
    date: dt.date
    instrument: ExamInstrument
    findings: tuple[DomainFinding, ...]

    def __post_init__(self) -> None:
        highest = highest_levels(self.instrument)
        domains = [finding.domain for finding in self.findings]
        if len(set(domains)) < len(domains):
            raise ExamError("a domain is there more than once", where=str(self.instrument))
        for finding in self.findings:
            if finding.domain not in highest:
                raise ExamError(
                    "unknown domain", where=str(self.instrument), expected=", ".join(sorted(highest))
                )
            _check_levels(finding, highest[finding.domain])

    def missing(self) -> tuple[str, ...]:
        """Domains of the instrument that were not examined, in its order."""
        seen = {finding.domain for finding in self.findings if finding.areas}
        return tuple(domain for domain in highest_levels(self.instrument) if domain not in seen)


@cache
def highest_levels(instrument: ExamInstrument) -> Mapping[str, int]:
    """The domains of an instrument, each with its highest level (`tables/rano_lm_exam.csv`)."""
    rows = (row for row in table_rows("rano_lm_exam.csv") if row["instrument"] == instrument)
    return MappingProxyType({row["domain"]: int(row["highest_level"]) for row in rows})


def scored_level(finding: DomainFinding) -> int | None:
    """The level of a domain: that of its worst area; `None` when not examined.

    An area whose deficit was there before counts at its baseline level, as long as it is not worse.

    Source: Le Rhun 2017 and 2019, neurological form (2017 instrument).
    """
    counted = [
        area.level if area.preexisting is None else max(area.level, area.preexisting)
        for area in finding.areas
    ]
    return max(counted, default=None)


def _check_levels(finding: DomainFinding, highest: int) -> None:
    for area in finding.areas:
        levels = (area.level, area.level if area.preexisting is None else area.preexisting)
        if not all(0 <= level <= highest for level in levels):
            raise ExamError(
                "a level out of range", where=finding.domain, expected=f"a whole number from 0 to {highest}"
            )
