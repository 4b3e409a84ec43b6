"""The workbench: the page's calls are the library's, what was typed stays, what is wrong is named."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from django.test import Client

from cimara.response import Policy, derive, explain
from cimara.response.worksheet.demo import demo_sheet
from cimara.response.worksheet.files import read_upload
from cimara.response.worksheet.reading import read_sheet
from cimara_web.response.shown import mm
from cimara_web.response.words import (
    CAUTIONS,
    CLINICAL,
    CRITERIA,
    FAULTS,
    LEFT_OUT,
    NEW,
    PLACES,
    ROLES,
    STEROIDS,
)
from tests.web.conftest import Visitor
from tests.web.finder.test_path import text

PAGE = "/response/workbench/"
FIELDS = demo_sheet().fields()


def cells(page: str) -> list[list[str]]:
    """The texts of the first table's body, row by row."""
    body = page.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [
        [
            " ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)
        ]
        for row in rows
    ]


def typed(page: str) -> dict[str, str]:
    """What the fields of the grid hold."""
    found = dict(re.findall(r'<input type="text" id="([\w.]+)" name="\1" value="([^"]*)"', page))
    for name, options in re.findall(r'<select id="([\w.]+)"[^>]*>(.*?)</select>', page, re.S):
        found[name] = dict.fromkeys(re.findall(r'value="([^"]*)" selected', options)).popitem()[0]
    return {name: html.unescape(value) for name, value in found.items()}


def page_of(visitor: Visitor, **fields: str) -> str:
    """The answer to the invented patient's grid with some fields changed."""
    response = visitor.post(PAGE, **{**FIELDS, "criterion": "rano_bm", **fields})
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_call_sum_and_reason_is_the_librarys(visitor: Visitor, criterion: str) -> None:
    patient, policy = read_sheet(demo_sheet()).patient, Policy.preset(criterion)
    assert patient is not None
    result = derive(patient, policy)
    page = page_of(visitor, criterion=criterion)
    shown = {row[0]: row for row in cells(page)}
    for row in result.rows:
        line = shown[row.visit_id]
        assert line[1] == row.date.isoformat()
        assert line[2] == mm(row.sum)
        assert line[5] == f"{mm(row.nadir_sum)} ({row.nadir_visit})"
        assert line[6:] == [
            row.target,
            row.nontarget,
            row.new_lesion,
            row.clinical,
            row.steroid,
            row.response,
        ]
        assert html.escape(explain(row, policy), quote=False) in page.replace("&#39;", "'")
    said = text(visitor.post(PAGE, **FIELDS, criterion=criterion))
    best = result.best[0]
    assert f"Best response {best.bor} Confirmed {best.confirmed_bor}" in said


def test_both_criteria_stand_side_by_side_and_where_they_differ(visitor: Visitor) -> None:
    lines = {row[0]: row for row in cells(page_of(visitor, do="compare"))}
    assert lines["Week 24"][2:] == ["51.0", "−31.1", "+24.4", "PD", "42.0", "−22.2", "+27.3", "PR", "differs"]
    assert lines["Week 16"][-1] == "same"


@pytest.mark.parametrize("do", ["work", "compare", "add-visit", "add-lesion"])
def test_everything_typed_is_given_back(visitor: Visitor, do: str) -> None:
    given = typed(page_of(visitor, do=do, criterion="irano", **{"lesions.0.cells.1": "a < b"}))
    wanted = {**FIELDS, "criterion": "irano", "lesions.0.cells.1": "a < b"}
    assert {name: given[name] for name in wanted} == wanted


def test_a_visit_and_a_lesion_can_be_added_and_removed(visitor: Visitor) -> None:
    more = typed(page_of(visitor, do="add-visit"))
    assert more["visits.6.label"] == "Visit 7"
    less = typed(page_of(visitor, remove_visit="0"))
    assert (less["visits.0.label"], less["lesions.0.cells.0"]) == ("Week 8", "16 x 11")
    assert typed(page_of(visitor, do="add-lesion"))["lesions.5.name"] == "L1"
    assert typed(page_of(visitor, remove_lesion="0"))["lesions.0.name"] == "Cerebellum R"


@pytest.mark.parametrize("place", ["99", "-1", "x", "٣", "1" * 400])
def test_removing_what_is_not_there_changes_nothing(visitor: Visitor, place: str) -> None:
    given = typed(page_of(visitor, remove_visit=place))
    assert {name: given[name] for name in FIELDS} == FIELDS


def test_a_bad_cell_is_named_beside_it_and_at_the_top(visitor: Visitor) -> None:
    page = page_of(visitor, **{"lesions.1.cells.2": "twelve"})
    assert "<title>Error:" in page
    assert '<a href="#lesions.1.cells.2">Write a size in mm' in page
    assert 'aria-invalid="true" aria-describedby="lesions.1.cells.2-error"' in page
    assert 'id="lesions.1.cells.2-error"' in page
    assert 'id="result"' not in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"start": ""}, "Give the first day of treatment"),
        ({"start": "12/1/2026"}, "Write a date as year, month, day"),
        ({"visits.2.date": ""}, "it needs a date"),
        ({"visits.2.label": "Week 8"}, "Two visits have this name"),
        ({"lesions.2.name": "Frontal L"}, "Two lesions have this name"),
        ({"lesions.2.name": ""}, "Give this lesion a name"),
        ({"lesions.2.role": "NICE"}, "Choose one of the list"),
        ({"lesions.3.cells.0": "17 cm"}, "PRESENT, ABSENT, PD, NE"),
        ({"lesions.0.cells.0": "15 x 22"}, "the second can’t be longer"),
        ({"lesions.0.cells.0": "2200"}, "more than 300 mm"),
        ({"patient": "a;b"}, "can’t hold a comma or a semicolon"),
        ({"visits.0.label": ";"}, "can’t hold a comma or a semicolon"),
        ({"lesions.0.name": "left, frontal"}, "can’t hold a comma or a semicolon"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(
    visitor: Visitor, changed: dict[str, str], said: str
) -> None:
    assert said in text(visitor.post(PAGE, **{**FIELDS, **changed}))


def test_an_empty_form_is_answered_with_what_it_needs(visitor: Visitor) -> None:
    page = visitor.post(PAGE).content.decode()
    assert '<a href="#start">' in page
    assert typed(page)["lesions.2.name"] == "L3"


def test_warnings_while_measuring_are_shown(visitor: Visitor) -> None:
    changed = {"lesions.0.cells.0": "9 x 6", "lesions.1.cells.0": "14", "lesions.2.place": "dura"}
    said = text(visitor.post(PAGE, **{**FIELDS, **changed}))
    assert "Frontal L: The longest diameter is below the limit at baseline." in said
    assert "Cerebellum R: No second diameter at baseline" in said
    assert "Parietal R: A lesion of dura or bone is no target" in said


def test_names_are_escaped_on_the_page_and_in_the_drawing(visitor: Visitor) -> None:
    page = page_of(visitor, **{"lesions.0.name": "<b>x</b>&", "patient": "<i>p</i>"})
    assert "<b>x" not in page
    assert "<i>p" not in page
    assert "&lt;b&gt;x&lt;/b&gt;&amp;" in page


def test_the_page_has_no_style_of_its_own(visitor: Visitor) -> None:
    page = page_of(visitor)
    assert "<svg xmlns" in page
    assert not re.search(r"<style|\sstyle=|<script", page)


def test_the_result_as_csv_is_the_librarys(visitor: Visitor) -> None:
    response = visitor.post(PAGE, **FIELDS, criterion="recist11", do="csv")
    lines = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    patient = read_sheet(demo_sheet()).patient
    assert patient is not None
    rows = derive(patient, Policy.preset("recist11")).rows
    assert [(one["visit_id"], one["response"]) for one in lines] == [
        (row.visit_id, row.response) for row in rows
    ]
    assert response["Content-Disposition"] == 'attachment; filename="cimara-response.csv"'
    both = visitor.post(PAGE, **FIELDS, do="csv-compare").content.decode("utf-8-sig")
    assert [one["criterion"] for one in csv.DictReader(io.StringIO(both))] == ["recist11"] * 5 + [
        "rano_bm"
    ] * 5


def test_the_visits_as_a_zip_come_back_the_same(visitor: Visitor) -> None:
    response = visitor.post(PAGE, **FIELDS, do="zip")
    assert response["Content-Type"] == "application/zip"
    assert read_upload(response.content).patients == (read_sheet(demo_sheet()).patient,)


def test_a_download_of_a_grid_with_an_error_is_the_page_with_the_error(visitor: Visitor) -> None:
    response = visitor.post(PAGE, **{**FIELDS, "start": ""}, do="zip")
    assert "Give the first day of treatment" in text(response)


@pytest.mark.parametrize("held", ["[]", "3", "{", '{"start": 5}', "[" * 20000])
def test_a_grid_of_a_button_that_is_none_is_an_empty_one(visitor: Visitor, held: str) -> None:
    assert "Give the first day of treatment" in text(visitor.post(PAGE, sheet=held))


def test_a_body_over_the_limit_is_not_read(visitor: Visitor) -> None:
    response = visitor.post(PAGE, patient="x" * (6 * 1024 * 1024))
    assert response.status_code == 413
    assert response["Cache-Control"] == "no-store"
    assert "too much to read" in text(response)


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(PAGE, FIELDS, secure=True).status_code == 403
    token = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(PAGE, secure=True).content.decode()
    )
    assert token
    sent = {**FIELDS, "csrfmiddlewaretoken": token[1]}
    headers = {"referer": "https://testserver/"}
    assert client.post(PAGE, sent, secure=True, headers=headers).status_code == 200


def test_the_spanish_page_gives_the_same_calls_and_numbers_in_its_own_way(visitante: Visitor) -> None:
    response = visitante.post(PAGE, **FIELDS, criterion="rano_bm")
    lines = {row[0]: row for row in cells(response.content.decode())}
    assert lines["Week 24"][2:5] == ["42,0", "−22,2", "+27,3"]
    assert lines["Week 24"][-1] == "PR"


def test_every_choice_and_fault_of_the_library_has_words() -> None:
    from cimara.response.worksheet import cells as cell
    from cimara.response.worksheet import places, reading
    from cimara.response.worksheet.filling import LeftOut
    from cimara.response.worksheet.sheet import SheetRole

    assert set(FAULTS) == {*reading.SheetFault, *cell.CellFault}
    assert set(LEFT_OUT) == set(LeftOut)
    assert list(PLACES) == list(places.PLACES)
    assert (list(ROLES), list(CLINICAL)) == ([one.value for one in SheetRole], list(reading.CLINICAL))
    assert (set(STEROIDS), set(NEW)) == (set(reading.STEROIDS), set(reading.NEW))


def test_every_reason_against_a_target_has_words() -> None:
    import inspect

    from cimara.response.criteria import measurability

    source = inspect.getsource(measurability)
    codes = set(re.findall(r'yield "([A-Z_]+)"', source)) | set(measurability.NEVER_MEASURABLE.values())
    recorded_nowhere_here = {
        "BORDERS_NOT_REPRODUCIBLE",
        "CYSTIC_ONLY",
        "TREATED",
        "TREATED_NOT_PROGRESSED",
        "DIAMETER_BELOW_TWO_SLICES",
        "TOO_FEW_SLICES",
    }
    assert codes - recorded_nowhere_here <= set(CAUTIONS)
