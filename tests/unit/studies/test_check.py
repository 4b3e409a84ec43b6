"""A study file checked as a whole: cohort, plan and endpoint definitions together."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.model import data_model
from cimara.cohort.study.errors import StudyError
from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.report.plan_words import UnitRow
from cimara.studies.needed import FACT_FIELDS, needed_names, study_needs
from tests.unit.studies.small_study import written

OWN = """
id = "OWN"
version = "1.0.0"
label = "Own Endpoint"
kind = "time_to_event"
unit = "patient"
compartment = "ANY"
status = "P"
plain = "Own."
[start]
first_available = ["TREATMENT_START"]
[[event]]
code = "DEATH"
fact = "DEATH"
text = "death"
[[censor]]
code = "LAST_ALIVE"
fact = "LAST_ALIVE"
text = "last known alive"
[switch]
preset = "ema"
"""
BY_FILE = ('use = "OS"', 'use = "OWN"\nfile = "own.toml"')


def faults(folder: Path, *changes: tuple[str, str]) -> list[str]:
    with pytest.raises(StudyError) as error:
        written(folder, *changes)
    return [str(one) for one in error.value.faults]


def test_the_plan_of_a_study_file_takes_its_unit_site_and_covariates_from_it(tmp_path: Path) -> None:
    plan = written(tmp_path).plan
    assert (plan.population.unit, plan.population.site) == (UnitRow.PATIENT, "site")
    assert plan.covariate("age").known == "age__known"
    assert plan.covariate("bevacizumab").forward
    assert not plan.study.dated


def test_faults_of_all_parts_are_told_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ("age_at_anchor >= 18", "age_at_anker >= 18"),
        ('kind = "cox"', 'kind = "coks"'),
        ('use = "OS"', 'use = "OZ"'),
    )
    assert [any(word in one for one in found) for word in ("age_at_anker", "coks", "OZ")] == [True] * 3


def test_no_fault_is_told_twice(tmp_path: Path) -> None:
    found = faults(tmp_path, ("title", "titel"))
    assert len(found) == len({one.split(":")[0] for one in found})


def test_a_definition_beside_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    assert written(tmp_path, BY_FILE).definitions["death"].id == "OWN"


@pytest.mark.parametrize(
    ("use", "told"),
    [
        ('use = "OTHER"\nfile = "own.toml"', "expected use = 'OWN'"),
        ('use = "OWN"\nfile = "none.toml"', "no file"),
        ('use = "OWN"\nfile = "../own.toml"', "no file"),
        ('use = "OS"\nswitch = {after_systemic_pd = "stop"}', "after_systemic_pd"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_fault(tmp_path: Path, use: str, told: str) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    (tmp_path.parent / "own.toml").write_text(OWN, encoding="utf-8")
    assert any(told in one for one in faults(tmp_path, ('use = "OS"', use)))


def test_a_named_switch_changes_the_definition_and_so_the_hash(tmp_path: Path) -> None:
    plain = written(tmp_path)
    made = written(tmp_path, ('use = "OS"', 'use = "OS"\nswitch = {withdrawal = "censor"}'))
    assert made.definitions["death"].fingerprint != catalogue["OS"].fingerprint
    assert made.hash != plain.hash


def test_a_change_of_a_definition_file_changes_the_hash(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    before = written(tmp_path, BY_FILE).hash
    path.write_text(OWN.replace('fact = "DEATH"', 'fact = "DEATH"\nnot_before = 2'), encoding="utf-8")
    assert written(tmp_path, BY_FILE).hash != before


def test_an_endpoint_of_lesions_needs_a_study_of_lesions(tmp_path: Path) -> None:
    found = faults(tmp_path, ('use = "OS"', 'use = "RNINC"'))
    assert any("is of lesions" in one for one in found)


def test_one_definition_cannot_stand_for_two_endpoints(tmp_path: Path) -> None:
    found = faults(tmp_path, ("[endpoints.death]", '[endpoints.other]\nuse = "OS"\n[endpoints.death]'))
    assert any("two endpoints are OS" in one for one in found)


def test_a_study_needs_what_its_endpoints_are_read_from(tmp_path: Path) -> None:
    needs = {f"{one.entity}.{one.field}": one.by for one in study_needs(written(tmp_path))}
    assert needs["Death.day"] == ("A1",)
    assert needs["Patient.last_contact_day"] == ("A1",)
    assert "SupportiveCourse.kind" in needed_names(written(tmp_path))


def test_facts_are_read_from_fields_that_the_data_model_has() -> None:
    for pairs in FACT_FIELDS.values():
        for entity, field in pairs:
            assert data_model().entity(entity).field(field)
