"""A definition with switches and options worked into plain lists of rules: what both engines carry out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from cimara.outcomes.endpoints.applicability import applicable_switches, uses_scans
from cimara.outcomes.endpoints.definition import Endpoint, Rule
from cimara.outcomes.endpoints.rewriting import with_options
from cimara.outcomes.endpoints.switches import (
    AfterSystemicPd,
    ClinicalPd,
    MissedVisits,
    NoBaseline,
    Retreatment,
    SteroidBackdate,
    TherapyRule,
    UnconfirmedPd,
    Withdrawal,
)
from cimara.outcomes.endpoints.words import (
    FIELDS,
    LESION_FACTS,
    SCAN_FACTS,
    EndpointKind,
    FactWord,
    Flag,
    Reason,
    UnitOfAnalysis,
)
from cimara.response.policy import Policy
from cimara.terms.response import AssessedCompartment

CENSORED, EVENT, FIRST_COMPETING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class PlanRule:
    """A rule as the engines use it.

    `without` are values that exclude a fact; `after_start` asks for a day after the start; `clip` dates a
    fact that lies after the end of observation on that end (known alive then is known alive now).
    """

    rule: Rule
    criterion: str | None = None
    without: tuple[tuple[str, tuple[str, ...]], ...] = ()
    same_lesion: bool = False
    after_start: bool = False
    clip: bool = False


@dataclass(frozen=True, slots=True)
class Truncation:
    """A fact that ends observation; `exclusive` ends it on the day before."""

    reason: Reason
    rule: PlanRule
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the engines need of a definition."""

    endpoint: Endpoint
    starts: tuple[PlanRule, ...]
    events: tuple[PlanRule, ...]
    competing: tuple[PlanRule, ...]
    censors: tuple[PlanRule, ...]
    truncations: tuple[Truncation, ...]
    combine: tuple[str, ...]
    missed: MissedVisits | None
    no_baseline: NoBaseline | None
    impute_start: bool
    exclude_unevaluable: bool

    @property
    def adequate_scan(self) -> PlanRule:
        """An adequate scan of the definition's compartment, by its criterion."""
        compartment = self.endpoint.compartment
        rule = Rule("SCAN", FactWord.ADEQUATE_SCAN, "adequate scan", compartment=compartment)
        return _planned(self.endpoint, rule)

    @property
    def criteria_needed(self) -> tuple[tuple[AssessedCompartment, str], ...]:
        """Compartment and criterion of each rule that reads responses."""
        rules = (*self.events, *self.competing, *self.censors)
        found = {
            (one.rule.compartment, one.criterion)
            for one in rules
            if one.criterion is not None and one.rule.compartment is not None
        }
        return tuple(sorted(found))

    @property
    def all_criteria(self) -> tuple[tuple[AssessedCompartment, str], ...]:
        """As `criteria_needed`, with those of truncations and of the population."""
        own = self.endpoint.compartment
        rules = [one.rule for one in self.truncations]
        found = {
            (one.rule.compartment, one.criterion)
            for one in rules
            if one.criterion is not None and one.rule.compartment is not None
        }
        if self.binary or Flag.RESPONDER in self.endpoint.require:
            found.add((own, criterion_name(self.endpoint, own)))
        return tuple(sorted(found.union(self.criteria_needed)))

    def places_of(self, flag: Flag) -> tuple[tuple[AssessedCompartment, str], ...]:
        """Compartment and criterion for which a flag counts: the definition's own.

        A baseline may also be lacking in any compartment whose progression is an event.
        """
        places = {self.endpoint.compartment}
        if flag is Flag.NO_BASELINE:
            scans = [one.rule for one in self.events if one.rule.fact in SCAN_FACTS]
            places |= {rule.compartment for rule in scans if rule.compartment is not None}
        return tuple((place, criterion_name(self.endpoint, place)) for place in sorted(places))

    @property
    def by_lesion(self) -> bool:
        """True when each row is a course of therapy to one lesion."""
        return self.endpoint.unit is UnitOfAnalysis.LESION

    @property
    def binary(self) -> bool:
        """True for a rate."""
        return self.endpoint.kind is EndpointKind.BINARY


def plan_of(endpoint: Endpoint) -> Plan:
    """The definition with switches and options worked in."""
    events, competing, censors = with_options(endpoint)
    switched_events, switched_competing = _switched_rules(endpoint)
    on_scans = uses_scans(endpoint)
    return Plan(
        endpoint=endpoint,
        starts=_starts(endpoint),
        events=tuple(_planned(endpoint, rule) for rule in events) + switched_events,
        competing=tuple(_planned(endpoint, rule) for rule in competing) + switched_competing,
        censors=tuple(_planned(endpoint, rule) for rule in censors),
        truncations=_truncations(endpoint),
        combine=endpoint.combine,
        missed=endpoint.switches.missed_visits if on_scans else None,
        no_baseline=endpoint.switches.no_baseline if on_scans else None,
        impute_start=endpoint.option("impute_start") == "yes",
        exclude_unevaluable=endpoint.kind is EndpointKind.BINARY
        and endpoint.option("missing_as") == "excluded",
    )


def policy_of(endpoint: Endpoint, compartment: AssessedCompartment) -> Policy:
    """The response policy by which the definition judges a compartment."""
    criterion = endpoint.criterion_of(compartment)
    policy = Policy.preset(str(criterion.preset)).replace(**dict(criterion.override))
    return policy.replace(compartment=str(compartment))


def criterion_name(endpoint: Endpoint, compartment: AssessedCompartment) -> str:
    """The criterion as response tables name it: presets of one guideline share it."""
    return policy_of(endpoint, compartment).criterion


def _planned(endpoint: Endpoint, rule: Rule) -> PlanRule:
    by_lesion = endpoint.unit is UnitOfAnalysis.LESION
    scan = rule.fact in SCAN_FACTS and rule.compartment is not None
    return PlanRule(
        rule,
        criterion=criterion_name(endpoint, rule.compartment) if scan and rule.compartment else None,
        without=_without(endpoint) if rule.fact is FactWord.PD else (),
        same_lesion=by_lesion and rule.fact in LESION_FACTS,
        clip=rule.fact is FactWord.LAST_ALIVE,
    )


def _without(endpoint: Endpoint) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Kinds of PD that the switches leave out."""
    clinical = {
        ClinicalPd.IN_CRITERION: ("investigator",),
        ClinicalPd.EVENT: (),
        ClinicalPd.IGNORE: ("clinical", "investigator", "steroid"),
    }[endpoint.switches.clinical_pd]
    steroid = () if endpoint.switches.steroid_backdate is SteroidBackdate.YES else ("steroid",)
    kinds = tuple(kind for kind in FIELDS[FactWord.PD]["kind"] or () if kind in (*clinical, *steroid))
    return (("kind", kinds),) if kinds else ()


def _systemic_therapy() -> PlanRule:
    rule = Rule(
        "NEW_SYST_THERAPY",
        FactWord.SYSTEMIC_THERAPY,
        "start of a new systemic therapy",
        where=(("new_line", ("yes",)),),
    )
    return PlanRule(rule, after_start=True)


def _local_therapy(endpoint: Endpoint) -> PlanRule:
    ignored = ("planned",) if endpoint.option("planned_only_ignored") == "yes" else ()
    rule = Rule("CNS_LOCAL_THERAPY", FactWord.CNS_THERAPY, "local therapy to the brain")
    return PlanRule(rule, after_start=True, without=(("intent", ignored),) if ignored else ())


def _systemic_pd(endpoint: Endpoint) -> PlanRule:
    compartment = AssessedCompartment.SYS
    rule = Rule("SYS_PD", FactWord.PD, "extracranial progression", compartment=compartment)
    return _planned(endpoint, rule)


def _unconfirmed(endpoint: Endpoint) -> tuple[PlanRule, ...]:
    """Unconfirmed progression, in each compartment whose progression is an event."""
    compartments = list(
        dict.fromkeys(rule.compartment for rule in endpoint.events if rule.fact is FactWord.PD)
    )
    return tuple(
        _planned(
            endpoint,
            Rule(
                "PD_UNCONFIRMED" if len(compartments) == 1 else f"{compartment}_PD_UNCONFIRMED",
                FactWord.PD_UNCONFIRMED,
                "progression that was not confirmed",
                compartment=compartment,
            ),
        )
        for compartment in compartments
    )


def _switched_rules(endpoint: Endpoint) -> tuple[tuple[PlanRule, ...], tuple[PlanRule, ...]]:
    """Events and competing events that the switches add."""
    switches, applicable = endpoint.switches, applicable_switches(endpoint)
    events: list[PlanRule] = []
    competing: list[PlanRule] = []
    if "unconfirmed_pd" in applicable and switches.unconfirmed_pd is UnconfirmedPd.EVENT:
        events.extend(_unconfirmed(endpoint))
    if "after_systemic_pd" in applicable and switches.after_systemic_pd is AfterSystemicPd.COMPETING:
        competing.append(_systemic_pd(endpoint))
    therapies = (
        ("new_systemic_therapy", switches.new_systemic_therapy, _systemic_therapy()),
        ("cns_local_therapy", switches.cns_local_therapy, _local_therapy(endpoint)),
    )
    for name, value, rule in therapies:
        events.extend([rule] if name in applicable and value is TherapyRule.EVENT else [])
        competing.extend([rule] if name in applicable and value is TherapyRule.COMPETING else [])
    if "retreatment" in applicable and switches.retreatment is Retreatment.COMPETING:
        competing.extend(_retreatment(endpoint))
    return tuple(events), tuple(competing)


def _starts(endpoint: Endpoint) -> tuple[PlanRule, ...]:
    """The facts that may begin the clock, in order; of a lesion, its own."""
    if endpoint.start is None:
        return ()
    by_lesion = endpoint.unit is UnitOfAnalysis.LESION
    rules = [
        Rule("START", word, "start", where=endpoint.start.where) for word in endpoint.start.first_available
    ]
    return tuple(PlanRule(rule, same_lesion=by_lesion) for rule in rules)


def _retreatment(endpoint: Endpoint) -> tuple[PlanRule, ...]:
    """Therapy of the same lesion after the start, by the words that start its clock."""
    text = "local therapy to the lesion again"
    return tuple(
        dataclasses.replace(
            one, rule=dataclasses.replace(one.rule, code="RETREATMENT", text=text), after_start=True
        )
        for one in _starts(endpoint)
    )


def _truncations(endpoint: Endpoint) -> tuple[Truncation, ...]:
    """What ends observation early; of several on one day the first in this order is named."""
    switches, applicable = endpoint.switches, applicable_switches(endpoint)
    found: list[Truncation] = []
    if "unconfirmed_pd" in applicable and switches.unconfirmed_pd is UnconfirmedPd.CENSOR_BEFORE:
        pending = _unconfirmed(endpoint)
        found.extend(Truncation(Reason.UNCONFIRMED_PD, rule, exclusive=True) for rule in pending)
    if "after_systemic_pd" in applicable and switches.after_systemic_pd is AfterSystemicPd.CENSOR:
        found.append(Truncation(Reason.AFTER_SYSTEMIC_PD, _systemic_pd(endpoint)))
    if "new_systemic_therapy" in applicable and switches.new_systemic_therapy is TherapyRule.CENSOR:
        found.append(Truncation(Reason.NEW_SYSTEMIC_THERAPY, _systemic_therapy()))
    if "cns_local_therapy" in applicable and switches.cns_local_therapy is TherapyRule.CENSOR:
        found.append(Truncation(Reason.CNS_LOCAL_THERAPY, _local_therapy(endpoint)))
    if "retreatment" in applicable and switches.retreatment is Retreatment.CENSOR:
        found.extend(Truncation(Reason.RETREATMENT, rule) for rule in _retreatment(endpoint))
    if "withdrawal" in applicable and switches.withdrawal is Withdrawal.CENSOR:
        gone = Rule("WITHDRAWAL", FactWord.WITHDRAWAL, "withdrawal of consent")
        found.append(Truncation(Reason.WITHDRAWAL, PlanRule(gone)))
    return tuple(found)
