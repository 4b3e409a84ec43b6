"""The survey page: counts with denominators and intervals, a figure with the same numbers, named errors."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client

from cimara.trials.snapshot import Snapshot
from cimara.trials.survey.intervals import wilson
from cimara_web.snapshot import close_snapshot
from tests.web.conftest import Build, Visitor
from tests.web.finder.counted_records import FIVE, measured
from tests.web.finder.test_path import text
from tests.web.finder.test_query_counts import counted

BAD = [
    ({"tumour": "zebra"}, "This kind of cancer is not in our list."),
    ({"phase": "9"}, "There is no such phase."),
    ({"from": "last year"}, "“Started from” must be a year of four digits"),
    ({"from": "20"}, "“Started from” must be a year of four digits"),
    ({"to": "9999"}, "“Started up to” must be a year of four digits"),
    ({"from": "2022", "to": "2019"}, "“Started up to” is before “Started from”."),
]


def get(address: str, **query: str) -> HttpResponse:
    return Client().get(address, query, secure=True)


@pytest.fixture
def five(build: Build) -> None:
    build(*FIVE)


def test_every_answer_has_its_count_its_total_and_its_interval(five: None) -> None:
    said = text(get("/survey/"))
    assert "5 studies counted" in said
    interval = wilson(2, 5)
    assert interval is not None
    low, high = f"{100 * interval.low:.1f}", f"{100 * interval.high:.1f}"
    assert f"Excluded 2 of 5 40.0 % {low} % to {high} %" in said
    assert "Treated or stable only 1 of 5 20.0 %" in said


def test_silence_and_what_could_not_be_settled_stand_in_view(five: None) -> None:
    said = text(get("/survey/"))
    assert "Not mentioned 2 of 5 40.0 %" in said
    assert "Unclear 0 of 5 0.0 %" in said
    assert "the record is silent" in said


@pytest.mark.parametrize(
    ("query", "counted"),
    [
        ({"tumour": "melanoma"}, "1 study counted"),
        ({"tumour": "lung"}, "4 studies counted"),
        ({"phase": "PHASE2"}, "4 studies counted"),
        ({"phase": "PHASE1"}, "1 study counted"),
        ({"from": "2020"}, "3 studies counted"),
        ({"to": "2020"}, "2 studies counted"),
        ({"from": "2020", "to": "2020"}, "1 study counted"),
        ({"tumour": "melanoma", "to": "2020"}, "0 studies counted"),
    ],
)
def test_the_address_narrows_the_studies(five: None, query: dict[str, str], counted: str) -> None:
    assert counted in text(get("/survey/", **query))


def test_studies_without_a_start_are_told_where_years_are_asked(five: None) -> None:
    assert "1 more gives no start date" in text(get("/survey/", **{"from": "2000"}))
    assert "no start date" not in text(get("/survey/"))


def test_each_year_is_a_row_and_a_missing_date_is_one_too(five: None) -> None:
    page = get("/survey/").content.decode()
    rows = re.findall(r'<tr><th scope="row">(\d{4}|not stated|All years)</th>', page)
    assert rows == ["2019", "2020", "2021", "not stated", "All years"] * 2


def test_nothing_found_is_said_and_draws_nothing(five: None) -> None:
    response = get("/survey/", tumour="melanoma", to="2019")
    assert response.status_code == 200
    assert "No study fits all of this." in text(response)
    assert "<img" not in response.content.decode()


@pytest.mark.parametrize(("query", "said"), BAD)
@pytest.mark.parametrize("address", ["/survey/", "/survey/survey.csv", "/survey/figure.svg"])
def test_a_wrong_value_is_named(five: None, address: str, query: dict[str, str], said: str) -> None:
    response = get(address, **query)
    assert response.status_code == 400
    assert said in text(response)


def test_a_wrong_value_stays_to_be_mended(five: None) -> None:
    page = get("/survey/", **{"from": "201", "phase": "PHASE2"}).content.decode()
    assert 'name="from" value="201"' in page
    assert '<option value="PHASE2" selected>' in page


@pytest.mark.parametrize("odd", ["<script>alert(1)</script>", "\x00", "٢٠١٩x", "1e3", "x" * 5000])
def test_odd_values_are_escaped_and_refused(five: None, odd: str) -> None:
    response = get("/survey/", **{"from": odd, "tumour": odd})
    assert response.status_code == 400
    assert b"<script" not in response.content


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_figures_are_files_with_the_numbers_of_the_table(five: None, prefix: str) -> None:
    page = get(f"{prefix}/survey/").content.decode()
    figures = re.findall(r'<img class="chart" src="([^"]+)" alt="([^"]+)">', page)
    assert len(figures) == 2
    for address, alt in figures:
        assert len(alt) > 40
        response = Client().get(address.replace("&amp;", "&"), secure=True)
        assert response["Content-Type"] == "image/svg+xml"
        ElementTree.fromstring(response.content)
        shares = set(re.findall(r">\s*(\d+) %\s*<", response.content.decode()))
        assert "100" in shares
        assert shares <= set(re.findall(r"(\d+)[ \u00a0]%", page))
        assert "n = 5" in response.content.decode()


def test_a_figure_speaks_the_language_of_its_page(five: None) -> None:
    english, spanish = (get(f"{prefix}/survey/figure.svg").content.decode() for prefix in ("", "/es"))
    assert "1 January 2026" in english
    assert "1 de enero de 2026" in spanish


def test_an_unknown_question_has_no_figure(five: None) -> None:
    response = get("/survey/figure.svg", of="steroids")
    assert response.status_code == 400
    assert "brm or lmd" in text(response)


def test_the_csv_holds_every_cell_with_its_snapshot(five: None, settings: object) -> None:
    response = get("/survey/survey.csv", to="2020")
    assert response["Content-Disposition"] == 'attachment; filename="cimara-survey-2026-01-01.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    excluded = [row for row in rows if (row["question"], row["answer"]) == ("brm", "excluded")]
    assert [(row["year"], row["n"], row["total"]) for row in excluded] == [
        ("2019", "0", "1"),
        ("2020", "1", "1"),
        ("all", "1", "2"),
    ]
    with Snapshot.open(settings.SNAPSHOT) as snapshot:  # type: ignore[attr-defined]
        assert {row["snapshot"] for row in rows} == {snapshot.meta.content_hash}


def test_the_page_names_date_and_copy_of_its_records(five: None, settings: object) -> None:
    with Snapshot.open(settings.SNAPSHOT) as snapshot:  # type: ignore[attr-defined]
        copy = snapshot.meta.content_hash[:16]
    assert f"Study records of 1 January 2026, copy {copy}." in text(get("/survey/"))


def test_links_and_downloads_keep_what_was_asked(five: None) -> None:
    page = get("/survey/", phase="PHASE2", to="2021").content.decode()
    assert 'href="/survey/survey.csv?phase=PHASE2&amp;to=2021"' in page


@pytest.mark.parametrize("address", ["/", "/trials/", "/registry/"])
def test_the_counts_are_linked_from_where_people_look(address: str) -> None:
    page = get(address).content.decode()
    assert 'href="/survey/"' in page
    assert 'href="/endpoints/"' in page


def test_another_snapshot_is_counted_anew(build: Build) -> None:
    build(FIVE[0])
    assert "1 study counted" in text(get("/survey/"))
    build(*FIVE)
    close_snapshot()
    assert "5 studies counted" in text(get("/survey/"))


@pytest.mark.parametrize("size", [1, 200])
@pytest.mark.parametrize("address", ["/survey/", "/survey/figure.svg", "/survey/survey.csv"])
def test_a_page_asks_the_snapshot_for_nothing_that_is_kept(
    visitor: Visitor, build: Build, address: str, size: int
) -> None:
    build(*(measured(n) for n in range(1, size + 1)))
    visitor.get(address)
    with counted() as count:
        visitor.get(address)
        assert count() == (0, 0)
