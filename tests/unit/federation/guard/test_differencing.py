"""Cohorts that give the sums of a few patients by subtraction."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cimara.cohort.study.federation import read_federation
from cimara.cohort.study.toml_reader import TomlReader
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.guard.differencing import near_misses
from cimara.federation.site.ledger import Cohort
from tests.unit.federation.guard.house import House, NamedWork, facts, study

EVERYBODY = range(104)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A site that has answered about all of its 104 patients in job 0042."""
    made = House(tmp_path)
    made.other("0042").ask(facts())
    yield made.other("0043")
    text = made.ledger_text()
    assert "Member" not in text


def refused(house: House, patients: Iterable[int], **told: object) -> FederationError:
    sent = sum(one["decision"] == "sent" for one in house.ledger.entries())
    with pytest.raises(FederationError) as error:
        house.ask(facts(patients), **told)  # type: ignore[arg-type]
    assert sum(one["decision"] == "sent" for one in house.ledger.entries()) == sent
    return error.value


def test_a_filter_that_leaves_five_out_is_refused(house: House) -> None:
    error = refused(house, range(99))
    assert error.code is Code.DIFFERENCING
    assert "cohort differs from job 0042 by fewer than 10 patients" in str(error)


def test_one_patient_fewer_is_refused(house: House) -> None:
    assert refused(house, range(1, 104)).code is Code.DIFFERENCING


def test_another_study_makes_no_difference(house: House) -> None:
    other = replace(house, study=study(id="other-1"), order=replace(house.order, study="other-1"))
    assert refused(other, range(99)).code is Code.DIFFERENCING


def test_a_filter_that_leaves_43_out_is_answered(house: House) -> None:
    house.ask(facts(range(61)))
    assert [len(one.units) for one in house.ledger.released_cohorts()] == [104, 61]


def test_the_same_patients_are_answered_again(house: House) -> None:
    house.ask(facts(), analysis="A2")
    assert len(house.ledger.released_cohorts()) == 2


def test_three_new_patients_of_a_new_data_version_are_refused_until_there_are_ten(house: House) -> None:
    assert refused(house, range(107), version="v2").code is Code.DIFFERENCING
    house.ask(facts(range(114)), version="v2")


def test_a_study_may_name_the_job_that_it_supersedes(house: House) -> None:
    later = replace(house, study=study(supersedes=frozenset({"0042"})))
    later.ask(facts(range(107)), version="v2")


def test_a_cohort_that_was_refused_blocks_nobody(house: House) -> None:
    house.ledger.write_cohort(
        house.ledger.unit_ids(facts(range(98)).units), job="0099", study="rn-bev-1", analysis="A3",
        estimator="cox_strat", data_version="v1", roster=list(house.order.roster),
    )  # fmt: skip
    house.ask(facts(range(90)))


def test_the_difference_of_two_answered_cohorts_counts_as_answered(house: House) -> None:
    """All and the first 84 give the last 20; asking about 19 of them gives one patient."""
    house.ask(facts(range(84)), analysis="A3")
    error = refused(house.other("0044"), range(84, 103))
    assert error.code is Code.DIFFERENCING
    assert "job 0042 and job 0043" in str(error)


def test_a_new_outer_cohort_is_compared_through_its_difference_too(house: House) -> None:
    """20 patients apart were answered; 123 patients less the first 104 are 19 of them."""
    house.ask(facts(range(104, 124)))
    assert refused(house.other("0044"), range(123)).code is Code.DIFFERENCING


def test_a_cohort_near_a_difference_is_refused_with_others_in_it_too(house: House) -> None:
    """The last 20 follow; 19 of them with five others differ from them by six."""
    house.ask(facts(range(84)), analysis="A3")
    assert refused(house.other("0044"), [*range(85, 104), *range(200, 205)]).code is Code.DIFFERENCING


def test_what_a_cohort_leaves_of_an_answered_one_is_compared_too(house: House) -> None:
    """Fourteen are left of all; with five others they were answered before."""
    house.ask(facts([*range(90, 104), *range(300, 305)]))
    assert refused(house.other("0044"), range(90)).code is Code.DIFFERENCING


def test_a_chain_of_large_steps_is_answered(house: House) -> None:
    house.ask(facts(range(84)), analysis="A3")
    house.other("0044").ask(facts(range(60)))


def test_in_one_masked_job_cohorts_are_compared_over_all_sites(tmp_path: Path) -> None:
    """Three here and forty in all leave one analysis out: only the forty can be seen."""
    house = House(tmp_path)
    house.ask(facts(), patients=900)
    house.ask(facts(range(101)), analysis="A2", patients=860)
    assert house.ledger.verify()


def test_in_one_masked_job_fewer_than_ten_of_all_sites_are_refused(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask(facts(), patients=900)
    with pytest.raises(FederationError) as error:
        house.ask(facts(range(101)), analysis="A2", patients=895)
    assert error.value.code is Code.DIFFERENCING


def panels(tmp_path: Path, *estimators: str) -> House:
    """A house whose study has analyses A1, A2, .. of these estimators."""
    works = {f"A{place}": NamedWork(f"A{place}", name) for place, name in enumerate(estimators, 1)}
    return House(tmp_path, study=study(analyses=works), policy={"allow_plain": True})


SHOWN = next(name for name, kind in ESTIMATORS.items() if kind.by_site)


def test_cohorts_that_one_job_shows_by_site_are_compared_here(tmp_path: Path) -> None:
    house = panels(tmp_path, SHOWN, SHOWN)
    house.ask(facts(), patients=900)
    with pytest.raises(FederationError) as error:
        house.ask(facts(range(101)), analysis="A2", patients=860)
    assert error.value.code is Code.DIFFERENCING


def test_of_a_masked_cohort_only_the_sum_over_all_sites_is_compared(tmp_path: Path) -> None:
    house = panels(tmp_path, "cox_strat", SHOWN)
    house.ask(facts(), patients=900)
    house.ask(facts(range(101)), analysis="A2", patients=860)


def test_a_masked_cohort_that_another_analysis_showed_by_site_is_compared_here(tmp_path: Path) -> None:
    house = panels(tmp_path, "cox_strat", SHOWN, SHOWN)
    house.ask(facts(), patients=900)
    house.ask(facts(), analysis="A2", patients=900)
    with pytest.raises(FederationError) as error:
        house.ask(facts(range(101)), analysis="A3", patients=860)
    assert error.value.code is Code.DIFFERENCING


def test_forty_cohorts_of_a_thousand_patients_are_far_enough_apart() -> None:
    def cohort(place: int) -> Cohort:
        units = frozenset(f"{one:04d}" for one in range(1000) if one >= 12 * place)
        return Cohort(str(place), "s", "A", "cox_strat", "v", ("NL01",), units)

    earlier = [cohort(place) for place in range(40)]
    assert list(near_misses(cohort(41), earlier, 10)) == []


def test_a_study_file_names_what_it_supersedes() -> None:
    study_file = tomllib.loads('[federation]\ngrid = "weekly"\nsupersedes = ["0042"]\n')
    reader = TomlReader({})
    made = read_federation(reader, study_file["federation"])
    assert made is not None
    assert (made.supersedes, reader.faults) == ({"0042"}, [])
