"""Up to four trials side by side, criterion by criterion."""

from __future__ import annotations

import pytest

from cimara.terms.errors import CimaraError
from cimara.trials.matching import compare, match
from cimara.trials.verdict import CriterionId
from tests.unit.trials.matching.made_trials import eligibility, person, trial


def test_each_row_has_one_cell_a_trial_and_none_where_a_trial_has_no_rule() -> None:
    studies = [trial(number=1), trial(eligibility(stable_days=28), 2)]
    profile = person("treated_stable")
    found = compare(profile, studies)
    assert found.results == tuple(match(profile, study) for study in studies)
    rows = dict(found.rows)
    assert rows[CriterionId.STABLE_DAYS][0] is None
    assert rows[CriterionId.STABLE_DAYS][1] == found.results[1].criterion(CriterionId.STABLE_DAYS)
    assert None not in rows[CriterionId.BRM]


@pytest.mark.parametrize("number", [0, 5])
def test_one_to_four_trials(number: int) -> None:
    with pytest.raises(CimaraError, match="1 to 4"):
        compare(person(), [trial(number=one + 1) for one in range(number)])
