"""States of submissions and analyses as a page says them: their colour, and what happens next."""

from __future__ import annotations

from cimara_web.studies.states.analysis import AnalysisHappening, AnalysisState
from cimara_web.studies.states.submission import SubmissionHappening, SubmissionState

S, A = SubmissionState, AnalysisState
SUBMISSION_TONES = {
    S.RECEIVED: "waiting",
    S.UNREADABLE: "bad",
    S.NEEDS_CORRECTION: "bad",
    S.VALID: "waiting",
    S.VALID_WITH_NOTES: "waiting",
    S.ACCEPTED: "good",
    S.REJECTED: "bad",
    S.SUPERSEDED: "ended",
    S.WITHDRAWN: "ended",
}
SUBMISSION_NEXT = {
    S.RECEIVED: "The portal checks the file. Large files take some minutes: come back to this page.",
    S.UNREADABLE: "The site sends a file that can be read. It takes the place of this one.",
    S.NEEDS_CORRECTION: "The site mends what the report lists, exports again and uploads the new file.",
    S.VALID: "The study lead or a statistician accepts or rejects it. Not the person who uploaded it.",
    S.VALID_WITH_NOTES: "The study lead or a statistician reads the note, and accepts or rejects it.",
    S.ACCEPTED: "Nothing. Its rows are in the study store, and its completeness counts.",
    S.REJECTED: "The site reads the reason, and uploads another file.",
    S.SUPERSEDED: "Nothing. A newer file took its place.",
    S.WITHDRAWN: "Nothing. It is kept until the study's retention date and is not used.",
}
BUTTONS = {
    SubmissionHappening.AS_IS: "Ask to accept as it is",
    SubmissionHappening.ACCEPT: "Accept",
    SubmissionHappening.REJECT: "Reject",
    SubmissionHappening.WITHDRAW: "Withdraw",
    AnalysisHappening.APPROVE: "Approve the plan",
    AnalysisHappening.START: "Start with the accepted data",
    AnalysisHappening.RELEASE: "Sign for release",
    AnalysisHappening.WITHHOLD: "Withhold",
}
ANALYSIS_TONES = {
    A.PLANNED: "waiting",
    A.APPROVED: "waiting",
    A.RUNNING: "waiting",
    A.HELD: "waiting",
    A.RELEASED: "good",
    A.WITHHELD: "ended",
}
ANALYSIS_NEXT = {
    A.PLANNED: "The study lead and a statistician approve the plan: two people.",
    A.APPROVED: "A statistician starts it. The portal notes the accepted data that it runs on.",
    A.RUNNING: "The statistician runs it outside the portal and uploads the results.",
    A.HELD: "Two people who are not the analyst look at the results and sign for their release.",
    A.RELEASED: "Nothing. All members see the report.",
    A.WITHHELD: "Nothing. The reason stands below; plan a new analysis to go on.",
}
SEVERITIES = {
    "error": ("Errors", "These stop the submission. Mend them in your records and export again."),
    "warning": ("Warnings", "Please look at these. They do not stop the submission."),
    "info": ("For the record", ""),
}
