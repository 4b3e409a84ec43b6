"""Sites, their ethics and their agreement: what each step asks, and the state that is derived from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cimara_web.audit.models import AuditEvent
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Refused
from cimara_web.studies.actions.agreement import move_agreement
from cimara_web.studies.actions.ethics import move_ethics
from cimara_web.studies.actions.sites import (
    attest,
    change_site,
    close_site,
    confirm_site,
    invite_site,
    withdraw_site,
)
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.states.site import site_state, what_blocks
from tests.web.people import NOW, TODAY, institution
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.made import document, stored

YEAR = timedelta(days=365)


class TestInviting:
    def test_a_site_comes_with_a_review_and_an_agreement_not_begun(self, team: Team) -> None:
        place = institution()
        made = invite_site(by=team.by("lead"), study=team.study, institution=place, code="NE01", now=NOW)
        assert (made.ethics.state, made.agreement.state) == ("not started", "not started")
        assert site_state(made.facts(), TODAY) == "invited"

    @pytest.mark.parametrize("code", ["", "da01", "A B", "-A", "A" * 21, "Ä1", "A\n"])
    def test_its_code_is_short_and_plain(self, team: Team, code: str) -> None:
        with pytest.raises(FieldError) as wrong:
            invite_site(by=team.by("lead"), study=team.study, institution=institution(), code=code, now=NOW)
        assert wrong.value.field == "code"

    def test_a_code_and_an_institution_stand_once_in_a_study(self, team: Team) -> None:
        given: dict[str, Any] = {"by": team.by("lead"), "study": team.study, "now": NOW}
        with pytest.raises(FieldError, match="has this code"):
            invite_site(**given, institution=institution(), code=team.site.code)
        with pytest.raises(FieldError, match="in the study already"):
            invite_site(**given, institution=team.site.institution, code="XX01")

    def test_the_lead_alone_invites_and_only_before_the_lock(self, team: Team) -> None:
        given: dict[str, Any] = {"institution": institution(), "code": "X1", "now": NOW}
        for who in ("statistician", "site lead", "office"):
            with pytest.raises(Refused):
                invite_site(by=team.by(who), study=team.study, **given)
        stored(team.study, state="locked")
        with pytest.raises(NotNowError):
            invite_site(by=team.by("lead"), study=team.study, **given)


class TestTakingPart:
    def test_the_site_says_yes_and_not_the_lead_for_it(self, team: Team) -> None:
        stored(team.site, confirmed_at=None)
        for who in ("lead", "other", "member"):
            with pytest.raises(Refused):
                confirm_site(by=team.by(who), site=team.site, now=NOW)
        assert confirm_site(by=team.by("site lead"), site=team.site, now=NOW).confirmed_at == NOW

    def test_a_site_that_is_not_confirmed_may_say_no_by_itself(self, team: Team) -> None:
        with pytest.raises(Refused):
            withdraw_site(by=team.by("site lead"), site=team.site, now=NOW)
        stored(team.site, confirmed_at=None)
        assert withdraw_site(by=team.by("site lead"), site=team.site, now=NOW).withdrawn_at == NOW

    @pytest.mark.parametrize("end", [close_site, withdraw_site])
    def test_nothing_changes_at_a_site_that_has_left(self, team: Team, end: Callable[..., Any]) -> None:
        end(by=team.by("lead"), site=team.site, now=NOW)
        for again in (close_site, withdraw_site):
            with pytest.raises(NotNowError):
                again(by=team.by("lead"), site=team.site, now=NOW)
        with pytest.raises(NotNowError):
            move_ethics(by=team.by("lead"), site=team.site, on="begin", now=NOW)
        with pytest.raises(NotNowError):
            move_agreement(by=team.by("lead"), site=team.site, on="draft", kind="DUA", now=NOW)

    def test_it_can_only_lack_what_the_study_asks_for(self, team: Team) -> None:
        stored(team.study, needed_fields=["Death.day"])
        given: dict[str, Any] = {"site": team.site, "expected_patients": 9, "now": NOW}
        with pytest.raises(FieldError):
            change_site(by=team.by("coordinator"), impossible_fields=["Death.cause"], **given)
        made = change_site(by=team.by("coordinator"), impossible_fields=["Death.day"], **given)
        assert (made.expected_patients, made.impossible_fields) == (9, ["Death.day"])


class TestBecomingActive:
    def activate(self, team: Team, at: datetime = NOW) -> None:
        lead, own = team.by("lead"), team.by("site lead")
        move_ethics(by=own, site=team.site, on="begin", board="Board", now=at)
        move_ethics(by=own, site=team.site, on="submit", submitted_at=at.date(), now=at)
        move_ethics(
            by=own, site=team.site, on="approve", reference="R", decided_at=at.date(), no_end=True, now=at
        )
        move_agreement(by=lead, site=team.site, on="mark not needed", reason="no data leave", now=at)

    def test_the_day_of_the_first_activity_is_kept(self, team: Team) -> None:
        self.activate(team)
        team.site.refresh_from_db()
        assert team.site.active_since == NOW

    def test_it_stays_when_the_site_is_active_again(self, team: Team) -> None:
        self.activate(team)
        later = NOW + timedelta(days=3)
        letter = document(team.study, "approval", study_site=team.site)
        move_ethics(by=team.by("lead"), site=team.site, on="suspend", reason="audit", now=later)
        team.site.refresh_from_db()
        assert site_state(team.site.facts(), later.date()) == "blocked"
        renewal = {"document": letter.public_id, "valid_until": TODAY + YEAR}
        move_ethics(by=team.by("lead"), site=team.site, on="renew", **renewal, now=later)
        team.site.refresh_from_db()
        assert team.site.active_since == NOW

    def test_a_site_that_confirms_last_is_active_by_that(self, team: Team) -> None:
        stored(team.site, confirmed_at=None)
        self.activate(team)
        team.site.refresh_from_db()
        assert team.site.active_since is None
        assert confirm_site(by=team.by("site lead"), site=team.site, now=NOW).active_since == NOW


class TestTheLastDay:
    """Valid until 30 June 2025: works on 30 June, blocked on 1 July, with no job in between."""

    @pytest.fixture
    def ending(self, team: Team) -> Team:
        stored(team.site.ethics, state="approved", valid_until=date(2025, 6, 30))
        stored(team.site.agreement, state="executed")
        return team

    @pytest.mark.parametrize(
        ("moment", "state", "words"),
        [
            (datetime(2025, 6, 30, 23, 59, 59, tzinfo=UTC), "active", ""),
            (
                datetime(2025, 7, 1, tzinfo=UTC),
                "blocked",
                "Ethics approval ended on 30 June 2025. Add the renewal to go on.",
            ),
        ],
    )
    def test_the_border(self, ending: Team, moment: datetime, state: str, words: str) -> None:
        facts = ending.site.facts()
        assert site_state(facts, moment.date()) == state
        assert what_blocks(facts, moment.date()) == words

    def test_the_page_says_so_in_the_morning(
        self, ending: Team, clock_of_the_test: Callable[[datetime], None]
    ) -> None:
        clock_of_the_test(datetime(2025, 7, 1, tzinfo=UTC))
        page = ending.get("coordinator", ending.address("site")).content.decode()
        assert "Ethics approval ended on 30 June 2025. Add the renewal to go on." in page
        assert "blocked" in page

    def test_a_renewal_opens_it_again(self, ending: Team) -> None:
        letter = document(ending.study, "approval", study_site=ending.site, state="draft")
        by, morning = (
            ending.by("coordinator", datetime(2025, 7, 1, tzinfo=UTC)),
            datetime(2025, 7, 1, tzinfo=UTC),
        )
        with pytest.raises(FieldError, match="letter of the board"):
            move_ethics(by=by, site=ending.site, on="renew", valid_until=date(2026, 6, 30), now=morning)
        given: dict[str, Any] = {"document": letter.public_id, "now": morning}
        with pytest.raises(FieldError, match="before 1 July 2025"):
            move_ethics(by=by, site=ending.site, on="renew", valid_until=date(2025, 6, 30), **given)
        move_ethics(by=by, site=ending.site, on="renew", valid_until=date(2026, 6, 30), **given)
        ending.site.refresh_from_db()
        assert site_state(ending.site.facts(), morning.date()) == "active"


class TestWhatStepsAsk:
    @pytest.mark.parametrize(
        ("on", "state", "facts", "field"),
        [
            ("mark exempt or waived", "not started", {"decided_at": TODAY}, "document"),
            ("submit", "preparing", {"board": "B"}, "submitted_at"),
            ("submit", "preparing", {"submitted_at": TODAY}, "board"),
            ("submit", "preparing", {"board": "B", "submitted_at": TODAY + YEAR}, "submitted_at"),
            ("approve", "submitted", {"decided_at": TODAY, "no_end": True}, "reference"),
            ("approve", "submitted", {"reference": "R", "no_end": True}, "decided_at"),
            ("approve", "submitted", {"reference": "R", "decided_at": TODAY}, "valid_until"),
            (
                "approve",
                "submitted",
                {"reference": "R", "decided_at": TODAY, "no_end": True, "valid_until": TODAY},
                "valid_until",
            ),
            (
                "approve",
                "submitted",
                {"reference": "R", "decided_at": TODAY, "valid_until": TODAY - YEAR},
                "valid_until",
            ),
            ("suspend", "approved", {"reason": " "}, "reason"),
            ("renew", "suspended", {"no_end": True}, "document"),
        ],
    )
    def test_ethics(self, team: Team, on: str, state: str, facts: dict[str, Any], field: str) -> None:
        stored(team.site.ethics, state=state)
        with pytest.raises(FieldError) as wrong:
            move_ethics(by=team.by("coordinator"), site=team.site, on=on, now=NOW, **facts)
        assert wrong.value.field == field

    @pytest.mark.parametrize(
        ("on", "state", "facts", "field"),
        [
            ("mark not needed", "not started", {}, "reason"),
            ("draft", "not started", {"kind": "none needed"}, "kind"),
            ("send to site", "drafting", {}, "document"),
            ("site returns text", "negotiating", {}, "reason"),
            ("site signs", "negotiating", {}, "signed_by_site_at"),
            ("countersign", "signed by site", {"no_end": True}, "executed_at"),
            ("countersign", "signed by site", {"executed_at": TODAY}, "valid_until"),
            ("terminate", "executed", {}, "reason"),
        ],
    )
    def test_agreement(self, team: Team, on: str, state: str, facts: dict[str, Any], field: str) -> None:
        stored(team.site.agreement, state=state)
        who = "coordinator" if on.startswith("site") else "lead"
        with pytest.raises(FieldError) as wrong:
            move_agreement(by=team.by(who), site=team.site, on=on, now=NOW, **facts)
        assert wrong.value.field == field

    def test_a_paper_of_another_site_is_no_paper_of_this_one(self, team: Team) -> None:
        letter = document(team.study, "approval", study_site=team.other_site)
        with pytest.raises(FieldError):
            move_ethics(
                by=team.by("lead"),
                site=team.site,
                on="mark exempt or waived",
                decided_at=TODAY,
                document=letter.public_id,
                now=NOW,
            )

    def test_it_is_extended_before_it_ends(self, team: Team) -> None:
        text = document(team.study, "agreement", study_site=team.site)
        stored(team.site.agreement, state="executed", valid_until=TODAY + timedelta(days=9))
        given = {"by": team.by("lead"), "site": team.site, "on": "extend", "now": NOW}
        with pytest.raises(FieldError, match="later end"):
            move_agreement(**given, valid_until=TODAY + timedelta(days=9), document=text.public_id)
        deal = move_agreement(**given, valid_until=TODAY + YEAR, document=text.public_id)
        assert (deal.state, deal.valid_until) == ("executed", TODAY + YEAR)

    def test_one_that_is_negotiated_anew_leaves_its_site_blocked(self, team: Team) -> None:
        stored(team.site, active_since=NOW)
        stored(team.site.agreement, state="executed", valid_until=TODAY - timedelta(days=1))
        move_agreement(by=team.by("lead"), site=team.site, on="renew", now=NOW)
        team.site.refresh_from_db()
        assert site_state(team.site.facts(), TODAY) == "blocked"

    def test_the_site_signs_before_it_is_countersigned(self, team: Team) -> None:
        stored(team.site.agreement, state="signed by site", signed_by_site_at=TODAY)
        early = {"executed_at": TODAY - timedelta(days=1), "no_end": True}
        with pytest.raises(FieldError) as wrong:
            move_agreement(by=team.by("lead"), site=team.site, on="countersign", now=NOW, **early)
        assert wrong.value.field == "executed_at"

    def test_each_text_that_is_sent_is_a_version(self, team: Team) -> None:
        text = document(team.study, "agreement", study_site=team.site)
        for version in (1, 2):
            stored(team.site.agreement, state="drafting")
            deal = move_agreement(
                by=team.by("lead"), site=team.site, on="send to site", document=text.public_id, now=NOW
            )
            team.site.refresh_from_db()
            assert deal.version == version


class TestAttesting:
    @pytest.fixture
    def federated(self, team: Team) -> Team:
        stored(team.study, dictionary_hash="d" * 64)
        stored(team.site, mode="federated")
        stored(team.site.ethics, state="exempt")
        stored(team.site.agreement, state="executed")
        return team

    def given(self, team: Team, who: str = "coordinator", **other: str) -> dict[str, Any]:
        said = {"dictionary": "d" * 64, "rows": "20-99", "software": "cimara 1.0.2", **other}
        return {"by": team.by(who), "site": team.site, "now": NOW, **said}

    def test_a_federated_site_attests_a_band_and_no_count(self, federated: Team) -> None:
        made = attest(**self.given(federated))
        assert (made.attested_rows, made.attested_software) == ("20-99", "cimara 1.0.2")

    def test_the_audit_trail_keeps_which_of_kit_and_policy_it_said_are_there(self, federated: Team) -> None:
        attest(**{**self.given(federated), "has_kit": True})
        assert AuditEvent.objects.get(event="site.attested").context["ready"] == ["kit"]

    @pytest.mark.parametrize(
        ("field", "said"), [("dictionary", "e" * 64), ("dictionary", ""), ("software", "=cmd()")]
    )
    def test_it_attests_by_the_study_s_dictionary_and_a_known_software(
        self, federated: Team, field: str, said: str
    ) -> None:
        with pytest.raises(FieldError) as wrong:
            attest(**self.given(federated, **{field: said}))
        assert wrong.value.field == field

    def test_a_site_that_sends_rows_or_is_blocked_attests_nothing(self, federated: Team) -> None:
        stored(federated.site.ethics, state="suspended")
        with pytest.raises(NotNowError, match="suspended"):
            attest(**self.given(federated))
        stored(federated.site, mode="pooled")
        with pytest.raises(NotNowError, match="sends its rows"):
            attest(**self.given(federated))

    def test_nobody_attests_for_a_site_but_its_people(self, federated: Team) -> None:
        for who in ("lead", "statistician", "other"):
            with pytest.raises(Refused):
                attest(**self.given(federated, who))
