"""One endpoint of one patient, a function for each step: the definition of truth.

The steps are those of endpoints.md §5. The columnar engine must give the same for every patient.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cimara.outcomes.endpoints import outcome as said
from cimara.outcomes.endpoints.case import DAY, Case, Found, Horizon, Rows, Setting, pick
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.matching import ANY, PatientFacts, by_criterion, has_fields
from cimara.outcomes.endpoints.outcome import Exclusion, Outcome
from cimara.outcomes.endpoints.plan import (
    CENSORED,
    EVENT,
    FIRST_COMPETING,
    Plan,
    PlanRule,
)
from cimara.outcomes.endpoints.switches import MissedRule, NoBaseline
from cimara.outcomes.endpoints.words import (
    ASSESSMENTS,
    LESION_FACTS,
    SCAN_FACTS,
    FactWord,
    Flag,
    Reason,
)


def derive_patient(plan: Plan, facts: PatientFacts, setting: Setting) -> Iterator[Outcome | Exclusion]:
    """All rows of one patient; every patient (or lesion) comes out analysed or excluded."""
    counted = facts.of_evaluator(plan.endpoint.evaluator)
    for lesion_id in _units(plan, facts):
        reason = exclusion(plan, counted, lesion_id)
        if reason:
            yield Exclusion(facts.patient_id, lesion_id, reason)
            continue
        courses = starts(plan, counted, lesion_id, setting)
        if not courses and plan.endpoint.start is not None:
            yield Exclusion(facts.patient_id, lesion_id, said.NO_START)
            continue
        for number, (start_row, start) in enumerate(courses or [(None, None)]):
            case = Case(
                plan,
                setting,
                facts.patient_id,
                lesion_id,
                start,
                start_row,
                counted,
                first_course=number == 0,
            )
            made = rate_outcome(case) if plan.binary else timed_outcome(case)
            if plan.exclude_unevaluable and made.reason == Reason.NOT_EVALUABLE:
                yield Exclusion(facts.patient_id, lesion_id, made.reason)
                continue
            yield made


def _units(plan: Plan, facts: PatientFacts) -> list[str]:
    """The lesions of the patient, or one blank for the patient."""
    if not plan.by_lesion:
        return [""]
    return sorted({fact.lesion_id for _, fact in facts.facts if fact.lesion_id and fact.fact in LESION_FACTS})


def exclusion(plan: Plan, facts: Rows, lesion_id: str) -> str:
    """Step 1. Why this patient or lesion is not in the population; empty if it is."""
    for flag in plan.endpoint.require:
        if not has_flag(plan, facts, flag, lesion_id):
            return said.flag_reason(flag, required=True)
    for flag in plan.endpoint.exclude:
        if has_flag(plan, facts, flag, lesion_id):
            return said.flag_reason(flag, required=False)
    if plan.no_baseline is NoBaseline.EXCLUDE and has_flag(plan, facts, Flag.NO_BASELINE, lesion_id):
        return said.flag_reason(Flag.NO_BASELINE, required=False)
    return ""


def has_flag(plan: Plan, facts: Rows, flag: Flag, lesion_id: str) -> bool:
    """True when the flag is set for a compartment that the definition looks at, by its criterion."""
    return any(
        fact.fact == flag
        and fact.lesion_id in ("", lesion_id)
        and fact.compartment in ("", compartment)
        and by_criterion(fact, criterion)
        for compartment, criterion in plan.places_of(flag)
        for _, fact in facts
    )


def starts(plan: Plan, facts: Rows, lesion_id: str, setting: Setting) -> list[tuple[int, dt.date]]:
    """Step 2. Days on which a clock begins: one for a patient, one a course for a lesion.

    The first word of which there is a fact decides; a date that is not known in full begins no clock.
    """
    for planned in plan.starts:
        named = [
            (row, fact)
            for row, fact in facts
            if fact.fact == planned.rule.fact
            and (not plan.by_lesion or fact.lesion_id == lesion_id)
            and has_fields(fact, planned)
        ]
        if named:
            return _usable_days(plan, named, data_cut(facts, setting))
    return []


def _usable_days(plan: Plan, named: Rows, cut: dt.date) -> list[tuple[int, dt.date]]:
    days: dict[dt.date, int] = {}
    for row, fact in named:
        in_full = plan.impute_start or not fact.date_flag
        if fact.date is not None and in_full and fact.date <= cut:
            days.setdefault(fact.date, row)
    found = [(row, day) for day, row in sorted(days.items())]
    return found if plan.by_lesion else found[:1]


def data_cut(facts: Rows, setting: Setting) -> dt.date:
    """The last day that is looked at: the study's data cut, or the patient's own where that is earlier."""
    own = [fact.date for _, fact in facts if fact.fact == FactWord.DATA_CUT and fact.date is not None]
    return min([*own, setting.cut_date or dt.date.max])


def horizon(case: Case) -> Horizon:
    """Step 3. Where observation ends: data cut, or earlier by what a switch makes of a fact."""
    until = data_cut(case.facts, case.setting)
    ends: list[tuple[dt.date, Reason]] = []
    for truncation in case.plan.truncations:
        found = pick(case, truncation.rule, until)
        if found is not None:
            ends.append((found.date - DAY if truncation.exclusive else found.date, truncation.reason))
    if not ends:
        return Horizon(until)
    first = min(ends, key=lambda one: one[0])
    return Horizon(*first) if first[0] <= until else Horizon(until)


def winner(case: Case, until: dt.date) -> tuple[Found, int] | None:
    """Steps 4 and 5. The earliest event or competing event; on one day the first listed, events first."""
    codes = [EVENT] * len(case.plan.events) + [
        FIRST_COMPETING + number for number in range(len(case.plan.competing))
    ]
    best: tuple[Found, int] | None = None
    for planned, evcode in zip((*case.plan.events, *case.plan.competing), codes, strict=True):
        found = pick(case, planned, until)
        if found is not None and (best is None or found.date < best[0].date):
            best = found, evcode
    return best


def last_seen(case: Case, event: Found) -> Found | None:
    """The last adequate assessment before an event: of its own compartment, where censoring looks there."""
    scans = [one for one in case.plan.censors if one.rule.fact in ASSESSMENTS]
    own = [one for one in scans if one.rule.compartment == event.rule.rule.compartment]
    until = event.date - DAY
    if own:
        return _latest(case, own, until)
    together = [one for one in scans if one.rule.code in case.plan.combine]
    apart = [one for one in scans if one.rule.code not in case.plan.combine]
    found = [pick(case, one, until) for one in together]
    known = [one for one in found if one is not None]
    combined = min(known, key=lambda one: one.date) if known and len(known) == len(found) else None
    return max(
        (one for one in (combined, _latest(case, apart, until)) if one is not None),
        key=lambda one: one.date,
        default=None,
    )


def _latest(case: Case, rules: list[PlanRule], until: dt.date) -> Found | None:
    """The latest fact of several rules; on one day that of the rule listed last."""
    best: Found | None = None
    for planned in rules:
        found = pick(case, planned, until)
        if found is not None and (best is None or found.date >= best.date):
            best = found
    return best


def missed_before(case: Case, event: Found, seen: Found | None) -> bool:
    """Step 6. True when too many assessments in a row were missed before the event."""
    missed, schedule = case.plan.missed, case.setting.schedule
    if missed is None or case.start is None:
        return False
    assert schedule is not None, "checked before derivation"
    last_day = (seen.date - case.start).days if seen else 0
    event_day = (event.date - case.start).days
    if missed.rule is MissedRule.GAP:
        return event_day - last_day > schedule.gap_limit(missed.count)
    return schedule.missed_between(last_day, event_day) >= missed.count


def censoring(case: Case, until: dt.date) -> Found | None:
    """Step 7. The latest of the censor rules; None: the start."""
    best: Found | None = None
    combined: list[Found | None] = []
    for planned in case.plan.censors:
        found = at_start(case, planned) if planned.rule.fact is FactWord.START else pick(case, planned, until)
        if planned.rule.code in case.plan.combine:
            combined.append(found)
            if len(combined) < len(case.plan.combine):
                continue
            found = _earliest_listed_last(combined)
        if found is not None and (best is None or found.date >= best.date):
            best = found
    return best


def _earliest_listed_last(found: list[Found | None]) -> Found | None:
    """The earliest of all; None (the start) when one of them is lacking."""
    best: Found | None = None
    for one in found:
        if one is None:
            return None
        if best is None or one.date <= best.date:
            best = one
    return best


def at_start(case: Case, planned: PlanRule) -> Found | None:
    """The start itself as a censoring."""
    if case.start is None or case.start_row is None:
        return None
    return Found(case.start, planned, case.start_row)


def timed_outcome(case: Case) -> Outcome:
    """One row of a time-to-event or competing-risks endpoint."""
    assert case.start is not None
    end = horizon(case)
    if case.plan.no_baseline is NoBaseline.CENSOR_AT_START and has_flag(
        case.plan, case.facts, Flag.NO_BASELINE, case.lesion_id
    ):
        return _without_baseline(case, end)
    won = winner(case, end.until)
    if won is None:
        return _censored(case, censoring(case, end.until), end.reason)
    event, evcode = won
    if case.plan.missed is not None:
        seen = last_seen(case, event)
        if missed_before(case, event, seen):
            return _censored(case, seen, Reason.MISSED_VISITS)
    return _row(case, event.date, evcode, event.rule.rule.code, event.rule.rule.text, "", event.row)


def _without_baseline(case: Case, end: Horizon) -> Outcome:
    """Without a baseline only a death within two planned visits counts (endpoints.md §6)."""
    deaths = [one for one in (*case.plan.events, *case.plan.competing) if one.rule.fact is FactWord.DEATH]
    won = winner(_narrowed(case, deaths), end.until)
    if won is None:
        return _censored(case, None, Reason.NO_BASELINE)
    if case.setting.schedule is None:
        raise no_schedule("a patient without a baseline assessment died: whether within two visits")
    event, evcode = won
    assert case.start is not None
    if (event.date - case.start).days > case.setting.schedule.last_day_of_visit(2):
        return _censored(case, None, Reason.NO_BASELINE)
    return _row(case, event.date, evcode, event.rule.rule.code, event.rule.rule.text, "", event.row)


def _narrowed(case: Case, kept: list[PlanRule]) -> Case:
    """The case with every event rule silent but `kept`, so that numbers of competing events stay."""
    rows = [(row, fact) for row, fact in case.facts if fact.fact in {one.rule.fact for one in kept}]
    return Case(case.plan, case.setting, case.patient_id, case.lesion_id, case.start, case.start_row, rows)


def no_schedule(problem: str) -> DerivationError:
    """The error where a rule needs planned assessments and there are none."""
    return DerivationError(
        f"{problem}, cannot be told without a schedule of assessments",
        expected="schedule=Schedule(every=..., window=...), or [schedule] in the definition",
        hint='Or set missed_visits = "none" and no_baseline = "exclude" (preset "retrospective").',
    )


def rate_outcome(case: Case) -> Outcome:
    """One row of a binary endpoint: the event, or why not."""
    until = horizon(case).until
    won = winner(case, until)
    if won is not None and won[1] == EVENT:
        event = won[0]
        return _row(case, event.date, EVENT, event.rule.rule.code, event.rule.rule.text, "", event.row)
    reason = Reason.NON_RESPONDER if _evaluable(case, until) else Reason.NOT_EVALUABLE
    return _row(case, None, CENSORED, "", "", str(reason), None)


def _evaluable(case: Case, until: dt.date) -> bool:
    """True when an adequate scan of the compartment followed the start."""
    return pick(case, case.plan.adequate_scan, until) is not None


def _censored(case: Case, found: Found | None, reason: Reason | None) -> Outcome:
    assert case.start is not None
    if found is None:
        why = reason or Reason.NO_FOLLOW_UP
        return _row(case, case.start, CENSORED, said.START_CODE, said.START_TEXT, str(why), case.start_row)
    rule = found.rule.rule
    at_the_start = rule.fact is FactWord.START
    why = reason or (Reason.NO_FOLLOW_UP if at_the_start else Reason.EVENT_FREE)
    return _row(case, found.date, CENSORED, rule.code, rule.text, str(why), found.row)


def _row(
    case: Case, adt: dt.date | None, evcode: int, code: str, text: str, reason: str, row: int | None
) -> Outcome:
    findings = ";".join(sorted(row_findings(case)))
    return Outcome(
        case.patient_id,
        case.lesion_id,
        case.start,
        adt,
        evcode,
        code,
        text,
        reason,
        row,
        case.start_row,
        findings,
    )


def row_findings(case: Case) -> Iterator[str]:
    """What a person should know of the row: facts on the wrong side of the start."""
    if case.start is None or not case.first_course:
        return
    listed = [one for one in (*case.plan.events, *case.plan.competing) if not one.after_start]
    before = [
        fact for one in listed for _, fact in case.matching(one) if fact.date and fact.date < case.start
    ]
    if before:
        yield said.EVENT_BEFORE_START
    if any(fact.fact == FactWord.DEATH for fact in before):
        yield said.START_AFTER_DEATH
    alive = [
        fact.date
        for one in case.plan.censors
        if one.rule.fact is FactWord.LAST_ALIVE
        for _, fact in case.matching(one)
        if fact.date
    ]
    if alive and max(alive) < case.start:
        yield said.LAST_ALIVE_BEFORE_START


def without_criterion(plan: Plan, facts: Rows) -> bool:
    """True when a compartment of the definition was judged for this patient, but by other criteria only."""
    for compartment, criterion in plan.criteria_needed:
        named = {
            fact.criterion
            for _, fact in facts
            if fact.fact in SCAN_FACTS and (compartment == ANY or compartment == fact.compartment)
        }
        if named and not named & {"", criterion}:
            return True
    return False
