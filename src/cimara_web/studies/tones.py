"""The colour beside the word of a state: good, waiting, bad, ended."""

from __future__ import annotations

from cimara_web.studies.states.agreement import AgreementState as A
from cimara_web.studies.states.ethics import EthicsState as E
from cimara_web.studies.states.site import SiteState as Site
from cimara_web.studies.states.study import StudyState as Study
from cimara_web.studies.states.submission import SubmissionState as Sub

GOOD, WAITING, BAD, ENDED = "good", "waiting", "bad", "ended"
TONES: dict[str, dict[str, str]] = {
    "study": {
        **dict.fromkeys(Study, WAITING),
        **dict.fromkeys((Study.OPEN, Study.LOCKED, Study.ANALYSIS, Study.REPORTED), GOOD),
        **dict.fromkeys((Study.WITHDRAWN, Study.DECLINED, Study.ARCHIVED), ENDED),
    },
    "site": {
        **dict.fromkeys(Site, WAITING),
        Site.ACTIVE: GOOD,
        Site.BLOCKED: BAD,
        **dict.fromkeys((Site.CLOSED, Site.WITHDRAWN), ENDED),
    },
    "ethics": {
        **dict.fromkeys(E, WAITING),
        **dict.fromkeys((E.APPROVED, E.EXEMPT), GOOD),
        **dict.fromkeys((E.EXPIRED, E.SUSPENDED, E.REJECTED), BAD),
        E.CLOSED: ENDED,
    },
    "agreement": {
        **dict.fromkeys(A, WAITING),
        **dict.fromkeys((A.EXECUTED, A.NOT_NEEDED), GOOD),
        **dict.fromkeys((A.EXPIRED, A.TERMINATED), BAD),
    },
    "submission": {
        **dict.fromkeys(Sub, WAITING),
        Sub.ACCEPTED: GOOD,
        **dict.fromkeys((Sub.NEEDS_CORRECTION, Sub.UNREADABLE, Sub.REJECTED), BAD),
        **dict.fromkeys((Sub.SUPERSEDED, Sub.WITHDRAWN), ENDED),
    },
}


def tone(of: str, state: str) -> str:
    """The tone of a state of a study, site, ethics review, agreement or submission."""
    return TONES[of][state]
