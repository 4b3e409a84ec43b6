"""What comes next in a study, and whose hand it is in."""

from __future__ import annotations

from dataclasses import dataclass

from cimara_web.permissions.roles import Role
from cimara_web.studies.states.study import StudyState


@dataclass(frozen=True, slots=True)
class NextStep:
    """One sentence, and the roles that hold it; none when nothing comes any more."""

    words: str
    holders: tuple[Role, ...] = ()


S, R = StudyState, Role
NEXT: dict[StudyState, NextStep] = {
    S.IDEA: NextStep("The proposal is written and sent to the office.", (R.STUDY_LEAD,)),
    S.PROPOSED: NextStep("The office reads the proposal and decides.", (R.OFFICE,)),
    S.APPROVED: NextStep(
        "The study opens for data once it has a current protocol, a dictionary and a confirmed site.",
        (R.STUDY_LEAD,),
    ),
    S.OPEN: NextStep(
        "Sites send their data, the lead accepts them; then the data are locked.",
        (R.COORDINATOR, R.STUDY_LEAD),
    ),
    S.LOCKED: NextStep("The analysis is started.", (R.STUDY_LEAD, R.STATISTICIAN)),
    S.ANALYSIS: NextStep(
        "Results are released by two people; then the report is published.", (R.STATISTICIAN, R.STUDY_LEAD)
    ),
    S.REPORTED: NextStep("The report is out. Nothing more is asked of anybody."),
    S.WITHDRAWN: NextStep("The study was withdrawn. What was sent is kept until its retention date."),
    S.DECLINED: NextStep("The office declined the proposal."),
    S.ARCHIVED: NextStep("The study is archived."),
}
