"""Each mistake of the audit: a table that shows it, what one reports who makes it, and what is right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.spec.response.audit.reported_tables import audited

CASES: list[tuple[str, str, str, str, str, str, dict[str, Any]]] = [
    # code, policy, table, visit, reported, derived overall, patient
    (
        "PD_FROM_BASELINE",
        "recist11_literal",
        """
        visit | L1
        BL    | 100
        W8    | 60
        W16   | 80
        """,
        "W16",
        "SD - SD",
        "PD",
        {},
    ),
    (
        "MISSING_AS_ZERO",
        "recist11",
        """
        visit | L1 | L2
        BL    | 50 | 50
        W8    | 40 | ND
        """,
        "W8",
        "PR - PR",
        "NE",
        {},
    ),
    (
        "CR_ALL_MISSING",
        "recist11",
        """
        visit | L1 | L2
        BL    | 50 | 50
        W8    | ND | ND
        """,
        "W8",
        "CR - CR",
        "NE",
        {},
    ),
    (
        "NO_ABSOLUTE_5MM",
        "recist11",
        """
        visit | L1
        BL    | 12
        W8    | 16
        """,
        "W8",
        "PD - PD",
        "SD",
        {},
    ),
    (
        "ABSOLUTE_IN_SUM",
        "rano_bm_imaging",
        """
        visit | L1 | L2 | L3 | L4
        BL    | 16 | 16 | 16 | 12
        W8    | 19 | 19 | 19 | 15
        """,
        "W8",
        "PD - PD",
        "SD",
        {},
    ),
    (
        "ABSOLUTE_PER_LESION",
        "recist11",
        """
        visit | L1 | L2 | L3 | L4
        BL    | 16 | 16 | 16 | 12
        W8    | 19 | 19 | 19 | 15
        """,
        "W8",
        "SD - SD",
        "PD",
        {},
    ),
    (
        "PR_FROM_NADIR",
        "recist11_literal",
        """
        visit | L1
        BL    | 50
        W8    | 32
        W16   | 34
        """,
        "W16",
        "SD - SD",
        "PR",
        {},
    ),
    (
        "NO_PR_PERSISTENCE",
        "recist11",
        """
        visit | L1
        BL    | 90
        W8    | 60
        W16   | 66
        """,
        "W16",
        "SD - SD",
        "PR",
        {},
    ),
    (
        "PR_PERSISTENCE",
        "recist11_literal",
        """
        visit | L1
        BL    | 90
        W8    | 60
        W16   | 66
        """,
        "W16",
        "PR - PR",
        "SD",
        {},
    ),
    (
        "REAPPEARANCE_IGNORED",
        "recist11",
        """
        visit | L1
        BL    | 50
        W8    | ABS
        W16   | 4
        """,
        "W16",
        "PR - PR",
        "PD",
        {},
    ),
    (
        "REAPPEARANCE_AS_PD",
        "recist11_literal",
        """
        visit | L1  | G1@node
        BL    | 20  | 18
        W8    | ABS | 9
        W16   | ABS | 10
        """,
        "W16",
        "PD - PD",
        "PR",
        {},
    ),
    (
        "STRICT_THRESHOLD",
        "recist11",
        """
        visit | L1
        BL    | 50
        W8    | 60
        """,
        "W8",
        "SD - SD",
        "PD",
        {},
    ),
    (
        "NODE_MUST_VANISH",
        "recist11",
        """
        visit | L1 | G1@node
        BL    | 20 | 18
        W8    | ABS | 9
        """,
        "W8",
        "PR - PR",
        "CR",
        {},
    ),
    (
        "NODE_LONG_AXIS",
        "recist11",
        """
        visit | L1 | G1@node
        BL    | 20 | 20
        W8    | 14 | 13
        """,
        "W8",
        "SD - SD",
        "PR",
        {"measured": {("G1", "BL"): {"ld": 300}, ("G1", "W8"): {"ld": 290}}},
    ),
    (
        "NONTARGET_IGNORED",
        "recist11",
        """
        visit | L1 | NT1
        BL    | 50 | P
        W8    | 49 | PD
        """,
        "W8",
        "SD PD SD",
        "PD",
        {},
    ),
    (
        "NONTARGET_MISSING_IGNORED",
        "recist11",
        """
        visit | L1  | NT1 | NT2
        BL    | 50  | P   | P
        W8    | ABS | A   | NE
        """,
        "W8",
        "CR CR CR",
        "PR",
        {},
    ),
    (
        "NEW_IGNORED",
        "recist11",
        """
        visit | L1 | new
        BL    | 50 |
        W8    | 49 | N1!
        """,
        "W8",
        "SD - SD",
        "PD",
        {},
    ),
    (
        "STEROID_IGNORED",
        "rano_bm",
        """
        visit | L1  | clin   | ster
        BL    | 30  | STABLE | STABLE
        W8    | ABS | STABLE | STABLE
        """,
        "W8",
        "CR - CR",
        "PR",
        {},
    ),
    (
        "CLINICAL_IGNORED",
        "rano_bm",
        """
        visit | L1 | clin   | ster
        BL    | 30 | STABLE | NONE
        W8    | 30 | WORSE  | NONE
        """,
        "W8",
        "SD - SD",
        "PD",
        {},
    ),
]


@pytest.mark.parametrize(
    ("code", "policy", "table", "visit", "reported", "right", "patient"),
    CASES,
    ids=[case[0] for case in CASES],
)
def test_a_mistake_is_named(
    code: str, policy: str, table: str, visit: str, reported: str, right: str, patient: dict[str, Any]
) -> None:
    found = audited(table, {visit: reported}, policy, **patient)[visit]
    assert found.derived["overall"] == right
    assert found.codes == (code,), found.alternatives


@pytest.mark.parametrize(
    ("table", "reported", "right"),
    [
        ("visit | L1\nBL | 23.0\nW8 | 16.1", "SD - SD", "PR"),
        ("visit | L1\nBL | 29.0\nW8 | 34.8", "SD - SD", "PD"),
        ("visit | L1\nBL | 4.7\nW8 | 9.7", "SD - SD", "PD"),
    ],
    ids=["exactly -30 %", "exactly +20 %", "exactly +5 mm"],
)
def test_binary_rounding_is_named_at_an_exact_threshold(table: str, reported: str, right: str) -> None:
    found = audited(table, {"W8": reported})["W8"]
    assert found.derived["overall"] == right
    assert "FLOAT" in (*found.codes, *found.alternatives)


def test_two_mistakes_together_are_found_where_no_single_one_explains() -> None:
    """Baseline 100, nadir 60, then 50 and one lesion not assessed: 0 mm for it, and growth from baseline."""
    table = """
        visit | L1 | L2
        BL    | 60 | 40
        W8    | 20 | 20
        W16   | 75 | ND
        """
    found = audited(table, {"W8": "PR - PR", "W16": "SD - SD"}, "recist11_literal")["W16"]
    assert found.derived["overall"] == "PD"
    assert found.codes == ("PD_FROM_BASELINE", "MISSING_AS_ZERO")


def test_three_habits_together_are_found_where_no_two_explain() -> None:
    """A complete response, then 75 mm: judged by size, from baseline, each visit for itself, it is SD."""
    table = "visit | L1@liver\nBL | 100\nW8 | 60\nW16 | ABS\nW24 | 75"
    words = {"W8": "PR - PR", "W16": "CR - CR", "W24": "SD - SD"}
    found = audited(table, words)["W24"]
    assert found.derived["overall"] == "PD"
    assert found.codes == ("PD_FROM_BASELINE", "NO_PR_PERSISTENCE", "REAPPEARANCE_IGNORED")


def test_three_mistakes_at_one_visit_alone_are_not_believed() -> None:
    """0 mm for L2, growth from baseline and `more than` give SD; but by W8 the 0 mm is no habit."""
    table = """
        visit | L1 | L2
        BL    | 50 | 50
        W8    | ND | 10
        W16   | 40 | 40
        W24   | 120 | ND
        """
    found = audited(table, {"W8": "NE - NE", "W16": "SD - SD", "W24": "SD - SD"})
    assert found["W24"].derived["overall"] == "PD"
    assert found["W24"].codes == ("UNEXPLAINED",)


def test_what_no_mistake_gives_is_unexplained() -> None:
    table = "visit | L1\nBL | 50\nW8 | 50"
    found = audited(table, {"W8": "CR - CR"})["W8"]
    assert found.codes == ("UNEXPLAINED",)


def test_a_habit_explains_a_visit_that_it_spoilt_long_before() -> None:
    """The lesion not assessed at W8 was counted 0 mm, so that W16 looked like growth."""
    table = "visit | L1 | L2\nBL | 30 | 30\nW8 | 30 | ND\nW16 | 30 | 30"
    found = audited(table, {"W8": "PR - PR", "W16": "PD - PD"})
    assert found["W16"].codes == ("MISSING_AS_ZERO",)


def test_a_slip_is_found_where_the_habit_would_give_another_word() -> None:
    """NE at W8 was right, so 0 mm was no habit; made at every visit it would give PD at W16."""
    table = "visit | L1 | L2\nBL | 30 | 30\nW8 | ND | 10\nW16 | 30 | ND"
    found = audited(table, {"W8": "NE - NE", "W16": "PR - PR"})
    assert found["W16"].codes == ("MISSING_AS_ZERO",)


def test_a_complete_response_with_one_lesion_missing_is_no_all_missing() -> None:
    found = audited("visit | L1 | L2\nBL | 50 | 50\nW8 | ABS | ND", {"W8": "CR - CR"})["W8"]
    assert found.codes == ("MISSING_AS_ZERO",)


def test_a_rarer_mistake_gives_way_whatever_their_order() -> None:
    """W8 is +20 % over baseline itself: `more than` alone explains it, so it is taken at W24, too."""
    table = "visit | L1\nBL | 50\nW8 | 60\nW16 | 40\nW24 | 48"
    words = {"W8": "SD - SD", "W16": "SD - SD", "W24": "SD - SD"}
    found = audited(table, words, "recist11_literal")
    assert found["W24"].codes == ("STRICT_THRESHOLD",)
    assert found["W24"].alternatives == ("PD_FROM_BASELINE",)


def test_the_mistake_that_explains_most_of_a_study_is_taken() -> None:
    """At W16 exactly +20 %: `more than` and growth from baseline both give SD; later only the latter."""
    table = """
        visit | L1
        BL    | 60
        W8    | 40
        W16   | 48
        W24   | 55
        W32   | 58
        """
    words = {"W8": "PR - PR", "W16": "SD - SD", "W24": "SD - SD", "W32": "SD - SD"}
    found = audited(table, words, "recist11_literal")
    assert found["W16"].codes == ("PD_FROM_BASELINE",)
    assert "STRICT_THRESHOLD" in found["W16"].alternatives
    assert found["W24"].alternatives == ()
