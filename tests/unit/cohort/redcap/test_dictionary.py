"""Our data dictionary, and the files beside it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.model import Kind, MissingReason, Need, data_model
from cimara.cohort.redcap.branching import SHOWN
from cimara.cohort.redcap.dictionary import project_files, write_project
from cimara.cohort.redcap.project import read_project
from cimara.cohort.redcap.set_up import EVENTS, MISSING_LABELS
from tests.unit.cohort.redcap.strict_reader import strict_rows

NAME, CHOICES, LOGIC = (
    "Variable / Field Name",
    "Choices, Calculations, OR Slider Labels",
    "Branching Logic (Show field only if...)",
)
VARIANTS = [(False, False), (True, False), (False, True), (True, True)]


def rows_of(*, date_entry: bool = False, longitudinal: bool = False) -> dict[str, dict[str, str]]:
    files = project_files(data_model(), date_entry=date_entry, longitudinal=longitudinal)
    return {row[NAME]: row for row in strict_rows(files["dictionary.csv"])}


@pytest.mark.parametrize(("date_entry", "longitudinal"), VARIANTS)
def test_every_variant_passes_the_strict_reader(date_entry: bool, longitudinal: bool) -> None:
    assert rows_of(date_entry=date_entry, longitudinal=longitudinal)


def test_every_field_of_the_model_is_in_the_form_of_its_entity() -> None:
    rows = rows_of()
    expected = {field.redcap_name: one.table for one in data_model().entities for field in one.fields}
    assert {name: row["Form Name"] for name, row in rows.items() if name != "record_id"} == expected


def test_the_record_id_opens_the_form_of_the_patient() -> None:
    first = next(iter(rows_of().values()))
    assert (first[NAME], first["Form Name"]) == ("record_id", "patient")


def test_codes_and_labels_stand_as_the_schema_has_them() -> None:
    assert rows_of()["les_side"][CHOICES] == "1, Left | 2, Right | 3, Midline"


def test_several_codes_are_a_checkbox_and_a_long_list_drops_down() -> None:
    rows = rows_of()
    kinds = {name: rows[name]["Field Type"] for name in ("sys_agents", "les_location", "les_side")}
    assert kinds == {"sys_agents": "checkbox", "les_location": "dropdown", "les_side": "radio"}


def test_a_number_has_its_limits_and_its_unit() -> None:
    row = rows_of()["mea_longest_mm"]
    shown = (row["Text Validation Type OR Show Slider Number"], row["Text Validation Min"])
    assert (*shown, row["Text Validation Max"]) == ("number", "0.0", "150.0")
    assert row["Field Note"] == "In mm, at most 1 decimal"


def test_a_day_is_a_whole_number_counted_from_the_anchor() -> None:
    row = rows_of()["les_first_seen_day"]
    assert row["Text Validation Type OR Show Slider Number"] == "integer"
    assert row["Field Note"].startswith("Days from the anchor")


def test_a_parent_lesion_is_asked_only_of_a_lesion_that_is_not_new() -> None:
    assert rows_of()["les_parent_lesion_id"][LOGIC] == "[les_origin] = '2' or [les_origin] = '3'"


def test_a_dose_is_not_asked_of_surgery() -> None:
    logic = rows_of()["cou_total_dose_gy"][LOGIC]
    assert logic.count("[cou_modality] <>") == 4
    assert " and " in logic


def test_what_is_shown_on_a_condition_names_fields_and_codes_of_the_model() -> None:
    for name, field in SHOWN:
        entity = data_model().entity(name)
        assert entity.field(field)
        shown = SHOWN[name, field]
        assert all(entity.field(one) for one in shown.filled)
        assert set(shown.codes) <= set(entity.field(shown.by).code_names) if shown.by else shown.filled


def test_only_fields_without_a_condition_can_be_required_in_every_row() -> None:
    required = {name for name, row in rows_of().items() if row["Required Field?"]}
    expected = {
        field.redcap_name
        for one in data_model().entities
        for field in one.fields
        if field.need is Need.REQUIRED
    }
    assert required == expected
    assert not {name for name, row in rows_of().items() if row[LOGIC]} & required


def test_a_derived_field_cannot_be_typed() -> None:
    assert rows_of()["col_bed10_gy"]["Field Annotation"] == "@READONLY"


def test_the_examples_in_the_notes_have_the_pattern_of_their_field() -> None:
    rows = rows_of()
    seen = 0
    for one in data_model().entities:
        for field in one.fields:
            said = re.search(r"for example (\S+)$", rows[field.redcap_name]["Field Note"], re.IGNORECASE)
            if said:
                seen += 1
                assert re.fullmatch(field.pattern, said[1]), field.redcap_name
    assert seen > 50


def test_forms_that_repeat_are_listed_with_the_label_of_an_instance() -> None:
    rows = list(csv.DictReader(io.StringIO(project_files(data_model())["repeating.csv"])))
    assert {row["form_name"] for row in rows} == {one.table for one in data_model().entities if one.repeating}
    by_form = {row["form_name"]: row["custom_form_label"] for row in rows}
    assert by_form["course_lesion"] == "[col_course_id] [col_lesion_id]"


def test_missing_codes_are_all_reasons_and_no_label_of_a_choice() -> None:
    assert set(MISSING_LABELS) == set(MissingReason)
    labels = {code.label for one in data_model().entities for field in one.fields for code in field.codes}
    assert not labels & set(MISSING_LABELS.values())
    assert "UNK, Missing: unknown\n" in project_files(data_model())["missing_codes.txt"]


def test_no_code_is_also_a_missing_code() -> None:
    words = {code.name for one in data_model().entities for field in one.fields for code in field.codes}
    assert not words & set(MissingReason)


def test_each_entity_is_entered_in_one_event() -> None:
    entered = [name for event in EVENTS for name in event.entities]
    assert sorted(entered) == sorted(data_model().by_name)


def test_events_are_named_as_redcap_names_them() -> None:
    assert [one.name for one in EVENTS] == ["baseline_arm_1", "treatment_arm_1", "follow_up_arm_1"]


def test_the_date_variant_marks_dates_as_identifiers_and_counts_days_from_the_anchor() -> None:
    rows = rows_of(date_entry=True)
    assert rows["les_first_seen_date"]["Identifier?"] == "y"
    assert (
        rows["les_first_seen_calc"][CHOICES]
        == 'datediff([pat_anchor_date], [les_first_seen_date], "d", true)'
    )
    assert rows["les_first_seen_day"][LOGIC] == "[les_first_seen_date] = ''"
    days = sum(field.kind is Kind.DAY for one in data_model().entities for field in one.fields)
    assert sum(row["Identifier?"] == "y" for row in rows.values()) == days + 1


def test_the_longitudinal_date_variant_takes_the_anchor_from_its_event() -> None:
    rows = rows_of(date_entry=True, longitudinal=True)
    assert "[baseline_arm_1][pat_anchor_date]" in rows["les_first_seen_calc"][CHOICES]


def test_groups_are_written_for_the_sites_that_are_named() -> None:
    files = project_files(data_model(), groups=["North Clinic", "South Clinic"])
    assert files["dags.csv"].splitlines()[1:] == ["North Clinic,", "South Clinic,"]
    assert "dags.csv" in files["README.txt"]


def test_groups_that_look_the_same_in_exports_are_refused() -> None:
    with pytest.raises(CohortError, match="first 18"):
        project_files(data_model(), groups=["University Clinic North", "University Clinic Nord"])


def test_the_steps_name_only_files_that_are_there() -> None:
    for date_entry, longitudinal in VARIANTS:
        files = project_files(data_model(), date_entry=date_entry, longitudinal=longitudinal)
        named = set(re.findall(r"\w+\.(?:csv|txt)", files["README.txt"]))
        assert named == set(files) - {"README.txt"}


def test_the_reader_of_anybodys_dictionary_finds_nothing_wrong_with_ours(tmp_path: Path) -> None:
    write_project(tmp_path, groups=["AB01"], date_entry=True, longitudinal=True)
    project = read_project(tmp_path)
    assert project.findings.height == 0
    assert project.repeating == frozenset(one.table for one in data_model().entities if one.repeating)
    assert project.events["brain_lesion"] == {"baseline_arm_1"}


def test_the_committed_copy_is_the_one_that_the_model_makes() -> None:
    folder = Path(__file__).parents[4] / "src" / "cimara" / "cohort" / "generated" / "redcap"
    made = project_files(data_model())
    assert {one.name: one.read_text("utf-8") for one in folder.iterdir()} == made
