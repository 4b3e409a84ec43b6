"""A file of a site: received under its hash, checked by the library, mended, accepted into the store."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from cimara.cohort.store.store import Store
from cimara_web.audit.models import AuditEvent
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Refused
from cimara_web.studies.actions.deciding import move_submission
from cimara_web.studies.actions.submitting import receive, validate
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.kept_bytes import keep, path_of
from cimara_web.studies.models import SiteCompleteness, Submission
from cimara_web.studies.submissions.reports import Form, report_file, shown_report
from cimara_web.writes import action
from tests.web.people import NOW
from tests.web.studies.data.conftest import Exports, Place, kept

LATER = NOW + timedelta(hours=1)


def sent(place: Place, path, *, at=NOW, who="coordinator") -> Submission:
    """A file received and checked."""
    one = receive(by=place.holder(who), site=place.site, kept=kept(path), file_name=path.name, now=at)
    return validate(submission=one, now=at)


def accepted(place: Place, path, *, at=NOW) -> Submission:
    one = sent(place, path, at=at)
    return move_submission(by=place.holder("lead"), submission=one, on="accept", now=at)


def test_a_file_without_errors_is_valid_and_counted(place: Place, exports: Exports) -> None:
    one = sent(place, exports.mended)
    assert one.state == "valid"
    assert one.patients == len(exports.patients)
    assert one.rows["Patient"] == len(exports.patients)
    assert one.errors == 0


def test_a_file_with_errors_needs_correction_and_says_where(place: Place, exports: Exports) -> None:
    one = sent(place, exports.faulty)
    assert one.state == "needs correction"
    report = shown_report(one.report)
    assert one.errors > 0
    first = report.of("error")[0]
    assert first.rows[0].row is not None
    assert first.table
    assert first.field
    assert sum(group.count for group in report.of("error")) == one.errors
    assert one.counts[first.rule]["error"] >= first.count


def test_a_mended_version_takes_the_place_of_the_faulty_one(place: Place, exports: Exports) -> None:
    faulty = sent(place, exports.faulty)
    mended = sent(place, exports.mended, at=LATER)
    faulty.refresh_from_db()
    assert (faulty.state, mended.state) == ("superseded", "valid")
    assert mended.replaces_id == faulty.public_id


def test_accepted_data_are_in_the_study_store_with_their_hash(place: Place, exports: Exports, store) -> None:
    one = accepted(place, exports.mended)
    version = Store(str(store / "store")).version(place.study.slug, "DA01")
    assert (one.state, one.store_version, one.content_hash) == ("accepted", 1, version.content_hash)
    assert version.line.author == str(place.lead.public_id)
    assert one.decided_by == place.lead.public_id


def test_a_newer_accepted_one_supersedes_the_older_and_keeps_its_hash(place: Place, exports: Exports) -> None:
    first = accepted(place, exports.mended)
    text = exports.mended.read_text()
    newer = exports.mended.with_name("newer.csv")
    newer.write_text(text.rsplit("\n", 2)[0] + "\n")
    second = sent(place, newer, at=LATER)
    if second.state == "needs correction":
        second = move_submission(
            by=place.holder("site_lead"), submission=second, on="ask to accept as is", now=LATER,
            reason="The last row is of an instrument that the site does not use.",
        )  # fmt: skip
    second = move_submission(by=place.holder("lead"), submission=second, on="accept", now=LATER)
    first.refresh_from_db()
    assert (first.state, second.state, second.store_version) == ("superseded", "accepted", 2)
    assert first.content_hash != second.content_hash


def test_killed_between_store_and_database_the_same_acceptance_finds_the_data_there(
    place: Place, exports: Exports, monkeypatch: pytest.MonkeyPatch, store
) -> None:
    one = sent(place, exports.mended)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("cimara_web.studies.actions.deciding.record", dies)
        with pytest.raises(KeyboardInterrupt):
            move_submission(by=place.holder("lead"), submission=one, on="accept", now=NOW)
    one.refresh_from_db()
    assert one.state == "valid"
    again = move_submission(by=place.holder("lead"), submission=one, on="accept", now=LATER)
    assert (again.state, again.store_version) == ("accepted", 1)
    assert len(Store(str(store / "store")).versions(place.study.slug)) == 1


def test_nobody_accepts_what_they_uploaded(place: Place, exports: Exports) -> None:
    from cimara_web.permissions.roles import Role
    from tests.web.people import give

    give(place.coordinator, Role.STATISTICIAN, study=place.study)
    one = sent(place, exports.mended)
    with pytest.raises(Refused, match="uploaded"):
        move_submission(by=place.holder("coordinator"), submission=one, on="accept", now=NOW)


def test_the_same_file_again_is_the_same_submission(place: Place, exports: Exports) -> None:
    first, again = sent(place, exports.mended), sent(place, exports.mended, at=LATER)
    assert first.public_id == again.public_id
    events = [one.event for one in AuditEvent.objects.order_by("seq")]
    assert events == ["submission.received", "submission.validated", "submission.received_again"]


def test_the_same_file_with_another_mapping_is_another_submission(place: Place, exports: Exports) -> None:
    first = sent(place, exports.mended)
    mapping = keep([b"entity,field\n"], most=1000)
    one = receive(
        by=place.holder("coordinator"), site=place.site, kept=kept(exports.mended),
        file_name="data.csv", mapping=mapping, now=LATER,
    )  # fmt: skip
    assert one.public_id != first.public_id
    assert validate(submission=one, now=LATER).state == "unreadable"


def test_an_expired_approval_blocks_an_upload_and_says_what_to_do(place: Place, exports: Exports) -> None:
    @action
    def expire() -> None:
        place.site.ethics.valid_until = date(2026, 6, 30)
        place.site.ethics.save()

    expire()
    with pytest.raises(NotNowError, match=r"ended on 30 June 2026\. Add the renewal to go on\."):
        sent(place, exports.mended)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("state", ["approved", "locked", "analysis"])
def test_data_come_while_the_study_is_open(place: Place, exports: Exports, state: str) -> None:
    @action
    def move() -> None:
        place.study.state = state
        place.study.save()

    move()
    with pytest.raises(NotNowError, match="while it is open"):
        sent(place, exports.mended)


def test_a_federated_site_has_no_upload(place: Place, exports: Exports) -> None:
    @action
    def federate() -> None:
        place.site.mode = "federated"
        place.site.save()

    federate()
    with pytest.raises(NotNowError, match="federated"):
        sent(place, exports.mended)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xff\xff", b"a,b\n1,2\n", b"PK\x03\x04 no zip", b'"never closed']
)
def test_a_file_that_cannot_be_read_is_kept_and_says_what_was_expected(place: Place, content: bytes) -> None:
    one = receive(
        by=place.holder("coordinator"), site=place.site, kept=keep([content], most=1000),
        file_name="patient.zip" if content.startswith(b"PK") else "export.csv", now=NOW,
    )  # fmt: skip
    found = validate(submission=one, now=NOW)
    assert found.state == "unreadable"
    told = shown_report(found.report)
    assert told.problem
    assert told.expected
    assert path_of(one.sha256).is_file()


def test_rows_of_another_site_need_correction(place: Place, exports: Exports) -> None:
    one = sent(place, exports.other)
    assert one.state == "needs correction"
    assert one.has_identifiers


def test_a_crash_while_checking_leaves_it_received_and_the_next_round_goes_on(
    place: Place, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = receive(
        by=place.holder("coordinator"), site=place.site, kept=kept(exports.mended), file_name="a.csv", now=NOW
    )

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("cimara_web.studies.actions.submitting.keep_report", dies)
        with pytest.raises(KeyboardInterrupt):
            validate(submission=one, now=NOW)
    one.refresh_from_db()
    assert one.state == "received"
    assert validate(submission=one, now=LATER).state == "valid"


def test_checked_twice_at_once_it_is_noted_once(place: Place, exports: Exports) -> None:
    one = receive(
        by=place.holder("coordinator"), site=place.site, kept=kept(exports.mended), file_name="a.csv", now=NOW
    )
    stale = Submission.objects.get(pk=one.pk)
    validate(submission=one, now=NOW)
    assert validate(submission=stale, now=LATER).state == "valid"
    assert AuditEvent.objects.filter(event="submission.validated").count() == 1


def test_errors_that_the_site_lead_explains_can_be_accepted_and_the_store_says_so(
    place: Place, exports: Exports, store
) -> None:
    one = sent(place, exports.faulty)
    with pytest.raises(FieldError):
        move_submission(by=place.holder("site_lead"), submission=one, on="ask to accept as is", now=NOW)
    reason = "The doses are given in the unit of the old planning system."
    noted = move_submission(
        by=place.holder("site_lead"), submission=one, on="ask to accept as is", now=NOW, reason=reason
    )
    assert noted.state == "valid with notes"
    done = move_submission(by=place.holder("lead"), submission=noted, on="accept", now=NOW)
    line = Store(str(store / "store")).version(place.study.slug, "DA01").line
    assert line.report_counts["accepted_as_is"] == done.errors
    assert line.soft_hit_reason == reason


def test_completeness_is_the_librarys_count(place: Place, exports: Exports) -> None:
    one = sent(place, exports.mended)
    told = json.loads(report_file(one.report, Form.JSON) or b"{}")["completeness"]
    assert SiteCompleteness.objects.filter(submission=one).count() == len(told)
    sex = SiteCompleteness.objects.get(submission=one, variable="Patient.sex")
    row = next(one for one in told if (one["table"], one["field"]) == ("Patient", "sex"))
    assert (sex.applicable, sex.present) == (row["rows"] - row["NA"] - row["IMP"], row["filled"])
    for cell in SiteCompleteness.objects.filter(submission=one):
        assert cell.present + cell.unknown + cell.not_done + cell.missing == cell.applicable
