"""A study with its people and a site, and a study store of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cimara_web.accounts.models import Account
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import Role
from cimara_web.studies.models import Study, StudySite
from tests.web.people import NOW, account, acting, give, member, signed_in, site, study


@dataclass
class Team:
    """An open study of one site, with one person in each role; `other` leads another site of it."""

    study: Study
    site: StudySite
    other_site: StudySite
    people: dict[str, Account]

    def by(self, who: str, at: datetime | None = None) -> Holder:
        """Somebody as an action takes them."""
        return acting(self.people[who], at)

    def get(self, who: str, address: str, **query: Any) -> HttpResponse:
        """A page as somebody sees it."""
        return self.browser(who).get(address, query, secure=True)

    def post(self, who: str, address: str, /, **fields: Any) -> HttpResponse:
        """A form that somebody sends."""
        return self.browser(who).post(address, fields, secure=True)

    def browser(self, who: str) -> Client:
        """Somebody's browser."""
        return signed_in(self.people[who])

    def address(self, *parts: object) -> str:
        """A page of the study, or of its site with `site` first."""
        own = f"/studies/{self.study.slug}/"
        if parts and parts[0] == "site":
            own += f"sites/{self.site.public_id}/"
            parts = parts[1:]
        return own + "".join(f"{one}/" for one in parts)


@pytest.fixture(autouse=True)
def study_store(tmp_path: Path, settings: Any) -> Path:
    """Files of a test stay with the test."""
    settings.STUDY_STORE = tmp_path / "store"
    return tmp_path / "store"


@pytest.fixture(autouse=True)
def clock_of_the_test(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """It is noon of `people.NOW`, until a test says otherwise."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("cimara_web.clock.now", lambda: moment)
        monkeypatch.setattr("cimara_web.clock.today", lambda: moment.date())

    set_to(NOW)
    return set_to


@pytest.fixture
def team(db: None) -> Team:
    """The study and its people, and some who have no part in it."""
    of = study(state="open", title="Bevacizumab and necrosis")
    own, other = site(of, confirmed_at=NOW), site(of, confirmed_at=NOW)
    people = {
        name: account() for name in ("lead", "statistician", "site lead", "coordinator", "other", "member")
    }
    give(people["lead"], Role.STUDY_LEAD, study=of)
    give(people["statistician"], Role.STATISTICIAN, study=of)
    give(people["site lead"], Role.SITE_LEAD, site=own)
    give(people["coordinator"], Role.COORDINATOR, site=own)
    give(people["other"], Role.SITE_LEAD, site=other)
    people["office"] = account(Role.OFFICE)
    people["outsider"] = account(member=False)
    for name in ("lead", "statistician", "site lead", "coordinator", "other", "member", "office"):
        member(people[name], display_name=f"Demo {name.title()}")
    return Team(of, own, other, people)
