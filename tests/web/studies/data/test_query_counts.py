"""Every page of a study's data asks the database a bounded number of times, however much there is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cimara_web.studies.models import Analysis, Report, SiteCompleteness, Submission
from cimara_web.writes import action
from tests.web import people
from tests.web.people import NOW, signed_in
from tests.web.studies.data.conftest import Place

BESIDES = 3
"""Session, account and roles."""
LIMITS = {
    "submissions": 5,
    "submission-new": 2,
    "submission": 5,
    "completeness": 4,
    "completeness-site": 4,
    "analyses": 4,
    "analysis-new": 3,
    "analysis": 6,
    "analysis-results": 2,
    "reports": 4,
    "report": 5,
}
"""Most queries of a page, beside `BESIDES`."""


@action
def fill(place: Place, *, sites: int, variables: int, letter: str) -> dict[str, object]:
    """Sites with an accepted submission, each with an analysis and its report; ids of the last of each."""
    made: dict[str, object] = {}
    for number in range(sites):
        site = people.active_site(place.study, code=f"D{letter}{number:02}")
        one = Submission(
            study_site=site, sha256=f"{number:064x}", size=1, file_name="a.csv", state="accepted",
            uploaded_by=place.coordinator.public_id, received_at=NOW, moved_at=NOW,
        )  # fmt: skip
        one.save()
        counts = {"applicable": 20, "present": 10, "unknown": 0, "not_done": 0, "missing": 10}
        SiteCompleteness.objects.bulk_create(
            SiteCompleteness(submission=one, variable=f"Patient.v{n}", **counts) for n in range(variables)
        )
        analysis = Analysis(
            study=place.study, title=f"Analysis {number}", planned_by=place.lead.public_id, made_at=NOW,
            moved_at=NOW, state="released", inputs={"DA01": "c" * 64}, analyst=place.statistician.public_id,
        )  # fmt: skip
        analysis.save()
        report = Report(
            analysis=analysis, sha256="b" * 64, size=1, files={}, disclosure_check="", held_at=NOW,
            held_by=place.statistician.public_id,
        )  # fmt: skip
        report.save()
        made = {"submission": one.pk, "site": site.pk, "analysis": analysis.pk, "report": report.pk}
    return made


def counted(place: Place, ids: dict[str, object], name: str, who: str) -> int:
    args: list[object] = [place.study.slug]
    if name in ids:
        args.append(ids[name])
    elif name == "analysis-results":
        args.append(ids["analysis"])
    elif name == "completeness-site":
        args.append(ids["site"])
    elif name == "submission-new":
        args.append(place.site.pk)
    client = signed_in(getattr(place, who))
    client.get("/about/")
    with CaptureQueriesContext(connection) as found:
        assert client.get(reverse(name, args=args)).status_code == 200
    return len(found)


@pytest.mark.parametrize("name", LIMITS)
def test_the_limit_holds_at_1_and_at_17_sites_with_120_variables_alike(
    place: Place, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cimara_web.studies.data_views.reports.made_of", lambda _: {})
    who = {"submission-new": "coordinator", "analysis-results": "statistician"}.get(name, "lead")
    few = counted(place, fill(place, sites=1, variables=1, letter="X"), name, who)
    many = counted(place, fill(place, sites=16, variables=120, letter="Y"), name, who)
    assert few <= LIMITS[name] + BESIDES
    assert many <= LIMITS[name] + BESIDES
