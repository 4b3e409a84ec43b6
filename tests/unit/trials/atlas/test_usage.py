"""How the trials of one endpoint speak of it: names, criteria, and where they differ."""

from __future__ import annotations

from cimara.terms.endpoint import EndpointId
from cimara.trials.atlas import atlas, heterogeneity
from cimara.trials.atlas.heterogeneity import EndpointReport, Item
from cimara.trials.atlas.usage import criteria_used, names_used, spreads
from tests.unit.trials.atlas.made_studies import outcome, study

TRIALS = (
    study(outcome("Brain progression-free survival by RANO-BM", "or death"), nct_id="NCT00000001"),
    study(
        outcome("Brain Progression-Free  Survival"),
        outcome("Brain progression-free survival", ordinal=1),
        nct_id="NCT00000002",
    ),
    study(outcome("Intracranial PFS by RECIST 1.1 and RANO-BM"), nct_id="NCT00000003"),
)
REPORT = heterogeneity(atlas(TRIALS))
CNSPFS = REPORT.report(EndpointId.CNSPFS)
assert CNSPFS is not None


def test_names_differ_neither_by_case_nor_by_white_space() -> None:
    names = {one.value: (one.measures, one.trials) for one in names_used(CNSPFS.rows)}
    assert names == {"Brain progression-free survival": (3, 2), "Intracranial PFS": (1, 1)}


def test_the_most_common_name_comes_first() -> None:
    assert names_used(CNSPFS.rows)[0].value == "Brain progression-free survival"


def test_each_of_several_criteria_counts() -> None:
    assert criteria_used(CNSPFS.rows)[0].value == "RANO-BM"
    assert criteria_used(CNSPFS.rows)[0].trials == 2


def test_every_item_that_is_asked_has_its_values_and_its_silence() -> None:
    found = {one.item: one for one in spreads(CNSPFS)}
    assert tuple(found) == tuple(Item)
    death = found[Item.DEATH]
    assert [(one.value, one.measures) for one in death.stated] == [("yes", 1)]
    assert [(one.value, one.measures) for one in death.silent] == [("not stated", 3)]
    assert found[Item.COMPARTMENT].silent == ()


def test_criteria_without_a_version_come_after_those_that_settle() -> None:
    trials = [
        study(outcome("ORR by RECIST"), nct_id="NCT00000001"),
        study(outcome("ORR by RECIST"), nct_id="NCT00000002"),
        study(outcome("ORR by RECIST 1.1"), nct_id="NCT00000003"),
    ]
    (report,) = heterogeneity(atlas(trials)).endpoints
    criteria = spreads(report)[0]
    assert [one.value for one in criteria.stated] == ["RECIST 1.1", "RECIST, no version"]


def test_the_measures_of_an_item_add_up() -> None:
    for spread in spreads(CNSPFS):
        assert sum(one.measures for one in spread.stated + spread.silent) == len(CNSPFS.rows)


def test_an_endpoint_without_items_has_no_spread() -> None:
    quality = heterogeneity(atlas([study(outcome("Quality of life by EORTC QLQ-C30"))]), [EndpointId.QOL])
    (report,) = quality.endpoints
    assert report.rows
    assert spreads(report) == ()


def test_a_report_can_be_narrowed_to_one_endpoint() -> None:
    assert [one.endpoint for one in REPORT.only(EndpointId.CNSPFS).endpoints] == [EndpointId.CNSPFS]
    assert REPORT.only(EndpointId.OS).endpoints == ()


def test_an_endpoint_that_nobody_names_has_an_empty_report() -> None:
    nobody = EndpointReport.empty(EndpointId.BIPFS)
    assert (nobody.rows, nobody.n_trials, nobody.n_complete, nobody.share_complete) == ((), 0, 0, None)
    assert nobody.stated(Item.DEATH) == 0
