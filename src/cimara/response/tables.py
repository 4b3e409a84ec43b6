"""Decision tables as data: rows tried by priority, `*` for any value, `A|B` for either, first match decides.

A column `policy.x` is met by the value of the policy's field `x`. Which values a column may hold is itself
data (`tables/conditions.toml`), so that a test can prove a table total.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from cimara.terms.errors import CimaraError

ANY = "*"
POLICY = "policy."
TEXT_COLUMNS = ("rule_id", "priority", "outcome", "citation", "status", "note")

TABLES_OF = {
    "recist11": ("recist11",),
    "mrecist_cns5": ("recist11",),
    "irecist": ("recist11", "irecist"),
    "rano_bm": ("rano_bm", "clinical_deterioration"),
    "irano": ("rano_bm", "irano", "clinical_deterioration"),
    "rano_lm_2019": ("rano_lm_2019", "rano_lm_items"),
    "rano_lm_2017": ("rano_lm_2017", "rano_lm_2019", "rano_lm_items"),
}
"""Tables that each criterion uses, beside those that all of them use."""
SHARED_TABLES = ("best_response", "confirm_table3", "reader")


class TableError(CimaraError):
    """A decision table that can't be used, or an input that no row of it matches."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One rule: what it asks, what it gives, where it stands written. `extra` holds further columns."""

    rule_id: str
    priority: int
    conditions: tuple[tuple[str, ...], ...]
    outcome: str
    citation: str
    status: str
    note: str
    extra: Mapping[str, str]

    def matches(self, key: tuple[str, ...]) -> bool:
        """Whether every condition is `*` or holds what was seen."""
        return all(
            wanted == (ANY,) or seen in wanted for wanted, seen in zip(self.conditions, key, strict=True)
        )


@dataclass(frozen=True)
class Table:
    """A decision table: its condition columns, what each may hold, its rows by priority."""

    name: str
    columns: tuple[str, ...]
    domains: Mapping[str, tuple[str, ...]]
    rows: tuple[TableRow, ...]
    _found: dict[tuple[str, ...], TableRow] = field(default_factory=dict, repr=False, compare=False)

    def first(self, policy: object = None, /, **seen: str) -> TableRow:
        """The first row that matches what was `seen` under `policy`; raises TableError if none does."""
        key = tuple(
            str(getattr(policy, column[len(POLICY) :])) if column.startswith(POLICY) else seen[column]
            for column in self.columns
        )
        row = self._found.get(key)
        if row is None:
            row = self._found[key] = self.match(key)
        return row

    def match(self, key: tuple[str, ...]) -> TableRow:
        """The first row that matches values in the order of `columns`."""
        for row in self.rows:
            if row.matches(key):
                return row
        words = ", ".join(f"{column} {value}" for column, value in zip(self.columns, key, strict=True))
        raise TableError(f"no row matches {words}", where=f"table {self.name}")


@cache
def load_table(name: str) -> Table:
    """One table of `tables/`, checked: sources, unique priorities, no word outside its column's domain."""
    where = f"tables/{name}.csv"
    domains = _domains(name)
    columns = tuple(domains)
    rows = [_row(row, columns, where) for row in csv.DictReader(io.StringIO(_text(f"{name}.csv")))]
    rows.sort(key=lambda row: row.priority)
    if len({row.priority for row in rows}) != len(rows):
        raise TableError("two rows of one priority", where=where)
    for row in rows:
        for column, wanted in zip(columns, row.conditions, strict=True):
            unknown = set(wanted) - set(domains[column]) - {ANY}
            if domains[column] and unknown:
                raise TableError(f"{row.rule_id}: unknown {column} {sorted(unknown)}", where=where)
    return Table(name, columns, domains, tuple(rows))


def _row(row: Mapping[str, str], columns: tuple[str, ...], where: str) -> TableRow:
    if row["status"] not in ("V", "A", "U", "P") or not row["citation"]:
        raise TableError(f"{row['rule_id']}: no source or no status", where=where, expected="V, A, U or P")
    return TableRow(
        rule_id=row["rule_id"],
        priority=int(row["priority"]),
        conditions=tuple(tuple(row[column].split("|")) for column in columns),
        outcome=row["outcome"],
        citation=row["citation"],
        status=row["status"],
        note=row["note"],
        extra={name: row[name] for name in row if name not in columns and name not in TEXT_COLUMNS},
    )


def _domains(name: str) -> Mapping[str, tuple[str, ...]]:
    known = tomllib.loads(_text("conditions.toml"))
    return {column: tuple(values) for column, values in known[name].items()}


def _text(name: str) -> str:
    return (files("cimara.response") / "tables" / name).read_text(encoding="utf-8")


@cache
def digests(criterion: str) -> Mapping[str, str]:
    """SHA-256 of each table that a criterion uses, line ends aside."""
    names = (*TABLES_OF[criterion], *SHARED_TABLES, "rules")
    return {name: hashlib.sha256(_text(f"{name}.csv").encode()).hexdigest() for name in names}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is not a row of a decision table: measurability, components, dates."""

    rule_id: str
    text: str
    citation: str
    status: str


@cache
def component_rules() -> Mapping[str, Rule]:
    """Rules outside the decision tables, by id."""
    read = csv.DictReader(io.StringIO(_text("rules.csv")))
    return {row["rule_id"]: Rule(row["rule_id"], row["text"], row["citation"], row["status"]) for row in read}
