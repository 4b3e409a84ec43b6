"""A study that takes data, its people, and real exports with planted errors, made once a run of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.exports import write_exports
from cimara.cohort.synth.options import SynthOptions
from cimara_web.accounts.models import Account
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions import submitting
from cimara_web.studies.kept_bytes import KeptFile, keep
from cimara_web.studies.models import Study, StudySite
from cimara_web.studies.submissions.checking import Checked, Filed, check
from tests.web import people

MB = 1 << 20
NEEDED = ["Patient.sex", "Patient.age_at_anchor", "Patient.anchor_year"]


@dataclass(frozen=True)
class Exports:
    """What two sites deliver: with errors, mended, and the patients in it."""

    faulty: Path
    mended: Path
    other: Path
    patients: tuple[str, ...]


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """REDCap exports of two invented sites."""
    folder = tmp_path_factory.mktemp("exports") / "made"
    made = write_exports(
        synth_consortium(SynthOptions(patients=12, sites=2, seed=7)), folder, formats="redcap"
    )
    first, second = made
    return Exports(
        faulty=next(first.export.glob("*.csv")),
        mended=next(first.mended.glob("*.csv")),
        other=next(second.mended.glob("*.csv")),
        patients=tuple(first.dataset.frame("Patient")["patient_id"]),
    )


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Path:
    """A study store of the test's own."""
    settings.STUDY_STORE = tmp_path / "studies"
    return settings.STUDY_STORE


_checked: dict[tuple[object, ...], Checked] = {}


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's answer to the same file is asked for once a run of the tests, not once a test."""

    def asked(filed: Filed, *, before: Any = None) -> Checked:
        key = (filed, before is None)
        if key not in _checked:
            _checked[key] = check(filed, before=before)
        return _checked[key]

    monkeypatch.setattr(submitting, "check", asked)


@dataclass
class Place:
    """A study with two sites that may upload, and everybody who has a role in it."""

    study: Study
    site: StudySite
    other: StudySite
    lead: Account
    statistician: Account
    site_lead: Account
    coordinator: Account
    other_coordinator: Account
    member: Account

    def holder(self, name: str) -> Any:
        """One of them, as an action takes them."""
        return people.acting(getattr(self, name))


@pytest.fixture
def place(db: None) -> Place:
    """The study and its people."""
    study = people.study(
        state="open",
        slug="demo-necrosis",
        dictionary_id="demo-necrosis",
        needed_fields=NEEDED,
        title="Demo necrosis study",
    )
    site, other = people.active_site(study, code="DA01"), people.active_site(study, code="DB02")
    made = Place(study, site, other, *(people.account() for _ in range(6)))
    people.give(made.lead, Role.STUDY_LEAD, study=study)
    people.give(made.statistician, Role.STATISTICIAN, study=study)
    people.give(made.site_lead, Role.SITE_LEAD, site=site)
    people.give(made.coordinator, Role.COORDINATOR, site=site)
    people.give(made.other_coordinator, Role.COORDINATOR, site=other)
    return made


def kept(path: Path) -> KeptFile:
    """A file in the study store."""
    return keep([path.read_bytes()], most=512 * MB)


def upload(
    client: Client, place: Place, path: Path, *, name: str = "", mapping: Path | None = None, end: str = "1"
) -> HttpResponse:
    """Send a file by the form, as a browser does: the token first, the files, and the field that ends it."""
    fields: dict[str, Any] = {"file": SimpleUploadedFile(name or path.name, path.read_bytes())}
    if mapping:
        fields["mapping"] = SimpleUploadedFile(mapping.name, mapping.read_bytes())
    address = reverse("submission-new", args=[place.study.slug, place.site.public_id])
    return client.post(address, {**fields, "end": end})
