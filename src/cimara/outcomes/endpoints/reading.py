"""Reads a definition from TOML: each word against its closed list, all problems with their lines at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from cimara.outcomes.endpoints.definition import Criterion, Endpoint, Rule, Start, Where
from cimara.outcomes.endpoints.errors import DefinitionError, Problem, nearest
from cimara.outcomes.endpoints.options import OPTIONS, OptionValue
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.switches import (
    EMA,
    PRESETS,
    SWITCH_NAMES,
    SWITCH_WORDS,
    MissedRule,
    MissedVisits,
    Switches,
)
from cimara.outcomes.endpoints.words import (
    START_FACTS,
    EndpointKind,
    FactWord,
    Flag,
    RuleStatus,
    Take,
    UnitOfAnalysis,
)
from cimara.terms.endpoint import RESPONSE_PRESETS
from cimara.terms.errors import CimaraError
from cimara.terms.response import AssessedCompartment
from cimara.terms.toml_lines import KeyPath, key_lines, line_of

TOP_KEYS = (
    "id",
    "version",
    "label",
    "kind",
    "unit",
    "compartment",
    "criterion",
    "status",
    "cite",
    "plain",
    "evaluator",
    "combine",
    "population",
    "start",
    "event",
    "competing",
    "censor",
    "switch",
    "option",
    "schedule",
)
RULE_KEYS = ("code", "fact", "text", "compartment", "where", "take", "not_before", "within_days")
EARLIEST_OF = "earliest_of"

Word = TypeVar("Word", bound=StrEnum)


class Reader:
    """One reading of one definition; collects problems."""

    def __init__(self, lines: dict[KeyPath, int] | None = None) -> None:
        self.lines = lines or {}
        self.problems: list[Problem] = []

    def problem(self, path: KeyPath, text: str) -> None:
        """Note a problem at a key."""
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        self.problems.append(Problem(key, text, line_of(path, self.lines)))

    def keys(self, path: KeyPath, table: Mapping[str, Any], allowed: Iterable[str]) -> None:
        """Note every key that the grammar does not have."""
        known = tuple(allowed)
        for key in table:
            if key not in known:
                self.problem((*path, key), f"unknown key; {nearest(key, known)}")

    def word(self, path: KeyPath, value: object, words: Iterable[Word], default: Word | None = None) -> Word:
        """The word of a closed list; the first of them stands in for a wrong one, which is noted."""
        allowed = list(words)
        if value is None and default is not None:
            return default
        for one in allowed:
            if value == one.value:
                return one
        found = "missing" if value is None else f"unknown word {value!r}"
        hint = nearest(str(value), allowed) if value is not None else nearest("", allowed)
        self.problem(path, f"{found}; {hint}")
        return allowed[0]

    def text(self, path: KeyPath, value: object, *, needed: bool = True) -> str:
        """A text, not empty where it is needed."""
        if isinstance(value, str) and (value or not needed):
            return value
        if value is not None or needed:
            self.problem(path, "missing" if value is None else "expected text in quotes")
        return ""

    def texts(self, path: KeyPath, value: object) -> tuple[str, ...]:
        """A text or a list of texts."""
        values = value if isinstance(value, list | tuple) else [value]
        if not all(isinstance(one, str) for one in values):
            self.problem(path, "expected text in quotes, or a list of texts")
            return ()
        return tuple(values)

    def table(self, path: KeyPath, value: object) -> dict[str, Any]:
        """A table; an empty one where there is none."""
        if isinstance(value, dict):
            return value
        if value is not None:
            self.problem(path, "expected a table")
        return {}

    def day(self, path: KeyPath, value: object) -> int | None:
        """A whole number of days, 0 or more."""
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.problem(path, "expected whole days, 0 or more")
        return None


def read_definition(text: str, source: str = "definition") -> Endpoint:
    """The definition that the TOML text holds. Raises DefinitionError with all problems at once."""
    from cimara.outcomes.endpoints.checks import problems_of

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError([Problem("TOML", str(error))], source) from error
    reader = Reader(key_lines(text))
    reader.keys((), data, TOP_KEYS)
    made = _endpoint(reader, data)
    told = {problem.key for problem in reader.problems}
    for path, sentence in problems_of(made):
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        if key not in told:
            reader.problem(path, sentence)
    if reader.problems:
        raise DefinitionError(sorted(reader.problems, key=lambda one: one.line), source)
    return made


def _endpoint(reader: Reader, data: dict[str, Any]) -> Endpoint:
    population = reader.table(("population",), data.get("population"))
    reader.keys(("population",), population, ("require", "exclude"))
    switch = reader.table(("switch",), data.get("switch"))
    if "preset" not in switch and (lacking := [name for name in SWITCH_NAMES if name not in switch]):
        reader.problem(("switch",), f"names no preset, and not every switch: {', '.join(lacking)} missing")
    compartment = reader.word(("compartment",), data.get("compartment"), AssessedCompartment)
    return Endpoint(
        id=reader.text(("id",), data.get("id")),
        version=reader.text(("version",), data.get("version")),
        label=reader.text(("label",), data.get("label")),
        kind=reader.word(("kind",), data.get("kind"), EndpointKind),
        unit=reader.word(("unit",), data.get("unit"), UnitOfAnalysis, UnitOfAnalysis.PATIENT),
        compartment=compartment,
        status=reader.word(("status",), data.get("status"), RuleStatus),
        plain=reader.text(("plain",), data.get("plain"), needed=False),
        cite=reader.texts(("cite",), data.get("cite", [])),
        criteria=_criteria(reader, data.get("criterion"), compartment),
        require=_flags(reader, ("population", "require"), population.get("require", [])),
        exclude=_flags(reader, ("population", "exclude"), population.get("exclude", [])),
        start=_start(reader, data.get("start")),
        events=_rules(reader, "event", data.get("event"), Take.FIRST),
        competing=_rules(reader, "competing", data.get("competing"), Take.FIRST),
        censors=_rules(reader, "censor", data.get("censor"), Take.LAST),
        combine=_combine(reader, data.get("combine")),
        switch_preset=str(switch.get("preset", "ema")),
        switches=_switches(reader, switch, PRESETS.get(str(switch.get("preset", "ema")), EMA)),
        options=_options(reader, reader.table(("option",), data.get("option"))),
        evaluator=reader.text(("evaluator",), data.get("evaluator"), needed=False),
        schedule=_schedule(reader, data.get("schedule")),
    )


def _flags(reader: Reader, path: KeyPath, value: object) -> tuple[Flag, ...]:
    return tuple(reader.word(path, one, Flag) for one in reader.texts(path, value))


def _criteria(
    reader: Reader, value: object, compartment: AssessedCompartment
) -> tuple[tuple[AssessedCompartment, Criterion], ...]:
    if value is None:
        return ()
    path: KeyPath = ("criterion",)
    if isinstance(value, str) or (isinstance(value, dict) and "preset" in value):
        return ((compartment, _criterion(reader, path, value)),)
    table = reader.table(path, value)
    return tuple(
        (reader.word(path, key, AssessedCompartment), _criterion(reader, (*path, key), one))
        for key, one in sorted(table.items())
    )


def _criterion(reader: Reader, path: KeyPath, value: object) -> Criterion:
    if isinstance(value, str):
        return Criterion(reader.word(path, value, RESPONSE_PRESETS))
    table = reader.table(path, value)
    reader.keys(path, table, ("preset", "override"))
    override = reader.table(path, table.get("override"))
    if not all(isinstance(one, str | int | bool) for one in override.values()):
        reader.problem(path, "an override is a word, a whole number, or true or false")
    preset = reader.word(path, table.get("preset"), RESPONSE_PRESETS)
    return Criterion(preset, tuple(sorted(override.items())))


def _where(reader: Reader, path: KeyPath, value: object) -> Where:
    table = reader.table(path, value)
    return tuple((key, reader.texts((*path, key), one)) for key, one in sorted(table.items()))


def _start(reader: Reader, value: object) -> Start | None:
    if value is None:
        return None
    table = reader.table(("start",), value)
    reader.keys(("start",), table, ("first_available", "where"))
    path: KeyPath = ("start", "first_available")
    words = reader.texts(path, table.get("first_available", []))
    return Start(
        tuple(reader.word(path, one, START_FACTS) for one in words),
        _where(reader, ("start", "where"), table.get("where")),
    )


def _rules(reader: Reader, name: str, value: object, take: Take) -> tuple[Rule, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        reader.problem((name,), f"expected [[{name}]] tables")
        return ()
    return tuple(_rule(reader, (name, number), table, take) for number, table in enumerate(value))


def _rule(reader: Reader, path: KeyPath, table: dict[str, Any], take: Take) -> Rule:
    reader.keys(path, table, RULE_KEYS)
    compartment = table.get("compartment")
    at = (*path, "compartment")
    return Rule(
        code=reader.text((*path, "code"), table.get("code")),
        fact=reader.word((*path, "fact"), table.get("fact"), FactWord),
        text=reader.text((*path, "text"), table.get("text")),
        compartment=None if compartment is None else reader.word(at, compartment, AssessedCompartment),
        where=_where(reader, (*path, "where"), table.get("where")),
        take=reader.word((*path, "take"), table.get("take"), Take, take),
        not_before=reader.day((*path, "not_before"), table.get("not_before")),
        within_days=reader.day((*path, "within_days"), table.get("within_days")),
    )


def _combine(reader: Reader, value: object) -> tuple[str, ...]:
    table = reader.table(("combine",), value)
    reader.keys(("combine",), table, (EARLIEST_OF,))
    return reader.texts(("combine", EARLIEST_OF), table.get(EARLIEST_OF, []))


def _switches(reader: Reader, table: Mapping[str, Any], base: Switches) -> Switches:
    reader.keys(("switch",), table, ("preset", *SWITCH_NAMES))
    preset = table.get("preset", "ema")
    if preset not in PRESETS:
        reader.problem(("switch", "preset"), f"unknown preset; {nearest(str(preset), PRESETS)}")
    values: dict[str, Any] = {name: getattr(base, name) for name in SWITCH_NAMES}
    for name in SWITCH_NAMES:
        if name not in table:
            continue
        path: KeyPath = ("switch", name)
        if name == "missed_visits":
            values[name] = _missed(reader, path, table[name])
        else:
            values[name] = reader.word(path, _plain(table[name]), SWITCH_WORDS[name])
    return Switches(**values)


def _plain(value: object) -> object:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def _missed(reader: Reader, path: KeyPath, value: object) -> MissedVisits | None:
    if isinstance(value, MissedVisits):
        return value
    if value is None or value == "none":
        return None
    if not isinstance(value, Mapping):
        reader.problem(path, 'expected "none", or {count = 2, rule = "schedule"} (or "gap")')
        return None
    reader.keys(path, value, ("count", "rule"))
    count = value.get("count", 2)
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        reader.problem(path, "count: expected a whole number of at least 1")
        count = 2
    return MissedVisits(count, reader.word(path, value.get("rule"), MissedRule, MissedRule.SCHEDULE))


def _options(reader: Reader, table: Mapping[str, Any]) -> tuple[tuple[str, OptionValue], ...]:
    reader.keys(("option",), table, OPTIONS)
    found: list[tuple[str, OptionValue]] = []
    for name, value in sorted(table.items()):
        option = OPTIONS.get(name)
        plain = _plain(tuple(value) if isinstance(value, list) else value)
        if option is None:
            continue
        if option.fits(plain):
            found.append((name, plain))  # type: ignore[arg-type]
        else:
            wanted = nearest(str(value), option.values) if option.values else "expected a whole number from 1"
            reader.problem(("option", name), f"value not allowed; {wanted}")
    return tuple(found)


def _schedule(reader: Reader, value: object) -> Schedule | None:
    if value is None:
        return None
    table = reader.table(("schedule",), value)
    reader.keys(("schedule",), table, ("every", "until", "window", "days"))
    numbers = [table.get(name) for name in ("every", "until", "window")] + list(table.get("days", ()))
    if not all(one is None or (isinstance(one, int) and not isinstance(one, bool)) for one in numbers):
        reader.problem(("schedule",), "expected whole days")
        return None
    try:
        return Schedule(
            table.get("every"), table.get("until"), table.get("window", 7), tuple(table.get("days", ()))
        )
    except CimaraError as error:
        reader.problem(("schedule",), str(error))
        return None


def read_switches(table: Mapping[str, object], base: Switches) -> Switches:
    """Switches from words, on top of `base`. Raises DefinitionError."""
    reader = Reader()
    made = _switches(reader, table, base)
    if reader.problems:
        raise DefinitionError(reader.problems)
    return made


def read_options(table: Mapping[str, object]) -> tuple[tuple[str, OptionValue], ...]:
    """Options from words. Raises DefinitionError."""
    reader = Reader()
    made = _options(reader, table)
    if reader.problems:
        raise DefinitionError(reader.problems)
    return made
