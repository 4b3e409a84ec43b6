"""Completeness: counts for own eyes, percentages of others from 10 rows on, hatched where impossible."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from cimara_web.studies.completeness import Kind, heat
from cimara_web.studies.models import SiteCompleteness, StudySite, Submission
from cimara_web.writes import action
from tests.web.people import NOW, signed_in
from tests.web.studies.data.conftest import Place


@action
def accepted(site: StudySite, place: Place, **variables: tuple[int, int]) -> Submission:
    """An accepted submission with these variables: present and applicable."""
    made = Submission(
        study_site=site, sha256=f"{site.pk.int:064x}"[-64:], size=1, file_name="a.csv", state="accepted",
        uploaded_by=place.coordinator.public_id, received_at=NOW, moved_at=NOW, content_hash="c" * 64,
    )  # fmt: skip
    made.save()
    for name, (present, applicable) in variables.items():
        SiteCompleteness(
            submission=made, variable=f"Patient.{name}", applicable=applicable, present=present,
            unknown=0, not_done=0, missing=applicable - present,
        ).save()  # fmt: skip
    return made


def table(place: Place, who: str) -> dict[tuple[str, str], dict[str, str]]:
    """The CSV as somebody gets it."""
    response = signed_in(getattr(place, who)).get(reverse("completeness-csv", args=[place.study.slug]))
    assert response.status_code == 200
    rows = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    return {(row["site"], row["variable"]): row for row in rows}


@pytest.fixture
def filled(place: Place) -> Place:
    accepted(place.site, place, sex=(40, 50), age_at_anchor=(5, 9))
    accepted(place.other, place, sex=(19, 20), age_at_anchor=(5, 9), anchor_year=(0, 0))
    return place


def test_the_lead_sees_counts_of_all_sites(filled: Place) -> None:
    rows = table(filled, "lead")
    assert (rows["DA01", "Patient.sex"]["present"], rows["DA01", "Patient.sex"]["applicable"]) == ("40", "50")
    assert rows["DB02", "Patient.age_at_anchor"]["applicable"] == "9"


def test_a_site_sees_its_counts_and_of_others_only_percentages(filled: Place) -> None:
    rows = table(filled, "coordinator")
    assert rows["DA01", "Patient.age_at_anchor"]["present"] == "5"
    other = rows["DB02", "Patient.sex"]
    assert (other["percent"], other["present"], other["applicable"], other["missing"]) == ("95", "", "", "")


def test_of_another_site_fewer_than_10_rows_tell_nothing_at_all(filled: Place) -> None:
    rows = table(filled, "coordinator")
    for variable in ("Patient.age_at_anchor", "Patient.anchor_year"):
        other = rows["DB02", variable]
        assert (other["told"], other["percent"], other["present"]) == ("fewer than 10", "", "")


def test_page_and_csv_tell_the_same(filled: Place) -> None:
    page = (
        signed_in(filled.coordinator).get(reverse("completeness", args=[filled.study.slug])).content.decode()
    )
    assert "40 of 50" in page
    assert "95 %" in page
    assert "19 of 20" not in page
    assert "fewer than 10" in page


def test_the_page_of_one_site_is_for_that_site_and_the_lead(filled: Place) -> None:
    address = reverse("completeness-site", args=[filled.study.slug, filled.other.public_id])
    seen = {
        who: signed_in(getattr(filled, who)).get(address).status_code
        for who in ("lead", "statistician", "other_coordinator", "coordinator", "member")
    }
    assert seen == {
        "lead": 200, "statistician": 200, "other_coordinator": 200, "coordinator": 404, "member": 404,
    }  # fmt: skip


def test_what_a_site_marked_impossible_is_hatched_and_no_share(filled: Place) -> None:
    @action
    def mark() -> None:
        filled.site.impossible_fields = ["Patient.sex"]
        filled.site.save()

    mark()
    shown = heat(filled.study, counted=None)
    sex = next(row for row in shown.rows if row.variable == "Patient.sex")
    assert (sex.cells[0].kind, sex.cells[0].percent, sex.cells[0].band) == (
        Kind.IMPOSSIBLE,
        None,
        "impossible",
    )


def test_needed_variables_come_first_also_where_nobody_has_them(filled: Place) -> None:
    rows = heat(filled.study, counted=None).rows
    assert [one.variable for one in rows if one.is_needed] == [
        "Patient.age_at_anchor", "Patient.anchor_year", "Patient.sex",
    ]  # fmt: skip
    assert rows[1].cells[0].kind is Kind.NO_DATA


def test_only_accepted_data_count(place: Place) -> None:
    one = accepted(place.site, place, sex=(40, 50))

    @action
    def supersede() -> None:
        one.state = "superseded"
        one.save()

    supersede()
    assert all(
        cell.kind is Kind.NO_DATA for row in heat(place.study, counted=None).rows for cell in row.cells
    )


def test_a_site_that_withdrew_has_no_column(filled: Place) -> None:
    @action
    def leave() -> None:
        filled.other.withdrawn_at = NOW
        filled.other.save()

    leave()
    assert [one.code for one in heat(filled.study, counted=None).sites] == ["DA01"]


def test_99_6_percent_is_not_told_as_100(place: Place) -> None:
    accepted(place.site, place, sex=(249, 250))
    sex = next(row for row in heat(place.study, counted=None).rows if row.variable == "Patient.sex")
    assert sex.cells[0].words == "99 %"


def test_taking_the_table_away_is_noted(filled: Place) -> None:
    from cimara_web.audit.models import AuditEvent

    table(filled, "lead")
    event = AuditEvent.objects.get(event="data.exported")
    assert event.context == {"kind": "completeness", "rows": 6}
