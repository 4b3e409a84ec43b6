"""Facts of one patient as a small dated table, and the row that an endpoint makes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from cimara.outcomes import Endpoint, Facts, Schedule, catalogue, derive_endpoint
from cimara.outcomes.endpoints.facts import Fact
from cimara.outcomes.endpoints.switches import MissedVisits, differing
from cimara.outcomes.endpoints.words import FactWord, Flag
from tests.spec.recording import keep

ENGINES = ("reference", "columnar")
FLAGS = frozenset(str(one) for one in Flag)
RESULT = ("result", "day", "because")
EVERY_8_WEEKS = Schedule(every=56, window=7)


def read_table(table: str, patient: str = "P") -> list[Fact]:
    """Facts of a table `date | fact | compartment | lesion | fields`; a blank date is a flag."""
    rows = [line for line in table.strip().splitlines() if line.strip()]
    return [_fact([cell.strip() for cell in row.split("|")], patient) for row in rows]


def _fact(cells: list[str], patient: str) -> Fact:
    date, word, compartment, lesion, fields = (*cells, "", "", "")[:5]
    day, _, flag = date.partition(" ")
    return Fact(
        patient,
        Flag(word) if word in FLAGS else FactWord(word),
        dt.date.fromisoformat(day) if day and day != "?" else None,
        compartment=compartment,
        lesion_id=lesion,
        fields=";".join(part.strip() for part in fields.split(";") if part.strip()),
        date_flag=flag,
    )


def rows_of(
    endpoint: Endpoint | str, table: str, *, lesion: str | None = None, **asked: Any
) -> dict[str, Any]:
    """The one row that both engines make of the table; for lesion endpoints that of `lesion`."""
    named = catalogue[endpoint] if isinstance(endpoint, str) else endpoint
    facts = Facts.of(read_table(table))
    asked.setdefault("schedule", EVERY_8_WEEKS)
    found = []
    for engine in ENGINES:
        frame = derive_endpoint(named, facts, engine=engine, **asked).frame
        rows = [row for row in frame.iter_rows(named=True) if lesion is None or row["lesion_id"] == lesion]
        assert len(rows) == 1, f"{engine}: {len(rows)} rows"
        found.append(rows[0])
    assert found[0] == found[1], "the engines differ"
    keep(definition_words(named), seen_table(table), _found(found[0]), _asked(lesion, asked))
    return found[0]


def excluded(endpoint: Endpoint | str, table: str, **asked: Any) -> str:
    """The reason for which both engines leave the patient out."""
    named = catalogue[endpoint] if isinstance(endpoint, str) else endpoint
    facts = Facts.of(read_table(table))
    asked.setdefault("schedule", EVERY_8_WEEKS)
    reasons = set()
    for engine in ENGINES:
        made = derive_endpoint(named, facts, engine=engine, **asked)
        assert made.frame.is_empty()
        reasons.add(made.exclusions["reason"].item())
    assert len(reasons) == 1, "the engines differ"
    (reason,) = reasons
    outcome = [("left out", "", str(reason))]
    keep(definition_words(named), seen_table(table), (RESULT, outcome), _asked(None, asked))
    return str(reason)


def check(endpoint: Endpoint | str, table: str, expect: str, **asked: Any) -> None:
    """Hold the row against `code aval` of an event, or `censored aval REASON`."""
    row = rows_of(endpoint, table, **asked)
    said = f"{row['code']} {row['aval']}"
    if row["evcode"] == 0:
        said = f"censored {row['aval']} {row['reason']}"
    assert said == expect


def definition_words(endpoint: Endpoint) -> str:
    """A definition as its id and what was changed in it."""
    own = catalogue.get(endpoint.id, endpoint)
    told = [f"preset={endpoint.switch_preset}"] if endpoint.switch_preset != own.switch_preset else []
    if not told:
        told = [
            f"{name}={_value(mine)}" for name, (mine, _) in differing(endpoint.switches, own.switches).items()
        ]
    told += [f"{name}={_value(value)}" for name, value in endpoint.options if own.option(name) != value]
    return ", ".join((endpoint.id, *told))


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(str, value))
    if isinstance(value, MissedVisits):
        return f"{value.count} by {value.rule}"
    return "none" if value is None else str(value)


def seen_table(table: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The facts as a table of the manual, without columns that are empty."""
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines() if line.strip()]
    full = [(*cells, "", "", "", "")[:5] for cells in rows]
    header = ("date", "fact", "compartment", "lesion", "fields")
    used = [place for place in range(5) if any(row[place] for row in full)]
    return tuple(header[place] for place in used), [tuple(row[place] for place in used) for row in full]


def _found(row: dict[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    kind = {0: "censored", 1: "event"}.get(row["evcode"], "competing event")
    return RESULT, [(f"**{kind}**: {row['code']}", str(row["aval"]), row["reason"])]


def _asked(lesion: str | None, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """What was asked beside the facts, a sentence each."""
    told = [] if lesion is None else [f"The row of lesion {lesion}."]
    if asked.get("cut_date"):
        told.append(f"Data cut on {asked['cut_date']}.")
    schedule = asked.get("schedule")
    if schedule is None:
        told.append("Without a schedule of visits.")
    elif schedule is not EVERY_8_WEEKS:
        told.append(f"Schedule of visits: {_schedule(schedule)}.")
    return tuple(told)


def _schedule(schedule: Schedule) -> str:
    if schedule.days:
        return f"days {', '.join(map(str, schedule.days))}"
    until = f" until day {schedule.until}" if schedule.until else ""
    return f"every {schedule.every} days{until}, window {schedule.window}"
