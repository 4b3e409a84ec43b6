"""The pages of the workspace: who finds them, what stands on them, what they refuse, what they keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cimara_web.studies.actions.study import save_proposal
from cimara_web.studies.models import Proposal, Study, StudySite
from cimara_web.studies.step_words import OF_AGREEMENT, OF_ETHICS
from tests.web.people import NOW, institution, signed_in, site, study
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.made import completeness, full_answers, ready_for_all, stored, submission

INSIDE = ("lead", "statistician", "site lead", "coordinator", "other")
OUTSIDE = ("member", "outsider")
OF_STUDY = ("proposal", "sites", "documents", "milestones", "team")
OF_SITE = ("", "ethics", "agreement")


class TestWhoFindsAPage:
    @pytest.mark.parametrize("page", ["", *OF_STUDY])
    def test_the_team_finds_the_pages_of_its_study(self, team: Team, page: str) -> None:
        address = team.address(*filter(None, [page]))
        assert {who: team.get(who, address).status_code for who in INSIDE} == dict.fromkeys(INSIDE, 200)
        assert {who: team.get(who, address).status_code for who in OUTSIDE} == dict.fromkeys(OUTSIDE, 404)

    @pytest.mark.parametrize("page", OF_SITE)
    def test_a_site_is_there_for_its_own_people_and_the_whole_team(self, team: Team, page: str) -> None:
        address = team.address("site", *filter(None, [page]))
        seen = {who: team.get(who, address).status_code for who in (*INSIDE, "office", "member")}
        assert {who for who, status in seen.items() if status == 200} == set(INSIDE) - {"other"}
        assert {status for who, status in seen.items() if who in ("other", "office", "member")} == {404}

    def test_the_office_sees_a_study_in_short(self, team: Team) -> None:
        found = {
            page: team.get("office", team.address(*filter(None, [page]))).status_code
            for page in ("", *OF_STUDY)
        }
        assert found == {
            "": 200,
            "proposal": 200,
            "team": 200,
            "sites": 404,
            "documents": 404,
            "milestones": 404,
        }

    def test_members_read_of_a_reported_study_its_title_and_sites_alone(self, team: Team) -> None:
        stored(team.study, state="reported", question="A secret question?")
        page = team.get("member", team.address()).content.decode()
        assert team.site.institution.name in page
        assert "A secret question?" not in page
        assert team.get("member", team.address("sites")).status_code == 404
        assert team.get("outsider", team.address()).status_code == 404

    def test_the_log_is_the_lead_s(self, team: Team) -> None:
        seen = {who: team.get(who, team.address("log")).status_code for who in (*INSIDE, "office")}
        assert seen == {**dict.fromkeys(INSIDE, 403), "lead": 200, "office": 404}

    def test_a_stranger_is_sent_to_sign_in(self, team: Team, client: Client) -> None:
        for address in (team.address(), team.address("site", "ethics"), "/studies/no-such-study/"):
            assert client.get(address, secure=True).status_code == 302

    def test_a_study_that_is_not_there_is_answered_like_one_that_is_not_seen(self, team: Team) -> None:
        hidden, missing = (team.get("member", one).content for one in (team.address(), "/studies/none/"))
        assert re.sub(rb"\s+", b"", hidden) == re.sub(rb"\s+", b"", missing)


class TestTheList:
    def test_strangers_see_what_is_public(self, client: Client, db: None) -> None:
        page = client.get("/studies/", secure=True)
        assert page.status_code == 200
        assert b"Studies of the consortium" in page.content

    def test_who_is_signed_in_sees_their_own(self, team: Team) -> None:
        for who, is_there in (
            ("coordinator", True),
            ("office", True),
            ("member", False),
            ("outsider", False),
        ):
            page = team.get(who, "/studies/")
            assert page.status_code == 200
            assert (team.study.title in page.content.decode()) is is_there, who

    def test_in_spanish_it_leads_to_the_pages_in_english(self, team: Team) -> None:
        page = team.get("lead", "/es/studies/")
        assert (page.status_code, page["Location"]) == (302, "/studies/")

    def test_the_demonstration_stays_where_it_was(self, client: Client, db: None) -> None:
        assert b"demonstration" in client.get("/studies/demonstration/", secure=True).content.lower()


class TestTheSiteTable:
    def test_of_other_sites_a_site_sees_the_state_alone(self, team: Team) -> None:
        stored(team.other_site, expected_patients=4321)
        stored(team.other_site.ethics, state="approved", valid_until=NOW.date())
        sent = submission(team.other_site, patients=8765)
        for page in (team.address("sites"), team.address("sites")[:-1] + ".csv", team.address()):
            own = team.get("coordinator", page).content.decode()
            assert team.other_site.institution.name in own
            for hidden in (
                "4,321",
                "8,765",
                "4321",
                "8765",
                str(sent.public_id),
                team.other_site.code,
                "Demo Other",
            ):
                assert hidden not in own, (page, hidden)
        assert "4,321" in team.get("statistician", team.address("sites")).content.decode()

    def test_it_is_sorted_by_a_link_and_back(self, team: Team) -> None:
        stored(team.site, expected_patients=9)
        stored(team.other_site, expected_patients=10)
        shown = [self.codes(team, sort=sort) for sort in ("expected", "-expected")]
        assert shown == [[team.site.code, team.other_site.code], [team.other_site.code, team.site.code]]

    def test_empty_cells_come_last_whatever_the_order(self, team: Team) -> None:
        stored(team.other_site, expected_patients=10)
        assert [self.codes(team, sort=sort)[-1] for sort in ("expected", "-expected")] == [team.site.code] * 2

    def test_it_is_filtered_by_state(self, team: Team) -> None:
        stored(team.site, closed_at=NOW)
        assert self.codes(team, state="closed") == [team.site.code]
        assert len(self.codes(team, state="odd")) == 2

    def test_completeness_leaves_out_what_a_site_can_not_give(self, team: Team) -> None:
        stored(team.study, needed_fields=["Death.day", "Death.cause"])
        sent = submission(team.site)
        completeness(sent, "Death.day", 50, 100)
        completeness(sent, "Death.cause", 0, 100)
        completeness(sent, "Patient.sex", 100, 100)
        assert "25 %" in team.get("lead", team.address("sites")).content.decode()
        stored(team.site, impossible_fields=["Death.cause"])
        assert "50 %" in team.get("lead", team.address("sites")).content.decode()

    def test_no_cell_of_the_csv_starts_a_formula(self, team: Team) -> None:
        stored(team.site.institution, name="=HYPERLINK(1)")
        stored(team.site, code="=A1")
        text = team.get("lead", team.address("sites")[:-1] + ".csv").content.decode("utf-8-sig")
        assert "'=A1" in text
        assert not re.search(r'(^|,|")[=+@-]', text.replace("'=", ""))

    def codes(self, team: Team, **query: str) -> list[str]:
        """Codes of the rows, from above."""
        page = team.get("lead", team.address("sites"), **query).content.decode()
        return re.findall(r'<th scope="row"><a [^>]*>(\w+)</a>', page)


class TestForms:
    def test_a_study_begins_with_a_title_and_goes_on_to_its_proposal(self, team: Team) -> None:
        done = team.post("member", "/studies/new/", title="Necrosis", kind="registry", mode="pooled")
        assert (done.status_code, done["Location"]) == (303, "/studies/necrosis/proposal/")

    def test_a_proposal_keeps_what_was_typed_when_something_is_wrong(self, team: Team) -> None:
        stored(team.study, state="idea")
        page = team.post("lead", team.address("proposal"), background="We think so.", sites_wanted="many")
        assert page.status_code == 200
        text = page.content.decode()
        assert "We think so." in text
        assert 'value="many"' in text
        assert "Write a whole number" in text
        assert not Proposal.objects.exists()

    def test_it_lists_what_is_missing_beside_what_was_saved(self, team: Team) -> None:
        stored(team.study, state="idea")
        done = team.post("lead", team.address("proposal"), funding="none")
        assert done.status_code == 303
        page = team.get("lead", team.address("proposal")).content.decode()
        assert "14 answers still to give" in page
        assert "Send the proposal to the office" not in page

    def test_a_full_one_can_be_sent_and_the_office_reads_it(self, team: Team) -> None:
        stored(team.study, state="idea")
        save_proposal(by=team.by("lead"), study=team.study, answers=full_answers(), now=NOW)
        assert (
            "Send the proposal to the office" in team.get("lead", team.address("proposal")).content.decode()
        )
        assert team.post("lead", team.address("do", "propose")).status_code == 303
        page = team.get("office", team.address("proposal")).content.decode()
        assert "overall survival (OS); incidence of radiation necrosis" in page or "(RNINC)" in page
        assert "Proposals to decide on" in team.get("office", "/studies/").content.decode()

    def test_what_lacks_is_said_before_the_button(self, team: Team) -> None:
        stored(team.study, state="approved")
        page = team.get("lead", team.address("do", "open")).content.decode()
        assert "a current protocol" in page
        assert "novalidate" not in page
        assert team.post("lead", team.address("do", "open")).status_code == 200
        team.study.refresh_from_db()
        assert team.study.state == "approved"

    def test_a_reason_is_asked_for(self, team: Team) -> None:
        page = team.post("lead", team.address("do", "withdraw"), reason=" ")
        assert b"Fill this in." in page.content
        assert team.post("lead", team.address("do", "withdraw"), reason="no money").status_code == 303

    def test_the_office_withdraws_a_study_too(self, team: Team) -> None:
        assert "withdraw" in team.get("office", team.address()).content.decode()
        assert team.post("office", team.address("do", "withdraw"), reason="no lead").status_code == 303

    def test_a_step_that_is_not_offered_is_refused_with_the_reason(self, team: Team) -> None:
        for who, on in (("statistician", "lock-data"), ("lead", "archive"), ("site lead", "withdraw")):
            page = team.post(who, team.address("do", on))
            assert page.status_code == 403
            assert b"by you, or not while it is open" in page.content
        assert team.get("lead", team.address("do", "no-such-step")).status_code == 404

    def test_who_may_not_edit_has_no_button_and_is_refused(self, team: Team) -> None:
        page = team.get("statistician", team.address()).content.decode()
        assert "Change title" not in page
        assert team.get("statistician", team.address("edit")).status_code == 403

    def test_a_change_is_seen_at_once(self, team: Team) -> None:
        given = {"title": "A new title", "kind": "registry", "mode": "both", "target_sites": "9"}
        assert team.post("lead", team.address("edit"), **given).status_code == 303
        assert "A new title" in team.get("lead", team.address()).content.decode()

    def test_a_site_is_invited(self, team: Team) -> None:
        place = institution(name="Demo Institution 99")
        bad = team.post("lead", team.address("sites", "new"), institution=place.public_id, code="a b")
        assert b"capital letters" in bad.content
        good = team.post("lead", team.address("sites", "new"), institution=place.public_id, code="da99")
        assert good.status_code == 303
        assert StudySite.objects.get(code="DA99").institution_id == place.public_id

    def test_a_federated_study_has_federated_sites(self, team: Team) -> None:
        stored(team.study, mode="federated")
        place = institution()
        team.post("lead", team.address("sites", "new"), institution=place.public_id, code="FE01")
        assert StudySite.objects.get(code="FE01").mode == "federated"

    def test_a_site_confirms_by_one_button(self, team: Team) -> None:
        stored(team.site, confirmed_at=None)
        assert "Confirm this site" in team.get("site lead", team.address("site")).content.decode()
        assert "Confirm this site" not in team.get("lead", team.address("site")).content.decode()
        assert team.post("site lead", team.address("site", "do", "confirm")).status_code == 303
        assert team.post("site lead", team.address("site", "do", "confirm")).status_code == 403

    def test_attesting_names_what_is_wrong_beside_its_field(self, team: Team) -> None:
        stored(team.study, dictionary_hash="d" * 64)
        stored(team.site, mode="federated")
        stored(team.site.ethics, state="exempt")
        stored(team.site.agreement, state="executed")
        given = {"dictionary": "e" * 64, "rows": "20-99", "software": "cimara 1.0"}
        page = team.post("coordinator", team.address("site", "attest"), **given)
        assert b"This is not the study&#39;s dictionary" in page.content
        given["dictionary"] = "d" * 64
        assert team.post("coordinator", team.address("site", "attest"), **given).status_code == 303
        assert team.get("lead", team.address("site", "attest")).status_code == 403


def test_every_step_has_words_of_its_own() -> None:
    words = [*OF_ETHICS.values(), *OF_AGREEMENT.values()]
    assert len(set(words)) == len(words) == 10 + 10


LIMITS = {
    "list": 16,
    "overview": 14,
    "sites": 10,
    "sites.csv": 10,
    "site": 8,
    "ethics": 6,
    "documents": 4,
    "milestones": 4,
    "team": 7,
    "log": 7,
    "proposal": 3,
}
"""Statements of a page, besides three for session, account and roles."""
SIGNED_IN = 3


@pytest.mark.parametrize("size", [1, 200])
def test_a_page_asks_a_fixed_number_of_times(
    team: Team, size: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    ready_for_all(team.study)
    for number in range(size):
        one = site(team.study, code=f"S{number}", confirmed_at=NOW)
        completeness(submission(one), "Death.day", 1, 2)
    browser = signed_in(team.people["lead"])
    pages = {
        "list": "/studies/",
        "overview": team.address(),
        "sites.csv": team.address("sites")[:-1] + ".csv",
        "site": team.address("site"),
        "ethics": team.address("site", "ethics"),
        **{
            page: team.address(page)
            for page in ("sites", "documents", "milestones", "team", "log", "proposal")
        },
    }
    assert pages.keys() == LIMITS.keys()
    browser.get("/about/", secure=True)
    for name, address in pages.items():
        with django_assert_max_num_queries(LIMITS[name] + SIGNED_IN):
            assert browser.get(address, secure=True).status_code == 200, name


def test_the_list_does_not_grow_with_its_studies(
    team: Team, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(60):
        site(study(state="open"))
    assert Study.objects.count() == 61
    browser = signed_in(team.people["office"])
    with django_assert_max_num_queries(LIMITS["list"] + SIGNED_IN):
        assert browser.get("/studies/", secure=True).status_code == 200
