"""A study file as it is read: what it says, and every fault of it at once, by line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cimara.cohort.study.duo import DuoTerm
from cimara.cohort.study.errors import StudyError
from cimara.cohort.study.model import Form, Unit
from cimara.cohort.study.reading import read_study, study_from_text
from tests.unit.cohort.study.study_text import TEXT, changed, study


def faults(*changes: tuple[str, str]) -> list[str]:
    with pytest.raises(StudyError) as error:
        study_from_text(changed(*changes))
    return [str(one) for one in error.value.faults]


def test_a_study_is_what_its_file_says() -> None:
    made = study()
    assert made.id == "rn-bev-1"
    assert made.cohort.unit is Unit.PATIENT
    assert made.governance.expires == dt.date(2028, 12, 31)
    assert made.governance.purpose.terms == (DuoTerm.DISEASE_SPECIFIC, DuoTerm.ETHICS)
    assert [one.form for one in made.variables] == [Form.EXPR, Form.EXPR, Form.SINCE]
    assert made.analyses[0].columns == ("bevacizumab", "age", "grade", "site")


def test_a_variable_since_a_day_goes_only_forward() -> None:
    made = study().variable("bevacizumab")
    assert made is not None
    assert made.varies
    assert made.forward


def test_all_faults_are_told_at_once_each_with_its_line() -> None:
    found = faults(
        ("title", "titel"), ("age_at_anchor >= 18", "age_at_anker >= 18"), ('use = "OS"', "uze = 1")
    )
    assert [one.split(",")[0] for one in found] == ["line 2", "line 4", "line 10", "line 28"]
    assert "did you mean title?" in found[1]
    assert "age_at_anchor" in found[2]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind == 'bevacizumab_rn'", "kind == 'bevacizumab'", "Did you mean 'bevacizumab_rn'"),
        ("PrimaryTumour", "PrimaryTumor", "Did you mean PrimaryTumour"),
        ('"first(AdverseRadiationEffect: onset_day)"', '"age_at_anchor > 3"', "is a condition"),
        ('"age_at_anchor >= 18"', '"age_at_anchor + 18"', "is a number; expected a condition"),
        ('endpoint = "death"', 'endpoint = "deth"', "did you mean death?"),
        ('adjust = ["age"', 'adjust = ["aeg"', "did you mean age?"),
        ('name = "grade"', 'name = "age"', "age is there already"),
        ('name = "grade"', 'name = "site"', "a column that every study has"),
        ('name = "grade"', 'name = "Grade 3"', "small letters"),
        ("scale = 10", "scale = 0", "above 0"),
        ('expr = "age_at_anchor"', 'expr = "age_at_anchor"\nindex = "gpa"', "this one has expr and index"),
        ('expr = "age_at_anchor"\ncentre = 60\nscale = 10', 'index = "gpi"', "did you mean gpa?"),
        ('schema = ">=1.0,<2"', 'schema = ">=2"', "which is not >=2"),
        ("DUO:0000007", "DUO:7", "no term 'DUO:7'"),
        ('"DUO:0000007", ', "", "names no use of data"),
        ("expires = 2028-12-31", "", "the last day on which the study may be run"),
        ('adjust = ["age", "grade"]', 'adjust = ["age", "grade"]\nby = "bevacizumab"\n#', None),
    ],
)  # fmt: skip
def test_each_fault_names_what_would_be_right(old: str, new: str, told: str | None) -> None:
    if told is None:
        assert study((old, new)).id == "rn-bev-1"
        return
    assert any(told in one for one in faults((old, new)))


def test_a_variable_over_time_is_no_covariate_of_the_origin() -> None:
    found = faults(('time_varying = ["bevacizumab"]\n', ""))
    assert any("immortal time" in one for one in found)


def test_a_fixed_variable_cannot_be_named_as_changing() -> None:
    found = faults(('time_varying = ["bevacizumab"]', 'time_varying = ["bevacizumab", "age"]'))
    assert any("age does not change" in one for one in found)


def test_a_during_variable_names_rows_that_last() -> None:
    old = "since = \"first(SupportiveCourse: start_day where kind == 'bevacizumab_rn')\""
    assert study((old, "during = \"any(SupportiveCourse: kind == 'bevacizumab_rn')\"")).variables[2].varies
    found = faults((old, 'during = "any(Biomarker: day > 0)"'))
    assert any("rows that last" in one for one in found)
    found = faults((old, 'during = "any(SupportiveCourse: support_no > 0)"\nvalue = "reason"'))
    assert any("reason is no number" in one for one in found)


def test_concurrency_is_asked_of_a_class_of_agents() -> None:
    old = 'expr = "attributed(AdverseRadiationEffect.ctcae_grade)"'
    assert study((old, 'concurrent = "adc"\nbefore = 28')).variables[1].before == 28
    assert any("no class of agents" in one for one in faults((old, 'concurrent = "adcs"')))


def test_limits_of_disclosure_can_be_tightened_only() -> None:
    assert study(("[governance]", "[disclosure]\nmin_n = 20\n[governance]")).disclosure.min_n == 20
    assert any(
        "only tighten" in one for one in faults(("[governance]", "[disclosure]\nmin_n = 5\n[governance]"))
    )


def test_a_variable_can_use_those_before_it_and_no_later_one() -> None:
    assert study(('expr = "attributed(AdverseRadiationEffect.ctcae_grade)"', 'expr = "age > 3"')).variables
    found = faults(('expr = "age_at_anchor"', 'expr = "grade + 1"'))
    assert any("no column 'grade'" in one for one in found)


def test_the_origin_is_not_known_to_itself() -> None:
    found = faults(('"first(AdverseRadiationEffect: onset_day)"', '"origin_day + 1"'))
    assert any("origin_day" in one for one in found)


def test_a_file_that_is_no_toml_or_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="TOML"):
        study_from_text("[study\n")
    with pytest.raises(StudyError, match="no such file"):
        read_study(tmp_path / "study.toml")


def test_a_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(TEXT.encode() + b"# caf\xe9\n")
    with pytest.raises(StudyError, match="UTF-8"):
        read_study(path)
