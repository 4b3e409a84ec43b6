"""Cross-tables and kappa, against worked examples."""

from __future__ import annotations

import pytest

from cimara.response.audit.agreement import CrossTable


def test_kappa_of_a_worked_example() -> None:
    """20 both PR, 10 both SD, 10 PR and SD: agreement 0.75, by chance 0.5, kappa 0.5."""
    pairs = [("PR", "PR")] * 20 + [("SD", "SD")] * 10 + [("PR", "SD")] * 10
    table = CrossTable.of(pairs)
    assert table.kappa == pytest.approx(0.5)
    assert (table.n, table.n_agree) == (40, 30)


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([], None),
        ([("PR", "PR")], None),
        ([("PR", "PR"), ("SD", "SD")], 1.0),
        ([("PR", "SD"), ("SD", "PR")], -1.0),
        ([("PR", "PR"), ("PR", "SD"), ("SD", "PR"), ("SD", "SD")], 0.0),
    ],
)
def test_kappa_at_its_bounds(pairs: list[tuple[str, str]], kappa: float | None) -> None:
    assert CrossTable.of(pairs).kappa == kappa


def test_words_stand_in_the_order_of_the_field() -> None:
    table = CrossTable.of([("PD", "CR"), ("SD", "PR"), ("ODD", "NE")])
    assert table.words == ("CR", "PR", "SD", "PD", "NE", "ODD")
    assert table.matrix()[3] == [1, 0, 0, 0, 0, 0]
