"""Nearness: open sites first, then distance; what isn't known stays and is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.trials.places import Place
from cimara.trials.search import Near, NoticeCode, Query
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.search.trials import ATHENS, PARIS, country_only, found, site, snapshot_of, trial


def near(km: float = 100, **more: object) -> Near:
    return Near("Athens, GR", km, **more)  # type: ignore[arg-type]


def test_an_open_site_further_away_is_listed_before_a_closed_one_that_is_near(trials: Snapshot) -> None:
    listed = found(trials, near=near(500))
    assert listed.index(2) < listed.index(6)
    assert listed[0] == 1


def test_hits_outside_the_radius_are_left_out(trials: Snapshot) -> None:
    assert 2 not in found(trials, near=near(100))
    assert 3 not in found(trials, near=near(500))


def test_a_site_known_by_country_only_stays_and_its_distance_is_not_known(trials: Snapshot) -> None:
    page = trials.search(Query(near=near(100)))
    unplaced = next(hit for hit in page.hits if hit.nct_id == "NCT00000005")
    assert unplaced.nearest is not None
    assert unplaced.nearest.km is None


def test_a_country_too_far_away_for_the_radius_does_not_stay(trials: Snapshot) -> None:
    assert 5 not in found(trials, near=Near("Paris, FR", 300))


def test_a_study_without_any_site_stays_as_unknown(trials: Snapshot) -> None:
    page = trials.search(Query(near=near(100)))
    siteless = next(hit for hit in page.hits if hit.nct_id == "NCT00000004")
    assert siteless.nearest is None


def test_the_nearest_site_tells_its_status_and_where_it_comes_from(trials: Snapshot) -> None:
    hits = {hit.nct_id: hit.nearest for hit in trials.search(Query(near=near(500))).hits}
    own, closed = hits["NCT00000001"], hits["NCT00000006"]
    assert own is not None
    assert own.is_open
    assert own.status_inherited
    assert own.km is not None
    assert own.km < 1
    assert closed is not None
    assert not closed.is_open
    assert not closed.status_inherited


def test_equally_far_sites_go_by_city_and_facility(tmp_path: Path) -> None:
    made = [
        trial(1, "x", sites=[site("Athens", point=ATHENS, facility="Zeta")], day="2026-02-03"),
        trial(2, "x", sites=[site("Athens", point=ATHENS, facility="Alpha")], day="2026-02-02"),
        trial(3, "x", sites=[site("Aegaleo", point=ATHENS, facility="Zeta")], day="2026-02-01"),
    ]
    with snapshot_of(tmp_path, made) as snapshot:
        assert found(snapshot, near=near()) == [3, 2, 1]


def test_ones_own_country_comes_first_when_asked(tmp_path: Path) -> None:
    kehl, strasbourg = {"lat": 48.57, "lon": 7.81}, {"lat": 48.58, "lon": 7.75}
    made = [
        trial(1, "x", sites=[site("Kehl", "Germany", kehl)]),
        trial(2, "x", sites=[site("Paris", "France", PARIS)]),
        trial(3, "x", sites=[site("Strasbourg", "France", strasbourg)]),
    ]
    with snapshot_of(tmp_path, made) as snapshot:
        assert found(snapshot, near=Near("Strasbourg, FR", 600)) == [3, 1, 2]
        assert found(snapshot, near=Near("Strasbourg, FR", 600, own_country_first=True)) == [3, 2, 1]


def test_the_open_site_of_a_study_is_taken_though_a_closed_one_is_nearer(tmp_path: Path) -> None:
    made = [
        trial(
            1,
            "x",
            sites=[
                site(point=ATHENS, status="WITHDRAWN"),
                site("Patras", point={"lat": 38.25, "lon": 21.73}),
            ],
        )
    ]
    with snapshot_of(tmp_path, made) as snapshot:
        nearest = snapshot.search(Query(near=near(300))).hits[0].nearest
    assert nearest is not None
    assert nearest.city == "Patras"


def test_a_circle_over_the_date_line_finds_both_sides(tmp_path: Path) -> None:
    made = [
        trial(1, "x", sites=[site("Suva", "Fiji", {"lat": -18.14, "lon": 178.44})]),
        trial(2, "x", sites=[site("Apia", "Samoa", {"lat": -13.83, "lon": -171.77})]),
        trial(3, "x", sites=[site(point=ATHENS)]),
    ]
    with snapshot_of(tmp_path, made) as snapshot:
        assert found(snapshot, near=Near(Place(name="ship", lat=-16.0, lon=179.5), 1_200)) == [1, 2]


@pytest.mark.parametrize("km", [1, 50, 400, 3_000, 12_000, 20_000])
def test_every_radius_finds_what_lies_within_and_nothing_else(trials: Snapshot, km: float) -> None:
    listed = set(found(trials, near=near(km)))
    assert (1 in listed) is True
    assert (2 in listed) == (km >= 400)
    assert (3 in listed) == (km >= 3_000)


def test_an_unknown_place_is_said_with_spellings_and_the_rest_of_the_query_runs(trials: Snapshot) -> None:
    page = trials.search(Query(near=Near("Barcelna"), tumour="nsclc"))
    notice = page.notice(NoticeCode.UNKNOWN_PLACE)
    assert notice is not None
    assert notice.suggestions[0] == "Barcelona, Spain"
    assert [hit.nct_id for hit in page.hits] == ["NCT00000003"]


def test_an_ambiguous_place_names_the_others(trials: Snapshot) -> None:
    page = trials.search(Query(near=Near("Athens")))
    assert page.place is not None
    assert page.place.place.iso2 == "GR"
    notice = page.notice(NoticeCode.AMBIGUOUS_PLACE)
    assert notice is not None
    assert "Athens, Georgia, United States" in notice.suggestions


def test_what_is_left_open_is_counted_within_the_radius(trials: Snapshot) -> None:
    page = trials.search(Query(near=near(300), brm="required", text="melanoma "))
    assert page.total.value == 0
    assert {(item.value, item.count.value) for item in page.undecided} == {
        ("unclear", 0),
        ("not_mentioned", 1),
    }


def test_country_only_studies_of_many_countries_go_by_those_in_reach(tmp_path: Path) -> None:
    made = [
        trial(1, "x", sites=[country_only("France"), country_only("Greece")]),
        trial(2, "x", sites=[country_only("France"), country_only("Japan")]),
    ]
    with snapshot_of(tmp_path, made) as snapshot:
        assert found(snapshot, near=near(100)) == [1]
