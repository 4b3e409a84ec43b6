"""Reads an analysis plan from TOML: every fault at once, with its line and the nearest valid name."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cimara.cohort.study.federation import TABLE as FEDERATION
from cimara.cohort.study.federation import Federation, read_federation
from cimara.cohort.study.toml_reader import TomlReader
from cimara.outcomes.endpoints.errors import Problem, nearest
from cimara.outcomes.endpoints.reading import Reader
from cimara.outcomes.endpoints.table import TIME_UNITS
from cimara.outcomes.report.errors import PlanError
from cimara.outcomes.report.plan import (
    Analysis,
    AskedTest,
    Covariate,
    EndpointUse,
    FigureAsked,
    Plan,
    Population,
    Study,
    TableOne,
)
from cimara.outcomes.report.plan_checks import check_references
from cimara.outcomes.report.plan_words import (
    TEST_KEYS,
    TEST_SPELLINGS,
    AskedTestKind,
    Audience,
    FigureKind,
    Form,
    Format,
    Key,
    Kind,
    UnitRow,
    keys_of,
)
from cimara.terms.toml_lines import KeyPath, parted_lines

TOP_KEYS = (
    "study", "population", "covariates", "endpoints", "table_one", "analysis", "figure", "release",
)  # fmt: skip
STUDY_KEYS = ("id", "title", "data_cut", "seed")
STUDY_FILE = "cohort"
"""A file with this table is a study file; what is its own is read, checked and signed in `cimara.cohort`."""
STUDY_FILE_KEYS = (
    STUDY_FILE, "study", "variables", "covariates", "endpoints", "table_one", "analysis", "figure", "release",
    "sites", "governance", "disclosure", "federation",
)  # fmt: skip
STUDY_FILE_STUDY_KEYS = (*STUDY_KEYS, "question", "schema", "sites_min")
STUDY_FILE_ENDPOINT_KEYS = ("file", "switch", "option")
STUDY_FILE_SITE = "site"
OVER_TIME = ("since", "during")
"""Keys of a variable that changes over time."""
POPULATION_KEYS = ("where", "unit", "cluster", "site")
COVARIATE_KEYS = ("label", "levels", "known", "forward")
ENDPOINT_KEYS = ("use", "policy", "competing", "unit", "label", "measurement", "definition")
TABLE_ONE_KEYS = ("by", "columns")
FIGURE_KEYS = ("of", "kind", "formats")
RELEASE_KEYS = ("audience",)
WORDS: dict[str, tuple[str, ...]] = {
    "conf_type": ("log", "log-log", "plain", "logit", "arcsin"),
    "ties": ("efron", "breslow"),
    "small_sample": ("none", "cr1"),
    "estimand": ("overlap", "ate", "stabilised_ate", "att"),
    "site_effect": ("none", "fixed", "stratum"),
    "unit": ("patient", "lesion"),
    "models": ("cause_specific", "fine_gray"),
}
"""Closed lists of the keys of an analysis."""
VARIANCES = {Kind.CUMULATIVE_INCIDENCE: ("ij", "delta", "cmprsk"), Kind.PROPENSITY: ("known", "stacked")}


def read_plan(path: Path) -> Plan:
    """The plan in a file. Raises PlanError with all that is wrong with it."""
    if not path.is_file():
        raise PlanError([Problem("PLAN", "no such file")], str(path))
    return plan_from_text(path.read_text(encoding="utf-8"), path.name)


def plan_from_text(text: str, source: str = "plan") -> Plan:
    """The plan that a TOML text holds. Raises PlanError with all problems at once."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError([Problem("TOML", str(error))], source) from error
    lines = parted_lines(text)
    reader = PlanReader(lines)
    made = reader.plan(data)
    check_references(made, reader.problem)
    if reader.problems:
        raise PlanError(sorted(reader.problems, key=lambda one: one.line), source)
    return Plan(
        **{name: getattr(made, name) for name in _PARTS},
        source=source,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        sections=tuple(_sections(data)),
        lines=tuple(lines.items()),
    )


_PARTS = (
    "study", "population", "endpoints", "analyses", "covariates", "table_one", "figures", "audience", "grid",
)  # fmt: skip


def known_column(name: str) -> str:
    """Column of rows with the day on which a variable of a study file was known."""
    return f"{name}__known"


class PlanReader(Reader):
    """One reading of one plan, or of the plan that a study file holds."""

    of_study_file = False

    def plan(self, data: dict[str, Any]) -> Plan:
        """The plan; what is wrong is noted and stood in for."""
        self.of_study_file = STUDY_FILE in data
        self.keys((), data, STUDY_FILE_KEYS if self.of_study_file else TOP_KEYS)
        federation = self._federation(data) if self.of_study_file else None
        return Plan(
            study=self._study(self.table(("study",), data.get("study"))),
            population=self._of_cohort(data[STUDY_FILE])
            if self.of_study_file
            else self._population(self.table(("population",), data.get("population"))),
            covariates=(
                *self._variables(data),
                *self._named(data, "covariates", self._covariate),
            ),
            endpoints=tuple(self._named(data, "endpoints", self._endpoint)),
            table_one=self._table_one(self.table(("table_one",), data.get("table_one"))),
            analyses=tuple(self._each(data, "analysis", self._analysis)),
            figures=tuple(self._each(data, "figure", self._figure)),
            audience=self._audience(self.table(("release",), data.get("release"))),
            grid=federation.cuts if federation else (),
        )

    def _federation(self, data: dict[str, Any]) -> Federation | None:
        """How a study file runs over its sites; the rest of it is not the plan's."""
        reader = TomlReader(self.lines)
        made = read_federation(reader, data.get(FEDERATION))
        for one in reader.faults:
            self.problem((FEDERATION,), f"{one.key}: {one.text}")
        return made

    def _named(self, data: dict[str, Any], key: str, read: Any) -> Iterable[Any]:
        for name, table in self.table((key,), data.get(key)).items():
            yield read((key, name), name, self.table((key, name), table))

    def _each(self, data: dict[str, Any], key: str, read: Any) -> Iterable[Any]:
        found = data.get(key, [])
        if not isinstance(found, list):
            self.problem((key,), f"expected [[{key}]], with two brackets")
            return
        for place, table in enumerate(found):
            yield read((key, place), self.table((key, place), table))

    def _study(self, table: dict[str, Any]) -> Study:
        self.keys(("study",), table, STUDY_FILE_STUDY_KEYS if self.of_study_file else STUDY_KEYS)
        cut, seed = table.get("data_cut"), table.get("seed", 0)
        if cut is not None and (not isinstance(cut, dt.date) or isinstance(cut, dt.datetime)):
            self.problem(("study", "data_cut"), "expected a date such as 2025-06-30, without quotes")
            cut = None
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            self.problem(("study", "seed"), "expected a whole number, 0 or more")
            seed = 0
        name = self.text(("study", "id"), table.get("id"))
        title = self.text(("study", "title"), table.get("title", name), needed=False)
        return Study(id=name, title=title, data_cut=cut, seed=seed, dated=not self.of_study_file)

    def _population(self, table: dict[str, Any]) -> Population:
        self.keys(("population",), table, POPULATION_KEYS)
        texts = {
            name: self.text(("population", name), table.get(name, ""), needed=False)
            for name in ("where", "cluster", "site")
        }
        unit = self.word(("population", "unit"), table.get("unit"), UnitRow, UnitRow.PATIENT)
        return Population(unit=unit, **texts)

    def _of_cohort(self, value: object) -> Population:
        """The population of a study file, whose data folder holds those who were selected and no one else."""
        unit = self.table((STUDY_FILE,), value).get("unit")
        found = self.word((STUDY_FILE, "unit"), unit, UnitRow, UnitRow.PATIENT)
        return Population(unit=found, site=STUDY_FILE_SITE)

    def _variables(self, data: dict[str, Any]) -> Iterable[Covariate]:
        """What a study file says of its variables; the rest of them is not the plan's."""
        for _, table in self._each(data, "variables", lambda path, one: (path, one)):
            name = table.get("name")
            varies = any(key in table for key in OVER_TIME)
            if isinstance(name, str) and name:
                levels = table.get("levels")
                yield Covariate(
                    name=name,
                    label=str(table.get("label", "")),
                    levels=tuple(str(one) for one in levels) if isinstance(levels, list) else (),
                    known="" if varies else known_column(name),
                    forward="since" in table or table.get("forward") is True,
                )

    def _covariate(self, path: KeyPath, name: str, table: dict[str, Any]) -> Covariate:
        self.keys(path, table, COVARIATE_KEYS)
        levels = table.get("levels", [])
        if not isinstance(levels, list):
            self.problem((*path, "levels"), "expected a list, the reference first")
            levels = []
        return Covariate(
            name=name,
            label=self.text((*path, "label"), table.get("label", ""), needed=False),
            levels=tuple(str(one) for one in levels),
            known=self.text((*path, "known"), table.get("known", ""), needed=False),
            forward=bool(self.flag((*path, "forward"), table.get("forward", False))),
        )

    def _endpoint(self, path: KeyPath, name: str, table: dict[str, Any]) -> EndpointUse:
        own = STUDY_FILE_ENDPOINT_KEYS if self.of_study_file else ()
        self.keys(path, table, (*ENDPOINT_KEYS, *own))
        texts = {
            key: self.text((*path, key), table.get(key, ""), needed=False)
            for key in ("use", "policy", "label", "measurement", "definition")
        }
        if not texts["use"] and not texts["measurement"]:
            self.problem((*path, "use"), "missing; the id of a definition, such as CNSPFS")
        unit = str(table.get("unit", "days"))
        if unit not in TIME_UNITS:
            self.problem((*path, "unit"), f"unknown unit of time; {nearest(unit, TIME_UNITS)}")
            unit = "days"
        competing = table.get("competing")
        causes = None if competing is None else self.texts((*path, "competing"), competing)
        return EndpointUse(name=name, unit=unit, competing=causes, **texts)

    def _table_one(self, table: dict[str, Any]) -> TableOne:
        self.keys(("table_one",), table, TABLE_ONE_KEYS)
        return TableOne(
            by=self.text(("table_one", "by"), table.get("by", ""), needed=False),
            columns=self.texts(("table_one", "columns"), table.get("columns", [])),
        )

    def _figure(self, path: KeyPath, table: dict[str, Any]) -> FigureAsked:
        self.keys(path, table, FIGURE_KEYS)
        formats = self.texts((*path, "formats"), table.get("formats", ["svg"]))
        return FigureAsked(
            of=self.text((*path, "of"), table.get("of")),
            kind=self.word((*path, "kind"), table.get("kind"), FigureKind),
            formats=tuple(self.word((*path, "formats"), one, Format) for one in formats),
        )

    def _audience(self, table: dict[str, Any]) -> Audience:
        self.keys(("release",), table, RELEASE_KEYS)
        return self.word(("release", "audience"), table.get("audience"), Audience, Audience.INTERNAL)

    def _analysis(self, path: KeyPath, table: dict[str, Any]) -> Analysis:
        kind = self.word((*path, "kind"), table.get("kind"), Kind)
        known = {one.name: one for one in keys_of(kind)}
        self.keys(path, table, known)
        found: dict[str, Any] = {"id": "", "kind": kind}
        further = []
        for name, key in known.items():
            if kind in key.needed and name not in table:
                self.problem((*path, name), f"missing; {key.meaning}")
            if name == "kind" or name not in table:
                continue
            if key.form is Form.ANY:
                further.append((name, _told(table[name])))
            else:
                found[name] = self._value((*path, name), key, table[name])
        self._check_variance(path, kind, found)
        return Analysis(**found, further=tuple(further))

    def _check_variance(self, path: KeyPath, kind: Kind, found: dict[str, Any]) -> None:
        allowed = VARIANCES.get(kind, ())
        if "variance" in found and found["variance"] not in allowed:
            said = f"unknown word; {nearest(str(found['variance']), allowed)}"
            self.problem((*path, "variance"), said)

    def _value(self, path: KeyPath, key: Key, value: object) -> Any:
        match key.form:
            case Form.TEXT | Form.COLUMN:
                found = self.text(path, value)
                self._closed(path, key.name, (found,))
                return found
            case Form.COLUMNS:
                several = self.texts(path, value)
                self._closed(path, key.name, several)
                return several
            case Form.FLAG:
                return self.flag(path, value)
            case Form.NUMBER:
                return self.number(path, value)
            case Form.NUMBERS:
                return self.numbers(path, value)
            case _:
                return self._test(path, self.table(path, value))

    def _closed(self, path: KeyPath, name: str, found: Iterable[str]) -> None:
        for one in found:
            if name in WORDS and one not in WORDS[name]:
                self.problem(path, f"unknown word {one!r}; {nearest(one, WORDS[name])}")

    def _test(self, path: KeyPath, table: dict[str, Any]) -> AskedTest:
        self.keys(path, table, TEST_KEYS)
        spelt = table.get("kind")
        kind = TEST_SPELLINGS.get(str(spelt)) or self.word((*path, "kind"), spelt, AskedTestKind)
        numbers = {
            name: self.number((*path, name), table[name])
            for name in ("alpha", "rho", "gamma", "null")
            if name in table
        }
        sided = table.get("sided", 2)
        if sided not in (1, 2):
            self.problem((*path, "sided"), "expected 1 or 2")
            sided = 2
        named = {"kind", "strata", "sided", "weighting", *numbers}
        return AskedTest(
            kind=kind,
            strata=self.texts((*path, "strata"), table.get("strata", [])),
            sided=sided,
            weighting=self.text((*path, "weighting"), table.get("weighting", ""), needed=False),
            **numbers,
            further=tuple((name, _told(value)) for name, value in table.items() if name not in named),
        )

    def flag(self, path: KeyPath, value: object) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            self.problem(path, "expected true or false")
        return value is True

    def number(self, path: KeyPath, value: object) -> float:
        """A number that is not negative."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            self.problem(path, "expected a number, 0 or more")
            return 0.0
        return float(value)

    def numbers(self, path: KeyPath, value: object) -> tuple[float, ...]:
        """Numbers that are not negative."""
        if not isinstance(value, list):
            self.problem(path, "expected a list of numbers")
            return ()
        return tuple(self.number(path, one) for one in value)


def _sections(data: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Each part of the plan by name, with a hash of what it says."""
    for name, part in data.items():
        if name == "analysis":
            yield from ((f"analysis {one.get('id')}", _hash(one)) for one in part)
        elif name == "endpoints":
            yield from ((f"endpoint {own}", _hash(one)) for own, one in part.items())
        else:
            yield name, _hash(part)


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _told(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
