"""Action required, rule by rule: shown on its day, to the right people, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator

from cimara_web.accounts.models import RoleGrant
from cimara_web.permissions.roles import Role
from cimara_web.studies.models import Study
from cimara_web.studies.tasks import Rule, Task, tasks_of
from cimara_web.writes import action
from tests.web.people import NOW, TODAY, account, give
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.made import (
    completeness,
    document,
    held_analysis,
    milestone,
    stored,
    submission,
)

DAY = timedelta(days=1)


@pytest.fixture
def calm(team: Team) -> Team:
    """The study with nothing to do: everybody has a second factor, and sites sent their data just now."""
    for one in team.people.values():
        Authenticator.objects.create(user=one, type=Authenticator.Type.TOTP, data={})
    return team


def told(team: Team, rule: Rule, at: datetime = NOW) -> set[str]:
    """Who is shown something by a rule, by their names in the test."""
    tasks = [one for one in tasks_of([team.study], now=at) if one.rule is rule]
    names = {one.public_id: name for name, one in team.people.items()}
    return {names[who] for one in tasks for who in one.people}


def only(team: Team, rule: Rule, at: datetime = NOW) -> Task:
    """The one task of a rule; and there is no other of any rule."""
    [task] = tasks_of([team.study], now=at)
    assert task.rule is rule
    return task


def test_a_calm_study_asks_for_nothing(calm: Team) -> None:
    assert tasks_of([calm.study], now=NOW) == []


class TestA1:
    @pytest.mark.parametrize("what", ["ethics", "agreement"])
    @pytest.mark.parametrize(
        ("days", "is_told", "is_late"),
        [(61, False, False), (60, True, False), (0, True, False), (-1, True, True)],
    )
    def test_from_60_days_before_the_end(
        self, calm: Team, what: str, days: int, is_told: bool, is_late: bool
    ) -> None:
        state = {"ethics": "approved", "agreement": "executed"}[what]
        stored(getattr(calm.site, what), state=state, valid_until=TODAY + days * DAY)
        assert told(calm, Rule.ENDS) == ({"lead", "site lead"} if is_told else set())
        if is_told:
            assert only(calm, Rule.ENDS).is_late is is_late

    def test_the_words_lead_to_where_it_is_renewed(self, calm: Team) -> None:
        stored(calm.site.ethics, state="approved", valid_until=TODAY - DAY)
        task = only(calm, Rule.ENDS)
        assert task.href == calm.address("site", "ethics")
        assert (calm.site.code in task.words, task.due) == (True, "ended on 19 November 2026")

    def test_a_site_that_has_left_renews_nothing(self, calm: Team) -> None:
        stored(calm.site.ethics, state="approved", valid_until=TODAY - DAY)
        stored(calm.site, closed_at=NOW)
        assert told(calm, Rule.ENDS) == set()

    def test_an_approval_without_an_end_does_not_end(self, calm: Team) -> None:
        stored(calm.site.ethics, state="approved", valid_until=None)
        assert told(calm, Rule.ENDS) == set()


class TestA2:
    @pytest.mark.parametrize(("days", "who"), [(60, set()), (61, {"site lead"})])
    def test_after_60_days_without_decision(self, calm: Team, days: int, who: set[str]) -> None:
        stored(calm.site.ethics, state="submitted", submitted_at=TODAY - days * DAY)
        assert told(calm, Rule.NO_DECISION) == who

    def test_not_once_it_is_decided(self, calm: Team) -> None:
        stored(calm.site.ethics, state="changes asked", submitted_at=TODAY - 90 * DAY)
        assert told(calm, Rule.NO_DECISION) == set()


class TestA3:
    @pytest.mark.parametrize(
        ("state", "who"),
        [
            ("drafting", {"lead"}),
            ("signed by site", {"lead"}),
            ("negotiating", {"site lead", "coordinator"}),
            ("not started", set()),
            ("executed", set()),
        ],
    )
    def test_the_hand_that_holds_it(self, calm: Team, state: str, who: set[str]) -> None:
        stored(calm.site.agreement, state=state, moved_at=NOW - 31 * DAY)
        assert told(calm, Rule.ONE_HAND) == who

    def test_not_on_the_30th_day(self, calm: Team) -> None:
        stored(calm.site.agreement, state="drafting", moved_at=NOW - 30 * DAY)
        assert told(calm, Rule.ONE_HAND) == set()


class TestA4:
    @pytest.mark.parametrize("state", ["needs correction", "unreadable"])
    def test_the_coordinator_mends(self, calm: Team, state: str) -> None:
        one = submission(calm.site, state)
        assert told(calm, Rule.CORRECTION) == {"coordinator"}
        assert str(one.public_id) in only(calm, Rule.CORRECTION).href

    def test_a_site_without_a_coordinator_has_its_lead(self, calm: Team) -> None:
        submission(calm.other_site, "needs correction")
        assert told(calm, Rule.CORRECTION) == {"other"}

    @pytest.mark.parametrize("state", ["received", "superseded", "withdrawn", "rejected"])
    def test_nothing_is_to_mend_in_another_state(self, calm: Team, state: str) -> None:
        submission(calm.site, state)
        assert told(calm, Rule.CORRECTION) == set()


class TestA5:
    @pytest.mark.parametrize("state", ["valid", "valid with notes"])
    @pytest.mark.parametrize(("days", "who"), [(7, set()), (8, {"lead"})])
    def test_undecided_for_more_than_a_week(self, calm: Team, state: str, days: int, who: set[str]) -> None:
        submission(calm.site, state, NOW - days * DAY)
        assert told(calm, Rule.UNDECIDED) == who


class TestA6:
    @pytest.mark.parametrize(("days", "is_told"), [(15, False), (14, True), (-3, True)])
    def test_a_milestone_of_the_study_is_its_lead_s(self, calm: Team, days: int, is_told: bool) -> None:
        milestone(calm.study, due=TODAY + days * DAY)
        assert told(calm, Rule.MILESTONE) == ({"lead"} if is_told else set())
        if is_told:
            assert only(calm, Rule.MILESTONE).is_late is (days < 0)

    def test_one_of_a_site_is_its_lead_s(self, calm: Team) -> None:
        milestone(calm.study, study_site=calm.other_site)
        assert told(calm, Rule.MILESTONE) == {"other"}

    def test_one_that_is_done_waits_no_more(self, calm: Team) -> None:
        milestone(calm.study, done_at=TODAY, done_by=uuid4())
        assert told(calm, Rule.MILESTONE) == set()


class TestA7:
    @pytest.fixture
    def silent(self, calm: Team) -> Team:
        """A site active for 31 days."""
        stored(calm.site, active_since=NOW - 31 * DAY)
        stored(calm.site.ethics, state="exempt")
        stored(calm.site.agreement, state="not needed")
        return calm

    def test_a_month_of_silence(self, silent: Team) -> None:
        assert told(silent, Rule.NO_DATA) == {"coordinator"}
        assert told(silent, Rule.NO_DATA, NOW - DAY) == set()

    def test_anything_that_came_ends_it_but_what_was_withdrawn(self, silent: Team) -> None:
        sent = submission(silent.site, "withdrawn")
        assert told(silent, Rule.NO_DATA) == {"coordinator"}
        stored(sent, state="received")
        assert told(silent, Rule.NO_DATA) == set()

    def test_a_federated_site_attests(self, silent: Team) -> None:
        stored(silent.site, mode="federated")
        assert "Attest" in only(silent, Rule.NO_DATA).words
        stored(silent.site, attested_dictionary="d" * 64)
        assert told(silent, Rule.NO_DATA) == set()

    def test_a_blocked_site_can_send_nothing(self, silent: Team) -> None:
        stored(silent.site.ethics, state="suspended")
        assert told(silent, Rule.NO_DATA) == set()


class TestA8:
    def test_the_dictionary_changed_since_the_accepted_submission(self, calm: Team) -> None:
        stored(calm.study, dictionary_hash="n" * 64)
        one = submission(calm.site, dictionary_hash="o" * 64)
        assert told(calm, Rule.DICTIONARY) == {"coordinator"}
        stored(one, dictionary_hash="n" * 64)
        assert told(calm, Rule.DICTIONARY) == set()

    def test_or_since_the_attestation(self, calm: Team) -> None:
        stored(calm.study, dictionary_hash="n" * 64)
        stored(calm.site, mode="federated", attested_dictionary="o" * 64)
        assert told(calm, Rule.DICTIONARY) == {"coordinator"}


class TestA9:
    def test_the_other_releasers_neither_the_analyst_nor_the_first_hand(self, calm: Team) -> None:
        ids = {name: one.public_id for name, one in calm.people.items()}
        held_analysis(calm.study, ids["lead"], analyst=ids["statistician"])
        assert told(calm, Rule.RELEASE) == {"site lead", "other"}

    def test_not_before_the_first_and_not_after_the_second(self, calm: Team) -> None:
        held_analysis(calm.study)
        held_analysis(calm.study, calm.people["lead"].public_id, uuid4())
        assert told(calm, Rule.RELEASE) == set()


class TestA10:
    def test_somebody_without_a_second_factor(self, calm: Team) -> None:
        Authenticator.objects.filter(user=calm.people["coordinator"]).delete()
        assert told(calm, Rule.PEOPLE) == {"lead", "office"}
        assert "One person" in only(calm, Rule.PEOPLE).words

    def test_recovery_codes_alone_are_no_second_factor(self, calm: Team) -> None:
        Authenticator.objects.filter(user=calm.people["lead"]).update(type="recovery_codes")
        assert told(calm, Rule.PEOPLE) == {"lead", "office"}

    @pytest.mark.parametrize("role", ["site lead", "coordinator"])
    def test_a_role_holder_who_left(self, calm: Team, role: str) -> None:
        leave(calm, role)
        assert told(calm, Rule.PEOPLE) == {"lead", "office"}
        assert f"Name a new site {role.removeprefix('site ')}" in only(calm, Rule.PEOPLE).words

    def test_a_successor_ends_it(self, calm: Team) -> None:
        leave(calm, "coordinator")
        new = account()
        Authenticator.objects.create(user=new, type=Authenticator.Type.TOTP, data={})
        give(new, Role.COORDINATOR, site=calm.site)
        assert told(calm, Rule.PEOPLE) == set()

    def test_a_study_that_lost_its_lead_is_the_office_s(self, calm: Team) -> None:
        leave(calm, "lead")
        assert told(calm, Rule.PEOPLE) == {"office"}

    def test_a_site_that_never_had_a_lead_is_the_study_lead_s(self, calm: Team) -> None:
        ended(RoleGrant.objects.filter(account=calm.people["other"], role="site lead"))
        assert told(calm, Rule.PEOPLE) == {"lead"}


class TestA11:
    @pytest.fixture
    def needed(self, calm: Team) -> Team:
        """A study that needs one field, and a site whose data were accepted."""
        stored(calm.study, needed_fields=["Death.day"])
        return calm

    @pytest.mark.parametrize(("present", "who"), [(69, {"coordinator"}), (70, set())])
    def test_a_needed_variable_under_70_percent(self, needed: Team, present: int, who: set[str]) -> None:
        completeness(submission(needed.site), "Death.day", present, 100)
        assert told(needed, Rule.INCOMPLETE) == who

    def test_what_is_not_needed_or_impossible_or_not_applicable_is_let_be(self, needed: Team) -> None:
        sent = submission(needed.site)
        completeness(sent, "Death.cause", 0, 100)
        assert told(needed, Rule.INCOMPLETE) == set()
        completeness(sent, "Death.day", 0, 100)
        stored(needed.site, impossible_fields=["Death.day"])
        assert told(needed, Rule.INCOMPLETE) == set()

    def test_what_was_not_accepted_is_not_counted(self, needed: Team) -> None:
        completeness(submission(needed.site, "superseded"), "Death.day", 0, 100)
        assert told(needed, Rule.INCOMPLETE) == set()


@pytest.mark.parametrize("state", ["reported", "withdrawn", "declined", "archived"])
def test_a_study_that_is_over_asks_for_nothing(calm: Team, state: str) -> None:
    everything(calm)
    stored(calm.study, state=state)
    assert tasks_of([calm.study], now=NOW) == []


def test_data_are_asked_for_only_while_the_study_takes_them(calm: Team) -> None:
    submission(calm.site, "needs correction")
    stored(calm.study, state="locked")
    assert tasks_of([calm.study], now=NOW) == []


def test_what_is_late_comes_first(calm: Team) -> None:
    everything(calm)
    late = [one.is_late for one in tasks_of([calm.study], now=NOW)]
    assert late == sorted(late, reverse=True)
    assert len(late) > 3


def test_a_person_sees_theirs_on_the_list_on_the_study_and_no_others(calm: Team) -> None:
    everything(calm)
    for page in ("/studies/", calm.address()):
        shown = calm.get("coordinator", page).content.decode()
        assert "Mend what the check found" in shown
        assert "Renew the ethics approval" not in shown
        assert "Renew the ethics approval" in calm.get("lead", page).content.decode()
        assert "Mend what the check found" not in calm.get("lead", page).content.decode()


def test_the_number_of_queries_does_not_grow(
    calm: Team, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    everything(calm)
    with django_assert_max_num_queries(1 + 10):
        tasks_of(Study.objects.all(), now=NOW)


def everything(team: Team) -> None:
    """Some of all rules at once."""
    stored(team.site.ethics, state="approved", valid_until=TODAY - DAY)
    stored(team.site.agreement, state="drafting", moved_at=NOW - 50 * DAY)
    submission(team.site, "needs correction")
    submission(team.site, "valid", NOW - 20 * DAY)
    milestone(team.study, due=TODAY - DAY)
    held_analysis(team.study, team.people["lead"].public_id)
    document(team.study, "protocol")


@action
def leave(team: Team, who: str) -> None:
    """A member leaves: all roles end at once."""
    RoleGrant.objects.filter(account=team.people[who]).update(ended_at=NOW)


@action
def ended(grants: Any) -> None:
    """Roles that were never given."""
    grants.delete()
