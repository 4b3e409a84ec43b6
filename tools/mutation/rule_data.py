"""Mutants of data: cells of decision tables, defaults and presets of the policy, named constants."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np

from cimara.response.policy import Policy, policy_fields
from tools.mutation.mutant import Mutant

Rows = list[dict[str, str]]
ANY = "*"
LIMIT_STEP = {"KPS": 10, "ECOG": 1}
"""The Karnofsky scale goes in tens."""
TOLD = ("rule_id", "outcome", "kind", "next_state", "status")
"""Cells that a result shows."""
ONLY_OUTCOMES = ("best_response",)
"""Tables whose rules show by their outcomes, and whose order counts where several visits match."""
OWN_KIND = ("outcome", "kind", "rule_id", "status", "priority")
"""Columns whose changes are counted apart."""
ORDER = "priority"
KPS_END, ECOG_END = 100, 5


def table_mutants(name: str, text: str, domains: Mapping[str, Sequence[str]], group: str) -> Iterator[Mutant]:
    """Each cell of a decision table changed; changes that no combination of inputs can tell are not made."""
    header = next(csv.reader(io.StringIO(text)))
    rows: Rows = list(csv.DictReader(io.StringIO(text)))
    full = {column: tuple(values) or _words(column) for column, values in domains.items()}
    before = _meaning(name, rows, full)
    for place, row in enumerate(rows):
        for column, value in _cell_changes(row, header, rows, full):
            changed = _with(rows, place, column, value)
            is_order = column == ORDER and name in ONLY_OUTCOMES
            if not is_order and _meaning(name, changed, full) == before:
                continue
            yield Mutant(
                group,
                f"tables/{name}.csv",
                f"{row['rule_id']}/{row['priority']}",
                f"{column} {row[column] or '(empty)'}",
                "after the next row" if column == ORDER else value or "(nothing)",
                f"cell {column}" if column in OWN_KIND else "cell",
                "table",
                {"name": name, "text": _written(header, changed)},
            )


def _with(rows: Rows, place: int, column: str, value: str) -> Rows:
    """The rows with one cell changed; a changed priority is that of the next row, which takes this one's."""
    changed = [dict(item) for item in rows]
    if column == ORDER:
        changed[place][ORDER], changed[place + 1][ORDER] = rows[place + 1][ORDER], rows[place][ORDER]
        return sorted(changed, key=lambda item: int(item[ORDER]))
    changed[place][column] = value
    return changed


def _words(column: str) -> tuple[str, ...]:
    return policy_fields()[column.removeprefix("policy.")].allowed


def _cell_changes(
    row: Mapping[str, str], header: Sequence[str], rows: Rows, full: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    place = rows.index(dict(row))
    yield "rule_id", row["rule_id"] + "X"
    yield "status", "V" if row["status"] == "U" else "U"
    if len({item["outcome"] for item in rows}) > 1:
        words = sorted({item["outcome"] for item in rows})
        yield "outcome", words[(words.index(row["outcome"]) + 1) % len(words)]
    if place + 1 < len(rows):
        yield ORDER, rows[place + 1][ORDER]
    if row.get("kind"):
        yield "kind", ""
    if "next_state" in row:
        for state in ("N", "U", "C"):
            if state != row["next_state"]:
                yield "next_state", state
    for column, domain in full.items():
        yield from ((column, value) for value in _other_cells(row[column], domain))
    for column in header:
        if column.endswith(("_from", "_to")):
            step = LIMIT_STEP[row["scale"]]
            yield from ((column, str(int(row[column]) + more)) for more in (step, -step))


def _other_cells(cell: str, domain: Sequence[str]) -> Iterator[str]:
    """The cell with one value more or less."""
    held = list(domain) if cell == ANY else cell.split("|")
    for value in domain:
        other = [item for item in held if item != value] if value in held else [*held, value]
        yield "|".join(other)


def _meaning(name: str, rows: Rows, full: Mapping[str, Sequence[str]]) -> bytes:
    """What a table makes of every combination of inputs: the first matching row's content."""
    if "fall_from" in rows[0]:
        return repr(_limits_mean(rows)).encode()
    told = ("outcome",) if name in ONLY_OUTCOMES else TOLD
    decided = np.full(tuple(len(domain) for domain in full.values()), -1, dtype=np.int32)
    for row in reversed(rows):
        mask = _mask(tuple((row[column], tuple(domain)) for column, domain in full.items()))
        decided[mask] = _number(tuple(row.get(key, "") for key in told))
    return decided.tobytes()


@cache
def _mask(conditions: tuple[tuple[str, tuple[str, ...]], ...]) -> np.ndarray[Any, Any]:
    """The combinations that the cells of one row let through."""
    mask = np.ones(tuple(len(domain) for _, domain in conditions), dtype=bool)
    for axis, (cell, domain) in enumerate(conditions):
        held = np.array([cell == ANY or value in cell.split("|") for value in domain])
        mask &= held.reshape([-1 if place == axis else 1 for place in range(len(conditions))])
    return mask


_NUMBERS: dict[tuple[str, ...], int] = {}


def _number(content: tuple[str, ...]) -> int:
    return _NUMBERS.setdefault(content, len(_NUMBERS))


def _limits_mean(rows: Rows) -> list[str]:
    """What the limits make of every pair of scale values: the outcome of the first row that holds."""
    found = []
    for scale, end in (("KPS", KPS_END), ("ECOG", ECOG_END)):
        values = range(0, end + 1, LIMIT_STEP[scale])
        for before, now in product(values, values):
            fall = before - now if scale == "KPS" else now - before
            held = (row["outcome"] for row in rows if _holds(row, scale, before, now, fall))
            found.append(next(held, ""))
    return found


def _holds(row: Mapping[str, str], scale: str, before: int, now: int, fall: int) -> bool:
    in_before = int(row["baseline_from"]) <= before <= int(row["baseline_to"])
    in_now = int(row["now_from"]) <= now <= int(row["now_to"])
    return row["scale"] == scale and in_before and in_now and fall >= int(row["fall_from"])


def _written(header: Sequence[str], rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def policy_mutants(presets: Mapping[str, Mapping[str, Any]]) -> Iterator[Mutant]:
    """Each default of the policy changed, and each field of each preset; names for reports stay."""
    for field in fields(Policy):
        for value in _other_values(field.name, field.default):
            detail = {"field": field.name, "value": value}
            yield Mutant(
                "policy",
                "policy defaults",
                field.name,
                repr(field.default),
                repr(value),
                "default",
                "default",
                detail,
            )
    for preset, changes in presets.items():
        for name, value in changes.items():
            others = [*_other_values(name, value), getattr(Policy(), name)]
            for other in dict.fromkeys(others):
                if other == value or name in ("criterion", "label"):
                    continue
                detail = {"preset": preset, "field": name, "value": other}
                yield Mutant(
                    "policy",
                    "presets.toml",
                    f"{preset}.{name}",
                    repr(value),
                    repr(other),
                    "preset",
                    "preset",
                    detail,
                )


def _other_values(name: str, value: Any) -> list[Any]:
    field = policy_fields()[name]
    if field.type == "text" or name == "criterion":
        return []
    if field.type == "bool":
        return [not value]
    if field.type == "word":
        return [word for word in field.allowed if word != value]
    if value is None:
        return [field.maximum]
    return [other for other in (value - 1, value + 1) if field.accepts(other)]


def constant_mutants(module: ModuleType, name: str, group: str) -> Iterator[Mutant]:
    """Each number of a module one more or less, each entry of its sets and mappings left out."""
    for constant, value in vars(module).items():
        owner = getattr(value, "__module__", module.__name__)
        if constant.startswith("__") or owner != module.__name__ or not _is_own(module, constant):
            continue
        for after, detail in _other_constants(value):
            detail |= {"module": module.__name__, "constant": constant}
            yield Mutant(group, name, constant, _short(value), after, "constant", "constant", detail)


def _is_own(module: ModuleType, constant: str) -> bool:
    source = module.__loader__.get_source(module.__name__)  # type: ignore[union-attr]
    return any(line.startswith((f"{constant} =", f"{constant}:")) for line in source.splitlines())


def _short(value: object) -> str:
    return str(value) if isinstance(value, int) else f"{type(value).__name__} of {len(value)}"  # type: ignore[arg-type]


def _other_constants(value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, int):
        for other in (value - 1, value + 1):
            yield str(other), {"value": other}
    elif isinstance(value, frozenset | tuple):
        for item in sorted(value, key=str):
            yield f"without {item}", {"without": str(item)}
    elif isinstance(value, dict):
        for key in value:
            yield f"without {key}", {"without": str(key)}
