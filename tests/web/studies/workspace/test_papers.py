"""Documents, milestones and the team: what is taken, who sees it, what stands in the audit trail."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cimara_web.accounts.queries import accounts_with
from cimara_web.audit.models import AuditEvent
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Refused
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.documents import add_document, make_current
from cimara_web.studies.actions.milestones import finish_milestone, remove_milestone, set_milestone
from cimara_web.studies.actions.team import end_study_role, give_study_role
from cimara_web.studies.calendar_file import OCTETS, calendar
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import EthicsReview, StudyDocument
from cimara_web.studies.paper_files import PaperError, media_type_of
from tests.web.people import NOW, TODAY, account, give
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.made import PDF, document, kept, milestone, stored, study_zip
from tests.web.studies.workspace.test_tasks import leave


def packed(*names: str) -> bytes:
    """A zip with these files in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


WORD = packed("[Content_Types].xml", "word/document.xml")


class TestWhatADocumentIs:
    @pytest.mark.parametrize(
        ("name", "data", "media_type"),
        [
            ("a.pdf", PDF, "application/pdf"),
            ("A.PDF", PDF, "application/pdf"),
            ("a.zip", packed("b"), "application/zip"),
            ("a.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("a.csv", "naïve,1\n".encode(), "text/csv"),
            ("a.toml", b"[study]", "application/toml"),
        ],
    )
    def test_its_bytes_are_what_its_name_says(self, name: str, data: bytes, media_type: str) -> None:
        assert media_type_of(io.BytesIO(data), name) == media_type

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.pdf", packed("b")),
            ("a.pdf", b""),
            ("a.docx", packed("b")),
            ("a.zip", PDF),
            ("a.zip", b"PK\x03\x04 and no zip"),
            ("a.txt", b"a\x00b"),
            ("a.txt", b"\xff\xfe"),
            ("a.txt", b"cut \xc3"),
            ("a.html", b"<script>"),
            ("a.svg", b"<svg/>"),
            ("a", PDF),
            ("a.pdf.exe", PDF),
        ],
    )
    def test_anything_else_is_refused(self, name: str, data: bytes) -> None:
        with pytest.raises(PaperError):
            media_type_of(io.BytesIO(data), name)


class TestDocuments:
    def given(self, team: Team, **other: Any) -> dict[str, Any]:
        about = {"study": team.study, "kept": kept(), "kind": "protocol", "title": "T", "version": "1"}
        return {**about, "file_name": "a.pdf", "media_type": "application/pdf", "now": NOW, **other}

    def test_who_adds_what(self, team: Team) -> None:
        may = {
            ("lead", "protocol"),
            ("lead", "approval"),
            ("lead", "agreement"),
            *((who, kind) for who in ("site lead", "coordinator") for kind in ("approval", "agreement")),
        }
        for who in team.people:
            for kind in ("protocol", "approval", "agreement"):
                site = None if kind == "protocol" else team.site
                try:
                    add_document(by=team.by(who), **self.given(team, kind=kind, site=site))
                    assert (who, kind) in may
                except Refused:
                    assert (who, kind) not in may

    def test_the_name_of_a_file_is_in_no_event(self, team: Team) -> None:
        add_document(by=team.by("lead"), **self.given(team, file_name="jane-doe.pdf"))
        event = AuditEvent.objects.get(event="document.added")
        assert set(event.context) == {"kind", "version", "sha256", "bytes"}

    def test_bytes_of_another_kind_are_refused_by_the_action_too(self, team: Team) -> None:
        with pytest.raises(PaperError):
            add_document(by=team.by("lead"), **self.given(team, kept=kept(b"MZ")))

    def test_one_version_is_current(self, team: Team) -> None:
        old = document(team.study)
        new = document(team.study, version="2.0", state="draft")
        make_current(by=team.by("lead"), document=new, now=NOW)
        for row, state in ((old, "superseded"), (new, "current")):
            row.refresh_from_db()
            assert row.state == state
        team.study.refresh_from_db()
        assert team.study.protocol_version == "2.0"
        with pytest.raises(NotNowError):
            make_current(by=team.by("lead"), document=new, now=NOW)

    def test_each_site_has_a_current_one_of_its_own(self, team: Team) -> None:
        papers = [
            document(team.study, "approval", study_site=one, state="draft") for one in team.study.sites.all()
        ]
        for one in papers:
            make_current(by=team.by("lead"), document=one, now=NOW)
        assert [StudyDocument.objects.get(pk=one.pk).state for one in papers] == ["current"] * 2

    def test_a_page_takes_a_file_and_gives_the_same_bytes_back_to_keep(self, team: Team) -> None:
        file = SimpleUploadedFile('a"b\n<x>.pdf', PDF)
        done = team.post(
            "lead", team.address("documents", "new"), kind="protocol", title="T", version="1", file=file
        )
        assert done.status_code == 303
        row = StudyDocument.objects.get()
        served = team.get("lead", team.address("documents", row.public_id))
        assert b"".join(served.streaming_content) == PDF
        assert served["Content-Disposition"].startswith("attachment")
        assert served["X-Content-Type-Options"] == "nosniff"
        assert b"<x>" not in team.get("lead", team.address("documents")).content

    def test_a_false_file_is_named_beside_its_field_and_the_rest_is_kept(self, team: Team) -> None:
        file = SimpleUploadedFile("a.pdf", b"MZ")
        page = team.post(
            "lead", team.address("documents", "new"), kind="SAP", title="My plan", version="3", file=file
        )
        assert b"another kind of file" in page.content
        assert b'value="My plan"' in page.content

    def test_an_approval_names_its_site(self, team: Team) -> None:
        given = {"kind": "approval", "title": "T", "version": "1"}
        page = team.post(
            "lead", team.address("documents", "new"), **given, file=SimpleUploadedFile("a.pdf", PDF)
        )
        assert b"Choose the site" in page.content

    @pytest.mark.parametrize(
        ("fields", "who"),
        [
            ({"kind": "protocol"}, {"lead", "statistician", "site lead", "coordinator", "other"}),
            ({"kind": "protocol", "state": "draft"}, {"lead", "statistician"}),
            ({"kind": "approval", "site": True}, {"lead", "statistician", "site lead", "coordinator"}),
        ],
    )
    def test_who_finds_it(self, team: Team, fields: dict[str, Any], who: set[str]) -> None:
        if fields.pop("site", None):
            fields["study_site"] = team.site
        row = document(team.study, **fields)
        address = team.address("documents", row.public_id)
        assert {name for name in team.people if team.get(name, address).status_code == 200} == who

    def test_reading_an_approval_is_told_to_the_audit_trail(self, team: Team) -> None:
        row = document(team.study, "approval", study_site=team.site)
        team.get("coordinator", team.address("documents", row.public_id))
        team.get("coordinator", team.address("documents", document(team.study).public_id))
        [event] = AuditEvent.objects.filter(event="document.read")
        assert (event.actor, event.about_id) == (team.people["coordinator"].public_id, row.public_id)

    def test_a_dictionary_is_checked_when_it_is_made_current(self, team: Team) -> None:
        bad = document(team.study, "dictionary", file=kept(b"[study]\n"), file_name="s.toml", state="draft")
        page = team.post("lead", team.address("documents", bad.public_id, "current"))
        assert page.status_code == 409
        assert b"can&#39;t be made current" in page.content or b"can't be made current" in page.content
        good = document(team.study, "dictionary", file=kept(study_zip()), file_name="s.zip", state="draft")
        assert team.post("lead", team.address("documents", good.public_id, "current")).status_code == 303
        team.study.refresh_from_db()
        assert team.study.dictionary_id == "demo-rn-bev"
        assert team.post("other", team.address("documents", good.public_id, "current")).status_code == 403


class TestApprovalPages:
    def test_a_letter_comes_with_the_step_that_it_proves(self, team: Team) -> None:
        stored(team.site.ethics, state="approved", valid_until=TODAY - timedelta(days=1))
        until = (TODAY + timedelta(days=300)).isoformat()
        address = team.address("site", "ethics", "renew")
        lacking = team.post("coordinator", address, valid_until=until, reference="kept words")
        assert b"Choose a file." in lacking.content
        assert b"kept words" in lacking.content
        done = team.post("coordinator", address, valid_until=until, file=SimpleUploadedFile("a.pdf", PDF))
        assert done.status_code == 303
        review = EthicsReview.objects.get(pk=team.site.ethics.pk)
        assert (review.state, review.document.state, review.document.study_site_id) == (
            "approved",
            "current",
            team.site.public_id,
        )

    def test_only_what_can_happen_now_has_a_link(self, team: Team) -> None:
        stored(team.site.agreement, state="negotiating")
        for who, can in (("site lead", True), ("coordinator", True), ("lead", True), ("statistician", False)):
            page = team.get(who, team.address("site", "agreement")).content.decode()
            assert ("The site has signed" in page) is can, who
            assert "Countersign it" not in page
        assert team.get("lead", team.address("site", "agreement", "countersign")).status_code == 403
        assert team.get("lead", team.address("site", "agreement", "no-such")).status_code == 404

    def test_a_renewal_of_an_agreement_asks_for_no_letter_of_a_board(self, team: Team) -> None:
        stored(team.site.agreement, state="executed", valid_until=TODAY - timedelta(days=1))
        page = team.get("lead", team.address("site", "agreement", "renew")).content.decode()
        assert "Negotiate a renewal" in page
        assert 'type="file"' not in page

    def test_its_history_is_what_the_audit_trail_says(self, team: Team) -> None:
        team.post("coordinator", team.address("site", "ethics", "begin"), board="Demo board")
        page = team.get("site lead", team.address("site", "ethics")).content.decode()
        assert re.search(r"begin</td><td>not started</td><td>preparing</td><td>Demo Coordinator", page)


class TestMilestones:
    def test_the_lead_sets_changes_and_removes(self, team: Team) -> None:
        by = team.by("lead")
        one = set_milestone(by=by, study=team.study, kind="data lock", due=TODAY, now=NOW)
        later = TODAY + timedelta(days=9)
        set_milestone(by=by, study=team.study, kind="data lock", due=later, milestone=one, now=NOW)
        one.refresh_from_db()
        assert one.due == later
        remove_milestone(by=by, milestone=one, now=NOW)
        for who in ("statistician", "site lead", "office"):
            with pytest.raises(Refused):
                set_milestone(by=team.by(who), study=team.study, kind="other", due=TODAY, now=NOW)

    def test_one_of_a_site_is_done_by_its_own_people_too(self, team: Team) -> None:
        own, of_study = milestone(team.study, study_site=team.site), milestone(team.study)
        done = finish_milestone(by=team.by("coordinator"), milestone=own, done_at=TODAY, now=NOW)
        assert (done.done_at, done.done_by) == (TODAY, team.people["coordinator"].public_id)
        for who, row in (("coordinator", of_study), ("other", own)):
            with pytest.raises(Refused):
                finish_milestone(by=team.by(who), milestone=row, done_at=TODAY, now=NOW)

    def test_done_is_not_tomorrow_and_not_twice(self, team: Team) -> None:
        one = milestone(team.study)
        with pytest.raises(FieldError):
            finish_milestone(by=team.by("lead"), milestone=one, done_at=TODAY + timedelta(days=1), now=NOW)
        finish_milestone(by=team.by("lead"), milestone=one, done_at=TODAY, now=NOW)
        with pytest.raises(NotNowError):
            finish_milestone(by=team.by("lead"), milestone=one, done_at=TODAY, now=NOW)

    def test_a_site_sees_its_own_and_those_of_the_study(self, team: Team) -> None:
        milestone(team.study, note="of the study")
        milestone(team.study, note="of our site", study_site=team.site)
        milestone(team.study, note="of another site", study_site=team.other_site)
        for page in (team.address("milestones"), team.address("milestones")[:-1] + ".ics", team.address()):
            text = team.get("coordinator", page).content.decode()
            assert "of the study" in text
            assert "of our site" in text
            assert "of another site" not in text

    def test_the_pages_do_the_same(self, team: Team) -> None:
        assert (
            team.post("lead", team.address("milestones", "new"), kind="other", due="2027-01-05").status_code
            == 303
        )
        [own] = team.study.milestones.all()
        address = team.address("milestones", own.public_id)
        assert team.post("lead", address, kind="other", due="2027-02-05", note="x").status_code == 303
        assert team.post("lead", f"{address}done/", done_at="2026-11-19").status_code == 303
        assert "Demo Lead" in team.get("coordinator", team.address("milestones")).content.decode()
        assert team.post("coordinator", f"{address}remove/").status_code == 403
        assert team.post("lead", f"{address}remove/").status_code == 303
        assert not team.study.milestones.exists()


class TestTheCalendar:
    def lines(self, team: Team) -> list[str]:
        """Content lines, unfolded."""
        made = calendar(team.study, team.study.milestones.all(), now=NOW, host="example.org").decode()
        return made.replace("\r\n ", "").split("\r\n")

    def test_a_line_is_no_longer_than_75_octets_and_no_character_is_cut(self, team: Team) -> None:
        stored(team.study, title="Métastases cérébrales 脳転移 " * 6)
        milestone(team.study, note="ü" * 150)
        made = calendar(team.study, team.study.milestones.all(), now=NOW, host="example.org")
        assert made.endswith(b"END:VCALENDAR\r\n")
        assert b"\n" not in made.replace(b"\r\n", b"")
        for line in made.split(b"\r\n"):
            assert len(line) <= OCTETS
            line.decode()
        assert f"DESCRIPTION:{'ü' * 150}" in self.lines(team)

    def test_a_milestone_is_a_whole_day_with_a_name_that_stays(self, team: Team) -> None:
        one = milestone(team.study)
        lines = self.lines(team)
        for line in (
            f"UID:{one.public_id}@example.org",
            "DTSTAMP:20261120T120000Z",
            "DTSTART;VALUE=DATE:20261120",
            "DTEND;VALUE=DATE:20261121",
        ):
            assert line in lines

    def test_what_is_special_in_a_text_is_escaped(self, team: Team) -> None:
        milestone(team.study, note="a, b; c\\d\r\nEND:VCALENDAR")
        assert "DESCRIPTION:a\\, b\\; c\\\\d\\nEND:VCALENDAR" in self.lines(team)

    def test_it_comes_as_a_calendar(self, team: Team) -> None:
        made = team.get("coordinator", team.address("milestones")[:-1] + ".ics")
        assert made["Content-Type"] == "text/calendar; charset=utf-8"


class TestTheTeam:
    def test_the_lead_gives_a_role_with_an_end(self, team: Team) -> None:
        new = team.people["member"].public_id
        end = datetime(2027, 1, 1, tzinfo=UTC)
        given: dict[str, Any] = {"account": new, "role": "coordinator", "site": team.site, "now": NOW}
        give_study_role(by=team.by("lead"), study=team.study, **given, ends_at=end)
        where = {"study": team.study.public_id, "site": team.site.public_id}
        assert new in accounts_with(Role.COORDINATOR, **where, now=end - timedelta(seconds=1))
        assert new not in accounts_with(Role.COORDINATOR, **where, now=end)
        event = AuditEvent.objects.get(event="role.granted")
        assert event.context == {
            "role": "coordinator",
            "to": str(new),
            "site": str(team.site.public_id),
            "ends": "2027-01-01",
        }

    def test_nobody_gives_one_to_themselves_and_nobody_else_gives_any(self, team: Team) -> None:
        given: dict[str, Any] = {"study": team.study, "role": "statistician", "now": NOW}
        own = team.people["lead"].public_id
        with pytest.raises(Refused, match="to themselves"):
            give_study_role(by=team.by("lead"), account=own, **given)
        for who in ("statistician", "site lead", "coordinator", "office", "member"):
            with pytest.raises(Refused):
                give_study_role(by=team.by(who), account=own, **given)

    @pytest.mark.parametrize(
        ("role", "with_site", "field"),
        [("coordinator", False, "site"), ("statistician", True, "site"), ("office", False, "role")],
    )
    def test_a_role_is_held_over_what_it_is_for(
        self, team: Team, role: str, with_site: bool, field: str
    ) -> None:
        with pytest.raises(FieldError) as wrong:
            give_study_role(
                by=team.by("lead"),
                study=team.study,
                account=team.people["member"].public_id,
                role=role,
                site=team.site if with_site else None,
                now=NOW,
            )
        assert wrong.value.field == field

    def test_only_a_member_takes_one(self, team: Team) -> None:
        with pytest.raises(FieldError, match="Only a member"):
            give_study_role(
                by=team.by("lead"),
                study=team.study,
                account=team.people["outsider"].public_id,
                role="statistician",
                now=NOW,
            )

    def test_a_role_ends_at_once_but_not_the_last_lead_s(self, team: Team) -> None:
        lead, other = team.people["lead"].public_id, team.people["statistician"].public_id
        end_study_role(by=team.by("lead"), study=team.study, account=other, role="statistician", now=NOW)
        assert team.get("statistician", team.address()).status_code == 404
        with pytest.raises(NotNowError, match="only lead"):
            end_study_role(by=team.by("lead"), study=team.study, account=lead, role="study lead", now=NOW)

    def test_the_office_names_a_lead_where_none_is_left(self, team: Team) -> None:
        new = team.people["member"].public_id
        given: dict[str, Any] = {"study": team.study, "account": new, "role": "study lead", "now": NOW}
        with pytest.raises(Refused, match="has a lead"):
            give_study_role(by=team.by("office"), **given)
        leave(team, "lead")
        give_study_role(by=team.by("office"), **given)
        assert accounts_with(Role.STUDY_LEAD, study=team.study.public_id, now=NOW) == {new}

    def test_the_page_gives_and_ends(self, team: Team) -> None:
        new = team.people["member"]
        address = team.address("team", "new")
        page = team.post("lead", address, account=new.public_id, role="coordinator")
        assert b"Choose the site that this role is for." in page.content
        given = {"account": new.public_id, "role": "coordinator", "site": team.site.public_id}
        assert team.post("lead", address, **given, ends="2027-03-01").status_code == 303
        assert "1 Mar 2027" not in team.get("other", team.address("team")).content.decode()
        assert "1 Mar 2027" in team.get("lead", team.address("team")).content.decode()
        end = team.address("team", "coordinator", new.public_id, "end", team.site.public_id)
        assert "Demo Member" in team.get("lead", end).content.decode()
        assert team.post("site lead", end).status_code == 403
        assert team.post("lead", end).status_code == 303
        assert team.post("lead", end).status_code == 404

    def test_a_site_sees_its_own_people_and_those_of_the_whole_study(self, team: Team) -> None:
        page = team.get("coordinator", team.address("team")).content.decode()
        assert "Demo Lead" in page
        assert "Demo Site Lead" in page
        assert "Demo Other" not in page

    def test_nobody_of_an_account_that_left_is_shown_by_an_address(self, team: Team) -> None:
        nameless = account()
        give(nameless, Role.STATISTICIAN, study=team.study)
        page = team.get("lead", team.address("team")).content.decode()
        assert nameless.email not in page
        assert "Former member" in page
