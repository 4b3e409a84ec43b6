"""What the API answers, field by field: nothing goes out that isn't named here."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from cimara.terms.cns import BrmPolicy, CnsState, LmdPolicy
from cimara.terms.registry import OutcomeRole, OverallStatus, Phase, Sex, StudyType
from cimara.trials.eligibility.model import Confidence
from cimara.trials.search.page import FoundIn, NoticeCode
from cimara.trials.study import GeoBasis
from cimara.trials.verdict import ChangeKind, CriterionId, CriterionValue, Verdict


class Answer(BaseModel):
    """Base of the answers: plain fields, read from the library's own objects.

    ninja's `Schema` would look each of them up by resolvers and aliases, which cost a fifth of a search.
    """

    model_config = ConfigDict(from_attributes=True)


class Count(Answer):
    """A number of studies; not exact means "more than"."""

    value: int
    is_exact: bool


class Hit(Answer):
    """One study of a list."""

    nct_id: str
    brief_title: str
    overall_status: OverallStatus
    study_type: StudyType | None
    phases: list[Phase]
    sponsor: str | None
    last_updated: str | None
    brm_policy: BrmPolicy
    lmd_policy: LmdPolicy
    starter: bool
    found_in: FoundIn


class Notice(Answer):
    """How the query was read, where it wasn't read as it stands."""

    code: NoticeCode
    message: str
    suggestions: list[str]


class Undecided(Answer):
    """Studies that the record leaves open, and what to ask to see them."""

    field: str
    value: str
    count: Count


class Hits(Answer):
    """A page of studies; `cursor` asks for the next one."""

    total: Count
    hits: list[Hit]
    also_in_text: list[Hit]
    also_in_text_total: Count
    undecided: list[Undecided]
    notices: list[Notice]
    cursor: str | None


class Intervention(Answer):
    """A drug, device or procedure under study."""

    name: str
    type: str | None
    other_names: list[str]


class Outcome(Answer):
    """One outcome measure in the registry's words."""

    role: OutcomeRole
    ordinal: int
    measure: str
    description: str | None
    time_frame: str | None


class Trial(Answer):
    """One study as the registry has it. Ages in days; dates ISO, partial ones kept."""

    nct_id: str
    brief_title: str
    official_title: str | None
    acronym: str | None
    overall_status: OverallStatus
    last_known_status: OverallStatus | None
    why_stopped: str | None
    study_type: StudyType | None
    phases: list[Phase]
    conditions: list[str]
    keywords: list[str]
    tumours: list[str]
    interventions: list[Intervention]
    sponsor: str | None
    sponsor_class: str | None
    enrolment: int | None
    sex: Sex
    min_age_days: int | None
    max_age_days: int | None
    start: str | None
    primary_completion: str | None
    completion: str | None
    first_posted: str | None
    last_updated: str | None
    brief_summary: str | None
    criteria: str
    outcomes: list[Outcome]
    may_be_outdated: bool
    starter: bool


class Evidence(Answer):
    """Words of the criteria: a half-open span of code points in `criteria`, with the words themselves."""

    field: str
    start: int
    end: int
    quote: str
    rule_id: str
    cohort: str | None
    value: str | None


class Cohort(Answer):
    """The states of disease that may enter one cohort; null is the whole trial."""

    cohort: str | None
    states: list[CnsState]
    required: bool


class Eligibility(Answer):
    """Who with CNS metastases may join, as read from the criteria, with the words that say so."""

    nct_id: str
    brm_policy: BrmPolicy
    lmd_policy: LmdPolicy
    confidence: Confidence
    reasons: list[str]
    cohorts: list[Cohort]
    fields: dict[str, object]
    """Only what the trial speaks of; lengths in mm, times in days, doses in mg a day."""
    evidence: list[Evidence]
    unread: list[Evidence]
    reader_version: str
    rules_hash: str


class Site(Answer):
    """One place where a study runs; `inherited` means that the status is the study's own."""

    ordinal: int
    facility: str | None
    city: str | None
    state: str | None
    country: str | None
    iso2: str | None
    lat: float | None
    lon: float | None
    geo_basis: GeoBasis
    status: OverallStatus
    inherited: bool
    open: bool


class Quote(Answer):
    """Words of the criteria text with their span of code points."""

    start: int
    end: int
    text: str


class Change(Answer):
    """What would have to change; days, date, drug and mg as the kind needs."""

    kind: ChangeKind
    days: int | None
    date: str | None
    drug: str | None
    mg: float | None


class Criterion(Answer):
    """One point of a trial against the person."""

    id: CriterionId
    value: CriterionValue
    reason: str
    requirement: str | None
    fact: str | None
    quotes: list[Quote]
    change: Change | None


class Match(Answer):
    """One trial against the person."""

    nct_id: str
    verdict: Verdict
    criteria: list[Criterion]
    nearest_open_km: float | None
    has_open_site: bool
    flags: list[str]


class Matches(Answer):
    """Trials in rank order. Not medical advice; the study team decides."""

    as_of: date
    data_date: str | None
    content_hash: str | None
    total: int
    counts: dict[Verdict, int]
    gated_out: dict[str, int]
    """Trials for other cancers, by reason; they aren't listed."""
    results: list[Match]
    cursor: str | None


class Term(Answer):
    """A medical word and what it means; `clinical_review` is false until a clinician has signed it."""

    id: str
    term: str
    forms: list[str]
    meaning: str
    source: str
    clinical_review: bool


class SnapshotAnswer(Answer):
    """Which registry data the answers rest on."""

    content_hash: str
    data_date: str | None
    data_date_basis: str
    n_studies: int
    built_at: str
    built_by: str
    attribution: str
    reader_version: str
    rules_hash: str
    starter: bool
    issues: dict[str, int]
    removed: int
