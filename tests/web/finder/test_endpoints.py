"""The endpoint atlas: which endpoints studies use, what their measures state, where they differ."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client

from cimara.terms.endpoint import EndpointId
from cimara_web.finder.views.endpoints import MEASURES_A_PAGE
from tests.web.conftest import Build, Visitor
from tests.web.finder.counted_records import FIVE, SILENT, measured
from tests.web.finder.test_path import text
from tests.web.finder.test_query_counts import counted


def get(address: str, **query: str) -> HttpResponse:
    return Client().get(address, query, secure=True)


@pytest.fixture
def five(build: Build) -> None:
    build(*FIVE)


def test_studies_and_measures_are_counted_and_silence_is_told(five: None) -> None:
    said = text(get("/endpoints/"))
    assert "5 studies read" in said
    assert "4 studies list their measures, 5 in all." in said
    assert "1 lists none in our copy, and is not counted below." in said


def test_each_endpoint_tells_how_often_each_item_is_stated(five: None) -> None:
    said = text(get("/endpoints/"))
    assert "CNS progression-free survival 2 50 % 2 1 50 % 2 100 % 0 0 % 1 50 % 0 0 %" in said


def test_what_is_not_asked_of_an_endpoint_is_no_zero(five: None) -> None:
    assert "Overall survival 1 25 % 1 – not asked – not asked – not asked – not asked 0 0 %" in text(
        get("/endpoints/")
    )


def test_endpoints_of_the_brain_stand_apart(five: None) -> None:
    page = get("/endpoints/").content.decode()
    brain, any_cancer = (
        page.index("Measures of the brain and its lining"),
        page.index("Measures of any cancer"),
    )
    assert brain < page.index('href="/endpoints/cnspfs/"') < any_cancer < page.index('href="/endpoints/pfs/"')


def test_criteria_are_counted_and_a_gap_shows(five: None) -> None:
    said = text(get("/endpoints/"))
    assert "RANO-BM 1" in said
    assert "CNS RECIST 0" in said


def test_what_is_not_compared_is_counted_too(five: None) -> None:
    page = get("/endpoints/")
    assert "Quality of life : 1 study" in text(page)
    assert 'href="/endpoints/qol/"' in page.content.decode()


@pytest.mark.parametrize(
    ("query", "read"),
    [({"tumour": "melanoma"}, "1 study read"), ({"phase": "PHASE3"}, "1 study read"), ({}, "5 studies read")],
)
def test_the_address_narrows_the_studies(five: None, query: dict[str, str], read: str) -> None:
    assert read in text(get("/endpoints/", **query))


def test_an_empty_population_is_told(five: None) -> None:
    response = get("/endpoints/", tumour="renal")
    assert response.status_code == 200
    assert "No study of these names an endpoint" in text(response)
    assert "<img" not in response.content.decode()


FILES = ["/endpoints/endpoints.csv", "/endpoints/figure.svg", "/endpoints/pfs/measures.csv"]


@pytest.mark.parametrize("address", ["/endpoints/", "/endpoints/pfs/", *FILES])
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"tumour": "'"}, "This kind of cancer is not in our list."),
        ({"phase": "IV"}, "There is no such phase."),
    ],
)
def test_a_wrong_value_is_named(five: None, address: str, query: dict[str, str], said: str) -> None:
    response = get(address, **query)
    assert response.status_code == 400
    assert said in text(response)


def test_the_figure_is_a_file_with_the_numbers_of_the_tables(five: None) -> None:
    (address,) = re.findall(r'<img class="chart" src="([^"]+)"', get("/endpoints/").content.decode())
    response = Client().get(address.replace("&amp;", "&"), secure=True)
    assert response["Content-Type"] == "image/svg+xml"
    ElementTree.fromstring(response.content)
    assert "2 of 2" in response.content.decode()
    assert "CNS progression-free survival" in response.content.decode()


def test_one_endpoint_shows_names_criteria_and_differences(five: None) -> None:
    said = text(get("/endpoints/cnspfs/"))
    assert "How long people live without growth of the cancer in the brain" in said
    assert "2 of 4 studies that list measures" in said
    assert "CNS PFS (1)" in said
    assert "Intracranial PFS (1)" in said
    assert "RANO-BM 1 1" in said
    assert "counts: 1 (50 %)" in said
    assert "not stated: 1 (50 %)" in said


def test_each_measure_leads_to_its_study(five: None) -> None:
    page = get("/endpoints/cnspfs/").content.decode()
    assert re.findall(r'<th scope="row"><a href="/trials/(NCT\d{8})/">', page) == [
        "NCT00000001",
        "NCT00000002",
    ]


def test_filters_hold_for_one_endpoint_and_lead_back(five: None) -> None:
    page = get("/endpoints/cnspfs/", phase="PHASE3").content.decode()
    assert re.findall(r'href="/trials/(NCT\d{8})/"', page) == ["NCT00000002"]
    assert 'class="back" href="/endpoints/?phase=PHASE3"' in page
    assert 'href="/endpoints/cnspfs/measures.csv?phase=PHASE3"' in page


@pytest.mark.parametrize("prefix", ["", "/es"])
@pytest.mark.parametrize("endpoint", EndpointId)
def test_every_endpoint_has_a_page_even_where_no_study_names_it(
    five: None, endpoint: EndpointId, prefix: str
) -> None:
    assert get(f"{prefix}/endpoints/{endpoint.lower()}/").status_code == 200


@pytest.mark.parametrize("slug", ["no-such-endpoint", "OS", "cns-pfs"])
def test_an_address_without_an_endpoint_is_no_page(five: None, slug: str) -> None:
    assert get(f"/endpoints/{slug}/").status_code == 404
    assert get(f"/endpoints/{slug}/measures.csv").status_code == 404


def test_a_long_list_has_pages_that_hold_every_measure_once(build: Build) -> None:
    size = MEASURES_A_PAGE + 7
    build(*(measured(n, SILENT, "Overall survival") for n in range(1, size + 1)))
    seen: list[str] = []
    for page in ("1", "2"):
        seen += re.findall(r'href="/trials/(NCT\d{8})/"', get("/endpoints/os/", page=page).content.decode())
    assert len(seen) == len(set(seen)) == size


@pytest.mark.parametrize(
    ("page", "shown"), [("99", "Page 2 of 2"), ("x", "Page 1 of 2"), ("-1", "Page 2 of 2")]
)
def test_a_page_that_is_not_there_gives_the_nearest(build: Build, page: str, shown: str) -> None:
    build(*(measured(n, SILENT, "Overall survival") for n in range(1, MEASURES_A_PAGE + 2)))
    assert shown in text(get("/endpoints/os/", page=page))


def test_the_csv_of_one_endpoint_holds_its_measures_alone(five: None) -> None:
    response = get("/endpoints/cnspfs/measures.csv")
    assert response["Content-Disposition"] == 'attachment; filename="cimara-endpoint-cnspfs-2026-01-01.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(row["nct_id"], row["endpoint"]) for row in rows] == [
        ("NCT00000001", "CNSPFS"),
        ("NCT00000002", "CNSPFS"),
    ]
    everything = get("/endpoints/endpoints.csv").content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(everything)))) == 4


def test_words_of_a_record_are_escaped(build: Build) -> None:
    build(measured(1, SILENT, "Overall survival <script>alert(1)</script>"))
    assert b"<script" not in get("/endpoints/os/").content


def test_values_speak_spanish_too(five: None) -> None:
    said = text(get("/es/endpoints/cnspfs/"))
    assert "Supervivencia libre de progresión en el SNC" in said
    assert "Cuánto tiempo viven" in said


@pytest.mark.parametrize("size", [1, 200])
@pytest.mark.parametrize("address", ["/endpoints/", "/endpoints/os/", *FILES])
def test_a_page_asks_the_snapshot_for_nothing_that_is_kept(
    visitor: Visitor, build: Build, address: str, size: int
) -> None:
    build(*(measured(n, SILENT, "Overall survival") for n in range(1, size + 1)))
    visitor.get(address)
    with counted() as count:
        visitor.get(address)
        assert count() == (0, 0)
