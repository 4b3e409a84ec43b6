"""Whether a study may use the data of a patient, of a site, and on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.cohort.study.duo import DataUse, DuoTerm
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.sites import Site
from cimara.cohort.study.terms import check_expiry, patients_refused, site_problems
from tests.unit.cohort.indices.chart import Row, chart
from tests.unit.cohort.study.study_text import study

STUDY = study()
ETHICS = "ethics"


def enrolled(number: int, **values: object) -> Row:
    row: Row = {"study_id": "rn-bev-1", "eligible": "yes", "duo": ["health_medical"]}
    return {"patient_id": f"UT01-P000{number}", **row, **values}


def refused(*rows: Row, site: Site | None = None) -> tuple[list[str], tuple[str, ...]]:
    patients: list[Row] = [{"patient_id": str(one["patient_id"])} for one in rows]
    found = patients_refused(STUDY, site, chart(Patient=patients, StudyEnrolment=list(rows)))
    return [one[-1] for one in found.refused.to_list()], found.reasons


def test_patients_whose_terms_allow_the_study_stay() -> None:
    assert refused(enrolled(1), enrolled(2, duo=["general_research", "ethics"])) == ([], ())


def test_each_reason_is_told_with_its_count() -> None:
    found, reasons = refused(
        enrolled(1, duo=["general_research", "publication"]), enrolled(2), enrolled(3, duo=[])
    )
    assert found == ["1", "3"]
    assert any(one.startswith("1 with PUB") for one in reasons)


def test_a_patient_enrolled_in_another_study_alone_is_refused() -> None:
    found, reasons = refused(enrolled(1, study_id="other"), enrolled(2))
    assert (found, reasons) == (["1"], ("1 with no enrolment in this study",))


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_a_patient_who_is_not_eligible_is_refused(answer: str) -> None:
    assert refused(enrolled(1, eligible=answer))[0] == ["1"]


def test_what_a_term_leaves_open_is_as_the_site_says_it() -> None:
    row = enrolled(1, duo=["disease_specific"])
    assert refused(row)[0] == ["1"]
    named = Site(site_id="UT01", data_use=DataUse(diseases=("brain metastases",)))
    assert refused(row, site=named)[0] == []


def test_terms_of_a_whole_site_are_checked_by_name() -> None:
    sites = {
        "UT01": Site(site_id="UT01", data_use=DataUse(terms=(DuoTerm.HEALTH_MEDICAL, DuoTerm.PUBLICATION))),
        "LY02": Site(site_id="LY02"),
    }
    assert len(site_problems(STUDY, sites)) == 1
    assert site_problems(STUDY, sites)[0].startswith("UT01: PUB")


def test_a_study_is_run_up_to_its_last_day_and_no_longer() -> None:
    check_expiry(STUDY, dt.date(2028, 12, 31))
    with pytest.raises(StudyRefusedError, match="expired on 2028-12-31"):
        check_expiry(STUDY, dt.date(2029, 1, 1))
