"""The pages of submissions as people see them: upload, report, decisions; nothing of them for others."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from cimara_web.studies.models import Submission
from tests.web.people import signed_in
from tests.web.studies.data.conftest import Exports, Place, upload


def seen(client: Client, place: Place, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=[place.study.slug, *args]))
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def test_a_faulty_export_is_shown_by_row_and_column_and_the_mended_one_is_accepted(
    place: Place, exports: Exports
) -> None:
    coordinator = signed_in(place.coordinator)
    assert "Upload a file" in seen(coordinator, place, "submissions")
    response = upload(coordinator, place, exports.faulty)
    assert response.status_code == 303
    faulty = Submission.objects.get()
    page = seen(coordinator, place, "submission", faulty.public_id)
    assert "needs correction" in page
    assert "Kind of value" in page
    assert "Accept" not in page
    assert upload(coordinator, place, exports.mended).status_code == 303
    mended = Submission.objects.get(state="valid")
    lead = signed_in(place.lead)
    assert ">Accept<" in seen(lead, place, "submission", mended.public_id)
    done = lead.post(reverse("submission-move", args=[place.study.slug, mended.public_id, "accept"]))
    assert done.status_code == 303
    assert "accepted" in seen(lead, place, "submission", mended.public_id)
    assert "Patient.sex" in seen(coordinator, place, "completeness")
    assert "Applies to" in seen(coordinator, place, "completeness-site", place.site.public_id)


def test_a_reason_that_is_missing_is_asked_for_beside_its_field(place: Place, exports: Exports) -> None:
    upload(signed_in(place.coordinator), place, exports.mended)
    one = Submission.objects.get()
    response = signed_in(place.lead).post(
        reverse("submission-move", args=[place.study.slug, one.public_id, "reject"]), {"reject-reason": ""}
    )
    assert response.status_code == 400
    assert "There is a problem" in response.content.decode()
    one.refresh_from_db()
    assert one.state == "valid"


def test_another_site_and_a_member_find_no_such_page(place: Place, exports: Exports) -> None:
    upload(signed_in(place.coordinator), place, exports.mended)
    one = Submission.objects.get()
    for who in (place.other_coordinator, place.member):
        client = signed_in(who)
        for name in ("submission", "completeness-site"):
            target = one.public_id if name == "submission" else place.site.public_id
            assert client.get(reverse(name, args=[place.study.slug, target])).status_code == 404
        address = reverse("submission-move", args=[place.study.slug, one.public_id, "accept"])
        assert client.post(address).status_code == 404
    other = signed_in(place.other_coordinator)
    assert "DA01," not in seen(other, place, "submissions")


def test_who_may_see_and_not_decide_is_refused_with_the_reason(place: Place, exports: Exports) -> None:
    upload(signed_in(place.coordinator), place, exports.mended)
    one = Submission.objects.get()
    address = reverse("submission-move", args=[place.study.slug, one.public_id, "accept"])
    response = signed_in(place.coordinator).post(address)
    assert response.status_code == 403
    assert "submission accept" in response.content.decode()


@pytest.mark.parametrize("name", ["report.html", "report.json", "findings.csv"])
def test_the_report_is_taken_away_as_an_attachment_and_noted(
    place: Place, exports: Exports, name: str
) -> None:
    from cimara_web.audit.models import AuditEvent

    client = signed_in(place.coordinator)
    upload(client, place, exports.faulty)
    one = Submission.objects.get()
    response = client.get(reverse("submission-report", args=[place.study.slug, one.public_id, name]))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.filter(event="submission.read", actor=place.coordinator.public_id).count() == 1
    missing = reverse("submission-report", args=[place.study.slug, one.public_id, "other.txt"])
    assert client.get(missing).status_code == 404


def test_a_blocked_site_has_no_form_and_says_why(place: Place) -> None:
    from datetime import date

    from cimara_web.writes import action

    @action
    def expire() -> None:
        place.site.ethics.valid_until = date(2020, 6, 30)
        place.site.ethics.save()

    expire()
    page = seen(signed_in(place.coordinator), place, "submission-new", place.site.public_id)
    assert "Ethics approval ended on 30 June 2020. Add the renewal to go on." in page
    assert 'type="file"' not in page


def test_the_lead_uploads_nothing_for_a_site(place: Place) -> None:
    address = reverse("submission-new", args=[place.study.slug, place.site.public_id])
    assert signed_in(place.lead).get(address).status_code == 403


def test_names_are_shown_escaped_and_never_used_as_paths(place: Place, exports: Exports, store: Path) -> None:
    client = signed_in(place.coordinator)
    upload(client, place, exports.mended, name="..%2f<b>x</b>.csv")
    page = seen(client, place, "submission", Submission.objects.get().public_id)
    assert "<b>x" not in page
    assert all(one.is_relative_to(store) for one in store.rglob("*"))
