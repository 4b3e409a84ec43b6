"""The clinician's list: ranked, narrowed by filters that no address holds."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.conftest import Build, Visitor
from tests.web.finder.clinician_visits import FORM, LIST, STABLE, TABLE, listed, typed_and_kept
from tests.web.finder.registry_of import ALLOWS, BOSTON, CHAPEL_HILL, EXCLUDES, SILENT, site, study
from tests.web.finder.test_path import text
from tests.web.finder.test_query_counts import SIZES, counted, many


def test_the_list_is_ranked_by_verdict_with_the_records_sentence(visitor: Visitor, build: Build) -> None:
    build(study(1, EXCLUDES), study(2, SILENT), study(3, ALLOWS))
    visitor.post(FORM, **STABLE, cns_lmd="no")
    assert listed(visitor) == ["NCT00000003", "NCT00000002", "NCT00000001"]
    page = visitor.get(LIST).content.decode()
    assert re.search(r'<blockquote lang="en"><mark>[^<]*stable brain metastases', page)


def test_filters_are_kept_out_of_the_address(visitor: Visitor, build: Build) -> None:
    build(
        study(1, ALLOWS, sites=[site(*CHAPEL_HILL)], phases=["PHASE2"]),
        study(2, ALLOWS, sites=[site(*BOSTON)], phases=["PHASE3"]),
        study(3, EXCLUDES, sites=[site(*CHAPEL_HILL)], phases=["PHASE2"]),
        study(4, ALLOWS, sites=[site(*CHAPEL_HILL)], phases=["PHASE2"], status="NOT_YET_RECRUITING"),
        study(5, ALLOWS, status="COMPLETED", phases=["PHASE2"]),
    )
    visitor.post(FORM, **STABLE, place="Durham, NC")

    def found(**chosen: Any) -> list[str]:
        response = visitor.post(LIST, **chosen)
        assert (response.status_code, response["Location"]) == (303, LIST)
        return sorted(one[-1] for one in listed(visitor))

    assert sorted(one[-1] for one in listed(visitor)) == ["1", "2", "3"]
    assert found(show="open", max_distance_km="100") == ["1", "3"]
    assert found(show="open", phases=["PHASE3"]) == ["2"]
    assert found(show="open", verdicts=["no"]) == ["3"]
    assert found(show="soon") == ["1", "2", "3", "4"]
    assert found(show="all") == ["1", "2", "3", "4", "5"]
    assert typed_and_kept(visitor).max_distance_km is None
    assert (
        found(show="all", phases=["PHASE2"], max_distance_km="100", verdicts=["likely", "possible"])[0] == "1"
    )
    page = visitor.get(LIST).content.decode()
    assert re.search(r'value="PHASE2" checked', page)
    assert re.search(r'name="max_distance_km" value="100"', page)
    assert '<option value="all" selected>' in page


@pytest.mark.parametrize(
    "sent", [{"show": "'"}, {"max_distance_km": "far"}, {"verdicts": ["maybe"]}, {"phases": ["9"]}]
)
def test_a_filter_that_is_none_is_explained_and_not_kept(visitor: Visitor, sent: dict[str, Any]) -> None:
    visitor.post(FORM, **STABLE)
    response = visitor.post(LIST, **sent)
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert visitor.get(LIST).status_code == 200


def test_every_page_of_the_list_once(visitor: Visitor, build: Build) -> None:
    build(*(study(number, ALLOWS) for number in range(1, 46)))
    visitor.post(FORM, **STABLE)
    seen = [number for page in ("1", "2", "3") for number in listed(visitor, page=page)]
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize("page", ["x", "-1", "99999999999", "\x00"])
def test_odd_pages_give_a_page(visitor: Visitor, page: str) -> None:
    visitor.post(FORM, **STABLE)
    assert visitor.get(LIST, page=page).status_code == 200


def test_an_unknown_place_is_said_and_the_list_goes_on(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS))
    visitor.post(FORM, **STABLE, place="Nosuchtownville")
    assert "We don’t know this place" in text(visitor.get(LIST))


def test_a_place_of_many_is_asked_for_and_the_country_settles_it(visitor: Visitor) -> None:
    response = visitor.post(FORM, place="Birmingham")
    assert 'name="which"' in response.content.decode()
    where = re.findall(r'<option value="([\d.-]+,[\d.-]+)">([^<]*)', response.content.decode())
    value = next(value for value, name in where if "Alabama" in name)
    assert visitor.post(FORM, place="Birmingham", which=value).status_code == 303
    assert typed_and_kept(visitor).country == "US"
    assert visitor.post(FORM, place="Birmingham", country="GB").status_code == 303
    assert typed_and_kept(visitor).country == "GB"


def test_latitude_and_longitude_are_a_place(visitor: Visitor) -> None:
    visitor.post(FORM, place="36.0, -78.9")
    assert (typed_and_kept(visitor).lat, typed_and_kept(visitor).lon) == (36.0, -78.9)


@pytest.mark.parametrize("size", SIZES)
def test_pages_ask_a_fixed_number_of_times(visitor: Visitor, build: Build, size: int) -> None:
    build(*many(size))
    visitor.post(FORM, **STABLE, place="Durham, NC")
    visitor.post(LIST, show="all")
    for ask in (
        lambda: visitor.get(LIST),
        lambda: visitor.get(f"{LIST}NCT00000001/"),
        lambda: visitor.post(TABLE),
        lambda: visitor.get(FORM),
    ):
        ask()
        with counted() as count:
            ask()
            django, snapshot = count()
        assert django <= 2
        assert snapshot <= 8


def test_the_start_the_home_page_and_the_header_lead_here(visitor: Visitor) -> None:
    for address in ("/", "/find/", "/about/"):
        assert f'href="{FORM}"' in visitor.get(address).content.decode()
