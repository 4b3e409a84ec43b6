"""Best response over time, its confirmation, and the date of progression."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from cimara.response.criteria.call import UNVERIFIED, unverified
from cimara.response.model import Patient
from cimara.response.policy import Policy
from cimara.response.rows import BestRow, TimepointRow
from cimara.response.sizes import percent_change
from cimara.response.tables import load_table

PD_WORDS = frozenset({"PD", "iCPD"})
PLAIN = {
    "iCR": "CR",
    "iPR": "PR",
    "iSD": "SD",
    "NON-iCR/NON-iUPD": "NON-CR/NON-PD",
    "iCPD": "PD",
    "iUPD": "UPD",
}
I_WORDS = {"CR": "iCR", "PR": "iPR", "SD": "iSD", "NON-CR/NON-PD": "NON-iCR/NON-iUPD", "PD": "iCPD"}
KNOWN = frozenset({"CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "UPD"})
MISSING = "MISSING"
OF_POLICY = ("IMAGING_ONLY", "LOWER_SIZE_LIMIT", "NO_ABSOLUTE_RULE")
"""Flags that every row has under a policy that asks for less than its criterion."""

Dated = tuple[str, dt.date | None]
"""A word and the date of its first assessment."""


def best_of(rows: Sequence[TimepointRow], patient: Patient, policy: Policy, *, evaluator: str) -> BestRow:
    """Best response, confirmed and not, of one evaluator's time points in order."""
    cut = cut_rows(rows, patient, policy)
    since = days_from(rows, patient, policy)
    bor = best_response(cut, since, policy)
    confirmed = confirmed_response(cut, since, policy)
    first = next((place for place, row in enumerate(rows) if row.response in PD_WORDS), None)
    original = next((row.date for row in rows if row.original in PD_WORDS), None)
    sample = rows[0] if rows else None
    return BestRow(
        patient_id=patient.patient_id,
        evaluator=evaluator,
        criterion=policy.criterion,
        compartment=policy.compartment,
        bor=_spelt(bor[0], policy),
        bor_date=bor[1],
        confirmed_bor=_spelt(confirmed[0], policy),
        confirmed_bor_date=confirmed[1],
        pd_date=None if first is None else pd_date(rows, first),
        pd_date_original=original,
        pd_kind="" if first is None else rows[first].pd_kind,
        response_start=response_start(cut, confirmed, policy),
        deepest_change_pct=deepest_change(cut),
        flags=best_flags(cut if first is None else [*cut, rows[first]], cut, policy),
        policy_hash=policy.hash,
        input_hash=sample.input_hash if sample is not None else "",
    )


def best_flags(
    decisive: Sequence[TimepointRow], cut: Sequence[TimepointRow], policy: Policy
) -> tuple[str, ...]:
    """What a best response rests on that is unverified, or looser than the criterion: sorted.

    Flags of the time points that it was chosen from or that date its progression, and of the table of
    confirmation where a response was looked up in it.
    """
    flags = {flag for row in decisive for flag in row.flags if passes_on(flag)}
    if policy.confirm_rule == "table3" and any(is_response_scan(row) for row in cut):
        flags.update(*map(unverified, load_table("confirm_table3").rows))
    return tuple(sorted(flags))


def passes_on(flag: str) -> bool:
    """Whether a flag of a time point is one of the best response, too."""
    return flag.startswith(UNVERIFIED) or flag in OF_POLICY


def is_response_scan(row: TimepointRow) -> bool:
    """Whether a time point is a CR or PR that could be confirmed."""
    return plain(row) in ("CR", "PR") and "NOT_SCANNED" not in row.flags


def cut_rows(rows: Sequence[TimepointRow], patient: Patient, policy: Policy) -> list[TimepointRow]:
    """Rows up to the first progression, it included, and not after a new anti-cancer therapy began."""
    kept = []
    for row in rows:
        after = patient.new_therapy_date is not None and row.date > patient.new_therapy_date
        if after and policy.new_therapy_cut:
            continue
        kept.append(row)
        if row.response in PD_WORDS:
            break
    return kept


def days_from(rows: Sequence[TimepointRow], patient: Patient, policy: Policy) -> dt.date:
    """The date from which stable disease is counted (`sd_from`)."""
    if policy.sd_from == "start":
        return patient.start_date
    marked = [visit.date for visit in patient.visits if visit.is_baseline]
    earlier = [visit.date for visit in patient.visits if visit.date <= patient.start_date]
    return max(marked or earlier, default=patient.start_date)


def plain(row: TimepointRow) -> str:
    """A response without its i, or OTHER for what is no category of best response."""
    word = PLAIN.get(row.response, row.response)
    return word if word in (*KNOWN, "NE") else "OTHER"


def _spelt(word: str, policy: Policy) -> str:
    return I_WORDS.get(word, word) if policy.criterion == "irecist" else word


def pd_date(rows: Sequence[TimepointRow], place: int) -> dt.date:
    """The date of a progression; a confirmed one has that of the first iUPD of its block."""
    date = rows[place].date
    if rows[place].response == "iCPD":
        for row in reversed(rows[:place]):
            if row.response not in ("iUPD", "NE"):
                break
            if row.response == "iUPD":
                date = row.date
    return date


def best_response(rows: Sequence[TimepointRow], since: dt.date, policy: Policy) -> Dated:
    """BOR-1 to BOR-8: the first line of the table that any row meets, dated at the first row that does."""
    return _by_lines([(plain(row), row.date) for row in rows], since, policy)


def _by_lines(words: Sequence[tuple[str, dt.date]], since: dt.date, policy: Policy) -> Dated:
    if not words:
        return MISSING, None
    table = load_table("best_response")
    for rule in table.rows:
        for word, date in words:
            is_late = "yes" if (date - since).days >= policy.min_sd_days else "no"
            if rule.matches((word if word in KNOWN else "OTHER", is_late)):
                return rule.outcome, date
    return MISSING, None


def confirmed_response(rows: Sequence[TimepointRow], since: dt.date, policy: Policy) -> Dated:
    """The best response that was seen again, by the policy's rule of confirmation."""
    if policy.confirm_rule == "none":
        return best_response(rows, since, policy)
    if policy.confirm_rule == "table3":
        return _by_table3(rows, since, policy)
    scans = [row for row in rows if "NOT_SCANNED" not in row.flags]
    for word, is_confirmed in (("CR", cr_is_confirmed), ("PR", pr_is_confirmed)):
        for place, row in enumerate(scans):
            if plain(row) == word and is_confirmed(scans, place, policy):
                return word, row.date
    return _by_lines([(_as_stable(row), row.date) for row in rows], since, policy)


def _as_stable(row: TimepointRow) -> str:
    """A response that was not confirmed counts as stable disease, if it came late enough."""
    return "SD" if plain(row) in ("CR", "PR") else plain(row)


def cr_is_confirmed(rows: Sequence[TimepointRow], place: int, policy: Policy) -> bool:
    """BOR-C1. The first later CR at >= `confirm_days`, with nothing but CR and few NE between."""
    after = _until_confirming(rows, place, ("CR",), policy)
    if after is None:
        return False
    between = [plain(row) for row in after[:-1]]
    return set(between) <= {"CR", "NE"} and between.count("NE") <= policy.confirm_max_ne


def pr_is_confirmed(rows: Sequence[TimepointRow], place: int, policy: Policy) -> bool:
    """BOR-C2. The first later CR or PR at >= `confirm_days`; CR, PR, few NE between; no PR after CR."""
    after = _until_confirming(rows, place, ("CR", "PR"), policy)
    if after is None:
        return False
    words = [plain(row) for row in after]
    if "CR" in words and "PR" in words[words.index("CR") :]:
        return False
    between = words[:-1]
    few = between.count("NE") <= policy.confirm_max_ne and between.count("SD") <= policy.confirm_max_sd
    return few and set(between) <= {"CR", "PR", "NE", "SD"}


def _until_confirming(
    rows: Sequence[TimepointRow], place: int, words: tuple[str, ...], policy: Policy
) -> Sequence[TimepointRow] | None:
    """Rows after `place` up to the first that could confirm it, or None."""
    for later in range(place + 1, len(rows)):
        days = (rows[later].date - rows[place].date).days
        if plain(rows[later]) in words and days >= policy.confirm_days:
            return rows[place + 1 : later + 1]
    return None


def _by_table3(rows: Sequence[TimepointRow], since: dt.date, policy: Policy) -> Dated:
    """BOR-T3. Each response with the next scan at >= `confirm_days`, by its table; the best counts."""
    table = load_table("confirm_table3")
    scans = [row for row in rows if "NOT_SCANNED" not in row.flags]
    found: list[tuple[str, dt.date]] = []
    for place, row in enumerate(scans):
        word = plain(row)
        if word not in ("CR", "PR"):
            found.append((word, row.date))
            continue
        later = [item for item in scans[place + 1 :] if (item.date - row.date).days >= policy.confirm_days]
        after = plain(later[0]) if later else "NE"
        after = after if after in ("CR", "PR", "SD", "PD") else "NE"
        last_good = later[0].date if after in ("CR", "PR", "SD") else row.date
        is_late = "yes" if (last_good - since).days >= policy.min_sd_days else "no"
        rule = table.first(policy, first=word, next=after, min_sd=is_late)
        found.append((rule.outcome, row.date))
        if rule.outcome == "PD":  # what came back after a response is progression: nothing counts after it
            break
    for word in ("CR", "PR", "SD"):
        dates = [date for outcome, date in found if outcome == word]
        late = [date for date in dates if word != "SD" or _long_enough(date, scans, since, policy)]
        if late:
            return word, late[0]
    return _by_lines(found or [(plain(row), row.date) for row in rows], since, policy)


def _long_enough(date: dt.date, rows: Sequence[TimepointRow], since: dt.date, policy: Policy) -> bool:
    """An outcome of table 3 has its minimum built in; a scan that itself says SD needs it here."""
    is_stable_scan = any(row.date == date and plain(row) == "SD" for row in rows)
    return not is_stable_scan or (date - since).days >= policy.min_sd_days


def response_start(rows: Sequence[TimepointRow], confirmed: Dated, policy: Policy) -> dt.date | None:
    """Where duration of response begins: the first CR or PR, or the first that was confirmed."""
    scans = [row for row in rows if "NOT_SCANNED" not in row.flags]
    responses = [(place, row) for place, row in enumerate(scans) if plain(row) in ("CR", "PR")]
    if policy.report_first == "bor" or policy.confirm_rule == "none":
        return responses[0][1].date if responses else None
    if confirmed[0] not in ("CR", "PR"):
        return None
    if policy.confirm_rule == "table3":
        return responses[0][1].date
    for place, row in responses:
        is_confirmed = cr_is_confirmed if plain(row) == "CR" else pr_is_confirmed
        if is_confirmed(scans, place, policy):
            return row.date
    return None


def deepest_change(rows: Sequence[TimepointRow]) -> float | None:
    """The deepest change of a complete sum from baseline, in percent; for waterfall plots."""
    changes = [
        percent_change(row.sum, row.base_sum) for row in rows if row.is_complete and row.sum is not None
    ]
    return min((change for change in changes if change is not None), default=None)
