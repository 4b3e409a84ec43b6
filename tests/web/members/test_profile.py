"""One's own profile and who sees it; the office may change the first and never the second."""

from __future__ import annotations

from typing import Any

import pytest

from cimara_web.members.actions.profile import ProfileError, change_profile, set_visibility
from cimara_web.members.models import Affiliation, Member
from cimara_web.members.words import Field, Specialty, Visibility
from cimara_web.permissions.holder import Holder, Refused
from cimara_web.writes import action
from tests.web import people
from tests.web.members.trail import last
from tests.web.people import NOW

SEES = {f"sees_{one}": "office" for one in Field}


@pytest.fixture
def me() -> Member:
    return people.member(people.account(), display_name="Demo Member 014")


def form(member: Member, **changes: Any) -> dict[str, Any]:
    return {
        "display_name": "Demo Member 014",
        "primary": "medical oncology",
        "institution": str(member.affiliations.get(primary=True).institution_id),
        **changes,
    }


def test_a_profile_is_changed_and_the_trail_names_fields_only(me: Member) -> None:
    change_profile(
        by=people.acting(me.account),
        member=me,
        now=NOW,
        display_name="Demo New",
        specialties=[Specialty.NEUROSURGERY],
        interests=["cognition"],
        department="Demo Department",
    )
    assert last() == (
        "member.changed",
        {"fields": ["affiliation", "display_name", "interests", "specialties"]},
    )
    me.refresh_from_db()
    assert (me.display_name, me.affiliations.get().department) == ("Demo New", "Demo Department")


def test_nobody_changes_somebody_elses_profile(me: Member, office: Holder) -> None:
    facts = {"display_name": "Demo", "specialties": [Specialty.OTHER]}
    with pytest.raises(Refused):
        change_profile(by=people.acting(people.account()), member=me, now=NOW, **facts)
    change_profile(by=office, member=me, now=NOW, **facts)


def test_nobody_but_oneself_decides_who_sees_it(me: Member, office: Holder) -> None:
    for by in (office, people.acting(people.account())):
        with pytest.raises(Refused, match="Only you decide"):
            set_visibility(by=by, member=me, visibility={}, now=NOW)


def test_a_choice_covers_every_field(me: Member) -> None:
    set_visibility(
        by=people.acting(me.account), member=me, visibility={Field.NAME: Visibility.PUBLIC}, now=NOW
    )
    me.refresh_from_db()
    assert set(me.visibility) == set(Field)
    assert last() == ("member.visibility_changed", {"fields": ["display_name"]})


def test_two_members_do_not_share_an_orcid_id(me: Member) -> None:
    people.member(orcid="0000-0002-1825-0097")
    page = people.signed_in(me.account).post("/me/profile/", form(me, orcid="0000-0002-1825-0097"))
    assert "Another member has this ORCID iD" in page.content.decode()


def test_moving_makes_the_new_place_primary_and_keeps_the_old_one(me: Member) -> None:
    other = people.institution()
    response = people.signed_in(me.account).post("/me/profile/", form(me, institution=str(other.pk)))
    assert response.status_code == 303
    rows = Affiliation.objects.filter(member=me)
    assert rows.count() == 2
    assert rows.get(primary=True).institution == other


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_both_pages_are_there_and_save(me: Member, prefix: str) -> None:
    browser = people.signed_in(me.account)
    for page, sent in (("profile", form(me)), ("visibility", SEES)):
        assert browser.get(f"{prefix}/me/{page}/").status_code == 200
        response = browser.post(f"{prefix}/me/{page}/", sent)
        assert (response.status_code, response["Location"]) == (303, f"{prefix}/me/{page}/?done=1")


def test_a_wrong_orcid_id_says_which_part_and_keeps_what_was_typed(me: Member) -> None:
    page = people.signed_in(me.account).post("/me/profile/", form(me, orcid="0000-0002-1825-0098"))
    assert "The last character does not fit the 15 before it" in page.content.decode()
    assert 'value="0000-0002-1825-0098"' in page.content.decode()


def test_an_address_of_orcid_is_kept_as_the_id(me: Member) -> None:
    people.signed_in(me.account).post("/me/profile/", form(me, orcid="https://orcid.org/0000000218250097"))
    me.refresh_from_db()
    assert me.orcid == "0000-0002-1825-0097"


def test_nine_interests_are_too_many(me: Member) -> None:
    many = ["cognition", "surgery", "imaging and response", "trial design", "radiosurgery", "radionecrosis"]
    sent = form(me, interests=[*many, "lung", "breast", "melanoma"])
    assert "Choose at most eight" in people.signed_in(me.account).post("/me/profile/", sent).content.decode()
    with pytest.raises(ProfileError):
        change_profile(
            by=people.acting(me.account),
            member=me,
            now=NOW,
            display_name="D",
            specialties=[Specialty.OTHER],
            interests=[str(number) for number in range(9)],
        )


def test_an_account_without_a_profile_has_none_of_these_pages() -> None:
    browser = people.signed_in(people.account(member=False))
    for page in ("profile", "visibility", "leave"):
        assert browser.get(f"/me/{page}/").status_code == 404


def test_the_form_shows_what_is_kept(me: Member) -> None:
    @action
    def keep() -> None:
        me.languages, me.interests, me.contactable = ["es"], ["lung"], True
        me.specialties = ["neurosurgery", "other"]
        me.save()

    keep()
    page = people.signed_in(me.account).get("/me/profile/").content.decode()
    for value in ("es", "lung"):
        assert f'value="{value}" checked' in page
    for value in ("neurosurgery", "other"):
        assert f'<option value="{value}" selected' in page
