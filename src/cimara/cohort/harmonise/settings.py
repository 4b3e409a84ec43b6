"""Reads the rows of a mapping that are settings: of sources, of the site, of the anchor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from cimara.cohort.harmonise.codes import SIGNS, CodesError, normal, pairs, reason_named
from cimara.cohort.harmonise.errors import RowError
from cimara.cohort.harmonise.pieces import Piece, divided, unquoted
from cimara.cohort.harmonise.planning import order_of
from cimara.cohort.harmonise.plans import Anchor, Rule, Settings, SiteRule, SourceName, Template
from cimara.cohort.harmonise.row import Row, node_of, template_of
from cimara.cohort.model import MissingReason, closest, data_model

_DELIMITERS = ("comma", "semicolon", "tab", "bar")


@dataclass(frozen=True, slots=True)
class Setting:
    """One `@source` row: for which source, which setting, its value."""

    source: SourceName
    name: str
    value: Any
    row: int


def setting_of(row: Row) -> Setting:
    """The setting of a `@source` row. Raises RowError."""
    readers: dict[str, Callable[[Row], Any]] = {
        "delimiter": _delimiter,
        "date_order": lambda one: order_of(one["expression"]),
        "decimal": _decimal,
        "missing": lambda one: missing_codes(one["expression"]),
        "blank": _blank,
        "rows": lambda one: node_of(one.expression),
        "patient_id": _patient_id,
        "ignore_events": lambda one: tuple(part.text for part in divided(one.expression, ",")),
    }
    name = row["target_field"]
    read = readers.get(name)
    if read is None:
        near = closest(name, readers)
        raise RowError(
            "target_field",
            f"{name!r} is no setting of a source",
            expected=f"one of {', '.join(readers)}",
            hint=f"Did you mean {near}?" if near else "",
        )
    if not row["expression"]:
        raise RowError("expression", f"{name} has no value")
    called = {"ignore_events": "ignored_events", "decimal": "decimal_comma"}.get(name, name)
    return Setting(row.source or SourceName(), called, read(row), row.number)


def settings_for(settings: Iterable[Setting], file: str, part: str) -> Settings:
    """The settings of one table: those for all, then those of its file, then those of its part."""
    fitting = [one for one in settings if _fits(one.source, file, part)]
    ordered = sorted(fitting, key=lambda one: (bool(one.source.file), bool(one.source.part)))
    values = {one.name: one.value for one in ordered}
    return replace(Settings(where={one.name: one.row for one in ordered}), **values)


def _fits(source: SourceName, file: str, part: str) -> bool:
    return (not source.file or fnmatchcase(file, source.file)) and source.part in ("", part)


def _delimiter(row: Row) -> str:
    if row["expression"] not in _DELIMITERS:
        raise RowError("expression", "no such delimiter", expected=f"one of {', '.join(_DELIMITERS)}")
    return SIGNS[row["expression"]]


def _decimal(row: Row) -> bool:
    if row["expression"] not in ("point", "comma"):
        raise RowError("expression", "no such decimal sign", expected="point or comma")
    return row["expression"] == "comma"


def missing_codes(text: str) -> dict[str, MissingReason]:
    """Missing-data codes in normal form and the reason of each. Raises RowError."""
    found: dict[str, MissingReason] = {}
    try:
        for left, right in pairs(text):
            reason = reason_named(right)
            if reason is None:
                raise CodesError(f"{right!r} is no reason; write {left}=@UNK")
            found[normal(unquoted(left))] = reason
    except CodesError as error:
        raise RowError("expression", str(error)) from error
    return found


def _blank(row: Row) -> MissingReason:
    try:
        reason = reason_named(row["expression"])
    except CodesError as error:
        raise RowError("expression", str(error)) from error
    if reason is None:
        raise RowError("expression", "no reason is given", expected="@UNK, @ND, @NA, @NASK or @NAVU")
    return reason


def _patient_id(row: Row) -> Template:
    if row["rule"] != Rule.LINK:
        raise RowError("rule", f"{row['rule'] or 'no rule'} for patient_id", expected="link")
    return template_of(row["expression"])


def site_of(row: Row) -> SiteRule:
    """The `@site` row. Raises RowError."""
    pattern = data_model().entity("Site").field("site_id").pattern
    if row["rule"] == Rule.CONSTANT:
        if not re.search(pattern, row["expression"]):
            raise RowError(
                "expression", "no site id", expected="two capitals and two digits, UT01, or rule recode"
            )
        return SiteRule(site_id=row["expression"], row=row.number)
    if row["rule"] != Rule.RECODE:
        raise RowError("rule", f"{row['rule'] or 'no rule'} for the site", expected="constant or recode")
    if len(row.columns) != 1:
        raise RowError("source_field", f"{len(row.columns)} columns", expected="the column of the site")
    try:
        found = {normal(unquoted(left)): unquoted(right) for left, right in pairs(row["expression"])}
    except CodesError as error:
        raise RowError("expression", str(error)) from error
    wrong = [one for one in found.values() if not re.search(pattern, one)]
    if wrong:
        raise RowError(
            "expression", f"{', '.join(wrong)}: no site id", expected="two capitals and two digits, UT01"
        )
    return SiteRule(column=row.columns[0], codes=found, row=row.number)


def anchor_of(row: Row) -> Anchor:
    """The `@anchor` row. Raises RowError."""
    if row["rule"] != Rule.DATE_TO_DAY:
        raise RowError("rule", f"{row['rule'] or 'no rule'} for the anchor", expected="date_to_day")
    events = tuple(unquoted(part.text) for part in divided(Piece(row["expression"], 0), ","))
    known = data_model().entity("Patient").field("anchor_event").code_names
    if not row.columns or len(events) != len(row.columns):
        raise RowError(
            "expression",
            f"{len(events)} events for {len(row.columns)} columns",
            expected=f"one of {', '.join(known)} for each column",
        )
    wrong = [one for one in events if one not in known]
    if wrong:
        raise RowError(
            "expression",
            f"{', '.join(wrong)}: no event",
            expected=f"one of {', '.join(known)} for each column",
        )
    return Anchor(row.source, row.columns, events, row.number)
