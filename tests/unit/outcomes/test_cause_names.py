"""Competing causes of an endpoint table, by the names that its rows or the catalogue give them."""

from __future__ import annotations

import polars as pl

from cimara.outcomes import catalogue
from cimara.outcomes.endpoints.cause_names import competing_names

RNINC = catalogue["RNINC"]


def table(*codes: tuple[int, str]) -> pl.DataFrame:
    return pl.DataFrame(codes, schema={"evcode": pl.Int64(), "code": pl.String()}, orient="row")


def test_the_catalogue_names_causes_that_no_row_has() -> None:
    wanted = tuple(rule.code.lower() for rule in RNINC.competing)
    assert competing_names(table((0, ""), (1, "RN")), "RNINC", RNINC.fingerprint) == wanted


def test_a_definition_of_ones_own_is_named_by_its_rows() -> None:
    rows = table((1, "RELAPSE"), (3, "DEATH"), (3, "DEATH"))
    assert competing_names(rows, "MINE", "abc") == ("cause_2", "death")


def test_a_changed_definition_is_not_the_catalogues() -> None:
    assert competing_names(table((2, "DEATH")), "RNINC", "another") == ("death",)


def test_without_competing_events_there_are_none() -> None:
    assert competing_names(table((0, ""), (1, "DEATH")), "OS", catalogue["OS"].fingerprint) == ()
