"""Trials made by hand for atlas tests: a few outcome measures under some conditions."""

from __future__ import annotations

from cimara.terms.ids import NctId
from cimara.terms.registry import OutcomeRole, OverallStatus
from cimara.trials.atlas import EndpointUse, endpoint_uses
from cimara.trials.study import Outcome, Study

BRAIN_METASTASES = ("Brain Metastases",)
LUNG = ("Non-small Cell Lung Cancer",)
BREAST = ("HER2-positive Breast Cancer",)
MELANOMA_IN_BRAIN = ("Melanoma", "Brain Metastases")
LEPTOMENINGEAL = ("Leptomeningeal Metastasis",)
GLIOBLASTOMA = ("Glioblastoma",)
LIVER = ("Hepatocellular Carcinoma",)


def outcome(
    measure: str,
    description: str | None = None,
    time_frame: str | None = None,
    ordinal: int = 0,
    role: OutcomeRole = OutcomeRole.PRIMARY,
) -> Outcome:
    """One outcome measure."""
    return Outcome(
        role=role, ordinal=ordinal, measure=measure, description=description, time_frame=time_frame
    )


def study(*outcomes: Outcome, conditions: tuple[str, ...] = LUNG, nct_id: str = "NCT00000001") -> Study:
    """A trial with those measures."""
    return Study(
        nct_id=NctId(nct_id),
        brief_title="A trial made for a test",
        criteria="",
        overall_status=OverallStatus.RECRUITING,
        conditions=conditions,
        outcomes=outcomes,
    )


def uses(
    measure: str,
    description: str | None = None,
    time_frame: str | None = None,
    conditions: tuple[str, ...] = LUNG,
) -> tuple[EndpointUse, ...]:
    """The endpoints of one measure."""
    return endpoint_uses(study(outcome(measure, description, time_frame), conditions=conditions))


def use(
    measure: str,
    description: str | None = None,
    time_frame: str | None = None,
    conditions: tuple[str, ...] = LUNG,
) -> EndpointUse:
    """The only endpoint of one measure."""
    (found,) = uses(measure, description, time_frame, conditions)
    return found


def canonical(measure: str, description: str | None = None, conditions: tuple[str, ...] = LUNG) -> list[str]:
    """The ids that one measure names, in order."""
    return [str(one.canonical) for one in uses(measure, description, conditions=conditions)]
