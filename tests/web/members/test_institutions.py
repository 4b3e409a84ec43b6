"""Institutions: added, changed, merged with a redirect from the old one; what they can do, as of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from cimara.terms.ids import RorId
from cimara_web.members.actions.capabilities import remove_capability, state_capability
from cimara_web.members.actions.institutions import (
    InstitutionError,
    add_institution,
    change_institution,
    merge_institutions,
)
from cimara_web.members.models import Affiliation, Capability, Institution
from cimara_web.members.queries import institution_names, institutions
from cimara_web.members.words import CapabilityKind, InstitutionKind, Volume
from cimara_web.permissions.holder import Holder, Refused
from cimara_web.writes import action
from tests.web import people
from tests.web.members.trail import count, last
from tests.web.people import NOW, TODAY

DUKE = RorId("00py81415")


def add(by: Holder, **fields: Any) -> Institution:
    facts = {"name": "Demo Place", "country": "US", "kind": InstitutionKind.HOSPITAL, "now": NOW, **fields}
    return add_institution(by=by, **facts)


def test_the_office_adds_a_place_and_it_is_in_the_trail(office: Holder) -> None:
    made = add(office, ror=DUKE)
    assert made in institutions()
    assert last() == ("institution.added", {})


def test_nobody_else_adds_a_place() -> None:
    with pytest.raises(Refused):
        add(people.acting(people.account()))
    assert not Institution.objects.filter(name="Demo Place").exists()


def test_two_places_do_not_share_a_ror_id(office: Holder) -> None:
    add(office, ror=DUKE)
    with pytest.raises(InstitutionError, match="Demo Place has this ROR id already"):
        add(office, name="Another", ror=DUKE)


def test_a_change_tells_the_trail_which_facts_and_no_value(office: Holder) -> None:
    made = add(office)
    change_institution(by=office, institution=made, now=NOW, name="New name", city="Town", country="US")
    assert last() == ("institution.changed", {"fields": ["city", "name"]})


def test_a_place_of_the_past_is_seen_by_the_office_alone(office: Holder, office_browser: Client) -> None:
    made = add(office)
    change_institution(by=office, institution=made, now=NOW, active=False)
    assert made not in institutions()
    assert office_browser.get(f"/network/institutions/{made.pk}/", secure=True).status_code == 200
    assert Client().get(f"/network/institutions/{made.pk}/", secure=True).status_code == 404


class TestMerging:
    @pytest.fixture
    def both(self, office: Holder) -> tuple[Institution, Institution]:
        return add(office, name="Double", ror=DUKE), add(office, name="Stays")

    def test_the_old_address_leads_to_the_place_that_stays(self, office: Holder, both: Any) -> None:
        old, stays = both
        merge_institutions(by=office, duplicate=old, into=stays, now=NOW)
        for prefix in ("", "/es"):
            response = Client().get(f"{prefix}/network/institutions/{old.pk}/", secure=True)
            assert response.status_code == 301
            assert response["Location"] == f"{prefix}/network/institutions/{stays.pk}/"
        assert last() == ("institution.merged", {"into": str(stays.pk)})

    def test_people_ror_id_and_name_go_along(self, office: Holder, both: Any) -> None:
        old, stays = both
        one = people.member(at=old)
        merge_institutions(by=office, duplicate=old, into=stays, now=NOW)
        stays.refresh_from_db()
        assert stays.ror == DUKE
        assert one.affiliations.get().institution == stays
        assert institution_names([old.pk]) == {old.pk: "Stays"}

    def test_somebody_at_both_is_at_one_and_it_is_their_primary(self, office: Holder, both: Any) -> None:
        old, stays = both
        one = people.member(at=old)

        @action
        def second() -> None:
            Affiliation(member=one, institution=stays, primary=False).save()

        second()
        merge_institutions(by=office, duplicate=old, into=stays, now=NOW)
        assert [(row.institution, row.primary) for row in one.affiliations.all()] == [(stays, True)]

    @pytest.mark.parametrize(("of_old", "of_stays", "kept"), [(3, 1, "100-299"), (1, 3, "<25")])
    def test_of_two_statements_the_newer_one_counts(
        self, office: Holder, both: Any, of_old: int, of_stays: int, kept: str
    ) -> None:
        for place, day, volume in zip(
            both, (of_old, of_stays), (Volume.FROM_100, Volume.UNDER_25), strict=True
        ):
            state_capability(
                by=office,
                institution=place,
                kind=CapabilityKind.SRS,
                as_of=date(2025, 1, day),
                patients_a_year=volume,
                now=NOW,
            )
        merge_institutions(by=office, duplicate=both[0], into=both[1], now=NOW)
        assert Capability.objects.get().patients_a_year == kept

    def test_a_duplicate_of_a_duplicate_leads_to_the_end_at_once(self, office: Holder, both: Any) -> None:
        old, middle = both
        stays = add(office, name="Last")
        merge_institutions(by=office, duplicate=old, into=middle, now=NOW)
        merge_institutions(by=office, duplicate=middle, into=stays, now=NOW)
        response = Client().get(f"/network/institutions/{old.pk}/", secure=True)
        assert response["Location"].endswith(f"{stays.pk}/")

    def test_studies_follow_to_the_place_that_stays(self, office: Holder, both: Any) -> None:
        duplicate, stays = both
        study = people.study(lead_institution=duplicate)
        site = people.site(study, institution=duplicate)
        merge_institutions(by=office, duplicate=duplicate, into=stays, now=NOW)
        site.refresh_from_db()
        study.refresh_from_db()
        assert site.institution_id == study.lead_institution_id == stays.pk

    def test_two_sites_of_one_study_stay_two(self, office: Holder, both: Any) -> None:
        duplicate, stays = both
        study = people.study()
        people.site(study, institution=duplicate)
        people.site(study, institution=stays)
        with pytest.raises(InstitutionError, match="Both are sites of the study"):
            merge_institutions(by=office, duplicate=duplicate, into=stays, now=NOW)

    def test_a_place_is_not_merged_into_itself_or_twice(self, office: Holder, both: Any) -> None:
        old, stays = both
        with pytest.raises(InstitutionError, match="into itself"):
            merge_institutions(by=office, duplicate=old, into=old, now=NOW)
        merge_institutions(by=office, duplicate=old, into=stays, now=NOW)
        with pytest.raises(InstitutionError, match="before"):
            merge_institutions(by=office, duplicate=stays, into=old, now=NOW)
        with pytest.raises(InstitutionError, match="Change that one"):
            change_institution(by=office, institution=old, name="Back", now=NOW)


def test_a_statement_is_shown_with_its_day(office: Holder) -> None:
    place = add(office)
    state_capability(
        by=office,
        institution=place,
        kind=CapabilityKind.LITT,
        as_of=date(2025, 1, 31),
        tumour_types=["breast"],
        patients_a_year=Volume.FROM_25,
        now=NOW,
    )
    page = Client().get(f"/network/institutions/{place.pk}/", secure=True).content.decode()
    assert all(words in page for words in ("LITT", "31 January 2025", "Breast cancer", "25 to 99"))
    assert last() == ("capability.stated", {"kind": "LITT"})


def test_a_second_statement_replaces_the_first_and_a_no_has_no_numbers(office: Holder) -> None:
    place = add(office)
    for present in (True, False):
        state_capability(
            by=office,
            institution=place,
            kind=CapabilityKind.SRS,
            as_of=TODAY,
            present=present,
            tumour_types=["lung"],
            patients_a_year=Volume.FROM_25,
            now=NOW,
        )
    row = Capability.objects.get()
    assert (row.present, row.tumour_types, row.patients_a_year) == (False, [], "")


def test_a_statement_that_is_taken_back_is_unknown_again(office: Holder) -> None:
    place = add(office)
    row = state_capability(by=office, institution=place, kind=CapabilityKind.SRS, as_of=TODAY, now=NOW)
    remove_capability(by=office, capability=row, now=NOW)
    assert not Capability.objects.exists()
    assert last() == ("capability.removed", {"kind": "SRS"})


def test_nothing_is_stated_of_the_future(office: Holder) -> None:
    before = count()
    with pytest.raises(ValueError, match="today or earlier"):
        state_capability(
            by=office,
            institution=add(office),
            kind=CapabilityKind.SRS,
            as_of=TODAY + timedelta(days=1),
            now=NOW,
        )
    assert count() == before + 1


FORM = {"name": "Demo Place", "kind": "hospital", "country": "US", "city": "Durham"}


class TestTheOfficesForms:
    def test_a_place_is_added_and_its_town_looked_up(self, office_browser: Client) -> None:
        response = office_browser.post(
            "/office/institutions/new/", FORM | {"ror": "https://ror.org/00PY81415"}
        )
        assert response.status_code == 303
        made = Institution.objects.get(name="Demo Place")
        assert made.ror == DUKE
        assert made.latitude is not None

    def test_a_wrong_check_digit_says_which_part_and_keeps_what_was_typed(
        self, office_browser: Client
    ) -> None:
        page = office_browser.post("/office/institutions/new/", FORM | {"ror": "00py81416"}).content.decode()
        assert "The last two digits, 16, do not fit the 7 characters before them" in page
        assert 'value="00py81416"' in page
        assert "Error: Add an institution" in page

    def test_one_coordinate_alone_is_no_place(self, office_browser: Client) -> None:
        page = office_browser.post("/office/institutions/new/", FORM | {"latitude": "36"}).content.decode()
        assert "Fill in both latitude and longitude" in page

    def test_a_statement_of_tomorrow_is_an_error_beside_its_field(
        self, office: Holder, office_browser: Client
    ) -> None:
        place = add(office)
        sent = {"kind": "SRS", "present": "yes", "as_of": str(TODAY + timedelta(days=1))}
        page = office_browser.post(f"/office/institutions/{place.pk}/capabilities/", sent).content.decode()
        assert "This day is still to come" in page
        assert not Capability.objects.exists()

    def test_statements_and_merging_work_from_the_page(self, office: Holder, office_browser: Client) -> None:
        place, other = add(office), add(office, name="Other")
        base = f"/office/institutions/{place.pk}/"
        office_browser.post(f"{base}capabilities/", {"kind": "SRS", "present": "no", "as_of": str(TODAY)})
        assert "Take back" in office_browser.get(base).content.decode()
        office_browser.post(f"{base}capabilities/", {"kind": "SRS", "do": "remove"})
        assert not Capability.objects.exists()
        assert office_browser.post(f"{base}merge/", {"into": str(other.pk)}).status_code == 303
        assert office_browser.get(base).status_code == 404

    def test_filters_narrow_the_list_and_an_odd_value_filters_nothing(
        self, office: Holder, office_browser: Client
    ) -> None:
        add(office, name="Demo Greek", country="GR")
        add(office, name="Demo American")
        for base in ("/office/institutions/", "/network/institutions/"):
            narrowed = office_browser.get(base, {"country": "GR"}).content.decode()
            assert "Demo Greek" in narrowed
            assert "Demo American" not in narrowed
            assert "Demo American" in office_browser.get(base, {"country": "zebra"}).content.decode()
