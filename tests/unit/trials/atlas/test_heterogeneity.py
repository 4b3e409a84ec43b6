"""Where trials define one endpoint differently, or leave the definition open."""

from __future__ import annotations

import pytest

from cimara.terms.endpoint import CriteriaId, EndpointId
from cimara.trials.atlas import Heterogeneity, atlas, differences, heterogeneity
from cimara.trials.atlas.heterogeneity import NOT_STATED, Detail, Item, items_of, states_all, value_of
from tests.unit.trials.atlas.made_studies import outcome, study, use

WHOLE = outcome(
    "Intracranial PFS by BICR per RANO-BM",
    "time from randomisation to intracranial progression or death from any cause",
)
BARE = outcome("iPFS", "Intracranial progression-free survival")
BY_RECIST = outcome("CNS PFS", "CNS progression by RECIST 1.1")


def report() -> Heterogeneity:
    trials = [
        study(WHOLE, outcome("Adverse events", ordinal=1), nct_id="NCT00000001"),
        study(BARE, nct_id="NCT00000002"),
        study(BY_RECIST, nct_id="NCT00000003"),
    ]
    return heterogeneity(atlas(trials))


def test_a_whole_definition_states_all_five_items() -> None:
    assert states_all(use(WHOLE.measure, WHOLE.description))
    assert not states_all(use(BARE.measure, BARE.description))


def test_the_share_that_states_all_is_counted() -> None:
    entry = report().report(EndpointId.CNSPFS)
    assert entry is not None
    assert (entry.n_trials, entry.n_complete) == (3, 1)
    assert entry.share_complete == pytest.approx(1 / 3)


def test_each_item_counts_its_values() -> None:
    entry = report().report(EndpointId.CNSPFS)
    assert entry is not None
    assert entry.counts[Item.CRITERIA] == {"RANO-BM": 1, "RECIST 1.1": 1, NOT_STATED: 1}
    assert entry.stated(Item.DEATH) == 1


def test_recist_without_a_version_is_named_but_not_stated() -> None:
    found = use("CNS ORR by BICR per RECIST")
    assert value_of(found, Item.CRITERIA) == "RECIST, no version"
    assert not states_all(found)


def test_modified_recist_of_unstated_size_is_not_stated() -> None:
    assert value_of(use("CNS ORR per modified RECIST"), Item.CRITERIA) == "modified RECIST, size?"


def test_what_is_asked_depends_on_the_endpoint() -> None:
    assert items_of(EndpointId.CNSPFS) == tuple(Item)
    assert Item.DEATH not in items_of(EndpointId.ICORR)
    assert items_of(EndpointId.OS) == (Item.START,)
    assert items_of(EndpointId.QOL) == ()


def test_safety_is_left_out_unless_asked_for() -> None:
    assert report().report(EndpointId.SAFETY) is None
    asked = heterogeneity(report().atlas, [EndpointId.SAFETY])
    assert [entry.endpoint for entry in asked.endpoints] == [EndpointId.SAFETY]


def test_the_census_shows_criteria_that_nobody_names() -> None:
    census = report().census
    assert census[CriteriaId.RANO_BM] == 1
    assert census[CriteriaId.RANO_LM] == 0
    assert CriteriaId.PERCIST not in census


def test_two_trials_are_compared_item_by_item() -> None:
    found = differences(report().atlas, "NCT00000001", "NCT00000003")
    by_item = {one.item: one for one in found.items}
    assert by_item[Item.CRITERIA].first == "RANO-BM"
    assert by_item[Item.CRITERIA].second == "RECIST 1.1"
    assert by_item[Item.DEATH].differs
    assert not by_item[Item.COMPARTMENT].differs


def test_an_endpoint_of_one_trial_alone_is_named_only() -> None:
    one = study(outcome("OS"), nct_id="NCT00000001")
    other = study(outcome("PFS"), nct_id="NCT00000002")
    found = differences(atlas([one, other]), "NCT00000001", "NCT00000002")
    assert [(item.endpoint, item.item, item.first, item.second) for item in found.items] == [
        (EndpointId.OS, Detail.NAME, "OS", None),
        (EndpointId.PFS, Detail.NAME, None, "PFS"),
    ]


def test_several_values_of_one_trial_are_joined() -> None:
    trial = study(outcome("CNS ORR by BICR"), outcome("CNS ORR by investigator", ordinal=1))
    other = study(outcome("CNS ORR"), nct_id="NCT00000002")
    found = differences(atlas([trial, other]), "NCT00000001", "NCT00000002")
    assessor = next(one for one in found.items if one.item is Item.ASSESSOR)
    assert assessor.first == "BICR / investigator"
