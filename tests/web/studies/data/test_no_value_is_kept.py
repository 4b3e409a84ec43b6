"""No patient's id and no value reaches database, page or log line; bytes with identifiers are removed."""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse

from cimara_web.logs import JsonLines
from cimara_web.machines import NotNowError
from cimara_web.studies.actions.deciding import move_submission
from cimara_web.studies.kept_bytes import path_of
from cimara_web.studies.models import Submission
from cimara_web.studies.submissions.reports import Form, report_file
from tests.web.people import NOW, signed_in
from tests.web.studies.data.conftest import Exports, Place, upload

CANARIES = ("98765.4321", "zebrafinch", "31337", "Quetzalcoatl")
"""A number out of range, a code that is none, a day, and a name in a column that is not of the model."""


@pytest.fixture
def canary_file(exports: Exports, tmp_path: Path) -> Path:
    """A real export whose cells hold what must never be seen again."""
    with exports.mended.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    heads = rows[0]
    rows[0] = [*heads, "patient_name"]
    for place, row in enumerate(rows[1:]):
        row.append(CANARIES[3] if place == 0 else "")
    filled = {name: next(r for r in rows[1:] if r[heads.index(name)]) for name in heads if _fits(name, rows)}
    for name, canary in zip(filled, CANARIES[:3] * len(filled), strict=False):
        filled[name][heads.index(name)] = canary
    target = tmp_path / "export.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return target


def _fits(name: str, rows: list[list[str]]) -> bool:
    place = rows[0].index(name)
    wanted = ("vol_total_cm3", "longest_mm", "sex", "age_at_anchor", "dose_gy", "start_day", "vital_status")
    return name in wanted and any(row[place] for row in rows[1:])


def every_cell() -> str:
    """All that the database holds, table by table."""
    rows = [
        list(model.objects.values_list(*[one.attname for one in model._meta.concrete_fields]))
        for model in apps.get_models()
        if hasattr(model, "objects")
    ]
    return json.dumps(rows, default=str)


def test_no_canary_reaches_database_pages_or_log(
    place: Place, exports: Exports, canary_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = signed_in(place.coordinator)
    upload(client, place, canary_file)
    upload(client, place, exports.faulty, name=f"{CANARIES[1]}.csv")
    upload(client, place, exports.mended)
    mended = Submission.objects.get(state="valid")
    move_submission(by=place.holder("lead"), submission=mended, on="accept", now=NOW)
    first = Submission.objects.order_by("received_at").first()
    page = client.get(reverse("submission", args=[place.study.slug, first.public_id])).content.decode()
    report = b"".join(report_file(first.report, form) or b"" for form in Form).decode()
    forbidden = (*CANARIES, *exports.patients)
    lines = "\n".join(JsonLines().format(one) for one in caplog.records)
    assert first.errors > 0
    assert [one for one in forbidden if one in lines] == []
    assert [one for one in forbidden if one in page] == []
    assert [one for one in forbidden if one in report] == []
    kept = every_cell()
    assert [one for one in exports.patients if one in kept] == []
    names = Submission.objects.filter(file_name=f"{CANARIES[1]}.csv").count()
    assert names == 1
    assert [one for one in CANARIES if one in kept] == [CANARIES[1]]


def test_a_file_with_identifiers_is_removed_and_its_report_stays(place: Place, canary_file: Path) -> None:
    upload(signed_in(place.coordinator), place, canary_file)
    one = Submission.objects.get()
    assert (one.state, one.has_identifiers) == ("needs correction", True)
    assert one.bytes_removed_at is not None
    assert not path_of(one.sha256).exists()
    assert path_of(one.report).exists()
    page = signed_in(place.coordinator).get(reverse("submission", args=[place.study.slug, one.public_id]))
    assert "patient_name" in page.content.decode()


def test_identifiers_are_never_accepted_as_they_are(place: Place, canary_file: Path) -> None:
    upload(signed_in(place.coordinator), place, canary_file)
    one = Submission.objects.get()
    with pytest.raises(NotNowError, match="identifiers"):
        move_submission(
            by=place.holder("site_lead"), submission=one, on="ask to accept as is", now=NOW,
            reason="The column holds the names of the hospitals only.",
        )  # fmt: skip


def test_bytes_that_a_document_is_made_of_stay(place: Place, canary_file: Path) -> None:
    from cimara_web.studies.models import StudyDocument
    from cimara_web.writes import action
    from tests.web.studies.data.conftest import kept

    same = kept(canary_file)

    @action
    def file_it() -> None:
        StudyDocument(
            study=place.study, kind="other", title="x", version="1", file_name="x.csv", sha256=same.sha256,
            size=same.size, media_type="text/csv", added_by=place.lead.public_id, added_at=NOW,
        ).save()  # fmt: skip

    file_it()
    upload(signed_in(place.coordinator), place, canary_file)
    assert path_of(same.sha256).exists()
