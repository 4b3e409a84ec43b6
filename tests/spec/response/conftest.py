"""The fixture of every rule: a visit table, policies, and the rows that they must give.

`spec_test(table, expect, best=..., findings=..., **patient)`: `expect` maps a policy to what each visit must
give. A policy is a preset's name, or a tuple of the name and changes: `("rano_bm", "min_ld=50")`. A visit's
expectation is a response, or `(response, rule id)`, or a dictionary of row fields (`flags` and `reasons` then
name what must be among them, `not_flags` what must not; a reason without arguments is enough). `best` maps a
policy to fields of the best response; dates there are visit labels. See `visit_tables` for the grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from cimara.response import Policy, derive
from cimara.response.rows import PatientResult, TimepointRow
from tests.spec.recording import keep
from tests.spec.response.manual_words import (
    best_note,
    found_table,
    given_sentences,
    policy_words,
    seen_table,
)
from tests.spec.response.visit_tables import day, read_patient

PolicyName = str | tuple[str, ...]


@pytest.fixture
def spec_test() -> Callable[..., PatientResult]:
    """Checks one visit table against policies, and keeps it for the manual."""

    def check(
        table: str,
        expect: Mapping[Any, Mapping[str, Any]],
        best: Mapping[Any, Mapping[str, Any]] | None = None,
        findings: Sequence[str] | None = None,
        as_of: str | None = None,
        **patient: Any,
    ) -> PatientResult:
        made = read_patient(table, **patient)
        result: PatientResult | None = None
        for name in dict.fromkeys((*expect, *(best or {}))):
            policy = policy_of(name)
            result = derive(made, policy, None if as_of is None else day(as_of))
            for visit, wanted in expect.get(name, {}).items():
                check_row(result.row(visit), wanted, f"{policy.label}, {visit}")
            if best is not None and name in best:
                check_best(result, best[name])
            keep(
                policy_words(name),
                seen_table(table),
                found_table(result.rows, policy),
                given_sentences(patient | ({} if as_of is None else {"as_of": as_of})),
                best_note((best or {}).get(name, {})),
            )
        assert result is not None, "no policy given"
        if findings is not None:
            assert set(findings) <= {item.code for item in result.findings}
        return result

    return check


def policy_of(name: PolicyName) -> Policy:
    """A policy by a preset's name, or by name and changed fields."""
    if isinstance(name, str):
        return Policy.preset(name)
    preset, *changes = name
    return Policy.preset(preset).replace(**dict(_change(text) for text in changes))


def _change(text: str) -> tuple[str, str | int | bool]:
    field, value = text.split("=")
    if value in ("true", "false"):
        return field, value == "true"
    return field, int(value) if value.isdigit() else value


def check_row(row: TimepointRow, wanted: Any, where: str) -> None:
    """One row against what was expected of it."""
    if isinstance(wanted, str):
        wanted = {"response": wanted}
    elif isinstance(wanted, tuple):
        wanted = {"response": wanted[0], "rule_id": wanted[1]}
    for field, value in wanted.items():
        actual = getattr(row, field.removeprefix("not_"))
        if field.endswith(("flags", "reasons")):
            names = {item.split(":")[0] for item in actual} | set(actual)
            held = set(value) & names
            assert held == (set() if field.startswith("not_") else set(value)), (where, field, actual)
        else:
            assert actual == (day(value) if field == "date" else value), (where, field, row)


def check_best(result: PatientResult, wanted: Mapping[str, Any]) -> None:
    """The best response against what was expected; dates are visit labels."""
    row = result.best[0]
    for field, value in wanted.items():
        is_date = value is not None and (
            field.endswith("_date") or field in ("response_start", "pd_date_original")
        )
        assert getattr(row, field) == (day(value) if is_date else value), (field, row)
