"""A plan tells every number that will leave a site, in words, for every estimator."""

from __future__ import annotations

from typing import Any

import pytest

from cimara.federation.errors import FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.planning.invented_rows import invented_table
from cimara.federation.planning.plan import AnalysisPlan, analysis_plan, chosen, study_plan
from cimara.federation.planning.words import AT_ONCE, WORDS, words_of
from cimara.federation.tables.studies import SimulatedStudy, table_study

SITES = ("NL01", "UT02", "DE03")
ARM = {"name": "arm", "levels": ["radiosurgery", "surgery"]}
COVARIATES = [{"name": "age", "centre": 60.0, "scale": 10.0}, ARM]
EVENT: dict[str, Any] = {"time": "days", "event": "event", "patient": "patient"}
CAUSES: dict[str, Any] = {
    "time": "days",
    "status": "status",
    "causes": {"1": "progression", "2": "death"},
    "cause": "progression",
    "patient": "patient",
}
ASKED: dict[str, dict[str, Any]] = {
    "cox_strat": {**EVENT, "covariates": COVARIATES, "robust": True},
    "cox_shared": {**EVENT, "covariates": COVARIATES, "robust": True},
    "fine_gray": {**CAUSES, "covariates": COVARIATES},
    "km": {**EVENT, "group": ARM},
    "rmst": {**EVENT, "group": ARM, "tau": 700.0},
    "aalen_johansen": {**CAUSES, "group": ARM},
    "logrank": {**EVENT, "group": ARM},
    "gray": {**CAUSES, "group": ARM},
    "logistic": {"outcome": "answer", "covariates": COVARIATES, "patient": "patient", "robust": True},
    "poisson": {"outcome": "lesions", "covariates": COVARIATES, "patient": "patient"},
    "table1": {"covariates": COVARIATES, "group": ARM, "patient": "patient"},
    "quantile": {"covariates": COVARIATES[:1], "cuts": {"age": [30.0, 60.0, 90.0]}, "patient": "patient"},
    "iptw_cox": {**EVENT, "treatment": "treated", "covariates": COVARIATES},
    "cox_zph": {**EVENT, "covariates": COVARIATES},
    "site_panel": {**EVENT, "covariates": COVARIATES, "site": "site"},
}


def simulated(*estimators: str, **options: Any) -> SimulatedStudy:
    analyses = [{"id": one, "estimator": one, **ASKED[one]} for one in estimators]
    return table_study(analyses, sites=SITES, **options)


def plan(estimator: str, **options: Any) -> AnalysisPlan:
    study = simulated(estimator, **options)
    work = study.analyses[estimator]
    return analysis_plan(study, work, invented_table(work.asked, until=study.grid.days[-1]))  # type: ignore[attr-defined]


def test_every_estimator_of_a_table_is_planned_here() -> None:
    assert set(ASKED) == {one for one in ESTIMATORS if not one.startswith("report_")}


@pytest.mark.parametrize("estimator", ASKED)
def test_its_rounds_come_to_a_result_and_each_number_has_its_words(estimator: str) -> None:
    made = plan(estimator)
    assert made.ends == ""
    assert made.rounds[0].schema == "facts"
    untold = {
        (one.schema, block.name)
        for one in made.rounds
        for block in one.blocks
        if one.schema != AT_ONCE and block.name not in WORDS.get(one.schema, {})
    }
    assert untold == set()


def test_sums_that_are_asked_for_at_once_keep_their_words() -> None:
    assert words_of(AT_ONCE, "1:cox:score") == "model 2: score of each coefficient, summed over events"


def test_a_masked_message_holds_two_words_a_number() -> None:
    masked, plain = plan("cox_strat"), plan("cox_strat", masked=False)
    for one, other in zip(masked.rounds, plain.rounds, strict=True):
        assert one.numbers == other.numbers
        assert one.bytes >= 16 * one.numbers


def test_rounds_that_ask_for_the_same_are_told_together() -> None:
    groups = plan("cox_shared").grouped()
    assert sum(len(one) for one in groups) == len(plan("cox_shared").rounds)
    assert [one.step for one in groups[-1]][:2] == [5, 7]


def test_no_round_sends_times_on_a_grid() -> None:
    assert not any(one.times for one in plan("km").rounds)


def test_rows_that_do_not_fit_end_a_plan_with_their_fault() -> None:
    study = simulated("km")
    work = study.analyses["km"]
    rows = invented_table(work.asked).drop("arm")  # type: ignore[attr-defined]
    (made,) = study_plan(study, iter([(work, rows)]))
    assert "FED-601" in made.ends
    assert made.rounds == ()


def test_invented_rows_are_the_same_each_time_and_end_on_the_grid() -> None:
    asked = simulated("cox_strat").analyses["cox_strat"].asked  # type: ignore[attr-defined]
    assert invented_table(asked).equals(invented_table(asked))
    assert invented_table(asked, until=300.0)["days"].max() == 300.0


def test_analyses_are_chosen_by_id() -> None:
    study = simulated("km", "logrank")
    assert [one.id for one in chosen(study, [])] == ["km", "logrank"]
    assert [one.id for one in chosen(study, ["logrank"])] == ["logrank"]
    with pytest.raises(FederationError, match="FED-105"):
        chosen(study, ["gray"])
