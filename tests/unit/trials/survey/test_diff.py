"""Two snapshots compared: which trials changed their policy, in which words, and why."""

from __future__ import annotations

from msgspec.structs import replace

from cimara.trials.atlas import Selection
from cimara.trials.survey import survey_diff
from cimara.trials.survey.tables import diff_note, diff_table, write_markdown
from tests.unit.trials.survey.made_survey import SENTENCE, trial


def test_a_changed_policy_is_listed_with_both_sentences() -> None:
    old = [trial(1, "excluded", criteria="No brain metastases.")]
    new = [trial(1, "stable_only", criteria="Stable brain metastases.")]
    (change,) = survey_diff(old, new).changes
    assert (change.field, change.before, change.after) == ("brm_policy", "excluded", "stable_only")
    assert change.sentences_before == change.sentences_after == (SENTENCE,)
    assert change.text_changed


def test_an_unchanged_policy_is_not_listed() -> None:
    found = survey_diff([trial(1)], [trial(1, criteria="Other words.")])
    assert found.changes == ()
    assert found.in_both == 1


def test_both_policies_of_a_trial_can_change() -> None:
    found = survey_diff([trial(1, "excluded", "excluded")], [trial(1, "required", "allowed")])
    assert [change.field for change in found.changes] == ["brm_policy", "lmd_policy"]


def test_the_same_text_read_otherwise_is_our_readers_change() -> None:
    (change,) = survey_diff([trial(1, "unclear")], [trial(1, "excluded")]).changes
    assert not change.text_changed
    assert "our reader changed" in write_markdown(
        [diff_table(survey_diff([trial(1, "unclear")], [trial(1)]))], ""
    )


def test_a_silent_record_says_so() -> None:
    unread = replace(trial(1), eligibility=None)
    (change, _) = survey_diff([unread], [trial(1)]).changes
    assert change.before is None
    assert change.sentences_before == ()
    assert "(the record is silent)" in diff_table(survey_diff([unread], [trial(1)])).rows[0]


def test_trials_that_came_and_went_are_named() -> None:
    found = survey_diff([trial(1), trial(2)], [trial(2), trial(3)])
    assert found.appeared == ("NCT00000003",)
    assert found.gone == ("NCT00000001",)
    assert "1 trials are new, 1 are gone" in diff_note(found)


def test_a_trial_that_left_the_population_still_counts() -> None:
    old = [trial(1, "excluded", tumours=("melanoma",))]
    new = [trial(1, "stable_only", tumours=("nsclc",))]
    found = survey_diff(old, new, Selection(tumours=frozenset({"melanoma"})))
    assert len(found.changes) == 1
