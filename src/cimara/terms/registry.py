"""Words of the trial registry, spelt as ClinicalTrials.gov API v2 spells them."""

from __future__ import annotations

from enum import StrEnum


class OverallStatus(StrEnum):
    """Recruitment status of a study or of one of its sites."""

    RECRUITING = "RECRUITING"
    NOT_YET_RECRUITING = "NOT_YET_RECRUITING"
    ENROLLING_BY_INVITATION = "ENROLLING_BY_INVITATION"
    ACTIVE_NOT_RECRUITING = "ACTIVE_NOT_RECRUITING"
    SUSPENDED = "SUSPENDED"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"
    WITHDRAWN = "WITHDRAWN"
    UNKNOWN = "UNKNOWN"
    WITHHELD = "WITHHELD"
    AVAILABLE = "AVAILABLE"
    NO_LONGER_AVAILABLE = "NO_LONGER_AVAILABLE"
    TEMPORARILY_NOT_AVAILABLE = "TEMPORARILY_NOT_AVAILABLE"
    APPROVED_FOR_MARKETING = "APPROVED_FOR_MARKETING"


class Phase(StrEnum):
    """One phase; a study may have two, such as PHASE1 with PHASE2."""

    NA = "NA"
    EARLY_PHASE1 = "EARLY_PHASE1"
    PHASE1 = "PHASE1"
    PHASE2 = "PHASE2"
    PHASE3 = "PHASE3"
    PHASE4 = "PHASE4"


class StudyType(StrEnum):
    """Kind of study."""

    INTERVENTIONAL = "INTERVENTIONAL"
    OBSERVATIONAL = "OBSERVATIONAL"
    EXPANDED_ACCESS = "EXPANDED_ACCESS"


class Sex(StrEnum):
    """Sex that may enter a study."""

    ALL = "ALL"
    FEMALE = "FEMALE"
    MALE = "MALE"


class OutcomeRole(StrEnum):
    """Place of an outcome measure in a study's plan."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    OTHER = "other"
