"""Steps of ethics and agreements as people say them: what the board did, what the site did, what we do."""

from __future__ import annotations

from enum import StrEnum

from cimara_web.studies.states.agreement import AgreementHappening as A
from cimara_web.studies.states.ethics import EthicsHappening as E

OF_ETHICS: dict[StrEnum, str] = {
    E.BEGIN: "Begin to prepare the submission",
    E.MARK_EXEMPT: "The board says it is exempt, or waived",
    E.SUBMIT: "It was submitted to the board",
    E.APPROVE: "The board approved it",
    E.ASK_CHANGES: "The board asks for changes",
    E.REJECT: "The board rejected it",
    E.RESUBMIT: "It was submitted again",
    E.SUSPEND: "The approval is suspended",
    E.CLOSE: "The review is closed for good",
    E.RENEW: "Add a renewal",
}
OF_AGREEMENT: dict[StrEnum, str] = {
    A.MARK_NOT_NEEDED: "No agreement is needed",
    A.DRAFT: "Begin a draft",
    A.SEND: "Send the text to the site",
    A.WITHDRAW: "Take the draft back",
    A.RETURN_TEXT: "The site returns the text with changes",
    A.SIGN: "The site has signed",
    A.COUNTERSIGN: "Countersign it",
    A.TERMINATE: "The agreement is terminated",
    A.RENEW: "Negotiate a renewal",
    A.EXTEND: "Extend it",
}
