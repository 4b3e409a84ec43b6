"""Best response at its boundaries: each line of its table, days of confirmation, what may lie between.

The responses are given as words, so that words which no single lesion gives can stand in any order.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from cimara.response import Policy
from cimara.response.bor import best_of, cut_rows, days_from
from cimara.response.model import Patient, Visit
from cimara.response.rows import BestRow, TimepointRow
from tests.spec.response.visit_tables import PATIENT, START, day

RECIST = Policy.preset("recist11")
IRECIST = Policy.preset("irecist")
TABLE3 = RECIST.replace(confirm_rule="table3")


def seen(text: str) -> list[TimepointRow]:
    """Time points from `D56 CR, D84 NE*`; a star marks a visit that did not scan this compartment."""
    rows = []
    for part in text.split(","):
        if part.strip():
            label, word = part.split()
            row = TimepointRow(PATIENT, label, day(label), "INV", "recist11", "ANY", word.rstrip("*"), "R")
            row = replace(row, original=row.response, pd_kind="target" if row.response == "PD" else "")
            rows.append(replace(row, flags=("NOT_SCANNED",) if word.endswith("*") else ()))
    return rows


def best(text: str, policy: Policy = RECIST, **patient: object) -> BestRow:
    return best_of(seen(text), Patient(PATIENT, START, **patient), policy, evaluator="INV")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "bor", "date"),
    [
        ("D10 CR", "CR", "D10"),
        ("D10 PR, D20 CR", "CR", "D20"),
        ("D10 PR, D50 SD", "PR", "D10"),
        ("D10 NON-CR/NON-PD, D50 PR", "PR", "D50"),
        ("D50 NON-CR/NON-PD, D60 SD", "SD", "D60"),
        ("D50 NED, D60 NON-CR/NON-PD", "NON-CR/NON-PD", "D60"),
        ("D50 NON-CR/NON-PD, D60 PD", "NON-CR/NON-PD", "D50"),
        ("D50 NED, D60 PD", "NED", "D50"),
        ("D42 NED", "NED", "D42"),
        ("D41 NED", "NE", "D41"),
        ("D41 NED, D50 PD", "PD", "D50"),
        ("D41 NON-CR/NON-PD, D50 PD", "PD", "D50"),
        ("D10 PD", "PD", "D10"),
        ("D10 UPD", "iUPD", "D10"),
        ("D50 UPD, D60 SD", "SD", "D60"),
        ("D10 UPD, D60 NE", "iUPD", "D10"),
        ("D10 NE, D60 UPD", "iUPD", "D60"),
        ("D10 UPD, D60 PD", "PD", "D60"),
        ("D50 PD_UNCONFIRMED", "NE", "D50"),
        ("D10 PD_UNCONFIRMED", "NE", "D10"),
        ("D50 NE", "NE", "D50"),
        ("D10 NE", "NE", "D10"),
        ("D41 SD, D50 NE", "NE", "D41"),
        ("D42 SD, D50 SD", "SD", "D42"),
    ],
)
def test_the_lines_of_the_table_in_order(words, bor, date):
    """BOR-1, BOR-2, BOR-3, BOR-4, BOR-5, BOR-6, BOR-7, BOR-8. The best line that any visit meets counts, with
    the date of the first visit that meets it.
    """
    found = best(words)
    assert (found.bor, found.bor_date) == (bor, day(date))


def test_the_words_of_irecist():
    """BOR-1, BOR-7. Under iRECIST the words have an i, and an unconfirmed progression is no progression."""
    words = {
        "iCR": "iCR",
        "iPR": "iPR",
        "iSD": "iSD",
        "NON-iCR/NON-iUPD": "NON-iCR/NON-iUPD",
        "iUPD": "iUPD",
        "iCPD": "iCPD",
        "NED": "NED",
        "NE": "NE",
    }
    assert {word: best(f"D50 {word}", IRECIST).bor for word in words} == words
    assert best("D50 iCR, D78 iCR", IRECIST).confirmed_bor == "iCR"
    assert best("D50 iCR, D78 iSD", IRECIST).confirmed_bor == "iSD"
    assert best("D50 iUPD", IRECIST).pd_date is None


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("D50 iUPD, D80 iCPD", "D50"),
        ("D50 iUPD, D80 iUPD, D99 iCPD", "D50"),
        ("D50 iUPD, D80 NE, D99 iCPD", "D50"),
        ("D20 iUPD, D50 iSD, D80 iUPD, D99 iCPD", "D80"),
        ("D20 NE, D50 iUPD, D99 iCPD", "D50"),
        ("D50 iSD, D80 iCPD", "D80"),
        ("D50 PD", "D50"),
        ("D20 iUPD, D50 PD", "D50"),
    ],
)
def test_the_date_of_progression(words, date):
    """BOR-6. A confirmed progression has the date of the first iUPD of its block."""
    assert best(words, IRECIST).pd_date == day(date)


def test_progression_of_the_day_and_kind():
    """BOR-6. The date as first called is kept beside the one that stands."""
    rows = seen("D50 SD, D80 PD, D99 PD")
    rows[0] = replace(rows[0], original="PD")
    found = best_of(rows, Patient(PATIENT, START), RECIST, evaluator="INV")
    assert (found.pd_date, found.pd_date_original, found.pd_kind) == (day("D80"), day("D50"), "target")
    none = best("D50 SD")
    assert (none.pd_date, none.pd_date_original, none.pd_kind) == (None, None, "")


def test_whose_best_response_it_is():
    """BOR-1. The row says patient, evaluator, criterion, compartment and policy."""
    found = best("D50 SD", Policy.preset("rano_bm"))
    told = (found.patient_id, found.evaluator, found.criterion, found.compartment, found.policy_hash)
    assert told == (PATIENT, "INV", "rano_bm", "CNS", Policy.preset("rano_bm").hash)
    rows = [replace(row, input_hash="digest") for row in seen("D50 SD")]
    assert best_of(rows, Patient(PATIENT, START), RECIST, evaluator="INV").input_hash == "digest"
    empty = best("")
    assert (empty.bor, empty.bor_date, empty.confirmed_bor, empty.input_hash) == (
        "MISSING",
        None,
        "MISSING",
        "",
    )
    assert (empty.confirmed_bor_date, empty.response_start, empty.deepest_change_pct) == (None, None, None)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("D10 SD, D20 PD, D30 CR", 2),
        ("D10 SD, D20 iCPD, D30 iCR", 2),
        ("D10 iUPD, D20 iSD", 2),
        ("D10 SD, D50 SD, D51 PR, D52 PD", 2),
    ],
)
def test_what_counts_for_the_best_response(words, kept):
    """BOR-6. Visits up to the first progression, and up to the day of a new therapy."""
    patient = Patient(PATIENT, START, new_therapy_date=day("D50"))
    assert cut_rows(seen(words), patient, RECIST) == seen(words)[:kept]


def test_a_scan_out_of_order_after_a_new_therapy():
    """BOR-2. A visit before the new therapy still counts where an earlier row lies after it."""
    patient = Patient(PATIENT, START, new_therapy_date=day("D50"))
    assert [row.visit_id for row in cut_rows(seen("D60 SD, D50 PR"), patient, RECIST)] == ["D50"]


def test_from_when_stable_disease_is_counted():
    """BOR-3. From the start, or from the marked baseline, else the last scan up to the start."""
    visits = tuple(Visit(PATIENT, label, day(label)) for label in ("D-20", "BL", "D10"))
    patient = Patient(PATIENT, START, visits=visits)
    from_baseline = RECIST.replace(sd_from="baseline")
    assert days_from([], patient, RECIST) == START
    assert days_from([], patient, from_baseline) == START
    assert days_from([], replace(patient, visits=(visits[0], visits[2])), from_baseline) == day("D-20")
    marked = (replace(visits[0], is_baseline=True), *visits[1:])
    assert days_from([], replace(patient, visits=marked), from_baseline) == day("D-20")
    assert days_from([], replace(patient, visits=()), from_baseline) == START


@pytest.mark.parametrize(
    ("words", "confirmed", "date"),
    [
        ("D10 CR, D38 CR", "CR", "D10"),
        ("D10 CR, D37 CR", "NE", "D10"),
        ("D10 CR, D20 CR, D38 CR", "CR", "D10"),
        ("D10 CR, D20 SD, D38 CR", "NE", "D10"),
        ("D10 CR, D20 PR, D38 CR", "NE", "D10"),
        ("D10 CR, D20 NE, D30 NE, D38 CR", "NE", "D10"),
        ("D10 CR, D20 NE, D38 CR", "CR", "D10"),
        ("D10 CR, D20 CR, D30 NE, D38 CR", "CR", "D10"),
        ("D10 PR, D20 PR, D38 PR", "PR", "D10"),
        ("D10 PR, D20 CR, D48 CR", "CR", "D20"),
        ("D10 PR, D38 PR", "PR", "D10"),
        ("D10 PR, D37 PR", "NE", "D10"),
        ("D10 PR, D38 CR", "PR", "D10"),
        ("D10 PR, D20 SD, D38 PR", "NE", "D10"),
        ("D10 PR, D20 NE, D30 NE, D38 PR", "NE", "D10"),
        ("D10 PR, D20 UPD, D38 PR", "iUPD", "D20"),
        ("D10 PR, D20 CR, D30 CR, D38 PR", "NE", "D10"),
        ("D10 PR, D20 CR, D38 CR", "PR", "D10"),
        ("D10 PR, D20 CR, D38 CR, D45 PR", "PR", "D10"),
        ("D10 PR, D40 NE*, D50 NE*, D60 PR", "PR", "D10"),
        ("D10 CR, D40 NE*, D50 NE*, D60 CR", "CR", "D10"),
        ("D10 SD, D50 PR, D60 SD", "SD", "D50"),
        ("D10 PR, D20 SD, D30 PR, D58 PR", "PR", "D30"),
        ("D42 CR", "SD", "D42"),
        ("D41 CR", "NE", "D41"),
    ],
)
def test_confirmation_to_the_day(words, confirmed, date):
    """BOR-C1, BOR-C2. 28 days count, 27 do not; one visit not evaluable may lie between."""
    found = best(words)
    assert (found.confirmed_bor, found.confirmed_bor_date) == (confirmed, day(date))


def test_a_scan_does_not_confirm_itself():
    """BOR-C1, BOR-C2. Even where no time must pass, another scan has to see the response again."""
    at_once = RECIST.replace(confirm_days=0)
    assert best("D42 PR", at_once).confirmed_bor == "SD"
    assert best("D42 PR, D43 PR", at_once).confirmed_bor == "PR"
    assert best("D42 PR", TABLE3.replace(confirm_days=0)).confirmed_bor == "SD"


@pytest.mark.parametrize(
    ("words", "allowed", "confirmed"),
    [
        ("D10 PR, D20 SD, D38 PR", 1, "PR"),
        ("D10 PR, D20 SD, D30 SD, D38 PR", 1, "NE"),
        ("D10 PR, D20 SD, D30 SD, D38 PR", 2, "PR"),
        ("D10 PR, D15 PR, D20 NE, D25 SD, D30 CR, D38 CR", 1, "PR"),
    ],
)
def test_how_much_stable_disease_may_lie_between(words, allowed, confirmed):
    """BOR-C2. `confirm_max_sd` visits of stable disease, not one more."""
    assert best(words, RECIST.replace(confirm_max_sd=allowed)).confirmed_bor == confirmed


@pytest.mark.parametrize(
    ("words", "confirmed", "date"),
    [
        ("D10 CR, D38 CR", "CR", "D10"),
        ("D10 CR, D37 CR", "NE", "D10"),
        ("D10 CR, D20 PR, D38 CR", "CR", "D10"),
        ("D10 PR, D38 CR", "PR", "D10"),
        ("D10 PR, D38 PR", "PR", "D10"),
        ("D10 CR, D38 PR", "SD", "D10"),
        ("D10 CR, D42 SD", "SD", "D10"),
        ("D10 CR, D41 SD", "PD", "D10"),
        ("D10 CR, D41 SD, D60 CR, D90 CR", "PD", "D10"),
        ("D10 PR, D42 SD", "SD", "D10"),
        ("D10 PR, D41 SD", "SD", "D10"),
        ("D10 PR, D41 SD, D80 PR, D110 PR", "PR", "D80"),
        ("D10 PR, D38 PD", "PD", "D10"),
        ("D41 PR, D80 PD", "PD", "D41"),
        ("D42 PR, D80 PD", "SD", "D42"),
        ("D42 CR, D80 PD", "SD", "D42"),
        ("D41 CR, D80 PD", "PD", "D41"),
        ("D42 CR, D80 NE", "SD", "D42"),
        ("D41 CR, D80 NE", "NE", "D41"),
        ("D41 PR, D80 NE", "NE", "D41"),
        ("D41 PR, D80 UPD", "iUPD", "D80"),
        ("D41 PR", "NE", "D41"),
        ("D42 PR", "SD", "D42"),
        ("D41 SD", "NE", "D41"),
        ("D42 SD", "SD", "D42"),
        ("D41 SD, D42 SD", "SD", "D42"),
        ("D20 PR, D30 NE*, D48 PR", "PR", "D20"),
        ("D20 PR, D48 NE*, D50 PR", "PR", "D20"),
        ("D50 NON-CR/NON-PD", "NON-CR/NON-PD", "D50"),
        ("D10 PD", "PD", "D10"),
        ("D10 NE*", "NE", "D10"),
    ],
)
def test_confirmation_by_table_3_to_the_day(words, confirmed, date):
    """BOR-T3. The next scan at 28 days or later decides; minimum duration is that of the last good scan."""
    found = best(words, TABLE3)
    assert (found.confirmed_bor, found.confirmed_bor_date) == (confirmed, day(date))


@pytest.mark.parametrize(
    ("words", "options", "start"),
    [
        ("D10 SD, D20 PR, D60 PR", {}, "D20"),
        ("D10 SD, D20 CR", {}, "D20"),
        ("D10 SD", {}, None),
        ("D10 PR*, D20 PR", {}, "D20"),
        ("D10 PR, D20 SD, D30 PR, D58 PR", {"report_first": "confirmed"}, "D30"),
        ("D10 PR, D20 SD, D30 CR, D58 CR", {"report_first": "confirmed"}, "D30"),
        ("D10 PR, D20 SD", {"report_first": "confirmed"}, None),
        ("D10 PR, D20 SD", {"report_first": "confirmed", "confirm_rule": "none"}, "D10"),
        ("D10 PR, D38 PR", {"report_first": "confirmed", "confirm_rule": "table3"}, "D10"),
        ("D10 PR, D42 SD", {"report_first": "confirmed", "confirm_rule": "table3"}, None),
        ("D10 PR, D20 SD, D38 PR", {"report_first": "confirmed", "confirm_rule": "table3"}, "D10"),
        ("D10 CR, D38 PR, D70 PR", {"report_first": "confirmed"}, "D38"),
        ("D10 CR, D20 PR, D38 CR", {"report_first": "confirmed"}, None),
    ],
)
def test_where_duration_of_response_begins_to_the_day(words, options, start):
    """BOR-C2. At the first response, or at the first that was confirmed."""
    assert best(words, RECIST.replace(**options)).response_start == (None if start is None else day(start))


def test_the_deepest_change_is_of_complete_sums():
    """BOR-1. In percent of baseline; a sum of some targets only, or without baseline, does not count."""
    rows = [
        replace(row, sum=size, base_sum=base, n_targets=2, n_assessed=assessed)
        for row, (size, base, assessed) in zip(
            seen("D10 SD, D20 SD, D30 SD, D40 SD"),
            [(150, 200, 2), (20, 200, 1), (190, 200, 2), (10, None, 2)],
            strict=True,
        )
    ]
    found = best_of(rows, Patient(PATIENT, START), RECIST, evaluator="INV")
    assert found.deepest_change_pct == pytest.approx(-25.0)
    assert best("D10 SD").deepest_change_pct is None
