"""People, places and studies for tests of the portal: each made as the portal itself would keep them."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client

from cimara_web.accounts.models import Account, RoleGrant
from cimara_web.accounts.queries import holder_of
from cimara_web.members.models import Affiliation, Institution, Member
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.studies.models import Agreement, EthicsReview, Study, StudySite
from cimara_web.writes import action

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PASSWORD = "a long enough pass phrase of a test"
_numbers = itertools.count(1)


@action
def account(*roles: Role, member: bool = True, **fields: Any) -> Account:
    """An account; a member unless told otherwise, with these roles over everything besides."""
    number = next(_numbers)
    made = Account(**{"email": f"demo{number}@example.org", "joined_at": NOW, **fields})
    made.set_password(PASSWORD)
    made.save()
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    for role in (*((Role.MEMBER,) if member else ()), *roles):
        give(made, role)
    return made


@action
def give(
    to: Account, role: Role, *, study: Study | None = None, site: StudySite | None = None, **fields: Any
) -> RoleGrant:
    """A role; one over a site names its study by itself."""
    of = site.study if site else study
    row = RoleGrant(
        account=to,
        role=role.value,
        study=of.public_id if of else None,
        study_site=site.public_id if site else None,
        **{
            "granted_at": NOW,
            "ends_at": NOW + timedelta(days=365) if ROLES[role].privileged else None,
            **fields,
        },
    )
    row.save()
    return row


def acting(one: Account, at: datetime | None = None) -> Holder:
    """Somebody with their roles, as an action takes them."""
    return holder_of(one, now=at or NOW)


def signed_in(one: Account, *, factor: bool = True, fresh: bool = True) -> Client:
    """A browser in which somebody is signed in, second factor and all, just now.

    `factor=False`: by password alone. `fresh=False`: so long ago that they are asked again before changes.
    """
    client = Client()
    client.force_login(one)
    at = time.time() - (0 if fresh else 600)
    records = [{"method": "password", "at": at}, *([{"method": "mfa", "type": "totp", "at": at}] * factor)]
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(one.pk)
    session.save()
    client.defaults["wsgi.url_scheme"] = "https"
    return client


@action
def institution(**fields: Any) -> Institution:
    """A place."""
    number = next(_numbers)
    made = Institution(
        **{
            "name": f"Demo Institution {number}",
            "city": "Demo Town",
            "country": "US",
            "latitude": 36.0,
            "longitude": -78.9,
            "kind": "hospital",
            "is_demonstration": True,
            **fields,
        }
    )
    made.save()
    return made


@action
def member(of: Account | None = None, at: Institution | None = None, **fields: Any) -> Member:
    """A member of the directory at an institution."""
    number = next(_numbers)
    made = Member(
        **{
            "account": of,
            "display_name": f"Demo Member {number}",
            "specialties": ["medical oncology"],
            "joined": TODAY,
            **fields,
        }
    )
    made.save()
    Affiliation(member=made, institution=at or institution(), primary=True).save()
    return made


@action
def study(**fields: Any) -> Study:
    """A study; an idea unless told otherwise."""
    number = next(_numbers)
    made = Study(
        **{
            "slug": f"demo-{number}",
            "title": f"Demo study {number}",
            "made_at": NOW,
            "moved_at": NOW,
            **fields,
        }
    )
    made.save()
    return made


@action
def site(
    of: Study, *, ethics: dict[str, Any] | None = None, agreement: dict[str, Any] | None = None, **fields: Any
) -> StudySite:
    """A site of a study with its review and agreement, not begun unless told otherwise."""
    number = next(_numbers)
    made = StudySite(
        **{
            "study": of,
            "institution": fields.pop("institution", None) or institution(),
            "code": f"D{chr(65 + number // 100 % 26)}{number % 100:02}",
            "invited_at": NOW,
            **fields,
        }
    )
    made.save()
    EthicsReview(**{"study_site": made, "moved_at": NOW, **(ethics or {})}).save()
    Agreement(**{"study_site": made, "moved_at": NOW, **(agreement or {})}).save()
    return made


def active_site(of: Study, **fields: Any) -> StudySite:
    """A site that may upload: confirmed, approved until 2027-06-30, agreement executed."""
    return site(
        of,
        ethics={"state": "approved", "valid_until": date(2027, 6, 30)},
        agreement={"state": "executed"},
        **{"confirmed_at": NOW, "active_since": NOW, **fields},
    )
