"""Best overall response, its confirmation, and the dates of response and progression."""

from __future__ import annotations

import pytest

SIZES = {"CR": "ABS", "PR": "14", "SD": "30", "PD": "50", "NE": "NE"}
LITERAL = "recist11_literal"


def course(*visits: tuple[str, str]) -> str:
    """A table in which the only lesion gives the wanted word at each visit (PR falls before CR)."""
    rows = "\n".join(f"{label} | {SIZES[word]}" for label, word in visits)
    return f"visit | L1@liver\nBL | 30\n{rows}"


@pytest.mark.parametrize(
    ("visits", "bor", "date"),
    [
        ([("W8", "PR"), ("W16", "CR")], "CR", "W16"),
        ([("W8", "SD"), ("W16", "PR")], "PR", "W16"),
        ([("D42", "SD")], "SD", "D42"),
        ([("D41", "SD")], "NE", "D41"),
        ([("D41", "SD"), ("W16", "PD")], "PD", "W16"),
        ([("W8", "PD")], "PD", "W8"),
        ([("W8", "NE")], "NE", "W8"),
    ],
)
def test_the_best_response(spec_test, visits, bor, date):
    """BOR-1, BOR-2, BOR-3, BOR-6, BOR-8. CR, then PR, then SD of 42 days, then PD; anything else seen is
    NE.
    """
    spec_test(course(*visits), expect={}, best={"recist11": {"bor": bor, "bor_date": date}})


@pytest.mark.parametrize(("date", "bor"), [("D42", "NON-CR/NON-PD"), ("D41", "NE")])
def test_persisting_disease_must_last_as_well(spec_test, date, bor):
    """BOR-4. NON-CR/NON-PD counts from 42 days, like stable disease."""
    spec_test(f"visit | NT1\nBL | P\n{date} | P", expect={}, best={"recist11": {"bor": bor}})


def test_no_disease_found(spec_test):
    """BOR-5. No disease at baseline and none found for 42 days."""
    spec_test("visit | flair\nBL | \nW8 | no", expect={}, best={"recist11": {"bor": "NED"}})


def test_nothing_seen_is_missing(spec_test):
    """BOR-8. Without a visit after baseline there is no best response at all."""
    spec_test(
        "visit | L1@liver\nBL | 30",
        expect={},
        best={"recist11": {"bor": "MISSING", "confirmed_bor": "MISSING"}},
    )


def test_nothing_counts_after_the_first_progression(spec_test):
    """BOR-6. Best response is cut at the first progression, that visit included."""
    spec_test(
        course(("W4", "SD"), ("W8", "PD"), ("W16", "CR")),
        expect={"recist11": {"W16": "CR"}},
        best={"recist11": {"bor": "PD", "pd_date": "W8", "pd_kind": "target", "deepest_change_pct": 0.0}},
    )


def test_nothing_counts_after_a_new_therapy(spec_test):
    """BOR-2. Scans after the start of a new anti-cancer therapy don't count; one on its day does."""
    table = course(("W8", "SD"), ("W16", "PR"))
    spec_test(table, expect={}, new_therapy="D111", best={"recist11": {"bor": "SD"}})
    spec_test(table, expect={}, new_therapy="W16", best={"recist11": {"bor": "PR"}})
    spec_test(
        table, expect={}, new_therapy="D111", best={("recist11", "new_therapy_cut=false"): {"bor": "PR"}}
    )


@pytest.mark.parametrize(
    ("visits", "confirmed"),
    [
        ([("D56", "CR"), ("D84", "CR")], "CR"),
        ([("D56", "CR"), ("D83", "CR")], "SD"),
        ([("D56", "CR"), ("D84", "NE"), ("D112", "CR")], "CR"),
        ([("D56", "CR"), ("D84", "NE"), ("D112", "NE"), ("D140", "CR")], "SD"),
        ([("D20", "CR"), ("D30", "NE")], "NE"),
        ([("D56", "PR"), ("D84", "PR")], "PR"),
        ([("D56", "PR"), ("D84", "CR")], "PR"),
        ([("D56", "PR"), ("D70", "NE"), ("D84", "PR")], "PR"),
        ([("D56", "PR"), ("D64", "NE"), ("D70", "NE"), ("D84", "PR")], "SD"),
        ([("D56", "PR"), ("D84", "PD")], "SD"),
        ([("D20", "PR"), ("D30", "PD")], "PD"),
    ],
)
def test_a_response_must_be_seen_again(spec_test, visits, confirmed):
    """BOR-C1, BOR-C2. Four weeks later at the soonest, with at most one visit not evaluable between."""
    spec_test(course(*visits), expect={}, best={"recist11": {"confirmed_bor": confirmed}})


def test_a_complete_response_that_becomes_partial_confirms_nothing(spec_test):
    """BOR-C2. No PR may follow a CR on the way to confirmation, the confirming visit included."""
    spec_test(
        "visit | L1@liver | NT1\nBL | 30 | P\nW8 | 14 | P\nW10 | ABS | A\nW12 | ABS | NE",
        expect={"recist11": {"W8": "PR", "W10": "CR", "W12": "PR"}},
        best={"recist11": {"bor": "CR", "confirmed_bor": "SD"}},
    )


def test_stable_disease_between_partial_responses(spec_test):
    """BOR-C2. `confirm_max_sd` lets stable disease lie between two partial responses."""
    tolerant = ("recist11", "confirm_max_sd=1", "pr_persistence=false", "pd_percent=30")
    strict = ("recist11", "pr_persistence=false", "pd_percent=30")
    spec_test(
        "visit | L1@liver\nBL | 30\nW8 | 18\nW12 | 22\nW16 | 18",
        expect={tolerant: {"W8": "PR", "W12": "SD", "W16": "PR"}},
        best={tolerant: {"confirmed_bor": "PR"}, strict: {"confirmed_bor": "SD"}},
    )


def test_the_date_is_that_of_the_first_assessment(spec_test):
    """BOR-C2. A confirmed response is dated at its first scan, not at the confirming one."""
    spec_test(
        course(("W8", "SD"), ("W16", "PR"), ("W24", "PR")),
        expect={},
        best={
            "recist11": {"confirmed_bor": "PR", "confirmed_bor_date": "W16", "response_start": "W16"},
        },
    )


def test_where_duration_of_response_begins(spec_test):
    """BOR-C2. The first response, or the first confirmed one where the policy reports that first."""
    table = """
        visit | L1  | clin   | ster
        BL    | 30  | STABLE | NONE
        W8    | 14  | STABLE | NONE
        W10   | NE  | STABLE | NONE
        W11   | NE  | STABLE | NONE
        W16   | 14  | STABLE | NONE
        W24   | ABS | STABLE | NONE"""
    spec_test(
        table,
        expect={},
        best={
            "rano_bm": {"confirmed_bor": "PR", "response_start": "W16"},
            ("rano_bm", "report_first=bor"): {"response_start": "W8"},
        },
    )


def test_scans_of_another_part_don_t_stand_between(spec_test):
    """BOR-C2. A visit that scanned the body only is not a CNS visit that failed."""
    spec_test(
        """
        visit | L1  | clin   | ster | scans
        BL    | 30  | STABLE | NONE | brain
        W8    | 14  | STABLE | NONE | brain
        W10   |     | STABLE | NONE | body
        W12   |     | STABLE | NONE | body
        W16   | 14  | STABLE | NONE | brain""",
        expect={"rano_bm": {"W10": {"response": "NE", "flags": ["NOT_SCANNED"]}}},
        best={"rano_bm": {"confirmed_bor": "PR"}},
    )


def test_stable_since_baseline_or_start(spec_test):
    """BOR-3. The 42 days run from the start, or from the baseline scan."""
    spec_test(
        "visit | L1@liver\nD-20 | 30\nD30 | 30",
        expect={},
        mark_baseline=False,
        best={"recist11": {"bor": "NE"}, ("recist11", "sd_from=baseline"): {"bor": "SD"}},
    )


def test_the_literal_reading_confirms_nothing(spec_test):
    """BOR-1. Without a rule of confirmation both values are one."""
    spec_test(course(("W8", "CR")), expect={}, best={LITERAL: {"bor": "CR", "confirmed_bor": "CR"}})


@pytest.mark.parametrize(
    ("visits", "confirmed"),
    [
        ([("W8", "CR"), ("W12", "CR")], "CR"),
        ([("W8", "PR"), ("W12", "CR")], "PR"),
        ([("W8", "PR"), ("W12", "PR")], "PR"),
        ([("W8", "PR"), ("W12", "SD")], "SD"),
        ([("W4", "PR"), ("D41", "PD")], "PD"),
        ([("W8", "PR"), ("W12", "PD")], "SD"),
        ([("W8", "PR"), ("W12", "NE")], "SD"),
        ([("W4", "PR"), ("W8", "NE")], "NE"),
        ([("W8", "CR")], "SD"),
        ([("W4", "CR")], "NE"),
        ([("W4", "SD")], "NE"),
        ([("W8", "PD")], "PD"),
    ],
)
def test_confirmation_by_table_3(spec_test, visits, confirmed):
    """BOR-T3. Each response with the next scan at four weeks or later, by the published table.

    The table is unverified: a best response that looked a CR or PR up in it says so.
    """
    literal = (LITERAL, "confirm_rule=table3")
    has_response = any(word in ("CR", "PR") for _, word in visits)
    flags = ("UNVERIFIED_RULE:BOR-T3",) if has_response else ()
    spec_test(course(*visits), expect={}, best={literal: {"confirmed_bor": confirmed, "flags": flags}})


@pytest.mark.parametrize("option", ["sd", "pr", "pd"])
def test_partial_after_complete_by_table_3(spec_test, option):
    """BOR-T3. CR, then PR: what it is, is the policy's choice."""
    spec_test(
        "visit | L1@liver | NT1\nBL | 30 | P\nW8 | ABS | A\nW12 | ABS | NE",
        expect={},
        best={("recist11", "confirm_rule=table3", f"cr_then_pr={option}"): {"confirmed_bor": option.upper()}},
    )


def test_what_a_best_response_rests_on(spec_test):
    """BOR-T3, BOR-C2. A confirmation by the table is flagged; the same response by looking ahead is not."""
    visits = course(("W8", "PR"), ("W12", "PR"))
    unverified = {"confirmed_bor": "PR", "flags": ("UNVERIFIED_RULE:BOR-T3",)}
    spec_test(
        visits,
        expect={},
        best={
            ("recist11", "confirm_rule=table3"): unverified,
            "recist11": {"confirmed_bor": "PR", "flags": ()},
        },
    )
