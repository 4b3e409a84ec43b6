"""What deriving an endpoint needs: facts, columns of the tidy tables, and assessments in the schedule."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.plan import plan_of
from cimara.outcomes.endpoints.tidy_tables import PATIENT_DATES
from cimara.outcomes.endpoints.words import FLAG_RULES, SCAN_FACTS, SEEN_ON_SCANS, FactWord, Flag
from cimara.terms.response import AssessedCompartment

_FACT_TABLES: dict[FactWord, tuple[str, ...]] = {
    FactWord.DEATH: ("deaths.date",),
    FactWord.CNS_THERAPY: ("therapies.kind", "therapies.start", "therapies.intent"),
    FactWord.CNS_THERAPY_END: ("therapies.kind", "therapies.start", "therapies.end"),
    FactWord.SYSTEMIC_THERAPY: ("therapies.kind", "therapies.start", "therapies.new_line"),
    FactWord.NEW_LESION: ("lesion_events.event", "lesion_events.date"),
    FactWord.LOCAL_PD: ("lesion_events.lesion_id", "lesion_events.event", "lesion_events.date"),
    FactWord.LESION_ASSESSED: ("lesion_events.lesion_id", "lesion_events.event", "lesion_events.date"),
    FactWord.LMD: ("lesion_events.event", "lesion_events.date"),
    FactWord.RN: ("lesion_events.lesion_id", "lesion_events.event", "lesion_events.certainty"),
    FactWord.CLINIC_VISIT: ("clinic_visits.date",),
    FactWord.COGNITION: ("cognition.date", "cognition.test", "cognition.score"),
    FactWord.COGNITIVE_DECLINE: ("cognition.date", "cognition.test", "cognition.score"),
    **{word: (f"patients.{column}",) for column, (word, _) in PATIENT_DATES.items()},
}
_FLAG_COLUMNS: dict[Flag, str] = {
    Flag.MEASURABLE_CNS: "patients.measurable_cns",
    Flag.CNS_DISEASE: "patients.cns_disease",
    Flag.NO_CNS_DISEASE: "patients.cns_disease",
    Flag.LMD_AT_START: "patients.lmd_at_start",
}
BRAIN_MRI, BODY_SCAN, SPINE_MRI, COGNITIVE_TEST = "brain MRI", "body scan", "spine MRI", "cognitive test"
_SCANS: dict[AssessedCompartment, tuple[str, ...]] = {
    AssessedCompartment.CNS: (BRAIN_MRI,),
    AssessedCompartment.SYS: (BODY_SCAN,),
    AssessedCompartment.LM: (BRAIN_MRI, SPINE_MRI),
    AssessedCompartment.ANY: (BRAIN_MRI, BODY_SCAN),
}


@dataclass(frozen=True, slots=True)
class Requirements:
    """Facts and flags of the definition, columns that they come from, and assessments a schedule must hold.

    `criteria` are `criterion/compartment`; `schedule` says whether planned days are needed.
    """

    facts: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    criteria: tuple[str, ...]
    assessments: tuple[str, ...]
    schedule: bool

    def lines(self) -> list[str]:
        """The requirements as lines of text."""
        return [
            f"facts: {', '.join(self.facts)}",
            *(f"flag {name}: {rule}" for name, rule in self.flags),
            f"columns: {', '.join(self.columns) or 'none beside the responses'}",
            f"responses by: {', '.join(self.criteria) or 'none'}",
            f"assessments: {', '.join(self.assessments) or 'none'}",
            f"schedule of assessments: {'needed' if self.schedule else 'not needed'}",
        ]


def requirements(endpoint: Endpoint) -> Requirements:
    """What the definition needs."""
    plan = plan_of(endpoint)
    rules = (
        *plan.starts,
        *plan.events,
        *plan.competing,
        *plan.censors,
        *(one.rule for one in plan.truncations),
    )
    facts = {one.rule.fact for one in rules} - {FactWord.START}
    flags = tuple(dict.fromkeys((*endpoint.require, *endpoint.exclude)))
    columns = {column for fact in facts for column in _FACT_TABLES.get(fact, ())}
    columns |= {_FLAG_COLUMNS[flag] for flag in flags if flag in _FLAG_COLUMNS}
    if any(one.rule.fact is FactWord.DEATH and one.rule.where for one in rules):
        columns.add("deaths.cause")
    seen: list[str] = []
    for one in rules:
        if one.rule.fact in SCAN_FACTS and one.rule.compartment is not None:
            seen += _SCANS[one.rule.compartment]
        elif one.rule.fact in SEEN_ON_SCANS or one.rule.fact is FactWord.LESION_ASSESSED:
            seen.append(BRAIN_MRI)
        elif one.rule.fact in (FactWord.COGNITION, FactWord.COGNITIVE_DECLINE):
            seen.append(COGNITIVE_TEST)
    return Requirements(
        facts=tuple(sorted(facts)),
        flags=tuple((str(flag), FLAG_RULES[flag]) for flag in flags),
        columns=tuple(sorted(columns)),
        criteria=tuple(f"{criterion}/{compartment}" for compartment, criterion in plan.all_criteria),
        assessments=tuple(dict.fromkeys(seen)),
        schedule=plan.missed is not None,
    )
