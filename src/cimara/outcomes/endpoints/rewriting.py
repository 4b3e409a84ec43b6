"""A definition's rules with its options worked in."""

from __future__ import annotations

import dataclasses

from cimara.outcomes.endpoints.applicability import applicable_options
from cimara.outcomes.endpoints.definition import Endpoint, Rule
from cimara.outcomes.endpoints.words import FactWord

RN_GRADES = ("possible", "probable", "confirmed")
EVENT_LIST = {
    FactWord.NEW_LESION: "new_lesion",
    FactWord.LOCAL_PD: "local_pd",
    FactWord.LMD: "lmd",
    FactWord.CNS_THERAPY: "salvage",
}


def with_options(endpoint: Endpoint) -> tuple[list[Rule], list[Rule], list[Rule]]:
    events, competing, censors = list(endpoint.events), list(endpoint.competing), list(endpoint.censors)
    applicable = applicable_options(endpoint)
    if "rn_certainty" in applicable:
        events = [_necrosis(endpoint, rule) for rule in events]
        if endpoint.option("rn_local_pd") == "competing":
            competing.append(Rule("LOCAL_PD", FactWord.LOCAL_PD, "local progression", where=_NOT_NECROSIS))
    if "both_counts" in applicable:
        events, competing = _death_of_both_causes(endpoint, events, competing)
    if "bm_screening" in applicable and endpoint.option("bm_screening") == "clinical":
        censors.append(Rule("LAST_VISIT", FactWord.CLINIC_VISIT, "last clinic visit"))
    if "cns_event_list" in applicable:
        wanted = endpoint.option("cns_event_list")
        assert isinstance(wanted, tuple)
        events = [rule for rule in events if EVENT_LIST.get(rule.fact) in (None, *wanted)]
    if "lmd_counts_distant" in applicable and endpoint.option("lmd_counts_distant") == "yes":
        events.append(Rule("LMD", FactWord.LMD, "leptomeningeal disease"))
    if "cbr_days" in applicable:
        days = endpoint.option("cbr_days")
        assert isinstance(days, int)
        events = [dataclasses.replace(one, not_before=days) if one.not_before else one for one in events]
    return events, competing, censors


_NOT_NECROSIS = (("adjudged", ("tumour", "open")),)


def _necrosis(endpoint: Endpoint, rule: Rule) -> Rule:
    """The rule with the certainty, symptoms and dating that the options ask for, where it is of RN."""
    if rule.fact is not FactWord.RN:
        return rule
    least = RN_GRADES.index(str(endpoint.option("rn_certainty")))
    asked = {"certainty": RN_GRADES[least:], "dated": (str(endpoint.option("rn_date")),)}
    if endpoint.option("rn_symptomatic_only") == "yes":
        asked["symptomatic"] = ("yes",)
    return dataclasses.replace(rule, where=tuple(sorted({**asked, **dict(rule.where)}.items())))


def _death_of_both_causes(
    endpoint: Endpoint, events: list[Rule], competing: list[Rule]
) -> tuple[list[Rule], list[Rule]]:
    """Put a death of both causes where `both_counts` says."""
    counts = str(endpoint.option("both_counts"))
    if counts == "own":
        own = Rule("DEATH_BOTH", FactWord.DEATH, "death of both causes", where=(("cause", ("both",)),))
        return events, [*competing, own]

    def widened(rule: Rule) -> Rule:
        causes = dict(rule.where).get("cause", ())
        if rule.fact is not FactWord.DEATH or causes != (counts,):
            return rule
        return dataclasses.replace(rule, where=(("cause", (counts, "both")),))

    return [widened(rule) for rule in events], [widened(rule) for rule in competing]
