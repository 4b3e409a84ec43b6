"""Which switches and options can change a definition's result; the others are not printed and not hashed."""

from __future__ import annotations

from collections.abc import Callable

from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.switches import TherapyRule
from cimara.outcomes.endpoints.words import SEEN_ON_SCANS, EndpointKind, FactWord, Flag, UnitOfAnalysis
from cimara.terms.response import AssessedCompartment


def uses_scans(endpoint: Endpoint) -> bool:
    """True when an event is read from scans, so that visits can be missed and a baseline can be lacking."""
    rules = (*endpoint.events, *endpoint.competing)
    return endpoint.kind is not EndpointKind.BINARY and any(rule.fact in SEEN_ON_SCANS for rule in rules)


def _cns_only(endpoint: Endpoint) -> bool:
    """True when progression outside the CNS is not itself an event of the definition."""
    beyond = (AssessedCompartment.SYS, AssessedCompartment.ANY)
    scans = [rule for rule in endpoint.events if rule.fact is FactWord.PD]
    return bool(scans) and not any(rule.compartment in beyond for rule in scans)


def _watches_cns(endpoint: Endpoint) -> bool:
    """True when an event is seen on scans of the CNS; therapy after it then comes too late to matter."""
    seen = [rule for rule in endpoint.events if rule.fact in SEEN_ON_SCANS]
    return any(rule.compartment is not AssessedCompartment.SYS for rule in seen)


def applicable_switches(endpoint: Endpoint) -> tuple[str, ...]:
    """The switches that can change this definition's result, in the order of the specification."""
    on_scans = uses_scans(endpoint)
    timed = endpoint.kind is not EndpointKind.BINARY
    has_pd = any(rule.fact is FactWord.PD for rule in (*endpoint.events, *endpoint.competing))
    applies = {
        "missed_visits": on_scans,
        "new_systemic_therapy": timed,
        "cns_local_therapy": timed and _watches_cns(endpoint),
        "after_systemic_pd": timed and _cns_only(endpoint),
        "clinical_pd": has_pd,
        "no_baseline": on_scans,
        "retreatment": endpoint.unit is UnitOfAnalysis.LESION,
        "withdrawal": timed,
        "unconfirmed_pd": timed and has_pd,
        "steroid_backdate": has_pd,
    }
    return tuple(name for name, does in applies.items() if does)


def _facts(endpoint: Endpoint) -> set[FactWord]:
    return {rule.fact for rule in endpoint.events}


def _has_rn(endpoint: Endpoint) -> bool:
    return FactWord.RN in _facts(endpoint)


def _by_cause(endpoint: Endpoint) -> bool:
    return any(rule.fact is FactWord.DEATH and rule.where for rule in endpoint.events)


def _distant_only(endpoint: Endpoint) -> bool:
    return FactWord.NEW_LESION in _facts(endpoint) and FactWord.LMD not in _facts(endpoint)


def _late_disease_control(endpoint: Endpoint) -> bool:
    return endpoint.kind is EndpointKind.BINARY and any(rule.not_before for rule in endpoint.events)


def _by_cognition(endpoint: Endpoint) -> bool:
    return FactWord.COGNITIVE_DECLINE in _facts(endpoint)


def _without_disease(endpoint: Endpoint) -> bool:
    return Flag.NO_CNS_DISEASE in endpoint.require


def _weighs_local_therapy(endpoint: Endpoint) -> bool:
    weighed = endpoint.switches.cns_local_therapy is not TherapyRule.IGNORE
    return weighed and "cns_local_therapy" in applicable_switches(endpoint)


_APPLIES: dict[str, Callable[[Endpoint], bool]] = {
    "rn_certainty": _has_rn,
    "rn_symptomatic_only": _has_rn,
    "rn_local_pd": _has_rn,
    "rn_date": _has_rn,
    "both_counts": _by_cause,
    "bm_screening": _without_disease,
    "cns_event_list": lambda endpoint: FactWord.CNS_THERAPY in _facts(endpoint),
    "lmd_counts_distant": _distant_only,
    "cbr_days": _late_disease_control,
    "impute_start": lambda endpoint: endpoint.start is not None,
    "planned_only_ignored": _weighs_local_therapy,
    "missing_as": lambda endpoint: endpoint.kind is EndpointKind.BINARY,
    "cognition_rule": _by_cognition,
    "min_tests": _by_cognition,
    "strict": _by_cognition,
    "sd_source": _by_cognition,
    "sustained": _by_cognition,
}


def applicable_options(endpoint: Endpoint) -> tuple[str, ...]:
    """The named parameters that can change this definition's result."""
    return tuple(name for name, applies in _APPLIES.items() if applies(endpoint))
