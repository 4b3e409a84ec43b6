"""Who sees which field of whom: lists, pages, files, searches and counts of names agree, field by field."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.test import Client

from cimara_web.members.directory import Wanted, found
from cimara_web.members.models import Member
from cimara_web.members.queries import names_of, visible_members
from cimara_web.members.seeing import seen, sees
from cimara_web.members.shown import person
from cimara_web.members.words import Field, Visibility
from cimara_web.permissions.holder import STRANGER, Holder
from cimara_web.permissions.roles import Role
from tests.web import people

MARKS = {
    Field.NAME: "Demo Canary",
    Field.DEGREES: "ZYX-degree",
    Field.SPECIALTIES: "Neuropsychology",
    Field.AFFILIATION: "Demo Hidden Institution",
    Field.ORCID: "0000-0002-1825-0097",
    Field.INTERESTS: "Cognition",
    Field.LANGUAGES: "Finnish",
}
"""What stands on a page when a field is shown, and nowhere else."""
SEEN_BY = {
    "stranger": {Visibility.PUBLIC},
    "public account": {Visibility.PUBLIC},
    "member": {Visibility.PUBLIC, Visibility.MEMBERS},
    "office": set(Visibility),
}


def subject(**visibility: Visibility) -> Member:
    """A member with a mark in each field, shown to members unless told otherwise."""
    shown = {str(one): Visibility.MEMBERS.value for one in Field} | {
        key: value.value for key, value in visibility.items()
    }
    return people.member(
        people.account(),
        at=people.institution(name=MARKS[Field.AFFILIATION]),
        display_name=MARKS[Field.NAME],
        degrees=MARKS[Field.DEGREES],
        specialties=["neuropsychology"],
        orcid=MARKS[Field.ORCID],
        interests=["cognition"],
        languages=["fi"],
        visibility=shown,
    )


def viewer(name: str) -> tuple[Holder, Client]:
    """Somebody who looks, and their browser."""
    if name == "stranger":
        client = Client()
        client.defaults["wsgi.url_scheme"] = "https"
        return STRANGER, client
    roles = (Role.OFFICE,) if name == "office" else ()
    own = people.account(*roles, member=name != "public account")
    return people.acting(own), people.signed_in(own)


def marks_on(text: str) -> set[Field]:
    return {one for one, mark in MARKS.items() if mark in text}


@pytest.mark.parametrize("who", SEEN_BY)
@pytest.mark.parametrize("field", Field)
@pytest.mark.parametrize("level", Visibility)
def test_a_field_is_seen_by_those_and_those_only(who: str, field: Field, level: Visibility) -> None:
    member = subject(**{str(field): level})
    by, _client = viewer(who)
    expected = level in SEEN_BY[who]
    assert sees(by, member, field) is expected
    assert Member.objects.filter(seen(by, field), pk=member.pk).exists() is expected


def test_a_field_of_which_nothing_is_set_is_for_the_office_alone() -> None:
    member = subject()
    Member.objects.filter(pk=member.pk)
    member.visibility = {}
    for who, levels in SEEN_BY.items():
        by, _client = viewer(who)
        assert sees(by, member, Field.NAME) is (Visibility.OFFICE in levels), who


@pytest.mark.parametrize("who", ["member", "office"])
@pytest.mark.parametrize("hidden", [None, *Field])
def test_page_list_and_file_show_the_same(who: str, hidden: Field | None) -> None:
    member = subject(**({str(hidden): Visibility.OFFICE} if hidden else {}))
    _by, client = viewer(who)
    shown = {one for one in Field if one is not hidden or who == "office"}
    page = client.get(f"/network/people/{member.pk}/")
    listed = client.get("/network/people/").content.decode().split("<h2>")[1]
    filed = client.get("/network/people/people.csv").content.decode()
    if Field.NAME not in shown:
        assert page.status_code == 404
        assert marks_on(listed) == marks_on(filed) == set()
        return
    assert marks_on(page.content.decode()) == shown
    assert marks_on(listed) == shown - {Field.ORCID, Field.INTERESTS, Field.LANGUAGES}
    assert marks_on(filed) == shown - {Field.LANGUAGES}


@pytest.mark.parametrize("who", ["stranger", "public account"])
def test_the_directory_is_for_members(who: str) -> None:
    member = subject(**{str(one): Visibility.PUBLIC for one in Field})
    _by, client = viewer(who)
    for address in ("", "people.csv", f"{member.pk}/", f"{member.pk}/contact/"):
        response = client.get(f"/network/people/{address}")
        assert response.status_code == (302 if who == "stranger" else 404), address
        assert marks_on(response.content.decode()) == set()


ASKED = {
    Field.SPECIALTIES: {"specialty": "neuropsychology"},
    Field.AFFILIATION: {"country": "FI"},
    Field.INTERESTS: {"interest": "cognition"},
    Field.DEGREES: {"q": "ZYX"},
    Field.NAME: {"q": "Canary"},
}


@pytest.mark.parametrize("who", SEEN_BY)
@pytest.mark.parametrize(("field", "asked"), ASKED.items(), ids=[str(one) for one in ASKED])
@pytest.mark.parametrize("level", Visibility)
def test_a_hidden_field_can_not_be_found_by_searching_for_it(
    who: str, field: Field, asked: dict[str, str], level: Visibility
) -> None:
    """Everything else is public, so that the field alone decides."""
    member = subject(**{**{str(one): Visibility.PUBLIC for one in Field}, str(field): level})
    place = member.affiliations.get().institution
    from cimara_web.writes import action

    @action
    def move() -> None:
        place.country = "FI"
        place.save()

    move()
    by, _client = viewer(who)
    assert (member in found(by, Wanted(**asked))) is (level in SEEN_BY[who])


@pytest.mark.parametrize("word", ["Hidden", "Institution", "Cardiology"])
def test_words_of_a_hidden_affiliation_find_nobody(word: str) -> None:
    member = subject(affiliation=Visibility.OFFICE)
    by, _client = viewer("member")
    assert member not in found(by, Wanted(q=word))
    assert person(member, by).works == ()


@pytest.mark.parametrize(
    ("name", "place"), list(itertools.product([Visibility.PUBLIC, Visibility.MEMBERS], repeat=2))
)
def test_an_institutions_page_names_who_shows_name_and_place(name: Visibility, place: Visibility) -> None:
    member = subject(display_name=name, affiliation=place)
    address = f"/network/institutions/{member.affiliations.get().institution_id}/"
    for who in ("stranger", "member"):
        _by, client = viewer(who)
        page = client.get(address).content.decode()
        assert (MARKS[Field.NAME] in page) is ({name, place} <= SEEN_BY[who]), who
        assert "<dt>Members</dt><dd>1</dd>" in page


def test_one_sees_all_of_oneself_and_finds_oneself() -> None:
    member = subject(**{str(one): Visibility.OFFICE for one in Field})
    own = people.acting(member.account)
    assert all(sees(own, member, one) for one in Field)
    assert member in visible_members(own)
    assert member in found(own, Wanted(specialty="neuropsychology", q="canary"))


def test_who_left_is_in_no_list_but_the_offices() -> None:
    member = subject(**{str(one): Visibility.PUBLIC for one in Field})
    member.left = people.TODAY
    from cimara_web.writes import action

    action(member.save)()
    assert member not in visible_members(viewer("member")[0])
    assert member in visible_members(viewer("office")[0])


def test_the_list_counts_everybody_and_shows_who_wants_to_be_shown() -> None:
    subject(display_name=Visibility.OFFICE)
    subject_two = people.member(display_name="Demo Shown", visibility={"display_name": "members"})
    _by, client = viewer("member")
    page = client.get("/network/people/").content.decode()
    assert "1 person" in page
    assert "Of 2 members" in page
    assert subject_two.display_name in page


def test_teams_of_a_study_know_each_others_names_whatever_the_directory_shows() -> None:
    member = subject(display_name=Visibility.OFFICE)
    assert names_of([member.account_id]) == {member.account_id: MARKS[Field.NAME]}


def test_an_e_mail_address_is_on_no_page_of_the_directory() -> None:
    member = subject(**{str(one): Visibility.PUBLIC for one in Field})
    _by, client = viewer("member")
    for address in ("", "people.csv", f"{member.pk}/"):
        assert member.account.email not in client.get(f"/network/people/{address}").content.decode()
    office: Any = viewer("office")[1]
    assert member.account.email not in office.get("/office/members/members.csv").content.decode()
