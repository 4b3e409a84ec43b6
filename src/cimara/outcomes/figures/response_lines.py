"""The lines that response criteria draw into a figure of change: read from the policy and its rules."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.words import MINUS, percent
from cimara.response.policy import Policy
from cimara.response.results import ResultTables
from cimara.response.tables import TABLES_OF, component_rules, load_table

RESPONSE_RULE, PROGRESSION_RULE, VOLUME_RULE = "T4", "T1", "VOL-1"
NO_SUMS = ("rano_lm_2019", "rano_lm_2017")
"""Criteria that judge in words: they have no sum whose change could be drawn."""


@dataclass(frozen=True, slots=True)
class ResponseLine:
    """A threshold in percent of the sum, with the rule that says so."""

    change: float
    rule_id: str
    rule: str

    @property
    def label(self) -> str:
        """The line's name in the figure."""
        return percent(self.change)


def response_lines(policy: Policy) -> tuple[ResponseLine, ResponseLine]:
    """Partial response and progression: the policy's percentages with the rules of its criterion.

    Raises
    ------
    FigureError
        A criterion without sums.
    """
    if policy.criterion in NO_SUMS:
        raise FigureError("the criterion has no sum of sizes", where=policy.label)
    if policy.measure == "volume":
        fall, rise = policy.volumetric_pr_percent, policy.volumetric_pd_percent
        ids = (VOLUME_RULE, VOLUME_RULE)
    else:
        fall, rise = policy.pr_percent, policy.pd_percent
        family = load_table(TABLES_OF[policy.criterion][0]).rows[0].rule_id.partition("-")[0]
        ids = (f"{family}-{RESPONSE_RULE}", f"{family}-{PROGRESSION_RULE}")
    rules = component_rules()
    return (
        ResponseLine(-float(fall), ids[0], rules[ids[0]].text),
        ResponseLine(float(rise), ids[1], rules[ids[1]].text),
    )


def rules_note(lines: tuple[ResponseLine, ...]) -> str:
    """The rules in words, for the foot of a figure: a line at +20 % is not all that progression asks for."""
    rules = {line.rule_id: line.rule for line in lines}
    said = "; ".join(f"{key}, {text}" for key, text in rules.items())
    return f"Lines: {said}.".replace("<=", "≤").replace(">=", "≥").replace(" -", f" {MINUS}")


def lines_frame(lines: tuple[ResponseLine, ...]) -> pl.DataFrame:
    """The lines as numbers."""
    return pl.DataFrame(
        [(line.change, line.rule_id, line.rule) for line in lines],
        schema={"change": pl.Float64, "rule_id": pl.String, "rule": pl.String},
        orient="row",
    )


def one_reading(
    result: ResultTables, policy: Policy, evaluator: str | None, compartment: str | None
) -> ResultTables:
    """The tables of one evaluator and compartment, made by this policy.

    Raises
    ------
    FigureError
        Tables of another policy, or more than one evaluator or compartment when none was named.
    """
    best = result.best
    if not best["policy_hash"].is_in([policy.hash]).all():
        raise FigureError("the responses were not derived by this policy", where=policy.label)
    chosen: list[pl.Expr] = []
    for column, asked in (("evaluator", evaluator), ("compartment", compartment)):
        found = best[column].unique().sort().to_list()
        if asked is None and len(found) > 1:
            raise FigureError(
                f"responses of more than one {column}", where=column, expected="one of " + ", ".join(found)
            )
        wanted = asked if asked is not None else found[0] if found else ""
        chosen.append(pl.col(column) == wanted)
    kept = best.filter(*chosen)
    if kept.is_empty():
        raise FigureError("there is no response to draw", where=policy.label)
    return ResultTables(
        result.timepoints.filter(*chosen), result.lesions.filter(*chosen), kept, result.findings
    )


def with_targets(result: ResultTables) -> pl.DataFrame:
    """Patients who have a target lesion (column patient_id): only their sums can change."""
    seen = result.timepoints.filter(pl.col("n_targets") > 0).select("patient_id")
    listed = result.lesions.filter(pl.col("role") == "TARGET").select("patient_id")
    return pl.concat([seen, listed]).unique(maintain_order=True)
