"""What matching answers: a value per criterion, a verdict per trial, and what would have to change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cimara.terms.ids import NctId


class Verdict(StrEnum):
    """The five answers, in the order in which they are listed. None of them says "eligible"."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"
    NOT_NOW = "not_now"
    NO = "no"


class CriterionValue(StrEnum):
    """One criterion against one person."""

    MEETS = "meets"
    FAILS = "fails"
    UNKNOWN = "unknown"
    NEEDS_CHECK = "needs_check"


class CriterionId(StrEnum):
    """What is compared. Words for people are in `plain`, one template per (criterion, value)."""

    STATUS = "status"
    AGE = "age"
    SEX = "sex"
    TUMOUR = "tumour"
    BRM = "brm"
    LMD = "lmd"
    STABLE_DAYS = "stable_days"
    DAYS_SINCE_SRS = "days_since_srs"
    DAYS_SINCE_WBRT = "days_since_wbrt"
    DAYS_SINCE_SURGERY = "days_since_surgery"
    DAYS_SINCE_ANY_RT = "days_since_any_rt"
    PRIOR_LOCAL_THERAPY = "prior_local_therapy"
    PRIOR_WBRT = "prior_wbrt"
    STEROIDS = "steroids"
    LESION_SIZE = "lesion_size"
    LESION_COUNT = "lesion_count"
    LESION_PLACE = "lesion_place"
    ANTISEIZURE = "antiseizure"
    SEIZURES = "seizures"
    HAEMORRHAGE = "haemorrhage"
    IMAGING = "imaging"
    CNS_ONLY = "cns_only"
    PERFORMANCE = "performance"
    BIOMARKER = "biomarker"


class ChangeKind(StrEnum):
    """What would have to change for a failed criterion. About the rule, never advice."""

    AFTER_LOCAL_THERAPY_AND_DAYS = "after_local_therapy_and_days"
    FROM_DATE = "from_date"
    STEROID_AT_MOST = "steroid_at_most"
    NEW_SCAN = "new_scan"
    SITE_OPENS = "site_opens"
    WHEN_STABLE = "when_stable"
    """When seizures, symptoms or leptomeningeal disease have settled."""
    WITHOUT_DRUG = "without_drug"
    """A medicine other than a steroid that the trial's rule leaves out; `drug` names the kind."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change; `days`, `date` (ISO) and `drug`, `mg` as the kind needs."""

    kind: ChangeKind
    days: int | None = None
    date: str | None = None
    drug: str | None = None
    mg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of the criteria text: half-open span of code points, with the words themselves."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One compared criterion. `reason` names the row of the rule table that decided.

    `requirement` and `fact` are short machine values such as `28` or `treated_stable`; either may be
    None when the trial, or the person, doesn't say.
    """

    id: CriterionId
    value: CriterionValue
    reason: str
    requirement: str | None = None
    fact: str | None = None
    quotes: tuple[Quote, ...] = ()
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """One trial against one profile. `relevant` is False outside the tumour gate, with `gate_reason`."""

    nct_id: NctId
    verdict: Verdict
    criteria: tuple[Criterion, ...]
    relevant: bool = True
    gate_reason: str | None = None
    nearest_open_km: float | None = None
    has_open_site: bool = False
    flags: tuple[str, ...] = ()

    def criterion(self, wanted: CriterionId) -> Criterion | None:
        """The criterion of that id, or None when it wasn't compared."""
        return next((item for item in self.criteria if item.id is wanted), None)
