"""What a reader should know while measuring: targets that are too many, too small, or short of an axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cimara.response.criteria.measurability import measurable
from cimara.response.followup import Followup, follow
from cimara.response.model import Finding, Measurement, Patient
from cimara.response.policy import Policy
from cimara.response.records import collect, evaluators
from cimara.response.rows import PatientResult
from cimara.terms.response import SizeStatus

PERPENDICULAR_MISSING = "PERPENDICULAR_MISSING"


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to look at again: a reason code of the measurability rules, or of a finding; and where."""

    code: str
    lesion_id: str = ""
    visit_id: str = ""
    text: str = ""


def cautions(patient: Patient, policy: Policy, result: PatientResult) -> tuple[Caution, ...]:
    """Each target that breaks a measurability rule at baseline, then what the engine found."""
    followup = follow(collect(patient, evaluators(patient)[0]), policy)
    found = [*_of_targets(followup, policy), *map(_of_finding, _other_findings(result))]
    return tuple(dict.fromkeys(found))


def _of_targets(followup: Followup, policy: Policy) -> Iterator[Caution]:
    if followup.baseline is None:
        return
    for key in followup.targets:
        lesion, item = followup.lesions[key], followup.records.seen(followup.baseline, key)
        _, why = measurable(lesion, item, policy)
        yield from (Caution(code, key) for code in why)
        if not lesion.is_node and policy.min_perp and _lacks_perpendicular(item):
            yield Caution(PERPENDICULAR_MISSING, key)


def _lacks_perpendicular(item: Measurement | None) -> bool:
    return item is not None and item.status is SizeStatus.MEASURED and item.perp is None


def _other_findings(result: PatientResult) -> Iterator[Finding]:
    """The engine's findings but those told above; of one that stands at every visit, the first."""
    seen = set()
    for finding in result.findings:
        once = finding.code == "IMMUNOTHERAPY_UNKNOWN" and finding.code in seen
        if finding.code != "TARGET_NOT_MEASURABLE" and not once:
            seen.add(finding.code)
            yield finding


def _of_finding(finding: Finding) -> Caution:
    return Caution(finding.code, finding.lesion_id, finding.visit_id, finding.text)
