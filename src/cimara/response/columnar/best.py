"""Best response, its confirmation and the date of progression on arrays of visits by series (`bor.py`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.response.columnar.records import NOTHING, Array
from cimara.response.columnar.words import BEST, WORDS, lookup
from cimara.response.policy import Policy

W = {word: BEST.index(word) for word in BEST}
OUTSIDE = 127
"""The word of a visit that does not take part."""
MISSING = -1


@dataclass(slots=True)
class Course:
    """The responses of each series, visits first: words of BEST, dates, and which visits there are."""

    words: Array
    dates: Array
    exists: Array
    is_scan: Array
    since: Array
    """The date from which stable disease counts."""
    new_therapy: Array


@dataclass(slots=True)
class Best:
    """What best response is: words of `outcomes`, dates (NOTHING: none), where progression began."""

    bor: Array
    bor_date: Array
    confirmed: Array
    confirmed_date: Array
    pd_visit: Array
    response_start: Array
    kept: Array


def outcomes(policy: Policy) -> tuple[str, ...]:
    """The words that `Best.bor` and `Best.confirmed` number; MISSING is -1, the last."""
    rows = lookup("best_response", policy)[1]
    return (*(row.outcome for row in rows), "MISSING")


def best_of(course: Course, policy: Policy) -> Best:
    """Best response, confirmed and not."""
    kept = _cut(course, policy)
    words = np.where(kept, course.words, OUTSIDE)
    bor, bor_date = _by_lines(words, course.dates, course, policy)
    scans = np.where(course.is_scan, words, OUTSIDE)
    confirmed, confirmed_date = bor, bor_date
    ends = np.zeros(words.shape, bool)
    if policy.confirm_rule == "table3":
        confirmed, confirmed_date = _by_table3(words, scans, course, policy)
    elif policy.confirm_rule == "lookahead":
        ends = _confirmed_visits(scans, course.dates, policy)
        confirmed, confirmed_date = _by_lookahead(words, scans, ends, course, policy)
    is_pd = course.exists & (course.words == W["PD"])
    start = _response_start(scans, ends, confirmed, course, policy)
    return Best(bor, bor_date, confirmed, confirmed_date, first_true(is_pd), start, kept)


def first_true(mask: Array) -> Array:
    """The first visit where the mask holds, -1 where none does."""
    return np.where(mask.any(axis=0), mask.argmax(axis=0), -1)


def at_visit(values: Array, visit: Array, missing: int) -> Array:
    """The value of one visit of each series; `missing` where the visit is -1."""
    return np.where(visit >= 0, values[visit, np.arange(values.shape[1])], missing)


def _cut(course: Course, policy: Policy) -> Array:
    """Visits up to the first progression, it included, and not after a new anti-cancer therapy began."""
    kept = course.exists.copy()
    if policy.new_therapy_cut:
        kept &= (course.new_therapy == NOTHING) | (course.dates <= course.new_therapy)
    pd = kept & (course.words == W["PD"])
    earlier = np.cumsum(pd, axis=0) - pd
    held: Array = kept & (earlier == 0)
    return held


def _is_late(dates: Array, course: Course, policy: Policy) -> Array:
    return dates - course.since >= policy.min_sd_days


def _by_lines(words: Array, dates: Array, course: Course, policy: Policy) -> tuple[Array, Array]:
    """BOR-1 to BOR-8: the first line of the table that any visit meets, dated at the first that does."""
    table, rows = lookup("best_response", policy)
    known = np.where(words < len(WORDS["response"]), words, W["OTHER"])
    line = table[known, _is_late(dates, course, policy).astype(np.int8)]
    line = np.where(words == OUTSIDE, len(rows), line)
    best = line.min(axis=0)
    date = at_visit(dates, line.argmin(axis=0), NOTHING)
    is_missing = best == len(rows)
    return np.where(is_missing, MISSING, best), np.where(is_missing, NOTHING, date)


def _confirmed_visits(scans: Array, dates: Array, policy: Policy) -> Array:
    """BOR-C1, BOR-C2. Visits whose response is seen again soon enough, by the first that could confirm it."""
    found = np.zeros(scans.shape, bool)
    for visit in range(len(scans) - 1):
        is_cr, is_pr = scans[visit] == W["CR"], scans[visit] == W["PR"]
        if not (is_cr | is_pr).any():
            continue
        is_open, sound = is_cr | is_pr, np.ones(scans.shape[1], bool)
        n_ne, n_sd = (np.zeros(scans.shape[1], np.int16) for _ in range(2))
        cr_seen = np.zeros(scans.shape[1], bool)
        for later in range(visit + 1, len(scans)):
            word = scans[later]
            good = (word == W["CR"]) | (is_pr & (word == W["PR"]))
            sound &= ~(is_pr & cr_seen & (word == W["PR"])) | ~is_open
            now = is_open & good & (dates[later] - dates[visit] >= policy.confirm_days)
            found[visit] |= now & sound & (n_ne <= policy.confirm_max_ne) & (n_sd <= policy.confirm_max_sd)
            is_open = is_open & ~now
            n_ne += word == W["NE"]
            n_sd += is_pr & (word == W["SD"])
            allowed = good | (word == W["NE"]) | (word == OUTSIDE) | (is_pr & (word == W["SD"]))
            sound &= allowed
            cr_seen |= word == W["CR"]
    return found


def _by_lookahead(
    words: Array, scans: Array, ends: Array, course: Course, policy: Policy
) -> tuple[Array, Array]:
    """A response that was confirmed; else it counts as stable disease, if it came late enough."""
    is_response = (words == W["CR"]) | (words == W["PR"])
    best, date = _by_lines(np.where(is_response, W["SD"], words), course.dates, course, policy)
    for word in ("PR", "CR"):
        visit = first_true(ends & (scans == W[word]))
        best = np.where(visit >= 0, outcomes(policy).index(word), best)
        date = np.where(visit >= 0, at_visit(course.dates, visit, NOTHING), date)
    return best, date


def _by_table3(words: Array, scans: Array, course: Course, policy: Policy) -> tuple[Array, Array]:
    """BOR-T3. Each response with the next scan at >= `confirm_days`, by its table, up to a progression."""
    table, rows = lookup("confirm_table3", policy)
    outcome = np.array([W[row.outcome] for row in rows])
    found = scans.copy()
    for visit in range(len(scans)):
        is_response = (scans[visit] == W["CR"]) | (scans[visit] == W["PR"])
        if not is_response.any():
            continue
        after, date = _next_scan(scans, course.dates, visit, policy)
        is_good = (after == W["CR"]) | (after == W["PR"]) | (after == W["SD"])
        last_good = np.where(is_good, date, course.dates[visit])
        late = (last_good - course.since >= policy.min_sd_days).astype(np.int8)
        first = (scans[visit] == W["PR"]).astype(np.int8)
        found[visit] = np.where(is_response, outcome[table[first, _NEXT[after], late]], scans[visit])
    lost = (found == W["PD"]) & ((scans == W["CR"]) | (scans == W["PR"]))
    found = np.where(np.cumsum(lost, axis=0) - lost > 0, OUTSIDE, found)
    has_scans = (scans != OUTSIDE).any(axis=0)
    best, date = _by_lines(np.where(has_scans, found, words), course.dates, course, policy)
    for word in ("SD", "PR", "CR"):
        hits = found == W[word]
        if word == "SD":
            hits &= _long_enough(scans, course, policy)
        first_hit = first_true(hits)
        best = np.where(first_hit >= 0, outcomes(policy).index(word), best)
        date = np.where(first_hit >= 0, at_visit(course.dates, first_hit, NOTHING), date)
    return best, date


_NEXT = np.array([WORDS["next"].index(word if word in WORDS["next"] else "NE") for word in BEST], np.int8)
"""What the next scan is to table 3, by words of BEST."""


def _next_scan(scans: Array, dates: Array, visit: int, policy: Policy) -> tuple[Array, Array]:
    """Word and date of the first later scan that is far enough away; NE where there is none."""
    word: Array = np.full(scans.shape[1], W["NE"])
    date: Array = dates[visit].copy()
    is_open = np.ones(scans.shape[1], bool)
    for later in range(visit + 1, len(scans)):
        now = is_open & (scans[later] != OUTSIDE) & (dates[later] - dates[visit] >= policy.confirm_days)
        word, date = np.where(now, scans[later], word), np.where(now, dates[later], date)
        is_open &= ~now
    return word, date


def _long_enough(scans: Array, course: Course, policy: Policy) -> Array:
    """An outcome of table 3 has its minimum built in; a day on which a scan itself says SD needs it here."""
    is_stable = np.zeros(scans.shape, bool)
    for visit in range(len(scans)):
        is_stable |= (scans[visit] == W["SD"]) & (course.dates == course.dates[visit])
    return ~is_stable | _is_late(course.dates, course, policy)


def _response_start(scans: Array, ends: Array, confirmed: Array, course: Course, policy: Policy) -> Array:
    """Where duration of response begins: the first CR or PR, or the first that was confirmed."""
    responses = (scans == W["CR"]) | (scans == W["PR"])
    if policy.report_first == "bor" or policy.confirm_rule == "none":
        return at_visit(course.dates, first_true(responses), NOTHING)
    chosen = responses if policy.confirm_rule == "table3" else responses & ends
    start = at_visit(course.dates, first_true(chosen), NOTHING)
    words = np.array([word in ("CR", "PR") for word in outcomes(policy)])
    return np.where(words[confirmed], start, NOTHING)
