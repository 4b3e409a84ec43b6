"""133 members, 62 institutions, 9 countries, all invented; nothing is claimed of a real place."""

from __future__ import annotations

from collections import Counter

import pytest

from cimara.terms.ids import RorId
from cimara_web.accounts.models import Account
from cimara_web.demonstration.people import SPLIT, demo_people
from cimara_web.demonstration.places import MEMBERS_OF_A_REAL_PLACE, demo_places
from cimara_web.members.models import Affiliation, Capability, Institution, Invitation, Member
from cimara_web.members.queries import institutions, with_members_counted
from cimara_web.members.words import Visibility
from cimara_web.studies.models import StudySite

REAL = {
    "CNIO Madrid",
    "Dana-Farber",
    "Duke University",
    "Johns Hopkins",
    "MD Anderson",
    "Memorial Sloan Kettering",
    "New York University",
    "Northwestern University",
    "Oregon Health & Science University",
    "Stanford",
    "University of Colorado Anschutz",
    "University of Lausanne",
    "University of North Carolina",
    "University of Rochester",
    "University of Southern California",
    "University of Washington",
    "Weill Cornell Medicine",
}


def test_the_numbers_are_those_of_the_papers_figure(story: object) -> None:
    counted = (
        Member.objects.filter(left=None).count(),
        institutions().count(),
        institutions().values("country").distinct().count(),
    )
    assert counted == (133, 62, 9)


def test_every_institution_has_a_member(story: object) -> None:
    assert min(one.members for one in with_members_counted(institutions())) >= 1


def test_the_split_by_specialty_is_the_invented_one(story: object) -> None:
    found = Counter(one.specialties[0] for one in Member.objects.all())
    assert found == {specialty.value: count for specialty, count in SPLIT.items()}


def test_the_split_sums_to_all_members() -> None:
    assert sum(SPLIT.values()) == len(demo_people()) == sum(one.members for one in demo_places()) == 133


def test_names_say_that_people_are_invented(story: object) -> None:
    names = sorted(Member.objects.values_list("display_name", flat=True))
    assert names == [f"Demo Member {number:03d}" for number in range(1, 134)]


def test_nobody_has_an_orcid_or_an_address_outside_example_org(story: object) -> None:
    assert not Member.objects.exclude(orcid=None).exists()
    addresses = [*Account.objects.values_list("email", flat=True)]
    addresses += [one for one in Invitation.objects.values_list("email", flat=True) if one]
    assert addresses
    assert all(one.endswith("@example.org") for one in addresses)


def test_every_account_is_marked_as_a_demonstration_and_has_no_password(story: object) -> None:
    assert Account.objects.filter(is_demonstration=True).count() == 133 == Account.objects.count()
    assert not any(one.has_usable_password() for one in Account.objects.all())


def test_the_real_names_are_those_of_the_specification_with_their_ror_ids(story: object) -> None:
    real = Institution.objects.filter(is_demonstration=False)
    assert {one.name for one in real} == REAL
    assert all(RorId(one.ror) == one.ror for one in real)


def test_the_other_names_say_that_places_are_invented(story: object) -> None:
    invented = Institution.objects.filter(is_demonstration=True)
    assert sorted(one.name for one in invented) == [f"Demo Institution {n:02d}" for n in range(1, 46)]
    assert not invented.exclude(ror=None).exists()


def test_nothing_is_claimed_of_a_real_place(story: object) -> None:
    assert not Capability.objects.filter(institution__is_demonstration=False).exists()
    assert not StudySite.objects.filter(institution__is_demonstration=False).exists()
    counts = Counter(
        Affiliation.objects.filter(institution__is_demonstration=False).values_list("institution", flat=True)
    )
    assert set(counts.values()) == {MEMBERS_OF_A_REAL_PLACE}


def test_places_lie_where_their_city_is() -> None:
    athens = next(one for one in demo_places() if one.city == "Athens")
    assert athens.point == pytest.approx((37.98, 23.73), abs=0.02)


def test_people_differ_in_what_they_show(story: object) -> None:
    shown = Counter(one.visibility["affiliation"] for one in Member.objects.all())
    assert set(shown) == {one.value for one in Visibility}
    assert 0 < Member.objects.filter(contactable=True).count() < 133


def test_what_places_can_do_is_said_in_part(story: object) -> None:
    assert Capability.objects.filter(present=False).exists()
    silent = institutions().filter(is_demonstration=True, capabilities=None)
    assert silent.exists()


def test_the_office_has_an_invitation_of_each_fate(story: object) -> None:
    assert {*Invitation.objects.values_list("state", flat=True)} == {"accepted", "sent", "revoked"}
