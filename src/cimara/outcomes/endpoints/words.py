"""The closed vocabulary of endpoint definitions: facts, their fields, flags, kinds, reasons."""

from __future__ import annotations

from enum import StrEnum


class FactWord(StrEnum):
    """What a definition may name. `START` is the day that the clock begins, for censoring only."""

    RANDOMISATION = "RANDOMISATION"
    ENROLMENT = "ENROLMENT"
    TREATMENT_START = "TREATMENT_START"
    TREATMENT_END = "TREATMENT_END"
    WITHDRAWAL = "WITHDRAWAL"
    LAST_ALIVE = "LAST_ALIVE"
    DATA_CUT = "DATA_CUT"
    DEATH = "DEATH"
    PD = "PD"
    PD_UNCONFIRMED = "PD_UNCONFIRMED"
    RESPONSE = "RESPONSE"
    RESPONSE_CONFIRMED = "RESPONSE_CONFIRMED"
    ADEQUATE_SCAN = "ADEQUATE_SCAN"
    ANY_SCAN = "ANY_SCAN"
    LESION_ASSESSED = "LESION_ASSESSED"
    NEW_LESION = "NEW_LESION"
    LOCAL_PD = "LOCAL_PD"
    LMD = "LMD"
    RN = "RN"
    CNS_THERAPY = "CNS_THERAPY"
    CNS_THERAPY_END = "CNS_THERAPY_END"
    SYSTEMIC_THERAPY = "SYSTEMIC_THERAPY"
    CLINIC_VISIT = "CLINIC_VISIT"
    COGNITION = "COGNITION"
    COGNITIVE_DECLINE = "COGNITIVE_DECLINE"
    START = "START"


class Flag(StrEnum):
    """A property of a patient (of a lesion: `TREATED_LESION`) that a population may ask for."""

    RANDOMISED = "RANDOMISED"
    MEASURABLE_CNS = "MEASURABLE_CNS"
    CNS_DISEASE = "CNS_DISEASE"
    NO_CNS_DISEASE = "NO_CNS_DISEASE"
    LMD_AT_START = "LMD_AT_START"
    RESPONDER = "RESPONDER"
    TREATED_LESION = "TREATED_LESION"
    NO_BASELINE = "NO_BASELINE"
    LISTED = "LISTED"


FLAG_RULES: dict[Flag, str] = {
    Flag.RANDOMISED: "has a date of randomisation",
    Flag.MEASURABLE_CNS: "has a measurable CNS lesion at baseline (patients.measurable_cns)",
    Flag.CNS_DISEASE: "has CNS disease at the start (patients.cns_disease = yes)",
    Flag.NO_CNS_DISEASE: "has no CNS disease at the start (patients.cns_disease = no)",
    Flag.LMD_AT_START: "has leptomeningeal disease at the start (patients.lmd_at_start = yes)",
    Flag.RESPONDER: "has a confirmed complete or partial response in the compartment",
    Flag.TREATED_LESION: "the lesion has had local therapy",
    Flag.NO_BASELINE: "has no baseline assessment of the compartment",
    Flag.LISTED: "has a row in the table of patients, whatever else is known",
}
"""How each flag is derived, once."""


class EndpointKind(StrEnum):
    """What sort of result the endpoint gives."""

    TIME_TO_EVENT = "time_to_event"
    COMPETING_RISKS = "competing_risks"
    BINARY = "binary"


class UnitOfAnalysis(StrEnum):
    """What one row of the endpoint table is about."""

    PATIENT = "patient"
    LESION = "lesion"


class Take(StrEnum):
    """Which of several facts counts."""

    FIRST = "first"
    LAST = "last"


class RuleStatus(StrEnum):
    """How well founded a definition is: verified, abstract only, unverified, project decision."""

    VERIFIED = "V"
    ABSTRACT = "A"
    UNVERIFIED = "U"
    PROJECT = "P"


STATUS_WORDS: dict[RuleStatus, str] = {
    RuleStatus.VERIFIED: "verified against a printed source",
    RuleStatus.ABSTRACT: "taken from an abstract, not yet verified",
    RuleStatus.UNVERIFIED: "unverified",
    RuleStatus.PROJECT: "project proposal, not yet endorsed",
}

SOURCES = ("AND25", "LIN15", "OKA15", "FDA18", "FDA21", "EMA12", "ADMO", "MCT17", "N0574", "CC001")
"""Keys of the sources that a definition may cite."""


class Reason(StrEnum):
    """Why an observation is censored, or why a patient counts as a non-responder."""

    EVENT_FREE = "EVENT_FREE"
    NO_FOLLOW_UP = "NO_FOLLOW_UP"
    NO_BASELINE = "NO_BASELINE"
    MISSED_VISITS = "MISSED_VISITS"
    NEW_SYSTEMIC_THERAPY = "NEW_SYSTEMIC_THERAPY"
    CNS_LOCAL_THERAPY = "CNS_LOCAL_THERAPY"
    AFTER_SYSTEMIC_PD = "AFTER_SYSTEMIC_PD"
    UNCONFIRMED_PD = "UNCONFIRMED_PD"
    RETREATMENT = "RETREATMENT"
    WITHDRAWAL = "WITHDRAWAL"
    NON_RESPONDER = "NON_RESPONDER"
    NOT_EVALUABLE = "NOT_EVALUABLE"


_YES_NO = ("yes", "no")
_LESION = {"lesion": None, "type": ("parenchymal", "leptomeningeal", "dural")}

FIELDS: dict[FactWord, dict[str, tuple[str, ...] | None]] = {
    FactWord.DEATH: {
        "cause": ("neurologic", "systemic", "both", "other", "unknown"),
        "adjudicated": _YES_NO,
    },
    FactWord.PD: {
        "word": None,
        "kind": ("target", "non-target", "new", "clinical", "investigator", "steroid"),
        "rule_id": None,
    },
    FactWord.PD_UNCONFIRMED: {"word": None, "rule_id": None},
    FactWord.RESPONSE: {"word": None, "rule_id": None},
    FactWord.RESPONSE_CONFIRMED: {"word": None},
    FactWord.ADEQUATE_SCAN: {"word": None, "rule_id": None},
    FactWord.ANY_SCAN: {"word": None, "rule_id": None},
    FactWord.NEW_LESION: {**_LESION, "origin": ("new", "recurrence", "cavity")},
    FactWord.LOCAL_PD: {**_LESION, "adjudged": ("tumour", "rn", "open"), "rule_id": None},
    FactWord.LMD: {"basis": None},
    FactWord.RN: {
        "certainty": ("possible", "probable", "confirmed"),
        "basis": None,
        "symptomatic": _YES_NO,
        "grade": None,
        "dated": ("onset", "decision"),
    },
    FactWord.CNS_THERAPY: {
        "modality": ("SRS", "WBRT", "surgery", "LITT", "intrathecal", "other"),
        "intent": ("planned", "salvage", "unknown"),
    },
    FactWord.CNS_THERAPY_END: {
        "modality": ("SRS", "WBRT", "surgery", "LITT", "intrathecal", "other"),
        "intent": ("planned", "salvage", "unknown"),
    },
    FactWord.SYSTEMIC_THERAPY: {"new_line": _YES_NO},
    FactWord.COGNITION: {
        "test": None,
        "score": None,
        "z": None,
        "form": None,
        "done": _YES_NO,
        "missed": ("cognitive", "neurologic", "other"),
    },
    FactWord.COGNITIVE_DECLINE: {"tests": None},
}
"""Fields of each fact; None = any text. A fact that is not here has no fields."""

FIELD_DEFAULTS: dict[FactWord, dict[str, str]] = {
    FactWord.DEATH: {"cause": "unknown"},
    FactWord.CNS_THERAPY: {"intent": "unknown"},
    FactWord.CNS_THERAPY_END: {"intent": "unknown"},
    FactWord.RN: {"certainty": "possible", "symptomatic": "no", "dated": "onset"},
    FactWord.LOCAL_PD: {"adjudged": "open"},
    FactWord.COGNITION: {"done": "yes"},
}
"""What a field that was left empty means; filled in when facts are made, so that no rule meets a blank."""

MISSING = "missing"
"""`date_flag` of a fact whose date is not known."""

SCAN_FACTS = frozenset(
    {
        FactWord.PD,
        FactWord.PD_UNCONFIRMED,
        FactWord.RESPONSE,
        FactWord.RESPONSE_CONFIRMED,
        FactWord.ADEQUATE_SCAN,
        FactWord.ANY_SCAN,
    }
)
"""Facts that a response policy makes; they carry its criterion."""

SEEN_ON_SCANS = SCAN_FACTS | {FactWord.NEW_LESION, FactWord.LOCAL_PD, FactWord.LMD, FactWord.RN}
"""Facts that only a scan shows, so that a missed scan hides them."""

ASSESSMENTS = frozenset({FactWord.ADEQUATE_SCAN, FactWord.LESION_ASSESSED})
"""Facts that say that a scan could be judged."""

LESION_FACTS = frozenset(
    {
        FactWord.LOCAL_PD,
        FactWord.RN,
        FactWord.CNS_THERAPY,
        FactWord.CNS_THERAPY_END,
        FactWord.LESION_ASSESSED,
    }
)
"""Facts of one lesion: in a definition per lesion they count for that lesion only."""

START_FACTS = (
    FactWord.RANDOMISATION,
    FactWord.ENROLMENT,
    FactWord.TREATMENT_START,
    FactWord.TREATMENT_END,
    FactWord.RESPONSE,
    FactWord.RESPONSE_CONFIRMED,
    FactWord.CNS_THERAPY,
    FactWord.CNS_THERAPY_END,
)
"""Facts that may begin a clock."""

DAYS_IN_MONTH = 30.4375
DAYS_IN_YEAR = 365.25

DERIVATION_VERSION = 1
"""Raised when any result may change; part of every fingerprint."""
