"""Places: what people and registries call them, and how far they are."""

from __future__ import annotations

import gzip
import random
from importlib.resources import files

import pytest

from cimara.trials.gazetteer import FILE, FOLDER, fold_place, gazetteer
from cimara.trials.places import (
    UnknownPlaceError,
    cities_within,
    city_coordinates,
    countries_within,
    country_code,
    country_name,
    distance_km,
    find_place,
    is_misplaced,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Athens", "Athens, Greece"),
        ("Athens, GR", "Athens, Greece"),
        ("athens, georgia", "Athens, Georgia, United States"),
        ("Athens GA", "Athens, Georgia, United States"),
        ("Paris, TX, USA", "Paris, Texas, United States"),
        ("London, Ontario", "London, Ontario, Canada"),
        ("München", "Munich, Germany"),
        ("Muenchen", "Munich, Germany"),
        ("Αθήνα", "Athens, Greece"),
        ("東京", "Tokyo, Japan"),
        ("New York", "New York City, New York, United States"),
        ("Ciudad Autónoma de Buenos Aires", "Buenos Aires, Argentina"),
        ("Sandpoint, Idaho", "Sandpoint, Idaho, United States"),
        ("10001", "10001, United States"),
        ("10001-1234, US", "10001, United States"),
        ("37.98, 23.73", "37.98, 23.73"),
        ("St. Louis, MO", "St. Louis, Missouri, United States"),
        ("saint louis missouri", "St. Louis, Missouri, United States"),
    ],
)
def test_a_place_is_found_as_people_write_it(text: str, shown: str) -> None:
    assert str(find_place(text).place) == shown


def test_the_most_populous_in_ones_own_country_comes_first() -> None:
    found = find_place("Athens", home_country="US")
    assert str(found.place) == "Athens, Georgia, United States"
    assert "Athens, Greece" in map(str, found.alternatives)


def test_alternatives_go_by_people_and_leave_out_the_place_itself() -> None:
    found = find_place("Springfield")
    people = [place.population for place in (found.place, *found.alternatives)]
    assert people == sorted(people, reverse=True)
    assert found.place not in found.alternatives


def test_an_unknown_place_names_the_nearest_spellings() -> None:
    with pytest.raises(UnknownPlaceError) as caught:
        find_place("Barcelna")
    assert caught.value.suggestions[0] == "Barcelona, Spain"
    assert len(caught.value.suggestions) == 3


def test_a_country_alone_is_no_place() -> None:
    with pytest.raises(UnknownPlaceError, match="filter by country"):
        find_place("Greece")


@pytest.mark.parametrize("text", ["", " ", ",", ",,,", "\0", "\ud800", "x" * 100_000, "99.9, 200", "٣", "😀"])
def test_odd_places_are_merely_unknown(text: str) -> None:
    with pytest.raises(UnknownPlaceError):
        find_place(text)


def test_a_zip_code_is_not_taken_for_american_in_another_country() -> None:
    with pytest.raises(UnknownPlaceError):
        find_place("10001", home_country="DE")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Turkey (Türkiye)", "TR"),
        ("Türkiye", "TR"),
        ("Côte d’Ivoire", "CI"),
        ("Hong Kong", "HK"),
        ("Korea, Republic of", "KR"),
        ("South Korea", "KR"),
        ("The Netherlands", "NL"),
        ("Netherlands", "NL"),
        ("Russian Federation", "RU"),
        ("Viet Nam", "VN"),
        ("Czech Republic", "CZ"),
        ("Puerto Rico", "PR"),
        ("UK", "GB"),
        ("usa", "US"),
        ("GRC", "GR"),
        ("de", "DE"),
        ("Former Serbia and Montenegro", "CS"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_countries_are_known_by_every_spelling(name: str, code: str | None) -> None:
    assert country_code(name) == code


def test_every_country_has_a_name_that_leads_back_to_it() -> None:
    for code in gazetteer().country_names:
        name = country_name(code)
        assert name is not None
        assert country_code(name) == code


@pytest.mark.parametrize(
    ("city", "state", "iso2"),
    [
        ("Athens", None, "GR"),
        ("Boston", "Massachusetts", "US"),
        ("Boston", "MA", "US"),
        ("Kurume-shi", None, "JP"),
        ("Camperdown", "New South Wales", "AU"),
        ("Pierre-Bénite", None, "FR"),
        ("Meldola", "Emilia-Romagna", "IT"),
        ("Hershey", "Pennsylvania", "US"),
        ("San Juan", None, "PR"),
    ],
)
def test_a_city_of_a_registry_has_coordinates(city: str, state: str | None, iso2: str) -> None:
    assert city_coordinates(city, state, iso2) is not None


def test_a_state_without_such_a_city_gives_no_namesake() -> None:
    assert city_coordinates("Boston", "Hawaii", "US") is None
    assert city_coordinates("Perth", "Tasmania", "AU") != city_coordinates("Perth", "Western Australia", "AU")


def test_a_city_without_country_must_be_the_only_one() -> None:
    assert city_coordinates("Athens", None, None) is None
    assert city_coordinates("Thessaloniki", None, None) == city_coordinates("Thessaloniki", None, "GR")


def test_a_city_of_another_country_is_not_taken() -> None:
    assert city_coordinates("Thessaloniki", None, "FR") is None


def test_a_point_in_a_hamlet_named_like_a_big_city_is_misplaced() -> None:
    assert is_misplaced("Milan", "IT", 42.78, 12.60)
    assert not is_misplaced("Milan", "IT", 45.46, 9.19)
    assert not is_misplaced("Newark", "US", 39.68, -75.75)
    assert not is_misplaced("Nowhere at all", "IT", 0, 0)


@pytest.mark.parametrize(
    ("here", "there", "km"),
    [
        ((37.98, 23.73), (37.98, 23.73), 0),
        ((0, 0), (0, 180), 20_015.1),
        ((90, 0), (-90, 0), 20_015.1),
        ((0, 0), (0, 1), 111.2),
        ((48.8566, 2.3522), (51.5074, -0.1278), 343.6),
        ((0, 179.5), (0, -179.5), 111.2),
    ],
)
def test_distances_are_great_circles(
    here: tuple[float, float], there: tuple[float, float], km: float
) -> None:
    assert distance_km(*here, *there) == pytest.approx(km, abs=0.1)
    assert distance_km(*there, *here) == pytest.approx(km, abs=0.1)


def test_a_country_reaches_into_a_circle_by_its_cities() -> None:
    assert cities_within("GR", 37.98, 23.73, 10)
    assert not cities_within("FR", 37.98, 23.73, 1_000)
    assert cities_within("FR", 37.98, 23.73, 2_200)


def test_a_country_without_listed_cities_can_never_be_ruled_out() -> None:
    assert cities_within("AQ", 0, 0, 1)


def test_boxes_only_save_time() -> None:
    table, draw = gazetteer(), random.Random(5)
    for _ in range(6):
        lat, lon, km = draw.uniform(-80, 80), draw.uniform(-180, 180), draw.choice([100, 2_000])
        plainly = {
            iso2
            for iso2 in table.country_names
            if not table.rows_of_country(iso2)
            or any(distance_km(lat, lon, *table.point(row)) <= km for row in table.rows_of_country(iso2))
        }
        assert countries_within(lat, lon, km) == plainly


def test_folding_makes_one_key_of_spellings() -> None:
    assert {fold_place(name) for name in ("Saint-Étienne", "St. Etienne", "SAINT ETIENNE")} == {"st etienne"}
    assert fold_place("Łódź") == "lodz"
    assert fold_place("’s-Hertogenbosch") == "s hertogenbosch"


def test_the_table_is_small_and_bears_no_time_stamp() -> None:
    packed = files(FOLDER).joinpath(FILE).read_bytes()
    assert len(packed) <= 2_000_000
    assert packed[4:8] == bytes(4)
    assert gzip.decompress(packed).startswith(b"version\tgeonamescache 3.0.2, zipcodes 3.0.0\n")


def test_rows_of_a_country_go_by_people() -> None:
    table = gazetteer()
    people = [table.population(row) for row in table.rows_of_country("GR")]
    assert people == sorted(people, reverse=True)
    assert len(people) > 50
