"""The same endpoint for all patients at once: the reference engine's steps as whole-column arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.endpoints import outcome as said
from cimara.outcomes.endpoints.case import Setting
from cimara.outcomes.endpoints.outcome import EXCLUSIONS, OUTCOMES, Derived
from cimara.outcomes.endpoints.plan import CENSORED, EVENT, FIRST_COMPETING, Plan, PlanRule
from cimara.outcomes.endpoints.reference import no_schedule
from cimara.outcomes.endpoints.selection import FIRST_DAY, LAST_DAY, Bools, FactIndex, Ints, Picked, Selection
from cimara.outcomes.endpoints.starting import Units, data_cut, flag_of, population
from cimara.outcomes.endpoints.switches import MissedRule, NoBaseline
from cimara.outcomes.endpoints.words import ASSESSMENTS, SCAN_FACTS, FactWord, Flag, Reason, Take
from cimara.terms.response import AssessedCompartment

_FINDINGS = (said.EVENT_BEFORE_START, said.LAST_ALIVE_BEFORE_START, said.START_AFTER_DEATH)
_REASONS = ["", *(str(one) for one in Reason)]


@dataclass
class Ends:
    """How each unit ends, filled in step by step. `rule` numbers `Columns.rules`; -1 is the start date."""

    day: Ints
    row: Ints
    rule: Ints
    evcode: Ints
    reason: Ints

    def censor(self, where: Bools, seen: Picked, rule: Ints, reason: Ints | int, start: Units) -> None:
        """Censor the units `where`: at what was seen last, or at the start where nothing was."""
        chosen = np.flatnonzero(where)
        has = seen.has[chosen]
        self.day[chosen] = np.where(has, seen.day[chosen], start.day[chosen])
        self.row[chosen] = np.where(has, seen.row[chosen], start.row[chosen])
        self.rule[chosen] = np.where(has, rule[chosen], -1)
        self.evcode[chosen] = CENSORED
        self.reason[chosen] = reason[chosen] if isinstance(reason, np.ndarray) else reason


class Columns:
    """One derivation: the plan over the units of one facts table."""

    def __init__(self, plan: Plan, index: FactIndex, setting: Setting, units: Units) -> None:
        self.plan = plan
        self.index = index
        self.setting = setting
        self.units = units
        self.size = len(units.patient)
        self.evaluator = plan.endpoint.evaluator
        self.rules = (*plan.events, *plan.competing, *plan.censors)
        self.codes = [EVENT] * len(plan.events) + [
            FIRST_COMPETING + number for number in range(len(plan.competing))
        ]

    def selection(self, planned: PlanRule) -> tuple[Selection, Ints]:
        """The facts that a rule means, and the group of each unit in them."""
        groups = self.units.lesion if planned.same_lesion else self.units.patient
        return self.index.select(planned, self.evaluator), groups

    def pick(self, planned: PlanRule, until: Ints) -> Picked:
        """The fact that a rule takes for each unit between the start and `until`."""
        low, high = self._window(planned, until)
        selection, groups = self.selection(planned)
        return selection.pick(groups, low, high, take=planned.rule.take, clip=planned.clip)

    def _window(self, planned: PlanRule, until: Ints) -> tuple[Ints, Ints]:
        start = self.units.day
        if not self.units.timed:
            return np.full(self.size, FIRST_DAY, dtype=np.int64), until
        first = max(planned.rule.not_before or 0, 1 if planned.after_start else 0)
        if planned.rule.within_days is not None:
            until = np.minimum(until, start + planned.rule.within_days)
        return start + first, until

    def horizon(self) -> tuple[Ints, Ints]:
        """Step 3. The last day of observation of each unit, and the number of the reason (0: none)."""
        whole = data_cut(self.plan, self.index, self.setting)[self.units.patient]
        ends = np.full(self.size, LAST_DAY + 1, dtype=np.int64)
        reasons = np.zeros(self.size, dtype=np.int64)
        for truncation in self.plan.truncations:
            found = self.pick(truncation.rule, whole)
            day = found.day - 1 if truncation.exclusive else found.day
            earlier = found.has & (day < ends)
            ends = np.where(earlier, day, ends)
            reasons = np.where(earlier, _REASONS.index(str(truncation.reason)), reasons)
        ended = ends <= whole
        return np.where(ended, ends, whole), np.where(ended, reasons, 0)

    def winners(self, until: Ints, deaths_only: Bools) -> tuple[Picked, Ints]:
        """Steps 4 and 5. The earliest event of each unit and the number of its rule (-1: none)."""
        day = np.full(self.size, LAST_DAY + 1, dtype=np.int64)
        row = np.full(self.size, -1, dtype=np.int64)
        rule = np.full(self.size, -1, dtype=np.int64)
        for number in range(len(self.codes)):
            planned = self.rules[number]
            found = self.pick(planned, until)
            earlier = found.has & (found.day < day)
            if planned.rule.fact is not FactWord.DEATH:
                earlier &= ~deaths_only
            day = np.where(earlier, found.day, day)
            row = np.where(earlier, found.row, row)
            rule = np.where(earlier, number, rule)
        return Picked(rule >= 0, day, row), rule

    def latest(self, numbers: list[int], until: Ints) -> tuple[Picked, Ints]:
        """The latest fact of several rules; on one day that of the rule listed last."""
        best = _nothing(self.size)
        rule = np.full(self.size, -1, dtype=np.int64)
        for number in numbers:
            found = self.pick(self.rules[number], until)
            best, rule = _later(best, rule, found, np.full(self.size, number, dtype=np.int64))
        return best, rule

    def censoring(self, until: Ints) -> tuple[Picked, Ints]:
        """Step 7. The latest of the censor rules for each unit."""
        best = _nothing(self.size)
        rule = np.full(self.size, -1, dtype=np.int64)
        waiting: list[tuple[Picked, Ints]] = []
        for number in range(len(self.codes), len(self.rules)):
            planned = self.rules[number]
            mine = np.full(self.size, number, dtype=np.int64)
            at_start = planned.rule.fact is FactWord.START
            found = self._start() if at_start else self.pick(planned, until)
            if planned.rule.code in self.plan.combine:
                waiting.append((found, mine))
                if len(waiting) < len(self.plan.combine):
                    continue
                found, mine = _earliest(waiting)
            best, rule = _later(best, rule, found, mine)
        return best, rule

    def _start(self) -> Picked:
        return Picked(np.ones(self.size, dtype=bool), self.units.day, self.units.row)

    def last_seen(self, event: Picked, winner: Ints) -> tuple[Picked, Ints]:
        """The last adequate assessment before each event, and the number of its rule."""
        until = event.day - 1
        scans = [
            number
            for number in range(len(self.codes), len(self.rules))
            if self.rules[number].rule.fact in ASSESSMENTS
        ]
        best, rule = self._any_scan(scans, until)
        for number in range(len(self.codes)):
            compartment = self.rules[number].rule.compartment
            own = [one for one in scans if self.rules[one].rule.compartment == compartment]
            if own:
                mine, its_rule = self.latest(own, until)
                here = winner == number
                best = Picked(
                    np.where(here, mine.has, best.has),
                    np.where(here, mine.day, best.day),
                    np.where(here, mine.row, best.row),
                )
                rule = np.where(here, its_rule, rule)
        return best, rule

    def _any_scan(self, scans: list[int], until: Ints) -> tuple[Picked, Ints]:
        """The last assessment by the definition's own combination of compartments."""
        together = [one for one in scans if self.rules[one].rule.code in self.plan.combine]
        apart = [one for one in scans if one not in together]
        latest, rule = self.latest(apart, until)
        if not together:
            return latest, rule
        found = [
            (self.pick(self.rules[one], until), np.full(self.size, one, dtype=np.int64)) for one in together
        ]
        combined, its_rule = _earliest(found, listed_last=False)
        return _later(combined, its_rule, latest, rule, on_tie=False)

    def missed(self, event: Picked, seen: Picked) -> Bools:
        """Step 6. Units with too many assessments missed in a row before the event."""
        rule, schedule = self.plan.missed, self.setting.schedule
        assert rule is not None
        assert schedule is not None
        last_day = np.where(seen.has, seen.day - self.units.day, 0)
        event_day = event.day - self.units.day
        if rule.rule is MissedRule.GAP:
            return event_day - last_day > schedule.gap_limit(rule.count)
        return schedule.missed_between_many(last_day, event_day) >= rule.count

    def findings(self) -> Ints:
        """For each unit the set of findings, as bits in the order of `_FINDINGS`."""
        bits = np.zeros(self.size, dtype=np.int64)
        if not self.units.timed:
            return bits
        low = np.full(self.size, FIRST_DAY, dtype=np.int64)
        for planned in self.rules[: len(self.codes)]:
            if planned.after_start:
                continue
            selection, groups = self.selection(planned)
            before = selection.pick(groups, low, self.units.day - 1, take=Take.FIRST).has
            bits |= np.where(before, 1 | (4 if planned.rule.fact is FactWord.DEATH else 0), 0)
        for planned in self.plan.censors:
            if planned.rule.fact is FactWord.LAST_ALIVE:
                selection, groups = self.selection(planned)
                alive = selection.pick(groups, low, np.full_like(low, LAST_DAY), take=Take.LAST)
                bits |= np.where(alive.has & (alive.day < self.units.day), 2, 0)
        return np.where(self.units.first_course, bits, 0)


def derive_all(plan: Plan, index: FactIndex, setting: Setting) -> Derived:
    """All rows of an endpoint; equal to the reference engine's for every patient."""
    units, exclusions = population(plan, index, setting)
    columns = Columns(plan, index, setting, units)
    ends = _rates(columns) if plan.binary else _times(columns)
    kept = np.ones(columns.size, dtype=bool)
    if plan.exclude_unevaluable:
        kept = ends.reason != _REASONS.index(str(Reason.NOT_EVALUABLE))
        exclusions = exclusions.extend(_unevaluable(index, units, ~kept)).sort("patient_id", "lesion_id")
    outcomes = _outcomes(columns, ends).filter(pl.Series(kept))
    others = int((~index.counts_for(columns.evaluator)).sum())
    return Derived(outcomes, exclusions, _missing_criterion(columns, kept), others)


def _times(columns: Columns) -> Ends:
    """Steps 3 to 7 of a time-to-event or competing-risks endpoint."""
    units, plan = columns.units, columns.plan
    until, reason = columns.horizon()
    without = np.zeros(columns.size, dtype=bool)
    if plan.no_baseline is NoBaseline.CENSOR_AT_START:
        without = flag_of(plan, columns.index, Flag.NO_BASELINE)[units.patient]
    event, winner = columns.winners(until, without)
    event = _early_deaths(columns, event, without)
    ends = Ends(
        event.day.copy(),
        event.row.copy(),
        winner,
        np.array([*columns.codes, 0])[winner],
        np.zeros_like(until),
    )
    seen, rule = columns.censoring(until)
    at_start = np.array([one.rule.fact is FactWord.START for one in columns.rules] + [True])[rule]
    free = np.where(at_start, _number(Reason.NO_FOLLOW_UP), _number(Reason.EVENT_FREE))
    ends.censor(~event.has & ~without, seen, rule, np.where(reason > 0, reason, free), units)
    nothing = _nothing(columns.size)
    ends.censor(~event.has & without, nothing, rule, _number(Reason.NO_BASELINE), units)
    if plan.missed is not None:
        seen, rule = columns.last_seen(event, winner)
        missed = event.has & ~without & columns.missed(event, seen)
        ends.censor(missed, seen, rule, _number(Reason.MISSED_VISITS), units)
    return ends


def _early_deaths(columns: Columns, event: Picked, without: Bools) -> Picked:
    """Without a baseline a death counts only within two planned visits."""
    died = event.has & without
    if not died.any():
        return event
    schedule = columns.setting.schedule
    if schedule is None:
        raise no_schedule("a patient without a baseline assessment died: whether within two visits")
    late = died & (event.day - columns.units.day > schedule.last_day_of_visit(2))
    return Picked(event.has & ~late, event.day, event.row)


def _rates(columns: Columns) -> Ends:
    """One row of a binary endpoint for each unit: the event, or why not."""
    until, _ = columns.horizon()
    event, winner = columns.winners(until, np.zeros(columns.size, dtype=bool))
    responded = event.has & (np.array([*columns.codes, 0])[winner] == EVENT)
    evaluable = columns.pick(columns.plan.adequate_scan, until).has
    why = np.where(evaluable, _number(Reason.NON_RESPONDER), _number(Reason.NOT_EVALUABLE))
    return Ends(
        np.where(responded, event.day, LAST_DAY + 1),
        np.where(responded, event.row, -1),
        np.where(responded, winner, -1),
        responded.astype(np.int64),
        np.where(responded, 0, why),
    )


def _number(reason: Reason) -> int:
    return _REASONS.index(str(reason))


def _nothing(size: int) -> Picked:
    zeros = np.zeros(size, dtype=np.int64)
    return Picked(np.zeros(size, dtype=bool), zeros, zeros - 1)


def _later(
    best: Picked, rule: Ints, found: Picked, its_rule: Ints, *, on_tie: bool = True
) -> tuple[Picked, Ints]:
    """The later of two; on one day the second, or with `on_tie=False` the first."""
    wins = found.day >= best.day if on_tie else found.day > best.day
    better = found.has & (~best.has | wins)
    picked = Picked(
        best.has | found.has,
        np.where(better, found.day, best.day),
        np.where(better, found.row, best.row),
    )
    return picked, np.where(better, its_rule, rule)


def _earliest(found: list[tuple[Picked, Ints]], *, listed_last: bool = True) -> tuple[Picked, Ints]:
    """The earliest of several, lacking where one of them is lacking; ties to the one listed last (first)."""
    best, rule = found[0]
    for one, its_rule in found[1:]:
        wins = one.day <= best.day if listed_last else one.day < best.day
        best = Picked(
            best.has & one.has, np.where(wins, one.day, best.day), np.where(wins, one.row, best.row)
        )
        rule = np.where(wins, its_rule, rule)
    return best, rule


def _dates(days: Ints, known: Bools) -> pl.Series:
    return pl.Series(np.where(known, days, 0)).cast(pl.Int32).set(pl.Series(~known), None).cast(pl.Date)


def _outcomes(columns: Columns, ends: Ends) -> pl.DataFrame:
    """The raw table of an engine."""
    units, names = columns.units, columns.rules
    codes = pl.Series([*(one.rule.code for one in names), *_start_words(columns, "code")])
    texts = pl.Series([*(one.rule.text for one in names), *_start_words(columns, "text")])
    bits = [
        ";".join(name for bit, name in enumerate(_FINDINGS) if number >> bit & 1)
        for number in range(1 << len(_FINDINGS))
    ]
    rule = pl.Series(np.where(ends.rule < 0, len(names), ends.rule)).cast(pl.UInt32)
    whole = np.full(columns.size, units.timed)
    rows = {
        "patient_id": units.patient_ids(columns.index),
        "lesion_id": units.lesion_ids(columns.index),
        "start": _dates(units.day, whole),
        "adt": _dates(ends.day, ends.day <= LAST_DAY),
        "evcode": pl.Series(ends.evcode),
        "code": codes.gather(rule),
        "text": texts.gather(rule),
        "reason": pl.Series(_REASONS).gather(pl.Series(ends.reason).cast(pl.UInt32)),
        "fact_row": pl.Series(ends.row).set(pl.Series(ends.row < 0), None),
        "start_row": pl.Series(units.row).set(pl.Series(units.row < 0), None),
        "findings": pl.Series(bits).gather(pl.Series(columns.findings()).cast(pl.UInt32)),
    }
    return pl.DataFrame(rows, schema=OUTCOMES)


def _start_words(columns: Columns, part: str) -> list[str]:
    """What stands for the start date where no censor rule names it; nothing in a rate."""
    if columns.plan.binary:
        return [""]
    return [said.START_CODE if part == "code" else said.START_TEXT]


def _unevaluable(index: FactIndex, units: Units, where: Bools) -> pl.DataFrame:
    frame = pl.DataFrame(
        {"patient_id": units.patient_ids(index), "lesion_id": units.lesion_ids(index)}
    ).filter(pl.Series(where))
    return frame.with_columns(reason=pl.lit(str(Reason.NOT_EVALUABLE))).select(list(EXCLUSIONS))


def _missing_criterion(columns: Columns, kept: Bools) -> tuple[str, ...]:
    """Analysed patients who were judged in a compartment of the definition by other criteria only."""
    index = columns.index
    lacking = np.zeros(index.patients, dtype=bool)
    rows = np.concatenate([index.rows_of_word[str(word)] for word in sorted(SCAN_FACTS)])
    rows = rows[index.counts_for(columns.evaluator)[rows]]
    words, codes = index.compartments
    for compartment, criterion in columns.plan.criteria_needed:
        every = compartment is AssessedCompartment.ANY
        here = np.array([every or word == compartment for word in words], dtype=bool)[codes[rows]]
        judged = np.zeros(index.patients, dtype=bool)
        judged[index.patient_of[rows[here]]] = True
        own = rows[here & index.by_criterion(rows, criterion)]
        judged[index.patient_of[own]] = False
        lacking |= judged
    analysed = np.zeros(index.patients, dtype=bool)
    analysed[columns.units.patient[kept]] = True
    found = np.flatnonzero(lacking & analysed)
    ids = index.frame["patient_id"].gather(pl.Series(index.patient_rows[found]).cast(pl.UInt32))
    return tuple(ids.to_list())
