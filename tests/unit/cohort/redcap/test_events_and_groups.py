"""Events and data access groups in exports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cimara.cohort.redcap.columns import unique_group_name
from tests.unit.cohort.redcap.clinic import clinic, read_text, rules, values

EVENTS = """
study_no | event       | sex | person_complete | dose
1        | start_arm_1 | 1   | 2               |
1        | visit_arm_1 | 2   | 2               | 20
1        | later_arm_1 |     |                 | 30
"""


def test_rows_of_events_that_no_one_mapped_are_counted_and_stop_the_export(tmp_path: Path) -> None:
    events = {"person": ["start_arm_1"], "dose": ["visit_arm_1"]}
    records = read_text(tmp_path, EVENTS, events=events)
    found = records.findings
    assert found.select("severity", "rule", "table").rows() == [
        ("error", "EVENT", "person"),
        ("error", "EVENT", "dose"),
    ]
    assert "1 row in event visit_arm_1, not read" in found["message"][0]
    assert values(records, "person", "sex") == ["1"]
    assert values(records, "dose", "dose") == ["20"]


def test_events_that_are_left_out_on_purpose_are_only_noted(tmp_path: Path) -> None:
    events = {"person": ["start_arm_1", "visit_arm_1"], "dose": ["visit_arm_1"]}
    records = read_text(tmp_path, EVENTS, events=events, ignore_events=["later_arm_1"])
    assert rules(records) == [("info", "EVENT")]
    assert values(records, "person", "redcap_event_name") == ["start_arm_1", "visit_arm_1"]


def test_without_a_mapping_of_events_all_are_read(tmp_path: Path) -> None:
    records = read_text(tmp_path, EVENTS)
    assert values(records, "dose", "redcap_event_name") == ["visit_arm_1", "later_arm_1"]
    assert rules(records) == []


def test_a_mapping_of_events_does_not_matter_to_a_classic_export(tmp_path: Path) -> None:
    assert rules(read_text(tmp_path, "study_no|sex\n1|1", events={"person": ["start_arm_1"]})) == []


def test_events_of_an_export_of_labels_are_known_by_their_labels(tmp_path: Path) -> None:
    project = replace(clinic(), event_labels={"Start": "start_arm_1"})
    text = "study_no|event|sex\n1|Start (Arm 1: Main)|Male\n2|Start|Male"
    records = read_text(tmp_path, text, project, events={"person": ["start_arm_1"]})
    assert values(records, "person", "redcap_event_name") == ["start_arm_1", "start_arm_1"]


def test_an_event_that_repeats_has_instances_without_a_form(tmp_path: Path) -> None:
    text = "study_no|event|repeats|instance|dose\n1|v_arm_1||1|20\n1|v_arm_1||2|30"
    records = read_text(tmp_path, text)
    assert values(records, "dose", "redcap_repeat_instance") == ["1", "2"]
    assert rules(records) == []


def test_a_record_of_no_group_or_another_is_an_error(tmp_path: Path) -> None:
    text = "study_no|group|sex\n1|north_clinic|1\n2||1\n3|south_clinic|2\n4|North Clinic|1"
    records = read_text(tmp_path, text, group="North Clinic")
    assert ["in no data access group" in one for one in records.findings["message"]] == [True, False]
    assert records.findings.select("severity", "rule", "row").rows() == [
        ("error", "DAG", 2),
        ("error", "DAG", 3),
    ]


@pytest.mark.parametrize(
    ("name", "in_exports"),
    [
        ("North Clinic", "north_clinic"),
        ("St. Mary's / Ward-7", "st_marys__ward7"),
        ("University Hospital of the North", "university_hospita"),
        ("Hospital of Oslo, NO", "hospital_of_oslo_n"),
        ("Clinic of the East Side", "clinic_of_the_east"),
    ],
)
def test_a_group_has_the_name_that_redcap_gives_it_in_exports(name: str, in_exports: str) -> None:
    assert unique_group_name(name) == in_exports


def test_a_name_that_is_cut_at_a_blank_has_no_underscore_at_its_end() -> None:
    assert unique_group_name("Clinic of the Ease of") == "clinic_of_the_ease"
    assert unique_group_name("Clinic of the Eas of") == "clinic_of_the_eas"


def test_an_export_without_groups_cannot_be_checked_and_says_so(tmp_path: Path) -> None:
    assert rules(read_text(tmp_path, "study_no|sex\n1|1", group="North Clinic")) == [
        ("warning", "DAG_ABSENT")
    ]
