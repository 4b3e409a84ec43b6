"""Reads the analyses of a table study: each key against what the estimator needs, faults with their lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cimara.cohort.study.toml_reader import TomlReader, nearest
from cimara.federation.coarsening import DAYS
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.tables.analyses import ANALYSES
from cimara.federation.tables.asked import Asked, Covariate, Labelled
from cimara.terms.toml_lines import KeyPath

COLUMNS = (
    "time", "start", "event", "status", "outcome", "exposure_time", "treatment", "cluster", "patient",
    "weights",
)  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    "unit": tuple(DAYS),
    "baseline": ("common", "stratified"),
    "ties": ("efron", "breslow"),
    "small_sample": ("none", "cr1"),
    "weight_kind": ("probability", "frequency"),
    "variance": ("greenwood", "ij", "delta", "cmprsk"),
    "convention": ("crr", "finegray"),
    "time_scale": ("km", "rank", "log", "identity"),
    "estimand": ("ate", "stabilised_ate", "att", "overlap"),
}
"""Words that a key may have; the first is what is meant where nothing is said, but of `variance`."""
TEXTS = ("title", "cause", "reference", "exposure")
NUMBERS = ("confidence", "tau", "rho")
FLAGS = ("robust", "censoring_groups", "refit")
LISTS = ("probabilities", "weight_limits")
KEYS = (
    "id", "estimator", *COLUMNS, *WORDS, *TEXTS, *NUMBERS, *FLAGS, *LISTS,
    "causes", "covariates", "group", "strata", "site", "cuts", "digits",
)  # fmt: skip


class AnalysisReader(TomlReader):
    """One reading of the analyses of a study file."""

    def analysis(self, path: KeyPath, table: Mapping[str, Any], sites: tuple[str, ...]) -> Asked:
        """One analysis; what is wrong is noted."""
        self.keys(path, table, KEYS)
        estimator = self.text((*path, "estimator"), table.get("estimator"), needed=True)
        if estimator and estimator not in ESTIMATORS:
            self.fault((*path, "estimator"), f"unknown estimator; {nearest(estimator, ESTIMATORS)}")
        said: dict[str, Any] = {
            key: self.text((*path, key), table[key], needed=True)
            for key in (*COLUMNS, *TEXTS)
            if key in table
        }
        said |= {key: self._word((*path, key), table[key], key) for key in WORDS if key in table}
        said |= {key: self.number((*path, key), table[key], 0.0) for key in NUMBERS if key in table}
        said |= {key: self.flag((*path, key), table[key]) for key in FLAGS if key in table}
        said |= {key: self._numbers((*path, key), table[key]) for key in LISTS if key in table}
        if "digits" in table:
            said["digits"] = self.whole((*path, "digits"), table["digits"], 0)
        asked = Asked(
            id=self.text((*path, "id"), table.get("id"), needed=True),
            estimator=estimator,
            covariates=self._covariates((*path, "covariates"), table.get("covariates", [])),
            group=self._labelled((*path, "group"), table["group"]) if "group" in table else None,
            strata=self._strata((*path, "strata"), table.get("strata", [])),
            site=Labelled(name=self.text((*path, "site"), table["site"], needed=True), levels=sites)
            if "site" in table
            else None,
            causes=self._causes((*path, "causes"), table.get("causes")),
            cuts=self._cuts((*path, "cuts"), table.get("cuts")),
            **said,
        )
        self._fits(path, asked)
        return asked

    def _fits(self, path: KeyPath, asked: Asked) -> None:
        """Note what the estimator needs and the analysis does not say."""
        analysis = ANALYSES.get(asked.estimator)
        if analysis is None:
            return
        for key in analysis.needs:
            choices = key.split(" or ")
            if not any(getattr(asked, one) not in ("", (), None) for one in choices):
                self.fault((*path, choices[0]), f"missing; {asked.estimator} needs {key}")
        if asked.event and asked.status:
            self.fault((*path, "status"), "an analysis has an event or a status, not both")
        if asked.status and not asked.causes:
            self.fault((*path, "causes"), 'missing; expected the codes with names, { 1 = "progression" }')
        if asked.cause and asked.cause not in dict(asked.causes).values():
            self.fault((*path, "cause"), "is not among the causes")
        if asked.weight_limits is not None and len(asked.weight_limits) != 2:
            self.fault((*path, "weight_limits"), "expected the least and the greatest weight, [0.05, 20]")
        if not 0 < asked.confidence < 1:
            self.fault((*path, "confidence"), "expected a number between 0 and 1")
        taken = [one.name for one in asked.covariates]
        for name in {one for one in taken if taken.count(one) > 1}:
            self.fault((*path, "covariates"), f"{name} is named twice")

    def _word(self, path: KeyPath, value: object, key: str) -> str:
        if isinstance(value, str) and value in WORDS[key]:
            return value
        self.fault(path, f"unknown word; {nearest(str(value), WORDS[key])}")
        return WORDS[key][0]

    def _numbers(self, path: KeyPath, value: object) -> tuple[float, ...]:
        given = value if isinstance(value, list) else None
        if given is None or not all(isinstance(one, int | float) and one == one for one in given):
            self.fault(path, "expected a list of numbers")
            return ()
        return tuple(float(one) for one in given)

    def _covariates(self, path: KeyPath, value: object) -> tuple[Covariate, ...]:
        if not isinstance(value, list):
            self.fault(path, 'expected a list of tables such as { name = "age", centre = 60, scale = 10 }')
            return ()
        return tuple(self._covariate(path, one) for one in value)

    def _covariate(self, path: KeyPath, value: object) -> Covariate:
        table = self.table(path, value)
        self.keys(path, table, ("name", "levels", "centre", "scale"))
        scale = self.number(path, table.get("scale"), 1.0)
        if not scale > 0:
            self.fault(path, "a scale must be above 0")
            scale = 1.0
        name = self.text(path, table.get("name"), needed=True)
        levels = self._levels(path, table["levels"]) if "levels" in table else ()
        return Covariate(
            name=name, levels=levels, centre=self.number(path, table.get("centre"), 0.0), scale=scale
        )

    def _labelled(self, path: KeyPath, value: object) -> Labelled:
        table = self.table(path, value)
        self.keys(path, table, ("name", "levels"))
        name = self.text(path, table.get("name"), needed=True)
        return Labelled(name=name, levels=self._levels(path, table.get("levels")))

    def _strata(self, path: KeyPath, value: object) -> tuple[Labelled, ...]:
        found = value if isinstance(value, list) else [value]
        return tuple(self._labelled(path, one) for one in found)

    def _levels(self, path: KeyPath, value: object) -> tuple[str, ...]:
        found = self.texts(path, value)
        if not found or len(set(found)) < len(found):
            self.fault(path, "expected all levels of the column, each once, the reference first")
        return found

    def _causes(self, path: KeyPath, value: object) -> tuple[tuple[int, str], ...]:
        table = self.table(path, value)
        found = []
        for code, name in table.items():
            if not code.isdecimal() or int(code) == 0 or not isinstance(name, str) or not name:
                self.fault(path, 'expected codes above 0 with names, { 1 = "progression", 2 = "death" }')
                continue
            found.append((int(code), name))
        return tuple(sorted(found))

    def _cuts(self, path: KeyPath, value: object) -> tuple[tuple[str, tuple[float, ...]], ...]:
        return tuple(
            (name, self._numbers((*path, name), cuts)) for name, cuts in self.table(path, value).items()
        )
