"""Every state x happening x role of a submission: what the table allows is done, all else is refused."""

from __future__ import annotations

import pytest

from cimara_web.audit.models import AuditEvent
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Refused
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions import deciding
from cimara_web.studies.actions.deciding import move_submission
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import Submission
from cimara_web.studies.states.submission import MACHINE, SubmissionHappening, SubmissionState
from cimara_web.writes import action
from tests.web.people import NOW
from tests.web.studies.data.conftest import Place

PEOPLE = ("lead", "statistician", "site_lead", "coordinator", "other_coordinator", "member")
DECIDES = {Permission.SUBMISSION_ACCEPT: {"lead", "statistician"}, Permission.SUBMISSION_AS_IS: {"site_lead"},
           Permission.SUBMISSION_WITHDRAW: {"site_lead", "coordinator"}}  # fmt: skip
REASON = "The file was made by the wrong report of the hospital."


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The study store takes whatever comes: here it is about who may decide when."""

    class Stored:
        version, content_hash = 1, "c" * 64

    monkeypatch.setattr(deciding, "read", lambda _: object())
    monkeypatch.setattr(deciding, "write", lambda *_, **__: Stored)


@action
def submission(place: Place, state: str) -> Submission:
    made = Submission(
        study_site=place.site, sha256=f"{hash(state) & 0xFFFFFFFF:064x}", size=1, file_name="a.csv",
        uploaded_by=place.coordinator.public_id, received_at=NOW, moved_at=NOW, state=state, report="d" * 64,
    )  # fmt: skip
    made.save()
    return made


def row_of(state: SubmissionState, on: SubmissionHappening):
    return next(
        (one for one in MACHINE.transitions if one.source is state and one.on is on and one.permission), None
    )


@pytest.mark.parametrize("state", SubmissionState)
def test_what_can_happen_in_a_state_and_who_does_it(
    place: Place, written: None, state: SubmissionState
) -> None:
    for on in SubmissionHappening:
        row = row_of(state, on)
        for who in PEOPLE:
            Submission.objects.all()._raw_delete("default")
            one, before = submission(place, state.value), AuditEvent.objects.count()
            allowed = row is not None and on is not SubmissionHappening.REPLACE
            allowed = allowed and who in DECIDES[row.permission]
            if allowed:
                moved = move_submission(by=place.holder(who), submission=one, on=on, now=NOW, reason=REASON)
                assert moved.state == row.target.value, (state, on, who)
                assert AuditEvent.objects.count() == before + 1
            else:
                with pytest.raises((Refused, NotNowError)):
                    move_submission(by=place.holder(who), submission=one, on=on, now=NOW, reason=REASON)
                one.refresh_from_db()
                assert one.state == state.value, (state, on, who)
                assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(("state", "on", "who"), [
    ("valid", "reject", "lead"), ("valid", "withdraw", "coordinator"),
    ("needs correction", "ask to accept as is", "site_lead"),
])  # fmt: skip
def test_a_reason_is_wanted(place: Place, state: str, on: str, who: str) -> None:
    one = submission(place, state)
    with pytest.raises(FieldError) as told:
        move_submission(by=place.holder(who), submission=one, on=on, now=NOW, reason="  ")
    assert told.value.field == "reason"


def test_a_role_that_ended_decides_nothing(place: Place, written: None) -> None:
    from datetime import timedelta

    from cimara_web.accounts.models import RoleGrant

    one, by = submission(place, "valid"), place.holder("lead")
    assert by.may(Permission.SUBMISSION_ACCEPT, study=place.study.public_id)

    @action
    def end() -> None:
        RoleGrant.objects.filter(account=place.lead).update(ends_at=NOW - timedelta(days=1))

    end()
    with pytest.raises(Refused):
        move_submission(by=place.holder("lead"), submission=one, on="accept", now=NOW)
