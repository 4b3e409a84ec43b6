"""The switches of an endpoint: what is done where trials differ, presets, the sentence each prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


class TherapyRule(StrEnum):
    """What a therapy started on study does to the endpoint."""

    IGNORE = "ignore"
    CENSOR = "censor"
    EVENT = "event"
    COMPETING = "competing"


class AfterSystemicPd(StrEnum):
    """Fate of CNS follow-up after progression outside the CNS."""

    CONTINUE = "continue"
    CENSOR = "censor"
    COMPETING = "competing"


class ClinicalPd(StrEnum):
    """Whether progression without imaging counts."""

    IN_CRITERION = "in_criterion"
    EVENT = "event"
    IGNORE = "ignore"


class NoBaseline(StrEnum):
    """What is done with patients who have no baseline assessment."""

    CENSOR_AT_START = "censor_at_start"
    EXCLUDE = "exclude"


class Retreatment(StrEnum):
    """What a second local therapy to a lesion does to the row of the first."""

    CENSOR = "censor"
    COMPETING = "competing"
    NEW_ROW_ONLY = "new_row_only"


class Withdrawal(StrEnum):
    """Whether observation ends when consent is withdrawn."""

    CENSOR = "censor"
    IGNORE = "ignore"


class UnconfirmedPd(StrEnum):
    """What a progression that was never confirmed does."""

    NO_EVENT = "no_event"
    CENSOR_BEFORE = "censor_before"
    EVENT = "event"


class SteroidBackdate(StrEnum):
    """Whether clinical progression is moved back to the steroid increase before it."""

    NO = "no"
    YES = "yes"


class MissedRule(StrEnum):
    """How missed assessments are counted: against nominal days, or by the length of the gap."""

    SCHEDULE = "schedule"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class MissedVisits:
    """The rule for events after missed assessments; `count` of them in a row turn the event to censoring."""

    count: int = 2
    rule: MissedRule = MissedRule.SCHEDULE

    def __str__(self) -> str:
        """As definitions write it."""
        return f'{{count={self.count}, rule="{self.rule}"}}'


@dataclass(frozen=True, slots=True)
class Switches:
    """One value for each switch; `missed_visits` is None where missed assessments do not matter."""

    missed_visits: MissedVisits | None = None
    new_systemic_therapy: TherapyRule = TherapyRule.IGNORE
    cns_local_therapy: TherapyRule = TherapyRule.IGNORE
    after_systemic_pd: AfterSystemicPd = AfterSystemicPd.CONTINUE
    clinical_pd: ClinicalPd = ClinicalPd.IN_CRITERION
    no_baseline: NoBaseline = NoBaseline.CENSOR_AT_START
    retreatment: Retreatment = Retreatment.CENSOR
    withdrawal: Withdrawal = Withdrawal.IGNORE
    unconfirmed_pd: UnconfirmedPd = UnconfirmedPd.NO_EVENT
    steroid_backdate: SteroidBackdate = SteroidBackdate.NO


SWITCH_NAMES = tuple(one.name for one in fields(Switches))

EMA = Switches()
FDA = Switches(
    missed_visits=MissedVisits(),
    new_systemic_therapy=TherapyRule.CENSOR,
    cns_local_therapy=TherapyRule.CENSOR,
    withdrawal=Withdrawal.CENSOR,
)
RETROSPECTIVE = Switches(no_baseline=NoBaseline.EXCLUDE)

PRESETS: dict[str, Switches] = {"fda": FDA, "ema": EMA, "retrospective": RETROSPECTIVE}
"""`retrospective` is `ema` for cohorts without a visit schedule (endpoints.md §6)."""

SWITCH_WORDS: dict[str, type[StrEnum]] = {
    "new_systemic_therapy": TherapyRule,
    "cns_local_therapy": TherapyRule,
    "after_systemic_pd": AfterSystemicPd,
    "clinical_pd": ClinicalPd,
    "no_baseline": NoBaseline,
    "retreatment": Retreatment,
    "withdrawal": Withdrawal,
    "unconfirmed_pd": UnconfirmedPd,
    "steroid_backdate": SteroidBackdate,
}
"""The words of each switch but `missed_visits`, whose value is "none" or a table."""

TREATMENT_POLICY = "treatment-policy strategy"
HYPOTHETICAL = "hypothetical strategy"
COMPOSITE = "composite strategy"
COMPETING_EVENT = "competing event"
STRATEGIES = {
    "ignore": TREATMENT_POLICY,
    "continue": TREATMENT_POLICY,
    "censor": HYPOTHETICAL,
    "censor_before": HYPOTHETICAL,
    "event": COMPOSITE,
    "competing": COMPETING_EVENT,
}
"""Estimand strategy of ICH E9(R1) for each way to treat an intercurrent event."""

SWITCH_STATUS: dict[str, str] = {
    "missed_visits": "V / U",
    "new_systemic_therapy": "A / U",
    "cns_local_therapy": "P",
    "after_systemic_pd": "P",
    "clinical_pd": "V",
    "no_baseline": "P",
    "retreatment": "P",
    "withdrawal": "U",
    "unconfirmed_pd": "P",
    "steroid_backdate": "P",
}

SENTENCES: dict[str, dict[str, str]] = {
    "new_systemic_therapy": {
        "ignore": "A new systemic therapy does not end follow-up",
        "censor": "Patients who start a new systemic therapy before an event are censored at the last "
        "adequate assessment on or before its start",
        "event": "The start of a new systemic therapy is an event",
        "competing": "The start of a new systemic therapy is a competing event",
    },
    "cns_local_therapy": {
        "ignore": "Local therapy to the brain on study does not end follow-up",
        "censor": "Patients who have local therapy to the brain on study before an event are censored at the "
        "last adequate assessment on or before it",
        "event": "Local therapy to the brain on study is an event",
        "competing": "Local therapy to the brain on study is a competing event",
    },
    "after_systemic_pd": {
        "continue": "CNS follow-up continues after extracranial progression",
        "censor": "Patients are censored at the last adequate assessment on or before extracranial "
        "progression",
        "competing": "Extracranial progression is a competing event",
    },
    "clinical_pd": {
        "in_criterion": "Clinical progression counts where the response criterion has it",
        "event": "Clinical progression called by the investigator counts, within the criterion or outside it",
        "ignore": "Progression is counted on imaging only",
    },
    "no_baseline": {
        "censor_at_start": "Patients without a baseline assessment are censored at the start; their deaths "
        "count if they fall within two scheduled visits",
        "exclude": "Patients without a baseline assessment are left out",
    },
    "retreatment": {
        "censor": "A lesion that has local therapy again is censored at its last assessment on or before it",
        "competing": "Local therapy to the lesion again is a competing event",
        "new_row_only": "Local therapy to the lesion again begins a further observation and does not end "
        "the first",
    },
    "withdrawal": {
        "censor": "Observation ends when consent is withdrawn",
        "ignore": "Withdrawal of consent does not end observation of what is known later",
    },
    "unconfirmed_pd": {
        "no_event": "Progression that was not confirmed is no event",
        "censor_before": "Patients with progression that was not confirmed are censored at the last adequate "
        "assessment before it",
        "event": "Progression that was not confirmed is an event",
    },
    "steroid_backdate": {
        "no": "Clinical progression is not moved back to an earlier increase of steroids",
        "yes": "Clinical progression is dated at the increase of steroids that preceded it",
    },
}
"""What each value says in a protocol, without the full stop."""

NUMBER_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def missed_sentence(missed: MissedVisits | None) -> str:
    """The protocol sentence of `missed_visits`."""
    if missed is None:
        return f"Events count however many assessments were missed before them ({TREATMENT_POLICY})."
    number = NUMBER_WORDS.get(missed.count, str(missed.count))
    how = {
        MissedRule.SCHEDULE: "counted against the scheduled days",
        MissedRule.GAP: "counted by the length of the gap",
    }[missed.rule]
    return (
        f"Events after {number} or more consecutive missed assessments, {how}, are censored at the last "
        f"adequate assessment before them ({HYPOTHETICAL})."
    )


def sentence(name: str, value: StrEnum | MissedVisits | None) -> str:
    """The protocol sentence that one value of one switch prints, with its estimand strategy."""
    if name == "missed_visits":
        assert value is None or isinstance(value, MissedVisits)
        return missed_sentence(value)
    strategy = STRATEGIES.get(str(value))
    return f"{SENTENCES[name][str(value)]}{f' ({strategy})' if strategy else ''}."


def differing(left: Switches, right: Switches) -> Mapping[str, tuple[object, object]]:
    """Switches whose values differ, with both values."""
    pairs = {name: (getattr(left, name), getattr(right, name)) for name in SWITCH_NAMES}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
