"""What the atlas says of one endpoint in one outcome measure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cimara.terms.endpoint import Assessor, Compartment, CriteriaId, EndpointId
from cimara.terms.registry import OutcomeRole


class Stated(StrEnum):
    """What a record says to a yes-or-no question of a definition."""

    YES = "yes"
    NO = "no"
    UNSTATED = "unstated"


class ClockStart(StrEnum):
    """The day on which an endpoint's clock begins."""

    RANDOMISATION = "randomisation"
    ENROLMENT = "enrolment"
    TREATMENT_START = "treatment_start"
    LOCAL_THERAPY = "local_therapy"
    SURGERY = "surgery"
    DIAGNOSIS = "diagnosis"
    FIRST_RESPONSE = "first_response"
    UNSTATED = "unstated"


class Flag(StrEnum):
    """What a reader of one endpoint use should check."""

    AMBIGUOUS_ABBREVIATION = "ambiguous_abbreviation"
    MRECIST_CNS5_SIZE_NOT_STATED = "mrecist_cns5_size_not_stated"
    FROM_DESCRIPTION = "from_description"
    NAME_AND_DEFINITION_DIFFER = "name_and_definition_differ"
    ASSESSORS_DIFFER = "assessors_differ"
    NO_CNS_DISEASE_AT_START = "no_cns_disease_at_start"
    ONE_RESPONSE_GRADE = "one_response_grade"
    PLACE_FROM_TRIAL = "place_from_trial"
    PRIMARY_CNS_TUMOUR = "primary_cns_tumour"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointUse:
    """One endpoint that an outcome measure names.

    `start` and `end` are a half-open span of code points in the measure as stored, and `name` the words
    there; the span covers the whole measure when only the description names the endpoint. `criteria` is
    empty when the record names none. Times are days (month 30.4375, year 365.25); `time_frame_days` is the
    longest time of the time frame, `landmark_days` the moment of a rate. `ordinal` is the outcome's.
    `rule_id` names the row of `endpoints.toml` that decided.
    """

    canonical: EndpointId
    compartment: Compartment
    role: OutcomeRole
    ordinal: int
    criteria: tuple[CriteriaId, ...] = ()
    assessor: Assessor = Assessor.UNKNOWN
    time_frame_days: float | None = None
    landmark_days: float | None = None
    population: str | None = None
    death_counts: Stated = Stated.UNSTATED
    lmd_counts: Stated = Stated.UNSTATED
    clock_start: ClockStart = ClockStart.UNSTATED
    local_only: bool = False
    ambiguous: bool = False
    flags: tuple[Flag, ...] = ()
    start: int
    end: int
    name: str
    rule_id: str
