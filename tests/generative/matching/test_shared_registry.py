"""The properties of matching on the 1,536 shared records, as the reader reads them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from cimara.terms.ids import NctId
from cimara.trials.fhir import to_bundle
from cimara.trials.matching import match, match_all, rank
from cimara.trials.matching.sites import open_sites
from cimara.trials.study import Study
from cimara.trials.verdict import CriterionValue, Verdict
from tests.generative.matching.random_cases import known_facts, random_profiles, without
from tests.many import examples
from tests.unit.trials.matching.shared_snapshot import shared_snapshot

pytestmark = pytest.mark.shared_data

PROFILES = list(random_profiles(seed=5, number=500))
BADNESS = {Verdict.NOT_NOW: 1, Verdict.NO: 2}
LABELS = Path(__file__).resolve().parents[2] / "labels" / "open_sites.csv"
FROM_REGISTRY_FIELDS = {"status", "age", "sex", "tumour"}


@cache
def studies() -> list[Study]:
    return list(shared_snapshot().studies())


@pytest.mark.parametrize("block", range(examples(few=4, many=10)))
def test_no_trial_disappears_and_no_verdict_worsens_because_of_an_unknown(block: int) -> None:
    for random, profile in PROFILES[block * 50 : block * 50 + 50]:
        known = known_facts(profile)
        reduced = without(profile, *random.sample(known, random.randrange(len(known) + 1)))
        for study in random.sample(studies(), 60):
            before, after = match(profile, study), match(reduced, study)
            assert before.relevant <= after.relevant, study.nct_id
            assert BADNESS.get(after.verdict, 0) <= BADNESS.get(before.verdict, 0), (
                study.nct_id,
                before,
                after,
            )


def test_every_criterion_has_its_quote_or_says_that_the_record_is_silent() -> None:
    for random, profile in PROFILES[: examples(few=20, many=50)]:
        for study in random.sample(studies(), 200):
            for one in match(profile, study).criteria:
                quoted = one.quotes or one.reason.endswith("/silent") or one.id in FROM_REGISTRY_FIELDS
                assert quoted, (study.nct_id, one)
                assert all(study.criteria[quote.start : quote.end] == quote.text for quote in one.quotes)


def test_the_page_is_the_same_in_any_order_and_each_row_is_its_match() -> None:
    for random, profile in PROFILES[:2]:
        page = rank(profile, random.sample(studies(), len(studies())))
        listed = match_all(profile, shared_snapshot())
        assert page.results == listed.results
        assert page.gated_out == listed.gated_out
        rows = {one.nct_id: one for one in listed.results}
        assert all(rows[one.nct_id] == match(profile, one) for one in studies() if one.nct_id in rows)


def test_trials_known_by_country_only_stay() -> None:
    profile = PROFILES[0][1]
    page = match_all(without(profile, *known_facts(profile)), shared_snapshot())
    by_number = {one.nct_id: one for one in page.results}
    country_only = [one for one in studies() if one.sites and all(site.lat is None for site in one.sites)]
    assert len(country_only) > 300
    gated = {number for ids in page.gated_out_ids.values() for number in ids}
    assert all(one.nct_id in by_number or one.nct_id in gated for one in country_only)


def test_nothing_known_keeps_every_trial_but_those_for_blood_and_primary_brain_tumours() -> None:
    profile = PROFILES[0][1]
    page = match_all(without(profile, *known_facts(profile)), shared_snapshot())
    assert set(page.gated_out) == {"not_applicable"}
    for result in page.results:
        failed = {one.id.value for one in result.criteria if one.value is CriterionValue.FAILS}
        assert failed <= {"status"}, result.nct_id


def test_open_sites_are_those_that_were_labelled_by_hand() -> None:
    by_number = {one.nct_id: one for one in studies()}
    with LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    for row in rows:
        found = [site.ordinal for site in open_sites(by_number[NctId(row["nct_id"])])]
        assert found == [int(one) for one in row["open_ordinals"].split(";") if one], row["nct_id"]


def test_each_real_record_leaves_as_valid_fhir() -> None:
    from fhir.resources.R4B.bundle import Bundle

    for _, profile in PROFILES[:1]:
        page = match_all(profile, shared_snapshot())
        by_number = {one.nct_id: one for one in studies()}
        made = to_bundle(page, profile, by_number.__getitem__, with_failed=True)
        assert made["total"] == len(page.results)
        Bundle.model_validate(made)
