"""What the CNS eligibility reader returns: policies, states per cohort, fields, and the words that say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cimara.terms.cns import BrmPolicy, CnsState, LmdPolicy


class Section(StrEnum):
    """Part of the criteria text that a sentence stands in."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"
    NONE = "none"


class Target(StrEnum):
    """Whom a statement is about."""

    BRM = "brm"
    LMD = "lmd"
    CNS = "cns"


class Force(StrEnum):
    """What a statement does to its target."""

    REQUIRE = "require"
    PERMIT = "permit"
    EXCLUDE = "exclude"


class Confidence(StrEnum):
    """How sure the reader is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class SteroidPolicy(StrEnum):
    """Steroids for CNS disease at entry."""

    NONE = "none"
    MAX_DOSE = "max_dose"
    STABLE_OR_TAPERING = "stable_or_tapering"
    ANY = "any"


class BrainImaging(StrEnum):
    """Who must have a brain scan before entry."""

    NONE = "none"
    REQUIRED_ALL = "required_all"
    REQUIRED_IF_HISTORY = "required_if_history"
    REQUIRED_IF_SYMPTOMS = "required_if_symptoms"


class LocalTherapy(StrEnum):
    """SRS, WBRT or surgery before entry."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


class Allowance(StrEnum):
    """A yes or no of the trial's own words."""

    ALLOWED = "allowed"
    EXCLUDED = "excluded"


class Antiseizure(StrEnum):
    """Antiseizure drugs at entry."""

    NONE = "none"
    STABLE = "stable"
    ENZYME_INDUCERS_EXCLUDED = "enzyme_inducers_excluded"


class LmdQualifier(StrEnum):
    """Condition under which leptomeningeal disease is taken, or kind that alone is excluded."""

    FOCAL = "focal"
    ASYMPTOMATIC = "asymptomatic"
    TREATED_STABLE = "treated_stable"
    ACTIVE_ONLY_EXCLUDED = "active_only_excluded"
    SYMPTOMATIC_ONLY_EXCLUDED = "symptomatic_only_excluded"
    ONE_COHORT = "one_cohort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words of the criteria text behind one value.

    `start` and `end` are a half-open span of Unicode code points in the text as stored, and
    `text[start:end] == quote`. `field` is `brm_policy`, `lmd_policy` or the name of a `CnsFields` field.
    """

    field: str
    start: int
    end: int
    quote: str
    rule_id: str
    cohort: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One clause about CNS disease, as the grammar read it."""

    target: Target
    force: Force
    states: tuple[CnsState, ...]
    qualifiers: tuple[str, ...] = ()
    exception: bool = False
    cohort: str | None = None
    section: Section = Section.NONE
    start: int
    end: int
    quote: str
    rule_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortStates:
    """The brain-metastasis states that may enter one cohort; `cohort` is None for the whole trial."""

    cohort: str | None
    states: tuple[CnsState, ...]
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CnsFields:
    """Secondary facts of the CNS rules. None means that the trial doesn't say.

    Lengths are millimetres, times whole days, doses milligrams a day of the trial's own drug
    (never converted between drugs), volumes millilitres.
    """

    stable_days: int | None = None
    min_days_since_srs: int | None = None
    min_days_since_wbrt: int | None = None
    min_days_since_surgery: int | None = None
    min_days_since_any_rt: int | None = None
    steroid_policy: SteroidPolicy | None = None
    max_pred_mg: float | None = None
    max_dex_mg: float | None = None
    steroid_free_days: int | None = None
    steroids_physiologic: bool = False
    max_lesion_mm: float | None = None
    max_lesion_strict: bool = False
    min_lesion_mm: float | None = None
    max_lesion_count: int | None = None
    max_total_volume_ml: float | None = None
    prior_local_therapy: LocalTherapy | None = None
    prior_wbrt: Allowance | None = None
    brain_imaging: BrainImaging = BrainImaging.NONE
    imaging_window_days: int | None = None
    imaging_modality: str | None = None
    antiseizure: Antiseizure | None = None
    seizures_controlled: bool = False
    excluded_places: tuple[str, ...] = ()
    haemorrhage_excluded: bool = False
    mass_effect_excluded: bool = False
    cord_compression_excluded: bool = False
    cns_only_disease: Allowance | None = None
    cns_measurable_mm: float | None = None
    symptomatic_excluded: bool = False
    lmd_qualifiers: tuple[LmdQualifier, ...] = ()
    lmd_in_cns_words: bool = False
    cohort_scope: tuple[str, ...] = ()
    rationale_given: bool = False
    template_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CnsEligibility:
    """Who with CNS metastases may join, as read from one criteria text.

    Every policy other than `not_mentioned` has at least one `Evidence`; CNS words that no rule could
    read stand in `unread`, never dropped.
    """

    brm_policy: BrmPolicy
    lmd_policy: LmdPolicy
    cohorts: tuple[CohortStates, ...] = ()
    fields: CnsFields = CnsFields()
    statements: tuple[Statement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unread: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence.HIGH
    reasons: tuple[str, ...] = ()
    reader_version: str = ""
    rules_hash: str = ""

    def evidence_for(self, field: str) -> tuple[Evidence, ...]:
        """The evidence of one field, in text order."""
        return tuple(item for item in self.evidence if item.field == field)
