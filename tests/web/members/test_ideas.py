"""Sites and people for an idea: met, not met or not stated per wish; what nobody said excludes nobody."""

from __future__ import annotations

from typing import Any

import pytest

from cimara_web.members.ideas import Met, Wishes, search
from cimara_web.members.models import Capability, Institution, Member
from cimara_web.members.words import CapabilityKind, Field, Intervention, Specialty, Visibility, Volume
from cimara_web.writes import action
from tests.web import people
from tests.web.people import TODAY

ALL = {str(one): Visibility.MEMBERS.value for one in Field}


@action
def states(place: Institution, kind: CapabilityKind, **facts: Any) -> None:
    Capability(institution=place, kind=kind.value, as_of=TODAY, **facts).save()


@pytest.fixture
def searcher() -> Any:
    return people.account()


def answers(searcher: Any, **wishes: Any) -> dict[str, list[Met]]:
    found = search(people.acting(searcher), Wishes(**wishes))
    return {fit.institution.name: [met for _wish, met in fit.answers] for fit in found.fits}


def test_a_capability_is_met_denied_or_not_stated(searcher: Any) -> None:
    yes, no, silent = (people.institution(name=name) for name in ("Yes", "No", "Silent"))
    states(yes, CapabilityKind.SRS)
    states(no, CapabilityKind.SRS, present=False)
    assert answers(searcher, capabilities=("SRS",)) == {
        "Yes": [Met.MET],
        "Silent": [Met.NOT_STATED],
        "No": [Met.NOT_MET],
    }
    assert silent.name == "Silent"


def test_unknown_never_excludes_and_stands_before_a_no(searcher: Any) -> None:
    people.institution(name="Silent")
    no = people.institution(name="A no")
    states(no, CapabilityKind.SRS, present=False)
    assert list(answers(searcher, capabilities=("SRS",))) == ["Silent", "A no"]


def test_an_intervention_asks_for_the_capability_that_it_needs(searcher: Any) -> None:
    wishes = Wishes(interventions=(Intervention.RADIOSURGERY.value,), capabilities=("SRS", "biobank"))
    assert wishes.needed == ("SRS", "biobank")


@pytest.mark.parametrize(
    ("stated", "wished", "expected"),
    [
        (["breast"], "breast", Met.MET),
        (["her2_breast"], "breast", Met.MET),
        (["breast"], "her2_breast", Met.MET),
        (["lung"], "breast", Met.NOT_MET),
        ([], "breast", Met.NOT_STATED),
    ],
)
def test_tumours_by_family(searcher: Any, stated: list[str], wished: str, expected: Met) -> None:
    place = people.institution(name="P")
    states(place, CapabilityKind.SRS, tumour_types=stated)
    assert answers(searcher, tumours=(wished,)) == {"P": [expected]}


@pytest.mark.parametrize(
    ("stated", "wished", "expected"),
    [
        (Volume.FROM_100, Volume.FROM_25, Met.MET),
        (Volume.FROM_25, Volume.FROM_25, Met.MET),
        (Volume.UNDER_25, Volume.FROM_25, Met.NOT_MET),
        ("", Volume.FROM_25, Met.NOT_STATED),
    ],
)
def test_volume_is_at_least(searcher: Any, stated: str, wished: Volume, expected: Met) -> None:
    place = people.institution(name="P")
    states(place, CapabilityKind.SRS, patients_a_year=str(stated))
    assert answers(searcher, volume=wished.value) == {"P": [expected]}


def test_numbers_of_another_capability_do_not_answer_a_wished_one(searcher: Any) -> None:
    place = people.institution(name="P")
    states(place, CapabilityKind.SRS, patients_a_year="<25")
    states(place, CapabilityKind.BIOBANK, patients_a_year="300+")
    assert answers(searcher, capabilities=("SRS",), volume="100-299") == {"P": [Met.MET, Met.NOT_MET]}


def test_a_country_is_always_known(searcher: Any) -> None:
    people.institution(name="P", country="GR")
    assert answers(searcher, countries=("GR",)) == {"P": [Met.MET]}
    assert answers(searcher, countries=("US",)) == {"P": [Met.NOT_MET]}


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [(None, Met.MET), (Field.SPECIALTIES, Met.NOT_STATED), (Field.AFFILIATION, Met.NOT_STATED)],
)
def test_a_specialty_that_somebody_hides_answers_no_wish(
    searcher: Any, hidden: Field | None, expected: Met
) -> None:
    place = people.institution(name="P")
    shown = ALL | ({str(hidden): "office"} if hidden else {})
    people.member(at=place, specialties=["neurosurgery"], visibility=shown)
    assert answers(searcher, specialties=(Specialty.NEUROSURGERY.value,)) == {"P": [expected]}


def fitting(searcher: Any, **wishes: Any) -> list[tuple[str, tuple[str, ...]]]:
    found = search(people.acting(searcher), Wishes(**wishes))
    return [(one.name, why) for one, why in found.people]


def surgeon(**fields: Any) -> Member:
    facts = {"specialties": ["neurosurgery"], "interests": ["lung"], "visibility": ALL, "contactable": True}
    return people.member(people.account(), **{**facts, **fields})


def test_people_are_those_who_agreed_with_what_fits_of_them(searcher: Any) -> None:
    surgeon(display_name="B one thing", interests=[])
    surgeon(display_name="C two things")
    surgeon(display_name="Not contactable", contactable=False)
    surgeon(display_name="No name shown", visibility=ALL | {"display_name": "office"})
    surgeon(display_name="Left", left=TODAY)
    surgeon(display_name="Another", specialties=["other"], interests=[])
    told = fitting(searcher, specialties=("neurosurgery",), tumours=("lung",))
    assert [name for name, _why in told] == ["C two things", "B one thing"]
    assert told[0][1] == ("Neurosurgery", "Lung cancer")


def test_one_is_no_answer_to_ones_own_idea() -> None:
    me = surgeon(display_name="Me")
    assert fitting(me.account, specialties=("neurosurgery",)) == []


SENT = {"tumours": ["breast"], "capabilities": ["SRS"], "volume": "25-99", "countries": ["US"]}


class TestThePage:
    def test_a_wish_list_is_sent_and_stands_in_no_address(self, searcher: Any) -> None:
        people.institution(name="Demo Place")
        browser = people.signed_in(searcher)
        response = browser.post("/network/idea/", SENT)
        assert (response.status_code, response["Location"]) == (303, "/network/idea/#found")
        page = browser.get("/network/idea/").content.decode()
        assert "Demo Place" in page
        assert "1 of 4" in page
        assert "not stated" in page

    def test_nothing_wished_is_told(self, searcher: Any) -> None:
        page = people.signed_in(searcher).post("/network/idea/", {"volume": ""}).content.decode()
        assert "Choose at least one thing" in page

    def test_a_list_is_forgotten_on_request(self, searcher: Any) -> None:
        people.institution(country="US")
        browser = people.signed_in(searcher)
        browser.post("/network/idea/", SENT)
        assert "What your idea needs" in browser.get("/network/idea/").content.decode()
        browser.post("/network/idea/", {"forget": "1"})
        assert "What your idea needs" not in browser.get("/network/idea/").content.decode()

    def test_a_study_is_started_from_the_list_through_the_session(self, searcher: Any) -> None:
        people.institution(country="US")
        browser = people.signed_in(searcher)
        browser.post("/network/idea/", SENT)
        response = browser.post("/network/idea/study/")
        assert response.status_code == 303
        assert "?" not in response["Location"]
        assert ["Countries", "United States"] in [list(one) for one in browser.session["study_idea"]]
        assert "Countries: United States" in browser.get("/studies/new/").content.decode()
        fields = {"title": "Demo idea", "kind": "retrospective", "mode": "pooled"}
        began = browser.post("/studies/new/", fields)
        assert "Countries: United States" in browser.get(began["Location"]).content.decode()
        assert "study_idea" not in browser.session

    def test_without_a_list_there_is_nothing_to_start_from(self, searcher: Any) -> None:
        assert people.signed_in(searcher).post("/network/idea/study/").status_code == 404

    def test_it_is_for_members(self) -> None:
        assert people.signed_in(people.account(member=False)).get("/network/idea/").status_code == 404
