"""What differs between two definitions, in words, and which patients it changes."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.endpoints.applicability import applicable_options
from cimara.outcomes.endpoints.definition import Endpoint, Rule
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.switches import differing
from cimara.outcomes.endpoints.table import EndpointTable

_PLAIN_FIELDS = (
    "id",
    "version",
    "label",
    "kind",
    "unit",
    "compartment",
    "status",
    "plain",
    "evaluator",
    "cite",
    "require",
    "exclude",
    "combine",
    "start",
    "schedule",
)
_RULE_FIELDS = ("fact", "text", "compartment", "where", "take", "not_before", "within_days")


def differences(left: Endpoint, right: Endpoint) -> list[str]:
    """One sentence a difference, the left definition named first; empty where both give the same result."""
    lines = [
        f"{name}: {_words(getattr(left, name))} against {_words(getattr(right, name))}"
        for name in _PLAIN_FIELDS
        if getattr(left, name) != getattr(right, name)
    ]
    lines += _criterion_lines(left, right)
    for name, rules, others in (
        ("event", left.events, right.events),
        ("competing event", left.competing, right.competing),
        ("censoring", left.censors, right.censors),
    ):
        lines += _rule_lines(name, rules, others)
    for name, (one, other) in differing(left.switches, right.switches).items():
        lines.append(f"switch {name}: {_words(one)} against {_words(other)}")
    names = dict.fromkeys((*applicable_options(left), *applicable_options(right)))
    lines += [
        f"option {name}: {_words(left.option(name))} against {_words(right.option(name))}"
        for name in names
        if left.option(name) != right.option(name)
    ]
    return lines


def _criterion_lines(left: Endpoint, right: Endpoint) -> list[str]:
    compartments = sorted({*dict(left.criteria), *dict(right.criteria)})
    return [
        f"criterion of {one}: {_words(left.criterion_of(one))} against {_words(right.criterion_of(one))}"
        for one in compartments
        if left.criterion_of(one) != right.criterion_of(one)
    ]


def _rule_lines(name: str, rules: tuple[Rule, ...], others: tuple[Rule, ...]) -> list[str]:
    mine, theirs = {one.code: one for one in rules}, {one.code: one for one in others}
    lines = [f"{name} {code}: only in the first" for code in mine if code not in theirs]
    lines += [f"{name} {code}: only in the second" for code in theirs if code not in mine]
    shared = [code for code in mine if code in theirs]
    for code in shared:
        lines += [
            f"{name} {code}, {field}: {_words(getattr(mine[code], field))} against "
            f"{_words(getattr(theirs[code], field))}"
            for field in _RULE_FIELDS
            if getattr(mine[code], field) != getattr(theirs[code], field)
        ]
    if shared != [code for code in theirs if code in mine]:
        lines.append(f"{name}: the order, which settles ties, differs")
    return lines


def _words(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(_words(one) for one in value) or "none"
    return str(value) or "none"


def changed_rows(left: EndpointTable, right: EndpointTable) -> pl.DataFrame:
    """Patients (or courses) whose result differs, with both results side by side.

    Columns `aval`, `evcode`, `code`, `reason` of the left table, and `*_right`; null where a side does not
    analyse them. Raises DerivationError when one is of patients and the other of lesions.
    """
    if left.plan.by_lesion != right.plan.by_lesion:
        raise DerivationError("one table is of patients, the other of lesions", where=left.endpoint.id)
    keys = ["patient_id", "lesion_id", "start"] if left.plan.by_lesion else ["patient_id", "lesion_id"]
    shown = ["aval", "evcode", "code", "reason", "adt"]
    mine = left.frame.select(*keys, *shown)
    theirs = right.frame.select(*keys, *(pl.col(name).alias(f"{name}_right") for name in shown))
    joined = mine.join(theirs, on=keys, how="full", coalesce=True)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_right")) for name in shown)
    return joined.filter(~same).sort(keys)


def explained(left: EndpointTable, right: EndpointTable) -> list[str]:
    """Why each changed patient changed: the end under each definition, and the reason of a censoring."""
    names = left.endpoint.switch_preset, right.endpoint.switch_preset
    lines = []
    for row in changed_rows(left, right).iter_rows(named=True):
        unit = f"{row['patient_id']} {row['lesion_id']}".strip()
        first = _end(row["evcode"], row["code"], row["reason"], row["aval"])
        second = _end(row["evcode_right"], row["code_right"], row["reason_right"], row["aval_right"])
        lines.append(f"{unit}: {first} ({names[0]}) against {second} ({names[1]})")
    return lines


def _end(evcode: int | None, code: str | None, reason: str | None, aval: int | None) -> str:
    if evcode is None:
        return "not analysed"
    day = "" if aval is None else f" on day {aval}"
    return f"{code}{day}" if evcode else f"censored{day}, {reason}"
