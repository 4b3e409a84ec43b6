"""Each page asks the database as often for 200 things as for one (portal.md section 11.3)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cimara_web.members.models import Affiliation, Capability, ContactRequest, Institution, Invitation, Member
from cimara_web.members.words import CapabilityKind, Field
from cimara_web.permissions.roles import Role
from cimara_web.writes import action
from tests.web import people
from tests.web.people import NOW, TODAY

VISITOR = 3
"""Session, account and roles."""
LIMITS = {
    "/network/": 6,
    "/network/map.svg": 2,
    "/network/specialties.svg": 2,
    "/network/specialties.csv": 2,
    "/network/places.csv": 2,
    "/network/capabilities.csv": 2,
    "/network/institutions/": 3,
    "/network/institutions/{institution}/": 5,
    "/network/people/": 6,
    "/network/people/?specialty=neurosurgery&country=GR&interest=lung&q=demo": 6,
    "/network/people/people.csv": 5,
    "/network/people/{member}/": 4,
    "/network/people/{member}/contact/": 5,
    "/network/messages/": 3,
    "/network/idea/": 7,
    "/me/profile/": 4,
    "/me/visibility/": 4,
    "/office/": 11,
    "/office/invitations/": 4,
    "/office/members/": 6,
    "/office/members/members.csv": 5,
    "/office/members/{member}/": 6,
    "/office/institutions/": 4,
    "/office/institutions/new/": 2,
    "/office/institutions/{institution}/": 6,
}
"""Address -> the most queries besides those that tell who asks."""


@action
def fill(count: int, own: Any) -> dict[str, str]:
    """So many of everything, shown to everybody."""
    shown = {str(one): "public" for one in Field}
    me = Member.objects.get(account=own)
    for number in range(count):
        place = Institution(
            name=f"Demo {number}", country="GR", latitude=1.0, longitude=number / 9, kind="hospital"
        )
        place.save()
        Capability(institution=place, kind=CapabilityKind.SRS.value, as_of=TODAY).save()
        Capability(institution=place, kind=CapabilityKind.LITT.value, as_of=TODAY, stated_by=own.pk).save()
        one = Member(display_name=f"Demo Member {number}", specialties=["neurosurgery"], joined=TODAY)
        one.interests, one.visibility, one.contactable = ["lung"], shown, True
        one.save()
        Affiliation(member=one, institution=place, primary=True).save()
        Affiliation(member=one, institution=Institution.objects.first(), primary=False).save()
        ContactRequest(sender=one, receiver=me, subject="s", text="t", made_at=NOW).save()
        Invitation(
            email=f"{number}@example.org",
            institution=place,
            by=own.pk,
            roles=["member"],
            token_hash=str(number),
            made_at=NOW,
            expires_at=NOW + timedelta(days=number % 14 - 3),
        ).save()
    return {"institution": str(place.pk), "member": str(one.pk)}


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address, secure=True).status_code == 200, address
    return len([one for one in queries if not re.match(r"(SAVEPOINT|RELEASE|BEGIN)", one["sql"])])


@pytest.mark.parametrize("count", [1, 200])
def test_queries_are_bounded(count: int) -> None:
    own = people.account(Role.OFFICE)
    people.member(own, contactable=True)
    places = fill(count, own)
    browser = people.signed_in(own)
    browser.post("/network/idea/", {"capabilities": ["SRS"], "specialties": ["neurosurgery"]})
    over = {
        address: (made, limit + VISITOR)
        for address, limit in LIMITS.items()
        if (made := asked(browser, address.format(**places))) > limit + VISITOR
    }
    assert over == {}
