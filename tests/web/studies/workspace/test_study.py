"""The life of a study: begun, proposed, opened, locked, published; what each step asks for."""

from __future__ import annotations

from typing import Any

import pytest

from cimara_web.accounts.queries import accounts_with
from cimara_web.audit.models import AuditEvent
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Refused
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.study import (
    change_study,
    move_study,
    save_proposal,
    set_dictionary,
    start_study,
)
from cimara_web.studies.dictionary import DictionaryError
from cimara_web.studies.models import Study
from tests.web.people import NOW, account, acting, give, institution, study
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.made import (
    STUDY_FOLDER,
    document,
    full_answers,
    kept,
    ready_for_all,
    stored,
    study_zip,
    submission,
)


def begun(title: str = "Radiation necrosis", **fields: Any) -> tuple[Any, Study]:
    who = acting(account())
    given = {"kind": "retrospective", "mode": "pooled", "lead_institution": institution(), **fields}
    return who, start_study(by=who, title=title, **given, now=NOW)


@pytest.mark.django_db
class TestBeginning:
    def test_who_begins_a_study_leads_it(self) -> None:
        who, made = begun()
        assert accounts_with(Role.STUDY_LEAD, study=made.public_id, now=NOW) == {who.account}
        assert made.state == "idea"

    def test_it_leaves_one_event(self) -> None:
        _who, made = begun()
        assert [one.event for one in AuditEvent.objects.filter(study=made.public_id)] == ["study.started"]

    def test_its_address_is_made_of_its_title_and_is_its_own(self) -> None:
        slugs = [
            begun(title)[1].slug for title in ("Demo: a study!", "Demo a study", "new", "Demonstration", "💊")
        ]
        assert slugs == ["demo-a-study", "demo-a-study-2", "new-2", "demonstration-2", "study"]

    def test_who_is_no_member_begins_none(self) -> None:
        with pytest.raises(Refused):
            start_study(
                by=acting(account(member=False)),
                title="x",
                kind="registry",
                mode="pooled",
                lead_institution=None,
                now=NOW,
            )


class TestProposing:
    def test_a_proposal_saves_however_little_is_there(self, team: Team) -> None:
        stored(team.study, state="idea")
        row = save_proposal(by=team.by("lead"), study=team.study, answers={"funding": " none "}, now=NOW)
        assert row.answers == {"funding": "none"}

    def test_what_is_no_answer_to_a_question_is_dropped(self, team: Team) -> None:
        stored(team.study, state="idea")
        odd = {"nothing": "x", "kind": "odd", "endpoints": ["OS", "XX", "OS"], "sites_wanted": -3}
        row = save_proposal(by=team.by("lead"), study=team.study, answers=odd, now=NOW)
        assert row.answers == {"endpoints": ["OS"]}

    def test_the_study_takes_its_aims_from_the_proposal(self, team: Team) -> None:
        stored(team.study, state="idea")
        answers = full_answers() | {"question": "Does it work?", "sites_wanted": 17, "mode": "federated"}
        save_proposal(by=team.by("lead"), study=team.study, answers=answers, now=NOW)
        team.study.refresh_from_db()
        assert (team.study.question, team.study.target_sites) == ("Does it work?", 17)
        assert team.study.mode == "federated"

    def test_it_is_sent_only_with_every_answer(self, team: Team) -> None:
        stored(team.study, state="idea")
        by = team.by("lead")
        save_proposal(by=by, study=team.study, answers=full_answers() | {"funding": ""}, now=NOW)
        with pytest.raises(NotNowError, match="Funding is not answered yet"):
            move_study(by=by, study=team.study, on="propose", now=NOW)
        save_proposal(by=by, study=team.study, answers=full_answers(), now=NOW)
        assert move_study(by=by, study=team.study, on="propose", now=NOW).state == "proposed"

    def test_the_office_reads_what_was_sent_and_nobody_changes_it(self, team: Team) -> None:
        stored(team.study, state="proposed")
        with pytest.raises(NotNowError):
            save_proposal(by=team.by("lead"), study=team.study, answers={}, now=NOW)

    @pytest.mark.parametrize("on", ["send back", "decline"])
    def test_a_no_has_a_reason(self, team: Team, on: str) -> None:
        stored(team.study, state="proposed")
        with pytest.raises(NotNowError, match="a reason"):
            move_study(by=team.by("office"), study=team.study, on=on, now=NOW, reason=" ")
        moved = move_study(by=team.by("office"), study=team.study, on=on, now=NOW, reason="too wide")
        assert moved.last_reason == "too wide"


class TestOpening:
    @pytest.mark.parametrize("lacking", ["a current protocol", "a dictionary", "one confirmed site"])
    def test_a_study_opens_with_protocol_dictionary_and_a_site(self, team: Team, lacking: str) -> None:
        paper = document(team.study, "protocol")
        stored(team.study, state="approved", dictionary_hash="d" * 64)
        if lacking == "a current protocol":
            stored(paper, state="draft")
        elif lacking == "a dictionary":
            stored(team.study, dictionary_hash="")
        else:
            stored(team.site, confirmed_at=None)
            stored(team.other_site, withdrawn_at=NOW)
        with pytest.raises(NotNowError, match=f"Missing: {lacking}"):
            move_study(by=team.by("lead"), study=team.study, on="open", now=NOW)

    def test_data_are_locked_once_all_is_decided(self, team: Team) -> None:
        waiting = submission(team.site, "valid with notes")
        with pytest.raises(NotNowError, match="a decision on 1 submission"):
            move_study(by=team.by("lead"), study=team.study, on="lock data", now=NOW)
        stored(waiting, state="rejected")
        assert move_study(by=team.by("lead"), study=team.study, on="lock data", now=NOW).state == "locked"

    def test_a_report_is_published_once_it_is_released(self, team: Team) -> None:
        stored(team.study, state="analysis")
        with pytest.raises(NotNowError, match="a released report"):
            move_study(by=team.by("lead"), study=team.study, on="publish report", now=NOW)
        ready_for_all(team.study)
        moved = move_study(by=team.by("lead"), study=team.study, on="publish report", now=NOW)
        assert moved.state == "reported"


class TestDictionary:
    def test_a_study_file_with_its_definitions_becomes_the_dictionary(self, team: Team) -> None:
        paper = document(team.study, "dictionary", file=kept(study_zip()), file_name="d.zip", state="draft")
        made = set_dictionary(by=team.by("lead"), study=team.study, document=paper, now=NOW)
        assert (made.dictionary_id, len(made.dictionary_hash)) == ("demo-rn-bev", 64)
        assert "Patient.vital_status" in made.needed_fields
        paper.refresh_from_db()
        assert paper.state == "current"

    def test_a_faulty_one_is_refused_with_its_lines(self, team: Team) -> None:
        text = (STUDY_FOLDER / "study.toml").read_bytes().replace(b'origin = "first', b'origin = "frist', 1)
        paper = document(team.study, "dictionary", file=kept(text), file_name="study.toml", state="draft")
        with pytest.raises(DictionaryError, match=r"line \d+"):
            set_dictionary(by=team.by("lead"), study=team.study, document=paper, now=NOW)
        team.study.refresh_from_db()
        assert team.study.dictionary_hash == ""

    def test_bytes_that_are_no_study_file_are_told_so(self, team: Team) -> None:
        for name, data in (("d.zip", b"PK\x03\x04 no zip"), ("d.toml", b"\xff\xfe"), ("d.toml", b"")):
            paper = document(team.study, "dictionary", file=kept(data or b" "), file_name=name)
            with pytest.raises(DictionaryError):
                set_dictionary(by=team.by("lead"), study=team.study, document=paper, now=NOW)

    def test_it_does_not_change_under_locked_data(self, team: Team) -> None:
        stored(team.study, state="locked")
        paper = document(team.study, "dictionary", file=kept(study_zip()), file_name="d.zip")
        with pytest.raises(NotNowError):
            set_dictionary(by=team.by("lead"), study=team.study, document=paper, now=NOW)


def test_a_change_names_the_fields_and_no_words(team: Team) -> None:
    given = {"kind": "registry", "mode": "pooled", "lead_institution": None, "target_sites": 4}
    change_study(
        by=team.by("lead"),
        study=team.study,
        title=team.study.title,
        question="Why?",
        target_patients=None,
        **given,
        now=NOW,
    )
    event = AuditEvent.objects.get(event="study.changed")
    assert event.context == {"fields": ["question", "kind", "target_sites"]}


@pytest.mark.django_db
def test_a_study_that_is_over_is_not_changed() -> None:
    done = study(state="withdrawn")
    lead = account()
    give(lead, Role.STUDY_LEAD, study=done)
    with pytest.raises(NotNowError):
        change_study(
            by=acting(lead),
            study=done,
            title="x",
            question="",
            kind="registry",
            mode="pooled",
            lead_institution=None,
            target_sites=None,
            target_patients=None,
            now=NOW,
        )
