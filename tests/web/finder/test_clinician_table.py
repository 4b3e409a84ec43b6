"""One study's criteria beside the facts, in words; all of them as CSV."""

from __future__ import annotations

import re

import pytest

from cimara.trials.verdict import Change, ChangeKind, Criterion, CriterionId, CriterionValue, Verdict
from cimara_web.finder.clinician.changes import BARE, change_words
from cimara_web.finder.clinician.criteria import CRITERIA, VALUES, asked_words, known_words
from cimara_web.finder.clinician.listing import VERDICTS
from tests.web.conftest import Build, Visitor
from tests.web.finder.clinician_visits import FORM, LIST, STABLE, TABLE, rows
from tests.web.finder.registry_of import ALLOWS, EXCLUDES, study
from tests.web.finder.test_path import text


def test_the_table_of_one_study_has_requirement_fact_result_sentence_and_change(
    visitor: Visitor, build: Build
) -> None:
    rule = "Inclusion Criteria:\n\n* Brain metastases are allowed if stable for at least 4 weeks after SRS\n"
    build(study(1, f"{rule}* Dexamethasone up to 4 mg per day is allowed for brain metastases\n"))
    visitor.post(
        FORM, **STABLE, cns_stable_since="10", steroids_drug="dexamethasone", steroids_mg_per_day="8"
    )
    response = visitor.get(f"{LIST}NCT00000001/")
    page = response.content.decode()
    for name in ("Criterion", "Requirement", "Patient", "Result", "Sentence of the record"):
        assert f'<th scope="col">{name}</th>' in page
    said = text(response)
    assert "Steroids Dexamethasone ≤ 4 mg/day Dexamethasone 8 mg/day Not met" in said
    assert "Dexamethasone at most 4 mg/day." in said
    assert "Age from 18 years 58 years Met" in said
    assert re.search(r"Stable on imaging at least 28 days 10 days Not met .*? Time: met from \d", said)
    assert re.search(r'<blockquote lang="en">', page)


def test_a_study_of_another_tumour_is_explained_all_the_same(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS, conditions=["Melanoma"]))
    visitor.post(FORM, **STABLE)
    assert "This trial is of another tumour" in text(visitor.get(f"{LIST}NCT00000001/"))
    assert "1 trial of another tumour is not on this list" in text(visitor.get(LIST))


def test_an_unknown_number_is_told_how_to_be_read(visitor: Visitor) -> None:
    visitor.post(FORM, **STABLE)
    response = visitor.get(f"{LIST}NCT99999999/")
    assert response.status_code == 404
    assert visitor.get(f"{LIST}nct06500455/").status_code == 302


@pytest.mark.parametrize(
    ("prefix", "advice"), [("", "not medical advice"), ("/es", "no es un consejo médico")]
)
def test_the_csv_has_a_row_for_each_trial_and_criterion(
    db: None, build: Build, prefix: str, advice: str
) -> None:
    build(study(1, ALLOWS), study(2, EXCLUDES), study(3, ALLOWS, status="COMPLETED"))
    visitor = Visitor(prefix)
    visitor.post(FORM, **STABLE)
    response = visitor.post(TABLE)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response.content.startswith(b"\xef\xbb\xbf")
    head, columns, *table = rows(response)
    assert len(head) == 1
    assert "2026" in head[0]
    assert advice in head[0]
    assert columns[0] == "rank"
    pairs = [(row[1], row[7]) for row in table]
    assert len(pairs) == len(set(pairs))
    assert {number for number, _ in pairs} == {"NCT00000001", "NCT00000002"}
    brm = next(row for row in table if (row[1], row[7]) == ("NCT00000002", "brm"))
    assert (brm[6], brm[10], brm[12]) == ("no", "fails", "Known brain metastases")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_is_a_formula(visitor: Visitor, build: Build, sign: str) -> None:
    build(study(1, ALLOWS, title=f"{sign}HYPERLINK(1)"))
    visitor.post(FORM, **STABLE)
    cells = [cell for row in rows(visitor.post(TABLE)) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_csv_is_given_by_post_only(visitor: Visitor) -> None:
    visitor.post(FORM, **STABLE)
    response = visitor.get(TABLE)
    assert (response.status_code, response["Location"]) == (302, LIST)


def test_every_criterion_value_verdict_and_change_has_words() -> None:
    assert set(CRITERIA) == set(CriterionId)
    assert set(VALUES) == set(CriterionValue)
    assert set(VERDICTS) == set(Verdict)
    assert set(BARE) == set(ChangeKind)


@pytest.mark.parametrize(
    ("criterion", "asked", "fact", "words"),
    [
        (CriterionId.AGE, "18-75", "58", ("18 to 75 years", "58 years")),
        (CriterionId.SEX, "FEMALE", "male", ("female only", "Male")),
        (CriterionId.TUMOUR, "lung,breast", None, ("Lung cancer, Breast cancer", "")),
        (CriterionId.LMD, "excluded", "csf_positive", ("Excluded", "Yes, by CSF cytology")),
        (CriterionId.DAYS_SINCE_SRS, "28", "none", ("at least 28 days", "none")),
        (CriterionId.STABLE_DAYS, "1", "1", ("at least 1 day", "1 day")),
        (CriterionId.LESION_SIZE, ">=5 mm, <=40 mm", "9.5 mm", ("≥ 5 mm, ≤ 40 mm", "9.5 mm")),
        (CriterionId.LESION_COUNT, "3", "40", ("≤ 3", "40")),
        (
            CriterionId.LESION_PLACE,
            "brainstem,optic pathway",
            "brainstem",
            ("brainstem, optic pathway", "brainstem"),
        ),
        (CriterionId.IMAGING, "within 28 d", "181 d", ("brain scan of the last 28 days", "181 days ago")),
        (
            CriterionId.STEROIDS,
            "prednisone 0 mg, dexamethasone 0 mg, off 14 d",
            "off 4 d",
            ("none, off steroids for 14 days", "off steroids for 4 days"),
        ),
        (
            CriterionId.STEROIDS,
            "prednisone 10 mg",
            "prednisone 60 mg",
            ("Prednisone ≤ 10 mg/day", "Prednisone 60 mg/day"),
        ),
        (
            CriterionId.ANTISEIZURE,
            "enzyme_inducers_excluded",
            "phenytoin",
            ("no enzyme inducers", "phenytoin"),
        ),
        (CriterionId.STATUS, None, "RECRUITING", ("Open for new people", "–")),
    ],
)
def test_requirement_and_fact_in_words(
    criterion: CriterionId, asked: str | None, fact: str | None, words: tuple[str, str]
) -> None:
    one = Criterion(id=criterion, value=CriterionValue.FAILS, reason="r", requirement=asked, fact=fact)
    assert (asked_words(one), known_words(one)) == words


@pytest.mark.parametrize("value", list(CriterionValue))
def test_only_what_is_not_met_would_have_to_change(value: CriterionValue) -> None:
    change = Change(kind=ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS, days=28)
    one = Criterion(id=CriterionId.BRM, value=value, reason="r", change=change)
    fails = value is CriterionValue.FAILS
    assert change_words(one) == ("Local therapy of the brain metastases, then 28 days." if fails else "")
