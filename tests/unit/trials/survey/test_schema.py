"""Each schema puts every policy into exactly one column, and prints what was published."""

from __future__ import annotations

import pytest

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.trials.eligibility.model import SteroidPolicy
from cimara.trials.survey import Schema, SchemaError, schema_named, schemas
from cimara.trials.survey.schema import NOT_MENTIONED, policy_of
from tests.unit.trials.survey.made_survey import trial

POLICIES = {
    "brm_policy": {str(one) for one in BrmPolicy},
    "lmd_policy": {str(one) for one in LmdPolicy},
    "steroid_policy": {*(str(one) for one in SteroidPolicy), NOT_MENTIONED},
}


@pytest.mark.parametrize("schema", schemas().values(), ids=lambda schema: schema.id)
@pytest.mark.parametrize("merge", [False, True])
def test_every_policy_has_one_column(schema: Schema, merge: bool) -> None:
    chosen = schema.with_required_merged() if merge else schema
    for question in chosen.questions:
        named = [policy for column in question.columns for policy in column.policies]
        assert sorted(named) == sorted(POLICIES[question.field])


@pytest.mark.parametrize("schema", schemas().values(), ids=lambda schema: schema.id)
def test_every_question_has_a_column_for_what_was_not_read(schema: Schema) -> None:
    for question in schema.questions:
        assert question.column_of(trial(1, None)) is question.unread


@pytest.mark.parametrize(
    ("schema", "question", "published"),
    [
        ("mccoach2016", "brm", [14, 41, 26, 19]),
        ("mccoach2016", "lmd", [19]),
        ("asco2024", "brm", [2.9, 74.3, 11.4, 11.4]),
        ("asco2024", "lmd", [5.8, 44.0, 50.2]),
        ("asco2024", "steroids", [22.5]),
    ],
)
def test_published_figures_stand_beside(schema: str, question: str, published: list[float]) -> None:
    found = next(one for one in schema_named(schema).questions if one.id == question)
    assert [column.published for column in found.columns if column.published is not None] == published


@pytest.mark.parametrize(
    ("schema", "policy", "column"),
    [
        ("mccoach2016", "excluded", "strict_exclusion"),
        ("mccoach2016", "stable_only", "after_local_therapy"),
        ("mccoach2016", "active_allowed", "untreated_allowed"),
        ("asco2024", "stable_only", "partial"),
        ("asco2024", "active_allowed", "active"),
        ("cimara", "required", "required"),
    ],
)
def test_policies_fall_into_the_columns_of_the_paper(schema: str, policy: str, column: str) -> None:
    question = schema_named(schema).questions[0]
    assert question.column_of(trial(1, policy)).id == column


def test_required_can_be_merged_into_active() -> None:
    question = schema_named("asco2024").with_required_merged().questions[0]
    assert question.column_of(trial(1, "required")).id == "active"
    assert "required" not in [column.id for column in question.columns]


@pytest.mark.parametrize(
    ("steroids", "column"),
    [
        (SteroidPolicy.MAX_DOSE, "accepted"),
        (SteroidPolicy.STABLE_OR_TAPERING, "accepted"),
        (SteroidPolicy.ANY, "accepted"),
        (SteroidPolicy.NONE, "none"),
        (None, "not_mentioned"),
    ],
)
def test_steroids_are_accepted_by_any_policy_but_none(steroids: SteroidPolicy | None, column: str) -> None:
    question = schema_named("asco2024").questions[2]
    assert question.column_of(trial(1, steroids=steroids)).id == column


def test_an_unread_trial_has_no_policy() -> None:
    assert policy_of(trial(1, None), "brm_policy") is None


def test_an_unknown_schema_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SchemaError, match="cimara, mccoach2016, asco2024"):
        schema_named("other")
