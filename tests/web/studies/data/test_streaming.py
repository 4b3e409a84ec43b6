"""An upload is whole or nothing: cut off at any byte, too large, forged, or sent twice at the same time."""

from __future__ import annotations

import threading
import unicodedata
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cimara_web.studies.actions.submitting import receive
from cimara_web.studies.kept_bytes import COMING, keep, sweep
from cimara_web.studies.models import Submission
from cimara_web.studies.submissions import limits
from cimara_web.studies.submissions.coming import CutOffError, coming_in, whole_form
from tests.web import people
from tests.web.people import NOW, signed_in
from tests.web.studies.data.conftest import Place, upload

CSV = b"patient_id,sex\r\nDA01-P0001,female\r\n"


def address(place: Place) -> str:
    return reverse("submission-new", args=[place.study.slug, place.site.public_id])


def files_in(store: Path) -> list[Path]:
    return [one for one in store.rglob("*") if one.is_file()]


class Wire(BytesIO):
    """What a server hands on: it ends where the browser stopped, or raises there."""

    def __init__(self, body: bytes, breaks_at: int | None = None) -> None:
        super().__init__(body)
        self.breaks_at = breaks_at

    def read(self, *args: int) -> bytes:
        if self.breaks_at is not None and self.tell() >= self.breaks_at:
            raise OSError("connection reset")
        return super().read(*(args if self.breaks_at is None else (50,)))


def sent_body(client: Client, place: Place, wire: Wire, length: int) -> Any:
    """A request of this stated length, of which only what is on the wire comes."""
    told = {"wsgi.input": wire, "CONTENT_LENGTH": str(length)}
    return client.generic("POST", address(place), b"", content_type=MULTIPART_CONTENT, **told)


def whole_body() -> bytes:
    return encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("patient.csv", CSV), "end": "1"})


END_COMES_AT = whole_body().index(b'name="end"') + len(b'name="end"\r\n\r\n1')


def test_a_form_that_stops_at_any_byte_is_known_to_be_cut_off_and_leaves_nothing(store: Path) -> None:
    body = whole_body()
    for stop in range(END_COMES_AT):
        told = {"wsgi.input": Wire(body[:stop]), "CONTENT_LENGTH": str(len(body))}
        request = RequestFactory().generic("POST", "/", b"", content_type=MULTIPART_CONTENT, **told)
        with coming_in(request, {"file": 1000}), pytest.raises(CutOffError):
            whole_form(request)
        assert files_in(store) == [], stop


@pytest.mark.parametrize("stop", [0, 60, 120, 200, END_COMES_AT - 60, END_COMES_AT - 1])
@pytest.mark.parametrize("breaks", [False, True])
def test_an_upload_that_stops_leaves_no_row_and_no_file(
    place: Place, store: Path, stop: int, breaks: bool
) -> None:
    body = whole_body()
    wire = Wire(body, breaks_at=stop) if breaks else Wire(body[:stop])
    response = sent_body(signed_in(place.coordinator), place, wire, len(body))
    assert response.status_code == 400
    assert "Nothing was kept" in response.content.decode()
    assert not Submission.objects.exists()
    assert files_in(store) == []


def test_the_bytes_are_in_the_store_under_their_hash_before_they_are_read(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import hashlib

    from cimara_web.studies.kept_bytes import path_of

    seen: list[bool] = []
    found = hashlib.sha256(CSV).hexdigest()
    monkeypatch.setattr(
        "cimara_web.studies.data_views.uploading.validate",
        lambda **_: seen.append(path_of(found).read_bytes() == CSV),
    )
    (tmp_path / "patient.csv").write_bytes(CSV)
    upload(signed_in(place.coordinator), place, tmp_path / "patient.csv")
    assert seen == [True]


def test_a_file_that_is_too_large_is_dropped_while_it_comes(
    place: Place, store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(
        __import__("cimara_web.studies.data_views.uploading", fromlist=["FILES"]).FILES, "file", 100
    )
    (tmp_path / "patient.csv").write_bytes(CSV * 50)
    response = upload(signed_in(place.coordinator), place, tmp_path / "patient.csv")
    assert response.status_code == 413
    assert "larger than" in response.content.decode()
    assert files_in(store) == []


def test_a_length_beyond_the_limit_is_refused_before_a_byte_is_read(place: Place, store: Path) -> None:
    response = sent_body(signed_in(place.coordinator), place, Wire(b""), limits.MOST * 2)
    assert response.status_code == 413
    assert files_in(store) == []


def test_a_form_of_another_site_on_the_web_is_refused_and_leaves_nothing(place: Place, store: Path) -> None:
    client, body = signed_in(place.coordinator), whole_body()
    client.handler.enforce_csrf_checks = True
    response = sent_body(client, place, Wire(body), len(body))
    assert response.status_code == 403
    assert files_in(store) == []


def test_who_may_not_upload_has_nothing_of_theirs_stored(place: Place, store: Path) -> None:
    for who in (place.lead, place.other_coordinator, place.member):
        body = whole_body()
        assert sent_body(signed_in(who), place, Wire(body), len(body)).status_code in (403, 404)
    assert files_in(store) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("patient.csv", b"PK\x03\x04 a zip"),
        ("patient.csv", b"%PDF-1.7"),
        ("patient.csv", b"\0\1\2"),
        ("patient.zip", CSV),
        ("patient.xlsx", CSV),
        ("patient.parquet", CSV),
        ("patient.json", CSV),
        ("patient.exe", CSV),
        ("patient", CSV),
        ("patient.csv", b""),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(
    place: Place, store: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / "sent").write_bytes(content)
    response = upload(signed_in(place.coordinator), place, tmp_path / "sent", name=name)
    assert response.status_code == 400
    assert "There is a problem" in response.content.decode()
    assert files_in(store) == []


def test_a_file_of_another_field_is_not_kept(place: Place, store: Path) -> None:
    fields = {"other": SimpleUploadedFile("a.csv", CSV), "end": "1"}
    assert signed_in(place.coordinator).post(address(place), fields).status_code == 400
    assert files_in(store) == []


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.text(max_size=300))
def test_a_name_is_shown_short_and_without_control_characters(name: str) -> None:
    shown = limits.shown_name(name)
    assert len(shown) <= limits.MOST_NAME
    assert "/" not in shown
    assert "\0" not in shown
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Cs") for one in shown)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.text(max_size=30),
    suffix=st.sampled_from([".csv", ".zip", ".xlsx", ".parquet", ".json", ".txt", ""]),
    head=st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"[{", b"patient_id,sex\n"]),
    content=st.binary(max_size=300),
)
def test_whatever_is_sent_is_received_or_refused_and_stays_within_the_store(
    place: Place, store: Path, tmp_path: Path, name: str, suffix: str, head: bytes, content: bytes
) -> None:
    (tmp_path / "sent").write_bytes(head + content)
    response = upload(signed_in(place.coordinator), place, tmp_path / "sent", name=f"{name}{suffix}" or "x")
    assert response.status_code in (303, 400)
    assert all(one.state != "received" for one in Submission.objects.all())
    assert {one.name for one in tmp_path.iterdir()} <= {"sent", store.name}


def test_what_a_dead_process_left_on_the_way_is_swept_after_a_day(store: Path) -> None:
    keep([b"kept"], most=10)
    left = store / "bytes" / f"{COMING}dead"
    left.write_bytes(b"half a file")
    assert sweep(older_than=left.stat().st_mtime - 1) == 0
    assert sweep(older_than=left.stat().st_mtime + 1) == 1
    assert [one.read_bytes() for one in files_in(store)] == [b"kept"]


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_bytes_at_once_make_one_submission(store: Path) -> None:
    study = people.study(state="open")
    site = people.active_site(study, code="DA01")
    coordinator = people.account()
    people.give(coordinator, people.Role.COORDINATOR, site=site)
    by, kept = people.acting(coordinator), keep([CSV], most=1000)
    begin, made, wrong = threading.Barrier(4), [], []

    def send() -> None:
        try:
            begin.wait()
            made.append(receive(by=by, site=site, kept=kept, file_name="patient.csv", now=NOW).public_id)
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert wrong == []
    assert len(made) == 4
    assert len(set(made)) == 1
    assert Submission.objects.count() == 1
