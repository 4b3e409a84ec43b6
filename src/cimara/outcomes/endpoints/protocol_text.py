"""The words of a definition for a protocol: built from the rules that derive it, so that both agree."""

from __future__ import annotations

import html
from collections.abc import Iterable

from cimara.outcomes.endpoints.applicability import applicable_options, applicable_switches
from cimara.outcomes.endpoints.definition import Endpoint, Rule
from cimara.outcomes.endpoints.options import OPTIONS
from cimara.outcomes.endpoints.plan import Plan, plan_of, policy_of
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.switches import SWITCH_WORDS, sentence
from cimara.outcomes.endpoints.words import (
    SCAN_FACTS,
    STATUS_WORDS,
    EndpointKind,
    FactWord,
    Flag,
    Take,
    UnitOfAnalysis,
)
from cimara.terms.partial_dates import IMPUTATION, DateKind
from cimara.terms.response import AssessedCompartment

SHORT = 4
"""Characters of a hash that a sentence shows."""

START_WORDS: dict[FactWord, str] = {
    FactWord.RANDOMISATION: "randomisation",
    FactWord.ENROLMENT: "enrolment",
    FactWord.TREATMENT_START: "treatment start",
    FactWord.TREATMENT_END: "treatment end",
    FactWord.RESPONSE: "the first response",
    FactWord.RESPONSE_CONFIRMED: "the first confirmed response",
    FactWord.CNS_THERAPY: "local therapy",
    FactWord.CNS_THERAPY_END: "the end of local therapy",
}
FLAG_WORDS: dict[Flag, str] = {
    Flag.RANDOMISED: "randomised",
    Flag.MEASURABLE_CNS: "with measurable CNS disease",
    Flag.CNS_DISEASE: "with CNS disease",
    Flag.NO_CNS_DISEASE: "without CNS disease at the start",
    Flag.LMD_AT_START: "with leptomeningeal disease at the start",
    Flag.RESPONDER: "with a confirmed response",
    Flag.TREATED_LESION: "with local therapy to the lesion",
    Flag.NO_BASELINE: "without a baseline assessment",
    Flag.LISTED: "listed as patients of the study",
}
COMPARTMENT_WORDS: dict[AssessedCompartment, str] = {
    AssessedCompartment.CNS: "the CNS",
    AssessedCompartment.SYS: "the body outside the CNS",
    AssessedCompartment.LM: "the leptomeninges",
    AssessedCompartment.ANY: "the whole body",
}
IMPUTED_KINDS: dict[FactWord, DateKind] = {
    FactWord.DEATH: DateKind.DEATH,
    FactWord.LAST_ALIVE: DateKind.LAST_ALIVE,
    FactWord.CNS_THERAPY: DateKind.THERAPY_START,
    FactWord.SYSTEMIC_THERAPY: DateKind.THERAPY_START,
}


def sentences(endpoint: Endpoint) -> list[str]:
    """The sentences of the protocol text, in order."""
    plan = plan_of(endpoint)
    return [
        _what(endpoint, plan),
        *_population(endpoint),
        *_rules(plan),
        *_criteria(endpoint, plan),
        *([] if plan.binary else [_censoring(endpoint, plan)]),
        *_switches(endpoint),
        *(OPTIONS[name].sentence(endpoint.option(name)) for name in applicable_options(endpoint)),
        *_schedule(endpoint.schedule),
        *_evaluator(endpoint),
        *_imputation(plan),
        _status(endpoint),
    ]


def protocol_text(endpoint: Endpoint) -> str:
    """The definition as one paragraph."""
    return " ".join(sentences(endpoint))


def protocol_html(endpoint: Endpoint) -> str:
    """The definition as an HTML paragraph under a heading."""
    return f"<h3>{html.escape(endpoint.label)}</h3>\n<p>{html.escape(protocol_text(endpoint))}</p>"


_LATEX = str.maketrans(
    {
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
    }
    | {"^": r"\textasciicircum{}", "\\": r"\textbackslash{}", "<": r"\textless{}", ">": r"\textgreater{}"}
)


def protocol_latex(endpoint: Endpoint) -> str:
    """The definition as a LaTeX paragraph."""
    title, text = endpoint.label.translate(_LATEX), protocol_text(endpoint).translate(_LATEX)
    return f"\\paragraph{{{title}.}} {text}"


def table_row(endpoint: Endpoint) -> tuple[str, str, str, str, str]:
    """Name, definition, population, events after the start, strategies: one row of an estimand table."""
    plan = plan_of(endpoint)
    events = "; ".join(_event_words(plan))
    population = " ".join(_population(endpoint)) or "All patients."
    strategies = " ".join(_switches(endpoint))
    return f"{endpoint.label} ({endpoint.id})", _what(endpoint, plan), population, events, strategies


def _what(endpoint: Endpoint, plan: Plan) -> str:
    name = (
        f"{endpoint.label} ({endpoint.id} {endpoint.version}, fingerprint {endpoint.fingerprint[:SHORT]}...)"
    )
    events = _either([one.rule.text for one in plan.events])
    if endpoint.kind is EndpointKind.BINARY:
        since = f" after {_start(endpoint)}" if endpoint.start else ""
        return f"{name} is the share of patients with {events}{since}."
    each = (
        ", for each lesion and each course of therapy to it,"
        if endpoint.unit is UnitOfAnalysis.LESION
        else ""
    )
    first = ", whichever comes first" if len(plan.events) > 1 else ""
    text = f"{name} is{each} the time from {_start(endpoint)} to {events}{first}."
    if plan.competing:
        names = [one.rule.text for one in plan.competing]
        text += f" {'Competing events are' if len(names) > 1 else 'The competing event is'} {_and(names)}."
    return text


def _start(endpoint: Endpoint) -> str:
    assert endpoint.start is not None
    first, *others = [START_WORDS[word] for word in endpoint.start.first_available]
    where = _where(endpoint.start.where)
    missing = "".join(f", else {one}" for one in others)
    return f"{first}{where}" + (f" ({missing[2:]})" if missing else "")


def _where(where: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    parts = [f"{name} {_either(list(values))}" for name, values in where]
    return f" ({', '.join(parts)})" if parts else ""


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _population(endpoint: Endpoint) -> list[str]:
    who = "Lesions" if endpoint.unit is UnitOfAnalysis.LESION else "Patients"
    lines = []
    if endpoint.require:
        lines.append(f"{who} {_and([FLAG_WORDS[one] for one in endpoint.require])} are analysed.")
    if endpoint.exclude:
        lines.append(f"{who} {_either([FLAG_WORDS[one] for one in endpoint.exclude])} are left out.")
    return lines


def _event_words(plan: Plan) -> list[str]:
    return [f"{one.rule.text} [{one.rule.code}]" for one in (*plan.events, *plan.competing)]


def _rules(plan: Plan) -> list[str]:
    """What each code stands for: the fact, its compartment, its fields and its window."""
    rules = (*plan.events, *plan.competing, *plan.censors)
    return [
        f"{one.rule.code} is {_fact_words(one.rule)}." for one in rules if one.rule.fact is not FactWord.START
    ]


def _fact_words(rule: Rule) -> str:
    take = "the first" if rule.take is Take.FIRST else "the last"
    text = f"{take} fact {rule.fact}"
    if rule.compartment is not None:
        text += f" of {COMPARTMENT_WORDS[rule.compartment]}"
    text += _where(rule.where)
    if rule.not_before is not None:
        text += f", not before day {rule.not_before} from the start"
    if rule.within_days is not None:
        text += f", within {rule.within_days} days of the start"
    return text


def _criteria(endpoint: Endpoint, plan: Plan) -> list[str]:
    read = {
        one.rule.compartment
        for one in (*plan.events, *plan.competing, *plan.censors)
        if one.rule.fact in SCAN_FACTS and one.rule.compartment is not None
    }
    read |= {compartment for compartment, _ in plan.all_criteria} | set(dict(endpoint.criteria))
    lines = []
    for compartment in sorted(read):
        policy = policy_of(endpoint, compartment)
        label = endpoint.criterion_of(compartment).preset.label
        where = COMPARTMENT_WORDS[compartment]
        lines.append(f"Response of {where} is assessed by {label} (policy {policy.hash[:SHORT]}...).")
    return lines


def _censoring(endpoint: Endpoint, plan: Plan) -> str:
    texts = [one.rule.text for one in plan.censors if one.rule.fact is not FactWord.START]
    start = [one.rule.text for one in plan.censors if one.rule.fact is FactWord.START]
    units = "Lesions" if endpoint.unit is UnitOfAnalysis.LESION else "Patients"
    if plan.combine:
        together = [one.rule.text for one in plan.censors if one.rule.code in plan.combine]
        rest = [text for text in texts if text not in together]
        where = f"the earlier of {_and([f'the {text}' for text in together])}"
        texts = [where, *(f"the {text}" for text in rest)]
    else:
        texts = [f"the {text}" for text in texts]
    latest = f"the latest of {_and(texts)}" if len(texts) > 1 else (texts[0] if texts else "the start date")
    fallback = f", or on the {start[0]}" if start else ""
    return f"{units} without an event are censored at {latest}{fallback}."


def _switches(endpoint: Endpoint) -> list[str]:
    applicable = applicable_switches(endpoint)
    return [sentence(name, getattr(endpoint.switches, name)) for name in applicable if _is_said(name)]


def _is_said(name: str) -> bool:
    return name == "missed_visits" or name in SWITCH_WORDS


def _schedule(schedule: Schedule | None) -> list[str]:
    if schedule is None:
        return []
    days = ", ".join(str(day) for day in schedule.days)
    planned = f"on days {days}" if days else f"every {schedule.every} days"
    until = f" until day {schedule.until}" if schedule.until is not None else ""
    return [
        f"Assessments are planned {planned}{until}, with a window of {schedule.window} days on each side."
    ]


def _evaluator(endpoint: Endpoint) -> list[str]:
    if endpoint.evaluator:
        return [f"Readings of evaluator {endpoint.evaluator} are used."]
    return ["The accepted reading is used, else that of the investigator."]


def _imputation(plan: Plan) -> list[str]:
    rules = (*plan.events, *plan.competing, *plan.censors, *(one.rule for one in plan.truncations))
    kinds = {
        IMPUTED_KINDS.get(one.rule.fact, DateKind.SCAN)
        for one in rules
        if one.rule.fact is not FactWord.START
    }
    return [rule.sentence for kind, rule in IMPUTATION.items() if kind in kinds]


def _status(endpoint: Endpoint) -> str:
    cited = f" Sources: {', '.join(endpoint.cite)}." if endpoint.cite else ""
    return f"Status of this definition: {STATUS_WORDS[endpoint.status]}.{cited}"
