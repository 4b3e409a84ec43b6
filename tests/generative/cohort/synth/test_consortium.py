"""A synthetic consortium: valid, the same for the same seed, and of the size that was asked for."""

import json

import polars as pl
import pytest

from cimara.cohort.checks.run import check
from cimara.cohort.deid.scan import scan
from cimara.cohort.errors import CohortError
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import Scenario, SynthOptions
from cimara.cohort.synth.sites import demo_sites
from tests.unit.cohort.synth.consortia import SCENARIOS, charts, consortium, differences

both = pytest.mark.parametrize("scenario", SCENARIOS)


@both
def test_its_charts_have_no_error(scenario: Scenario) -> None:
    found = check(charts(scenario))
    assert found.filter(severity="error").is_empty()
    assert set(found["rule"]) <= {"U1"}, (
        "causes of death are unknown to some sites; nothing else is warned of"
    )


@both
def test_every_entity_of_the_model_has_rows(scenario: Scenario) -> None:
    held = charts(scenario)
    assert set(held.n_rows) == {one.name for one in held.model.entities}


@both
def test_its_charts_hold_nothing_that_tells_who_a_patient_is(scenario: Scenario) -> None:
    dataset = next(iter(consortium(scenario).datasets.values()))
    assert not scan(dataset).hits


@both
def test_the_same_seed_makes_the_same_tables(scenario: Scenario) -> None:
    first, again = (
        synth_consortium(SynthOptions(seed=3, scenario=scenario, patients=120, sites=4)) for _ in range(2)
    )
    assert first.datasets.keys() == again.datasets.keys()
    for site, dataset in first.datasets.items():
        assert all(frame.equals(again.datasets[site].frame(name)) for name, frame in dataset.tables.items())
    assert first.anchors.equals(again.anchors)
    assert first.truth == again.truth


def test_another_seed_makes_others() -> None:
    first, other = (synth_consortium(SynthOptions(seed=seed, patients=120, sites=4)) for seed in (3, 4))
    assert differences(first.datasets["DA01"], other.datasets["DA01"])


def test_the_sites_are_invented() -> None:
    made = consortium(Scenario.RN_TREATED)
    assert [*made.datasets][:2] == ["DA01", "DB02"]
    assert set(charts(Scenario.RN_TREATED).frame("Site")["country"]) <= {"XA", "XB", "XC", "XD", "XE"}


def test_seventeen_sites_share_1700_patients_60_to_160_each() -> None:
    sizes = [one.size for one in demo_sites(SynthOptions())]
    assert len(sizes) == 17
    assert sum(sizes) == 1700
    assert min(sizes) >= 60
    assert max(sizes) <= 160


@pytest.mark.parametrize(("patients", "sites"), [(1700, 17), (130, 26), (5, 1), (999, 7)])
def test_any_size_adds_up(patients: int, sites: int) -> None:
    made = demo_sites(SynthOptions(patients=patients, sites=sites))
    assert sum(one.size for one in made) == patients
    assert min(one.size for one in made) >= 1


def test_too_few_patients_are_refused_with_the_number_that_would_do() -> None:
    with pytest.raises(CohortError, match="85 or more"):
        SynthOptions(patients=20)


def test_the_truth_can_be_written_as_json_and_says_that_it_is_synthetic() -> None:
    for scenario in SCENARIOS:
        assert json.loads(json.dumps(consortium(scenario).truth))["synthetic"] is True


@both
def test_small_sites_leave_more_out(scenario: Scenario) -> None:
    sites = pl.DataFrame(list(consortium(scenario).truth["sites"].values()))
    small, large = sites.sort("size")[:5], sites.sort("size")[-5:]
    assert small["v12_missing"].mean() > large["v12_missing"].mean() + 0.2  # type: ignore[operator]


def test_v12_is_impossible_at_the_two_sites_whose_archive_is_lost() -> None:
    doses = (
        charts(Scenario.RN_TREATED).frame("CourseLesion").with_columns(site=pl.col("patient_id").str.head(4))
    )
    lost = doses.filter(pl.col("v12_cm3__why") == "IMP")
    assert set(lost["site"]) == {"DH08", "DN14"}
    assert doses.filter(pl.col("site").is_in(["DH08", "DN14"]))["v12_cm3"].null_count() == lost.height


def test_nothing_is_missing_where_nothing_is_to_be() -> None:
    held = charts(Scenario.SRS_COHORT, missing=False)
    assert held.frame("PerformanceStatus")["value"].null_count() == 0
    assert "unknown" not in set(held.frame("Death")["cause"])
    assert "NAVU" not in set(held.frame("CourseLesion")["v12_cm3__why"])


def test_ages_of_90_that_could_be_worked_out_are_top_coded() -> None:
    patients = charts(Scenario.RN_TREATED).frame("Patient")
    reached = pl.col("age_at_anchor") + pl.col("last_contact_day") / 365.25
    assert patients.filter((reached >= 90) & (pl.col("age_topcoded") == "no")).is_empty()


def test_the_last_scan_of_the_living_is_their_last_contact() -> None:
    """So that whoever is censored at the last scan loses no follow-up in which an event was seen."""
    patients = charts(Scenario.RN_TREATED).frame("Patient").filter(pl.col("vital_status") != "dead")
    assert (patients["last_cns_imaging_day"] == patients["last_contact_day"]).all()
