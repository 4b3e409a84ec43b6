"""A study built from its sites: who is in it, with what, and from which data."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.study.duo import DataUse, DuoTerm
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.sites import Site
from cimara.outcomes.report.data_checks import check_plan_against_data
from cimara.outcomes.report.data_folder import read_data_folder
from cimara.studies.build import Built, build_study
from cimara.studies.sources import from_datasets
from tests.unit.studies.small_study import ONSET, SIMPLE, SITES, built, patients, sources, written


def steps(made: Built) -> dict[str, int]:
    return {str(text): int(str(kept)) for text, kept, *_ in made.tables[0].rows}


def test_all_patients_who_fit_are_in_the_study_with_their_site(tmp_path: Path) -> None:
    rows = built(tmp_path).rows
    assert rows.group_by("site").len().sort("site").rows() == [("LY02", 6), ("UT01", 6)]


def test_each_step_is_counted_in_all_and_by_site(tmp_path: Path) -> None:
    made = built(tmp_path, ("age_at_anchor >= 18", "age_at_anchor >= 53"))
    counts = list(steps(made).values())
    assert counts == [12, 12, 12, 8, 8, 8]
    assert made.tables[1].rows[0] == ("LY02", 6, 6, 6, 4, 4, 4)


def test_a_condition_that_is_not_known_is_not_met_and_is_counted(tmp_path: Path) -> None:
    made = built(
        tmp_path,
        ("age_at_anchor >= 18", "any(BrainLesion: cystic == 'yes')"),
        ("sites_min = 2", "sites_min = 0"),
    )
    _, kept, left_out, unknown = made.tables[0].rows[3]
    assert (kept, left_out, unknown) == (0, 12, 12)


def test_an_exclusion_that_is_not_known_keeps_the_patient_and_is_counted(tmp_path: Path) -> None:
    made = built(tmp_path, ("any(PrimaryTumour: group == 'glioma')", "any(BrainLesion: cystic == 'yes')"))
    _, kept, left_out, unknown = made.tables[0].rows[4]
    assert (kept, left_out, unknown) == (12, None, 12)


def test_variables_are_centred_and_scaled(tmp_path: Path) -> None:
    assert built(tmp_path).rows["age"].to_list()[:2] == [-0.9, -0.8]


def test_conditions_become_yes_and_no(tmp_path: Path) -> None:
    grade = (
        "attributed(AdverseRadiationEffect.ctcae_grade)",
        "attributed(AdverseRadiationEffect.ctcae_grade) > 2",
    )
    assert built(tmp_path, grade).rows["grade"].to_list()[:3] == ["yes", "no", "yes"]


def test_levels_that_are_not_listed_count_as_missing(tmp_path: Path) -> None:
    vital = ('expr = "attributed(AdverseRadiationEffect.ctcae_grade)"',
             'expr = "first(PrimaryTumour: group)"\nlevels = ["melanoma"]')  # fmt: skip
    made = built(tmp_path, vital)
    assert made.rows["grade"].null_count() == 12
    assert any("not listed" in str(row[2]) for row in made.tables[3].rows)


def test_days_of_knowing_count_from_the_origin_as_day_one(tmp_path: Path) -> None:
    assert built(tmp_path).rows["grade__known"].unique().to_list() == [1.0]


def test_survival_counts_from_the_origin(tmp_path: Path) -> None:
    frame = built(tmp_path).endpoints["death"].frame.filter(pl.col("site") == "UT01")
    assert frame["aval"].to_list() == [101, 201, 301, 401, 501, 601]
    assert frame["evcode"].to_list() == [0, 1, 0, 1, 0, 1]


def test_a_data_folder_is_read_back_and_fits_the_study_file(tmp_path: Path) -> None:
    made = built(tmp_path)
    folder = made.write(tmp_path / "data")
    data = read_data_folder(folder)
    check_plan_against_data(made.checked.plan, data)
    assert data.cohort.tables == made.tables
    assert {name for name, _ in data.files} == {
        "rows.parquet",
        "changes.parquet",
        "death.parquet",
        "consort.json",
    }


def test_the_same_data_and_study_give_the_same_bytes(tmp_path: Path) -> None:
    one = built(tmp_path).write(tmp_path / "one")
    two = built(tmp_path).write(tmp_path / "two")
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes()


def test_provenance_names_every_table_of_every_site(tmp_path: Path) -> None:
    folder = built(tmp_path).write(tmp_path / "data")
    said = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert [one["site"] for one in said["sites"]] == list(SITES)
    assert set(said["sites"][0]["tables"]) == set(patients("LY02").n_rows)
    assert all(len(one["content_hash"]) == 64 for one in said["sites"])


def test_a_folder_that_no_study_wrote_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StudyRefusedError, match="no study wrote"):
        built(tmp_path).write(tmp_path / "data")
    assert (tmp_path / "data" / "thesis.txt").exists()


def test_too_few_sites_are_refused_with_the_counts_of_each_step(tmp_path: Path) -> None:
    with pytest.raises(StudyRefusedError, match=r"2 sites have anyone in the study; it asks for 3"):
        built(tmp_path, ("sites_min = 2", "sites_min = 3"))


def test_no_data_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyRefusedError, match="no site has submitted"):
        build_study(written(tmp_path), ())


def test_a_patient_of_two_sites_is_refused(tmp_path: Path) -> None:
    both = from_datasets({"LY02": patients("UT01"), "UT01": patients("UT01")})
    with pytest.raises(StudyRefusedError, match="6 patient ids are used twice"):
        build_study(written(tmp_path), both)


def test_terms_of_a_site_that_forbid_the_study_refuse_it(tmp_path: Path) -> None:
    use = DataUse(terms=(DuoTerm.HEALTH_MEDICAL, DuoTerm.PUBLICATION))
    with pytest.raises(StudyRefusedError, match="UT01: PUB"):
        build_study(written(tmp_path), sources(), sites={"UT01": Site(site_id="UT01", data_use=use)})


def test_patients_whose_terms_forbid_the_study_are_left_out_by_name_of_the_term(tmp_path: Path) -> None:
    made = built(tmp_path, ('"DUO:0000021"]', '"DUO:0000019"]'), ("sites_min = 2", "sites_min = 0"))
    assert list(steps(made).values())[1] == 0
    assert any("IRB" in one for one in made.remarks)


def test_a_landmark_moves_the_origin_and_leaves_out_who_was_not_followed_until_then(tmp_path: Path) -> None:
    made = built(tmp_path, ('origin = "first', 'landmark = 150\norigin = "first'), *SIMPLE)
    assert made.rows.height == 10
    assert made.endpoints["death"].frame["aval"].min() == 200 - 150 + 1


def test_an_endpoint_whose_clock_starts_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyRefusedError, match="another day than the study's origin for 12 of 12"):
        built_elsewhere(tmp_path)


def built_elsewhere(folder: Path) -> Built:
    """The study with a definition of its own that starts at the radiosurgery."""
    own = """
id = "FROMSRS"
version = "1.0.0"
label = "Survival from Radiosurgery"
kind = "time_to_event"
unit = "patient"
compartment = "ANY"
status = "P"
plain = "Own."
[start]
first_available = ["CNS_THERAPY"]
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
    (folder / "own.toml").write_text(own, encoding="utf-8")
    return built(folder, ('use = "OS"', 'use = "FROMSRS"\nfile = "own.toml"'))


def test_fewer_than_ten_events_for_a_parameter_are_remarked(tmp_path: Path) -> None:
    assert any("6 events for 3 parameters" in one for one in built(tmp_path).remarks)


def test_a_study_of_lesions_has_a_row_a_lesion(tmp_path: Path) -> None:
    made = built(
        tmp_path,
        ('origin = "first(AdverseRadiationEffect: onset_day)"',
         'unit = "lesion"\norigin = "first(LocalTherapyCourse: start_day)"'),
        ('use = "OS"', 'use = "RNINC"'),
        ("any(AdverseRadiationEffect: symptomatic == 'yes')", "first_seen_day >= 0"),
        ("attributed(AdverseRadiationEffect.ctcae_grade)", "first(CourseLesion: v12_cm3)"),
    )  # fmt: skip
    assert made.rows.select("lesion_id").n_unique() == 12
    assert made.rows["grade"].to_list()[:3] == [1.0, 2.0, 3.0]
    assert set(made.endpoints["death"].frame["aval"]) == {ONSET - 10 + 1}
