"""Taking facts away from a profile never makes a trial fail and never takes one off the list."""

from __future__ import annotations

from random import Random

import pytest

from cimara.trials.matching import Profile, match, rank
from cimara.trials.matching.judge import COMPARED
from cimara.trials.verdict import CriterionValue, Verdict
from tests.generative.matching.random_cases import (
    known_facts,
    random_profiles,
    random_trials,
    without,
)
from tests.many import examples

TRIALS = random_trials(seed=7, number=120)
PROFILES = list(random_profiles(seed=11, number=500))
BADNESS = {Verdict.NOT_NOW: 1, Verdict.NO: 2}
READS = {compared.id: compared.reads for compared in COMPARED}


def fewer(random: Random, profile: Profile) -> tuple[Profile, list[str]]:
    known = known_facts(profile)
    taken = random.sample(known, random.randrange(1, len(known) + 1)) if known else []
    return without(profile, *taken), taken


@pytest.mark.parametrize("block", range(examples(few=4, many=10)))
def test_no_verdict_moves_towards_not_now_or_no(block: int) -> None:
    for random, profile in PROFILES[block * 50 : block * 50 + 50]:
        reduced, taken = fewer(random, profile)
        for study in random.sample(TRIALS, 25):
            before, after = match(profile, study), match(reduced, study)
            assert BADNESS.get(after.verdict, 0) <= BADNESS.get(before.verdict, 0), (
                study,
                before,
                after,
                taken,
            )


@pytest.mark.parametrize("block", range(examples(few=4, many=10)))
def test_the_set_of_relevant_trials_does_not_shrink(block: int) -> None:
    for random, profile in PROFILES[block * 50 : block * 50 + 50]:
        reduced, _ = fewer(random, profile)
        sample = random.sample(TRIALS, 25)
        before = {one.nct_id for one in rank(profile, sample).results}
        after = {one.nct_id for one in rank(reduced, sample).results}
        assert before <= after


@pytest.mark.parametrize("block", range(examples(few=4, many=10)))
def test_a_fact_moves_only_the_criteria_that_look_at_it(block: int) -> None:
    for random, profile in PROFILES[block * 50 : block * 50 + 50]:
        known = known_facts(profile)
        if not known:
            continue
        taken = random.choice(known)
        reduced = without(profile, taken)
        for study in random.sample(TRIALS, 25):
            with_fact, without_fact = match(profile, study), match(reduced, study)
            for criterion, reads in READS.items():
                if taken not in reads:
                    assert with_fact.criterion(criterion) == without_fact.criterion(criterion), (taken, study)


@pytest.mark.parametrize("block", range(examples(few=4, many=10)))
def test_a_new_fact_never_makes_a_known_answer_unknown(block: int) -> None:
    for random, profile in PROFILES[block * 50 : block * 50 + 50]:
        reduced, taken = fewer(random, profile)
        for study in random.sample(TRIALS, 25):
            more = match(profile, study)
            for known in match(reduced, study).criteria:
                now = more.criterion(known.id)
                if now is not None and now.value is CriterionValue.UNKNOWN:
                    assert known.value is CriterionValue.UNKNOWN, (taken, known, now)


def test_a_match_is_its_row_in_the_whole_list_whatever_the_order() -> None:
    for random, profile in PROFILES[: examples(few=12, many=30)]:
        shuffled = random.sample(TRIALS, len(TRIALS))
        page = rank(profile, shuffled)
        assert page == rank(profile, TRIALS)
        rows = {one.nct_id: one for one in page.results}
        for study in TRIALS:
            own = match(profile, study)
            assert rows.get(study.nct_id, own) == own
            assert own.relevant == (study.nct_id in rows)


def test_every_criterion_has_a_quote_or_says_that_the_record_is_silent() -> None:
    from_registry_fields = {"status", "age", "sex", "tumour"}
    for _, profile in PROFILES[: examples(few=12, many=30)]:
        for study in TRIALS:
            for one in match(profile, study).criteria:
                assert one.quotes or one.reason.endswith("/silent") or one.id in from_registry_fields, one
                assert all(study.criteria[quote.start : quote.end] == quote.text for quote in one.quotes)


def test_nothing_known_keeps_every_trial_that_is_open_to_anyone() -> None:
    nothing = without(PROFILES[0][1], *known_facts(PROFILES[0][1]))
    for study in TRIALS:
        result = match(nothing, study)
        failed = {one.id.value for one in result.criteria if one.value is CriterionValue.FAILS}
        assert failed <= {"status", "tumour"}
