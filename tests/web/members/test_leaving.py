"""Who leaves loses all roles at once and keeps their name in past studies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cimara_web.members.actions.leaving import LeftAlreadyError, leave
from cimara_web.members.counted import network
from cimara_web.members.models import Member
from cimara_web.members.own_data import erase, exported, staying
from cimara_web.members.queries import names_of
from cimara_web.permissions.holder import Holder, Refused
from cimara_web.permissions.roles import Role
from tests.web import people
from tests.web.members.trail import last
from tests.web.people import NOW


@pytest.fixture
def me() -> Member:
    own = people.account(Role.AUDITOR)
    study = people.study()
    people.give(own, Role.STUDY_LEAD, study=study)
    people.give(own, Role.SITE_LEAD, site=people.site(study))
    return people.member(own, display_name="Demo Member 014", contactable=True)


def test_all_roles_end_at_once_in_studies_as_well(me: Member) -> None:
    assert len(people.acting(me.account).roles) == 4
    leave(by=people.acting(me.account), member=me, now=NOW)
    assert people.acting(me.account).roles == ()
    assert last() == ("member.left", {})


def test_the_name_stays_for_past_studies(me: Member) -> None:
    leave(by=people.acting(me.account), member=me, now=NOW)
    assert names_of([me.account_id]) == {me.account_id: "Demo Member 014"}
    assert network().members == 0
    me.refresh_from_db()
    assert not me.contactable


def test_the_office_notes_that_somebody_left_and_others_do_not(me: Member, office: Holder) -> None:
    with pytest.raises(Refused):
        leave(by=people.acting(people.account()), member=me, now=NOW)
    leave(by=office, member=me, now=NOW)
    with pytest.raises(LeftAlreadyError):
        leave(by=office, member=me, now=NOW)


def test_the_page_asks_first_and_then_the_directory_is_closed(me: Member) -> None:
    browser = people.signed_in(me.account)
    assert "You lose all roles at once" in browser.get("/me/leave/").content.decode()
    assert browser.post("/me/leave/").status_code == 303
    assert browser.get("/network/people/").status_code == 404
    assert browser.get("/me/profile/").status_code == 404


def test_leaving_asks_who_it_is_when_that_was_long_ago(me: Member) -> None:
    assert people.signed_in(me.account, fresh=False).post("/me/leave/").status_code in (302, 303)
    me.refresh_from_db()
    assert me.left is None


def owner(me: Member) -> Any:
    from cimara_web.accounts.own_data import Owner

    return Owner(me.account_id, (me.account.email,))


class TestOwnData:
    def test_the_copy_has_every_personal_field_of_a_profile(self, me: Member) -> None:
        told = exported(owner(me))
        personal = {name for name, level in vars(Member.Privacy).items() if level == "personal"}
        assert personal - {"account"} <= told["profile"].keys()
        assert told["affiliations"][0]["institution"].startswith("Demo Institution")

    def test_an_author_keeps_name_and_place_and_loses_the_rest(self, me: Member) -> None:
        account = me.account_id
        assert "Your name" in staying(owner(me))[0]
        erase(owner(me), NOW)
        me.refresh_from_db()
        assert (me.display_name, me.account, me.orcid, me.visibility) == ("Demo Member 014", None, None, {})
        assert names_of([account]) == {account: "Demo Member 014"}

    def test_of_somebody_without_a_study_nothing_stays(self) -> None:
        other = people.member(people.account())
        assert staying(owner(other)) == []
        erase(owner(other), NOW + timedelta(days=7))
        assert not Member.objects.filter(pk=other.pk).exists()

    def test_an_account_without_a_profile_has_little_to_export(self) -> None:
        from cimara_web.accounts.own_data import Owner

        one = Owner(people.account(member=False).pk)
        erase(one, NOW)
        assert exported(one)["profile"] is None
        assert staying(one) == []
