"""Says of one endpoint use all that the record tells of its definition."""

from __future__ import annotations

import re

from cimara.terms.endpoint import Assessor, Compartment, CriteriaId, EndpointId
from cimara.terms.units import DAYS_PER_MONTH, DAYS_PER_WEEK
from cimara.trials.atlas.context import Population
from cimara.trials.atlas.criteria import CNS_CRITERIA, read_assessor
from cimara.trials.atlas.definition import (
    clock_start,
    death_counts,
    is_defined,
    lmd_counts,
    population,
    starts_without_cns_disease,
)
from cimara.trials.atlas.measure import Measure
from cimara.trials.atlas.mentions import Mention
from cimara.trials.atlas.model import ClockStart, EndpointUse, Flag, Stated
from cimara.trials.atlas.place import CNS
from cimara.trials.atlas.time_frame import landmark, read_time_frame
from cimara.trials.atlas.wording import Row

TIMED = frozenset(
    [
        "bicompartmental",
        "wbrt_free",
        "next_cns_event",
        "lesion_free",
        "distant_brain",
        "brain_met_free",
        "local_control",
        "lm_incidence",
        "brain_met_incidence",
        "second_progression",
        "other_survival",
        "duration_of_response",
        "progression_free",
        "time_to_progression",
        "disease_free",
        "overall_survival",
        "neurologic_death",
        "systemic_death",
    ]
)
"""Kinds with a clock, of which one may ask whether death counts and where the clock starts."""

DEATH_LEFT_OUT = frozenset(
    [
        "distant_brain",
        "local_control",
        "lm_incidence",
        "brain_met_incidence",
        "time_to_progression",
        "next_cns_event",
    ]
)
"""Kinds whose name promises no death: a definition that leaves death out says that it does not count."""

MONTHS_AFTER = frozenset({"progression_free", "overall_survival", "disease_free"})
"""Kinds whose abbreviation is followed by months (PFS6); that of others by weeks (DCR12)."""

UNPLACED = frozenset({EndpointId.OS, EndpointId.NCOGDET, EndpointId.NEUROFN})
"""Endpoints that watch no compartment and have no response criteria."""

BARE = frozenset({EndpointId.OTHER, EndpointId.SAFETY, EndpointId.QOL})
"""Endpoints of which only name, criteria and time frame are read: nobody compares their definitions here."""

USUAL_PLACE = {
    EndpointId.BMFS: Compartment.BRAIN,
    EndpointId.BRMINC: Compartment.BRAIN,
    EndpointId.LOCFAIL: Compartment.BRAIN,
    EndpointId.DISTBF: Compartment.BRAIN,
    EndpointId.RNINC: Compartment.BRAIN,
    EndpointId.OEDEMA: Compartment.BRAIN,
    EndpointId.WBRTFS: Compartment.BRAIN,
    EndpointId.TNCNSE: Compartment.CNS,
    EndpointId.CNSLFS: Compartment.CNS,
    EndpointId.CNSTTP: Compartment.CNS,
    EndpointId.PKCSF: Compartment.CNS,
    EndpointId.NEURDTH: Compartment.CNS,
    EndpointId.BIPFS: Compartment.WHOLE_BODY,
    EndpointId.SYSDTH: Compartment.SYSTEMIC,
    EndpointId.LMDINC: Compartment.LM,
    EndpointId.CSFCLR: Compartment.LM,
    EndpointId.LMRESP: Compartment.LM,
    EndpointId.LMPFS: Compartment.LM,
}
"""Where an endpoint looks when its words name no place."""

_EVENT_IN_TIME_FRAME = re.compile(
    r"(?:progress\w*|(?<![a-z])pd|recurr\w*|relapse)[^.;]{0,60}death|death[^.;]{0,40}whichever"
)


def read_death(mention: Mention, measure: Measure) -> Stated:
    """Whether death is an event, by the definition; unstated for kinds without a clock."""
    if mention.kind.id == "overall_survival":
        return Stated.YES
    if mention.kind.id not in TIMED:
        return Stated.UNSTATED
    said = death_counts(measure.text)
    if said is Stated.UNSTATED and _EVENT_IN_TIME_FRAME.search(measure.time_frame):
        said = death_counts(measure.time_frame)
    if said is Stated.UNSTATED and mention.kind.id in DEATH_LEFT_OUT and is_defined(measure.description.low):
        return Stated.NO
    return said


def describe(
    row: Row, mention: Mention, measure: Measure, compartment: Compartment, death: Stated, *, ambiguous: bool
) -> EndpointUse:
    """One endpoint use, with criteria, assessor, times and population; less of the `BARE` ones."""
    outcome = measure.outcome
    start, end = (0, len(outcome.measure)) if measure.named_in_description else (mention.start, mention.end)
    if row.canonical in BARE:
        return _bare(row, mention, measure, start, end)
    assessor, differ = _assessor(measure)
    criteria = () if row.canonical in UNPLACED else criteria_of(mention, measure, compartment)
    flags = {
        Flag.AMBIGUOUS_ABBREVIATION: ambiguous,
        Flag.FROM_DESCRIPTION: measure.named_in_description,
        Flag.MRECIST_CNS5_SIZE_NOT_STATED: CriteriaId.MRECIST_CNS5 in criteria
        and measure.criteria.cns5_candidate,
        Flag.NAME_AND_DEFINITION_DIFFER: mention.redefined
        or (mention.kind.id in DEATH_LEFT_OUT and death is Stated.YES),
        Flag.ASSESSORS_DIFFER: differ,
        Flag.ONE_RESPONSE_GRADE: mention.kind.id == "one_response_grade",
        Flag.NO_CNS_DISEASE_AT_START: compartment in CNS
        and starts_without_cns_disease(f"{measure.text} {measure.time_frame}"),
        Flag.PLACE_FROM_TRIAL: row.population == Population.CNS_METASTASES and compartment not in CNS,
        Flag.PRIMARY_CNS_TUMOUR: compartment in CNS and Population.PRIMARY_CNS in measure.context.populations,
    }
    return EndpointUse(
        canonical=row.canonical,
        compartment=_place_of(row.canonical, compartment),
        role=outcome.role,
        ordinal=outcome.ordinal,
        criteria=criteria,
        assessor=assessor,
        time_frame_days=read_time_frame(outcome.time_frame).days,
        landmark_days=_landmark(mention, measure),
        population=_population(measure),
        death_counts=death,
        lmd_counts=lmd_counts(measure.text) if compartment in CNS else Stated.UNSTATED,
        clock_start=_clock_start(mention, measure),
        local_only=mention.kind.id == "local_control",
        ambiguous=ambiguous,
        flags=tuple(flag for flag, is_set in flags.items() if is_set),
        start=start,
        end=end,
        name=outcome.measure[start:end],
        rule_id=row.rule,
    )


def _bare(row: Row, mention: Mention, measure: Measure, start: int, end: int) -> EndpointUse:
    outcome = measure.outcome
    of_other = row.canonical is EndpointId.OTHER
    return EndpointUse(
        canonical=row.canonical,
        compartment=Compartment.UNSTATED,
        role=outcome.role,
        ordinal=outcome.ordinal,
        criteria=criteria_of(mention, measure, Compartment.UNSTATED) if of_other else (),
        time_frame_days=read_time_frame(outcome.time_frame).days,
        flags=(Flag.FROM_DESCRIPTION,) if measure.named_in_description else (),
        start=start,
        end=end,
        name=outcome.measure[start:end],
        rule_id=row.rule,
    )


def describe_unrecognised(measure: Measure) -> EndpointUse:
    """The use of a measure that no row knows."""
    outcome = measure.outcome
    return EndpointUse(
        canonical=EndpointId.OTHER,
        compartment=Compartment.UNSTATED,
        role=outcome.role,
        ordinal=outcome.ordinal,
        criteria=measure.criteria.criteria,
        time_frame_days=read_time_frame(outcome.time_frame).days,
        start=0,
        end=len(outcome.measure),
        name=outcome.measure,
        rule_id="OTHER/no-row",
    )


def criteria_of(mention: Mention, measure: Measure, compartment: Compartment) -> tuple[CriteriaId, ...]:
    """The criteria that apply; where some are for the CNS and some for the body, each its own."""
    if not mention.kind.judged and mention.kind.described == "vague":
        return ()
    named = measure.criteria.criteria
    of_cns = tuple(one for one in named if one in CNS_CRITERIA)
    if not of_cns or len(of_cns) == len(named):
        return named
    if compartment in CNS or compartment is Compartment.LM:
        return of_cns
    elsewhere = any(CNS & set(one.compartments) for one in measure.mentions)
    split = elsewhere or bool(set(of_cns) & set(measure.criteria_of_name.criteria))
    return tuple(one for one in named if one not in of_cns) if split else named


def _assessor(measure: Measure) -> tuple[Assessor, bool]:
    named, differ = read_assessor(measure.name.low)
    if named is Assessor.UNKNOWN and not differ:
        return read_assessor(measure.description.low)
    return named, differ


def _clock_start(mention: Mention, measure: Measure) -> ClockStart:
    if mention.kind.id not in TIMED:
        return ClockStart.UNSTATED
    return clock_start(measure.name.low, measure.description.low, measure.time_frame)


def _population(measure: Measure) -> str | None:
    named = population(measure.outcome.measure, measure.name.low)
    return named or population(measure.outcome.description or "", measure.description.low)


def _place_of(canonical: EndpointId, compartment: Compartment) -> Compartment:
    if canonical in UNPLACED:
        return Compartment.UNSTATED
    if compartment is Compartment.UNSTATED:
        return USUAL_PLACE.get(canonical, compartment)
    return compartment


def _landmark(mention: Mention, measure: Measure) -> float | None:
    said = landmark(measure.name.low)
    if said is None and mention.mark is not None and mention.mark > 2:
        unit = DAYS_PER_MONTH if mention.kind.id in MONTHS_AFTER else DAYS_PER_WEEK
        return round(mention.mark * unit, 4)
    if said is None and "rate" in measure.name.low and mention.kind.id in MONTHS_AFTER:
        return landmark(measure.head.low)
    return said
