"""Reads a study file: every fault at once, with its line and the nearest name that would be right."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cimara.cohort.model import data_model
from cimara.cohort.study.canonical import canonical_json
from cimara.cohort.study.disclosure import Disclosure, loosened
from cimara.cohort.study.duo import PERMISSIONS, DuoTerm, Purpose, duo_term, nearest_term
from cimara.cohort.study.errors import Fault, StudyError
from cimara.cohort.study.federation import read_federation
from cimara.cohort.study.model import (
    AnalysisAsked,
    CohortRule,
    Criterion,
    EndpointAsked,
    Governance,
    StudyFile,
    Unit,
)
from cimara.cohort.study.references import check_references
from cimara.cohort.study.schema_range import version_problem
from cimara.cohort.study.toml_reader import TomlReader
from cimara.cohort.study.variable_reading import read_variables
from cimara.terms.toml_lines import KeyPath, parted_lines

TOP_KEYS = (
    "study", "cohort", "variables", "endpoints", "analysis", "figure", "table_one", "covariates", "sites",
    "governance", "disclosure", "federation", "release",
)  # fmt: skip
STUDY_KEYS = ("id", "title", "question", "schema", "sites_min", "data_cut", "seed")
COHORT_KEYS = ("unit", "include", "exclude", "origin", "origin_label", "landmark", "attributed_to")
CRITERION_KEYS = ("label", "where")
GOVERNANCE_KEYS = (
    "duo", "diseases", "commercial", "for_profit", "countries", "institutions", "users", "expires",
    "authorship",
)  # fmt: skip
DISCLOSURE_KEYS = ("min_n", "min_events", "min_sites", "round_base")
SITES_KEYS = ("members",)
COLUMN_KEYS = ("cluster", "by", "exposure", "censoring_groups")
COLUMNS_KEYS = ("adjust", "strata", "time_varying")


def read_study(path: Path) -> StudyFile:
    """The study in a file.

    Raises
    ------
    StudyError
        All that is wrong with it, each with its line.
    """
    if not path.is_file():
        raise StudyError([Fault(0, "study", "no such file")], path.name)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise StudyError([Fault(0, "study", "is not UTF-8")], path.name) from error
    return study_from_text(text, source=path.name, folder=path.parent)


def study_from_text(text: str, *, source: str = "study.toml", folder: Path | None = None) -> StudyFile:
    """The study that a TOML text holds. Raises StudyError with all that is wrong with it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError([Fault(0, "TOML", str(error))], source) from error
    reader = StudyReader(parted_lines(text))
    made = reader.study(data, source, str(folder) if folder else "")
    check_references(made, reader.fault)
    if reader.faults:
        raise StudyError(reader.faults, source, made)
    return made


class StudyReader(TomlReader):
    """One reading of one study file."""

    def study(self, data: dict[str, Any], source: str, folder: str) -> StudyFile:
        """The study; what is wrong is noted and stood in for."""
        self.keys((), data, TOP_KEYS)
        head = self._part(data, "study", STUDY_KEYS)
        sites = self._part(data, "sites", SITES_KEYS)
        return StudyFile(
            id=self.text(("study", "id"), head.get("id"), needed=True),
            title=self.text(("study", "title"), head.get("title"), needed=True),
            question=self.text(("study", "question"), head.get("question"), needed=True),
            schema=self._schema(head.get("schema")),
            sites_min=self.whole(("study", "sites_min"), head.get("sites_min"), 1),
            data_cut=self.date(("study", "data_cut"), head.get("data_cut")),
            seed=self.whole(("study", "seed"), head.get("seed"), 0),
            cohort=self._cohort(self._part(data, "cohort", COHORT_KEYS)),
            variables=read_variables(self, data),
            endpoints=tuple(self._endpoints(self.table(("endpoints",), data.get("endpoints")))),
            analyses=tuple(self._analysis(path, one) for path, one in self.tables(data, "analysis")),
            sites=self.texts(("sites", "members"), sites.get("members")),
            governance=self._governance(self._part(data, "governance", GOVERNANCE_KEYS)),
            disclosure=self._disclosure(self._part(data, "disclosure", DISCLOSURE_KEYS)),
            federation=read_federation(self, data.get("federation")),
            canonical=canonical_json(data),
            folder=folder,
            source=source,
        )

    def _part(self, data: dict[str, Any], name: str, known: tuple[str, ...]) -> dict[str, Any]:
        table = self.table((name,), data.get(name))
        self.keys((name,), table, known)
        return table

    def _schema(self, value: object) -> str:
        path: KeyPath = ("study", "schema")
        asked = self.text(path, value, needed=True)
        problem = version_problem(asked, data_model().version) if asked else ""
        if problem:
            self.fault(path, problem)
        return asked

    def _cohort(self, table: dict[str, Any]) -> CohortRule:
        return CohortRule(
            include=self._criteria(("cohort", "include"), table.get("include", [])),
            exclude=self._criteria(("cohort", "exclude"), table.get("exclude", [])),
            origin=self.text(("cohort", "origin"), table.get("origin"), needed=True),
            origin_label=self.text(("cohort", "origin_label"), table.get("origin_label", "")),
            unit=self.word(("cohort", "unit"), table.get("unit"), Unit, Unit.PATIENT),
            landmark=self.whole(("cohort", "landmark"), table.get("landmark"), 0),
            are=self.text(("cohort", "attributed_to"), table.get("attributed_to", "")),
        )

    def _criteria(self, path: KeyPath, value: object) -> tuple[Criterion, ...]:
        """Conditions, each a text or a table with a label."""
        if not isinstance(value, list):
            self.fault(path, "expected a list of conditions")
            return ()
        found = []
        for place, one in enumerate(value):
            own: KeyPath = (*path, place)
            table = one if isinstance(one, dict) else {"where": one}
            self.keys(own, table, CRITERION_KEYS)
            where = self.text((*own, "where"), table.get("where"), needed=True)
            found.append(Criterion(where, self.text((*own, "label"), table.get("label", ""))))
        return tuple(found)

    def _endpoints(self, table: dict[str, Any]) -> Iterator[EndpointAsked]:
        for name, value in table.items():
            path: KeyPath = ("endpoints", name)
            own = self.table(path, value)
            switch = self.table((*path, "switch"), own.get("switch"))
            option = self.table((*path, "option"), own.get("option"))
            yield EndpointAsked(
                name=name,
                use=self.text((*path, "use"), own.get("use"), needed=True),
                file=self.text((*path, "file"), own.get("file", "")),
                switch=tuple(sorted(switch.items())),
                option=tuple(sorted(option.items())),
            )

    def _analysis(self, path: KeyPath, table: dict[str, Any]) -> AnalysisAsked:
        """What the cohort needs of an analysis; its other faults are for the plan's own reader."""
        test = table.get("test")
        several = [table.get(key) for key in COLUMNS_KEYS]
        several.append(test.get("strata") if isinstance(test, dict) else None)
        columns = [table.get(key) for key in COLUMN_KEYS] + [one for held in several for one in _texts(held)]
        at = table.get("at")
        return AnalysisAsked(
            id=self.text((*path, "id"), table.get("id"), needed=True),
            kind=str(table.get("kind", "")),
            endpoint=str(table.get("endpoint", "")),
            columns=tuple(dict.fromkeys(one for one in columns if isinstance(one, str) and one)),
            time_varying=_texts(table.get("time_varying")),
            at=float(at) if isinstance(at, int | float) and not isinstance(at, bool) else 0.0,
        )

    def _governance(self, table: dict[str, Any]) -> Governance:
        texts = {
            key: self.texts(("governance", key), table.get(key))
            for key in ("diseases", "countries", "institutions", "users")
        }
        expires = self.date(("governance", "expires"), table.get("expires"))
        if "expires" not in table:
            self.fault(("governance", "expires"), "missing; the last day on which the study may be run")
        purpose = Purpose(
            terms=self._duo(table.get("duo")),
            commercial=self.flag(("governance", "commercial"), table.get("commercial")),
            for_profit=self.flag(("governance", "for_profit"), table.get("for_profit")),
            until=expires,
            **texts,
        )
        authorship = self.text(("governance", "authorship"), table.get("authorship", ""))
        return Governance(purpose=purpose, expires=expires, authorship=authorship)

    def _duo(self, value: object) -> tuple[DuoTerm, ...]:
        path: KeyPath = ("governance", "duo")
        words = self.texts(path, value)
        found = [(word, duo_term(word)) for word in words]
        for word, term in found:
            if term is None:
                self.fault(path, f"no term {word!r} of the Data Use Ontology; {nearest_term(word)}")
        terms = tuple(dict.fromkeys(term for _, term in found if term is not None))
        if not set(terms) & set(PERMISSIONS):
            self.fault(path, f"names no use of data; expected one of {', '.join(PERMISSIONS)}")
        return terms

    def _disclosure(self, table: dict[str, Any]) -> Disclosure:
        given = {
            key: self.whole(("disclosure", key), table[key], getattr(Disclosure(), key))
            for key in DISCLOSURE_KEYS
            if key in table
        }
        made = Disclosure(**given)
        for name, floor in loosened(made):
            self.fault(("disclosure", name), f"a study may only tighten it; expected {floor} or more")
        return made


def _texts(value: object) -> tuple[str, ...]:
    """The texts of a list; nothing of what is none."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
