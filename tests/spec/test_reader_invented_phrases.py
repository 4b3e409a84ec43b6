"""Invented criteria in the manner of many sponsors, each with the policies that the rules give it."""

from __future__ import annotations

import pytest

from cimara.trials.eligibility import read_eligibility
from cimara.trials.labels import label_row, score
from tests.labelled import Phrase, phrases


@pytest.mark.parametrize("phrase", phrases(), ids=lambda phrase: phrase.id)
def test_the_policies_of_an_invented_text(phrase: Phrase) -> None:
    read = read_eligibility(phrase.criteria, title=phrase.title, conditions=phrase.conditions)
    assert phrase.labels["brm_policy"] in (read.brm_policy, "?")
    assert phrase.labels["lmd_policy"] in (read.lmd_policy, "?")


def test_the_fields_of_the_invented_texts() -> None:
    rows = {
        phrase.id: label_row(
            phrase.id, read_eligibility(phrase.criteria, title=phrase.title, conditions=phrase.conditions)
        )
        for phrase in phrases()
    }
    scores = score(rows, {phrase.id: phrase.labels for phrase in phrases()})
    assert {name: share.value for name, share in scores.fields.items() if share.value < 0.93} == {}


@pytest.mark.parametrize("phrase", phrases(), ids=lambda phrase: phrase.id)
def test_every_quote_stands_in_the_text_where_its_span_says(phrase: Phrase) -> None:
    read = read_eligibility(phrase.criteria, title=phrase.title, conditions=phrase.conditions)
    for item in (*read.evidence, *read.statements, *read.unread):
        assert phrase.criteria[item.start : item.end] == item.quote
    if read.brm_policy not in ("not_mentioned", "not_applicable"):
        assert read.evidence_for("brm_policy")
    if read.lmd_policy != "not_mentioned":
        assert read.evidence_for("lmd_policy")
