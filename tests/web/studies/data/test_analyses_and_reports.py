"""An analysis from plan to release: two roles approve, the library checks, two others release."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from importlib import resources
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cimara_web.audit.models import AuditEvent
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Refused
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.analyses import move_analysis, plan_analysis, sign_analysis
from cimara_web.studies.actions.reports import hold_report, sign_release
from cimara_web.studies.data_queries import visible_reports
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.kept_bytes import keep
from cimara_web.studies.models import Analysis, Report, StudyDocument
from cimara_web.studies.states.analysis import AnalysisHappening, AnalysisState
from cimara_web.writes import action
from tests.web import people
from tests.web.people import NOW, signed_in
from tests.web.studies.data.conftest import Place
from tests.web.studies.data.test_completeness import accepted

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
TABLE = b"Group,n,Events\nearly,40,22\nlate,35,19\n"


def bundle(
    change: Callable[[dict[str, bytes]], object] = lambda files: None, *, manifest: bool = True
) -> bytes:
    """A bundle as `cimara study bundle` makes it, changed before its manifest is written."""
    files = {"tables/A1-medians.csv": TABLE, "figures/A1-kaplan-meier.svg": SVG,
             "report.html": b"<!DOCTYPE html><title>Results</title><p>Results"}  # fmt: skip
    change(files)
    told = {"form": "cimara-bundle/1", "title": "Results", "made_of": {"plan": "a" * 64, "code": "c" * 64},
            "files": {name: sha256(content).hexdigest() for name, content in files.items()}}  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
        if manifest:
            packed.writestr("manifest.json", json.dumps(told))
    return out.getvalue()


def planned(place: Place) -> Analysis:
    return plan_analysis(by=place.holder("statistician"), study=place.study, title="Survival", now=NOW)


def approved(place: Place) -> Analysis:
    one = planned(place)
    for who in ("lead", "statistician"):
        one = sign_analysis(by=place.holder(who), analysis=one, now=NOW)
    return one


def running(place: Place) -> Analysis:
    accepted(place.site, place, sex=(40, 50))
    return move_analysis(by=place.holder("statistician"), analysis=approved(place), on="start", now=NOW)


def held(place: Place, content: bytes | None = None) -> Report:
    kept = keep([content or bundle()], most=1 << 20)
    return hold_report(by=place.holder("statistician"), analysis=running(place), kept=kept, now=NOW)


def test_a_plan_wants_the_lead_and_a_statistician(place: Place) -> None:
    one = sign_analysis(by=place.holder("lead"), analysis=planned(place), now=NOW)
    assert one.state == "planned"
    with pytest.raises(NotNowError, match="signed already"):
        sign_analysis(by=place.holder("lead"), analysis=one, now=NOW)
    assert sign_analysis(by=place.holder("statistician"), analysis=one, now=NOW).state == "approved"


def test_two_statisticians_are_not_enough(place: Place) -> None:
    second = people.account()
    people.give(second, Role.STATISTICIAN, study=place.study)
    one = sign_analysis(by=place.holder("statistician"), analysis=planned(place), now=NOW)
    with pytest.raises(NotNowError, match="statistician signed already"):
        sign_analysis(by=people.acting(second), analysis=one, now=NOW)


def test_it_starts_on_the_content_that_is_accepted_and_keeps_it(place: Place) -> None:
    one = running(place)
    assert one.inputs == {"DA01": "c" * 64}
    assert one.analyst == place.statistician.public_id
    accepted(place.other, place, sex=(40, 50))
    one.refresh_from_db()
    assert one.inputs == {"DA01": "c" * 64}


def test_without_accepted_data_it_does_not_start(place: Place) -> None:
    with pytest.raises(NotNowError, match="No data are accepted yet"):
        move_analysis(by=place.holder("statistician"), analysis=approved(place), on="start", now=NOW)


def test_two_people_release_and_neither_is_the_analyst(place: Place) -> None:
    report = held(place)
    with pytest.raises(Refused, match="Two others"):
        sign_release(by=place.holder("statistician"), report=report, now=NOW)
    report = sign_release(by=place.holder("lead"), report=report, now=NOW)
    assert report.released_at is None
    with pytest.raises(NotNowError, match="signed already"):
        sign_release(by=place.holder("lead"), report=report, now=NOW)
    report = sign_release(by=place.holder("site_lead"), report=report, now=NOW)
    assert report.released_at == NOW
    assert Analysis.objects.get().state == "released"


def test_who_uploaded_the_results_does_not_release_them_either(place: Place) -> None:
    second = people.account()
    people.give(second, Role.STATISTICIAN, study=place.study)
    kept = keep([bundle()], most=1 << 20)
    report = hold_report(by=people.acting(second), analysis=running(place), kept=kept, now=NOW)
    for who in (people.acting(second), place.holder("statistician")):
        with pytest.raises(Refused):
            sign_release(by=who, report=report, now=NOW)


@pytest.mark.parametrize("who", ["coordinator", "other_coordinator", "member"])
def test_others_sign_nothing(place: Place, who: str) -> None:
    report = held(place)
    with pytest.raises(Refused):
        sign_release(by=place.holder(who), report=report, now=NOW)


def test_held_results_are_for_those_who_release_and_released_ones_for_every_member(place: Place) -> None:
    report = held(place)
    everybody = ("lead", "statistician", "site_lead", "coordinator", "other_coordinator", "member")
    seen = {who for who in everybody if visible_reports(place.holder(who)).exists()}
    assert seen == {"lead", "statistician", "site_lead"}
    for who in ("lead", "site_lead"):
        report = sign_release(by=place.holder(who), report=report, now=NOW)
    assert {who for who in everybody if visible_reports(place.holder(who)).exists()} == set(everybody)
    stranger = people.acting(people.account(member=False))
    assert not visible_reports(stranger).exists()


def _small(files: dict[str, bytes]) -> None:
    files["tables/A1-medians.csv"] = b"Group,n,Events\nearly,40,22\nlate,7,3\n"


WRONG: dict[str, tuple[bytes, str]] = {
    "a small count": (bundle(_small), r"tables/A1-medians\.csv row 2, column n: a small number of people"),
    "a small count on the page": (
        bundle(lambda files: files.update({"report.html": b"<table><tr><th>n<tr><td>4</table>"})),
        "report.html table 1 row 1",
    ),
    "no manifest": (bundle(manifest=False), "no manifest.json"),
    "a program": (bundle(lambda files: files.update({"run.exe": b"MZ"})), "no place"),
    "a path that leads out": (bundle(lambda files: files.update({"../a.csv": b"a"})), "no place"),
    "no zip": (b"PK\x03\x04 no zip", "no zip, or damaged"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_bundle_is_refused_for(place: Place, what: str) -> None:
    content, words = WRONG[what]
    with pytest.raises(FieldError, match=words) as told:
        held(place, content)
    assert "7" not in str(told.value).replace("/A1", "")
    assert not Report.objects.exists()
    assert Analysis.objects.get().state == "running"


def test_a_file_that_is_not_the_one_of_the_manifest_is_refused(place: Place) -> None:
    content = bundle().replace(TABLE, TABLE.replace(b"22", b"23"))
    with pytest.raises(FieldError, match=r"damaged|not the one of the manifest"):
        held(place, content)


def test_the_study_may_be_stricter_than_the_platform(place: Place) -> None:
    own = resources.files("cimara.studies.demonstration").joinpath("rn-bev-demo/study.toml").read_text()
    without = own.partition("[disclosure]")[0]
    document = keep([f"{without}\n[disclosure]\nmin_n = 36\n".encode()], most=1 << 20)

    @action
    def file_it() -> None:
        StudyDocument(
            study=place.study, kind="dictionary", title="Study file", version="1", file_name="study.toml",
            sha256=document.sha256, size=document.size, media_type="application/toml", state="current",
            added_by=place.lead.public_id, added_at=NOW,
        ).save()  # fmt: skip

    file_it()
    with pytest.raises(FieldError, match="row 2, column n"):
        held(place)


@pytest.mark.parametrize("state", AnalysisState)
def test_each_state_lets_happen_what_its_table_says(place: Place, state: AnalysisState) -> None:
    one = planned(place)

    @action
    def put() -> None:
        one.state = state.value
        one.save()

    put()
    accepted(place.site, place, sex=(40, 50))
    kept = keep([bundle()], most=1 << 20)
    lead, statistician = place.holder("lead"), place.holder("statistician")
    tries = {
        AnalysisHappening.APPROVE: lambda: sign_analysis(by=lead, analysis=one, now=NOW),
        AnalysisHappening.START: lambda: move_analysis(by=statistician, analysis=one, on="start", now=NOW),
        AnalysisHappening.HOLD: lambda: hold_report(by=statistician, analysis=one, kept=kept, now=NOW),
        AnalysisHappening.WITHHOLD: lambda: move_analysis(
            by=lead, analysis=one, on="withhold", now=NOW, reason="Too few events."
        ),
    }
    possible = dict(zip(list(AnalysisState)[:4], tries, strict=True))
    for on, attempt in tries.items():
        put()
        before = AuditEvent.objects.count()
        if possible.get(state) is on:
            attempt()
            assert AuditEvent.objects.count() == before + 1
            break
        with pytest.raises(NotNowError):
            attempt()


def test_the_pages_lead_from_plan_to_release(place: Place, tmp_path: Path) -> None:
    accepted(place.site, place, sex=(40, 50))
    statistician, lead, site_lead = (
        signed_in(place.statistician), signed_in(place.lead), signed_in(place.site_lead),
    )  # fmt: skip
    slug = place.study.slug
    made = statistician.post(reverse("analysis-new", args=[slug]), {"title": "Survival", "mode": "pooled"})
    assert made.status_code == 303
    one = Analysis.objects.get()
    for client, on in ((lead, "approve"), (statistician, "approve"), (statistician, "start")):
        assert client.post(reverse("analysis-move", args=[slug, one.pk, on])).status_code == 303
    sent = {"bundle": SimpleUploadedFile("results.zip", bundle()), "end": "1"}
    assert statistician.post(reverse("analysis-results", args=[slug, one.pk]), sent).status_code == 303
    report = Report.objects.get()
    member = signed_in(place.member)
    assert member.get(reverse("report", args=[slug, report.pk])).status_code == 404
    assert (
        "Sign for release" not in statistician.get(reverse("report", args=[slug, report.pk])).content.decode()
    )
    for client in (lead, site_lead):
        assert "Sign for release" in client.get(reverse("report", args=[slug, report.pk])).content.decode()
        assert client.post(reverse("report-release", args=[slug, report.pk])).status_code == 303
    page = member.get(reverse("report", args=[slug, report.pk]))
    assert page.status_code == 200
    assert member.get(reverse("reports", args=[slug])).status_code == 200
    assert member.get(reverse("analysis", args=[slug, one.pk])).status_code == 404


def test_the_report_and_its_figures_run_and_ask_for_nothing(place: Place) -> None:
    report = held(place)
    client, slug = signed_in(place.lead), place.study.slug
    page = client.get(reverse("report-page", args=[slug, report.pk]))
    assert "sandbox" in page["Content-Security-Policy"]
    assert "script-src" not in page["Content-Security-Policy"]
    drawn = report.files["figures/A1-kaplan-meier.svg"]["sha256"]
    figure = client.get(reverse("report-file", args=[slug, report.pk, drawn]))
    assert figure["Content-Type"] == "image/svg+xml"
    assert "sandbox" in figure["Content-Security-Policy"]
    around = client.get(reverse("report-figure", args=[slug, report.pk, drawn])).content.decode()
    assert '<th scope="col">Events</th>' in around
    assert "c" * 64 in around
    assert client.get(reverse("report-file", args=[slug, report.pk, "0" * 64])).status_code == 404


def test_reading_held_results_is_noted(place: Place) -> None:
    report = held(place)
    signed_in(place.lead).get(reverse("report-page", args=[place.study.slug, report.pk]))
    assert AuditEvent.objects.filter(event="report.read", actor=place.lead.public_id).count() == 1


def test_a_bundle_that_is_refused_says_where_on_the_form(place: Place) -> None:
    one = running(place)
    sent = {"bundle": SimpleUploadedFile("results.zip", bundle(_small)), "end": "1"}
    address = reverse("analysis-results", args=[place.study.slug, one.pk])
    response = signed_in(place.statistician).post(address, sent)
    assert response.status_code == 400
    assert "tables/A1-medians.csv row 2, column n" in response.content.decode()
