"""What the tasks of studies are worked out from: many studies at once, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from cimara_web.accounts.queries import RoleHeld, accounts_with, has_second_factor, roles_of_studies
from cimara_web.permissions.roles import Role
from cimara_web.studies.models import (
    Analysis,
    Milestone,
    SiteCompleteness,
    Study,
    StudySite,
    Submission,
)
from cimara_web.studies.states.analysis import AnalysisState
from cimara_web.studies.states.site import SiteState, site_state
from cimara_web.studies.states.submission import SubmissionState

LOW_TENTHS = 7
"""Below so many tenths a required variable counts as too empty (A11)."""


@dataclass
class SiteSeen:
    """A site with its state of today, what it sent, and the required variables that are too empty."""

    site: StudySite
    state: SiteState
    submissions: list[Submission] = field(default_factory=list)
    low: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Code and institution."""
        return f"{self.site.code}, {self.site.institution.name}"

    @property
    def has_left(self) -> bool:
        """Whether nothing is asked of it any more."""
        return self.state in (SiteState.WITHDRAWN, SiteState.CLOSED)

    @property
    def accepted(self) -> Submission | None:
        """The submission that analyses use."""
        return next((one for one in self.submissions if one.state == SubmissionState.ACCEPTED), None)

    @property
    def latest(self) -> Submission | None:
        """The submission that came last, withdrawn ones left out."""
        kept = [one for one in self.submissions if one.state != SubmissionState.WITHDRAWN]
        return max(kept, key=lambda one: one.received_at, default=None)


@dataclass(frozen=True)
class People:
    """Who is of the office, who is a member at all, and who has a second factor."""

    office: frozenset[UUID]
    members: frozenset[UUID]
    with_factor: frozenset[UUID]


NOBODY = People(frozenset(), frozenset(), frozenset())


@dataclass
class StudySeen:
    """A study with all that its tasks are worked out from."""

    study: Study
    today: date
    now: datetime
    sites: dict[UUID, SiteSeen] = field(default_factory=dict)
    milestones: list[Milestone] = field(default_factory=list)
    held: list[Analysis] = field(default_factory=list)
    roles: list[RoleHeld] = field(default_factory=list)
    people: People = NOBODY

    def holders(self, role: Role, site: UUID | None = None) -> frozenset[UUID]:
        """Accounts that hold a role now, over the study or over one site."""
        return frozenset(
            one.account for one in self.roles if one.is_held and one.role is role and one.site == site
        )

    @property
    def leads(self) -> frozenset[UUID]:
        """Who leads the study."""
        return self.holders(Role.STUDY_LEAD)


def see(studies: Iterable[Study], *, now: datetime) -> list[StudySeen]:
    """All that the tasks of these studies are worked out from: ten queries, however many there are."""
    seen = {one.public_id: StudySeen(one, now.date(), now) for one in studies}
    ids = list(seen)
    sites = _sites(seen, ids)
    _submissions(sites, ids)
    for milestone in Milestone.objects.filter(study__in=ids).order_by("due", "kind"):
        seen[milestone.study_id].milestones.append(milestone)
    held = Analysis.objects.filter(study__in=ids, state=AnalysisState.HELD)
    for analysis in held.prefetch_related("signatures").order_by("made_at"):
        seen[analysis.study_id].held.append(analysis)
    for role in roles_of_studies(ids, now=now):
        seen[role.study].roles.append(role)
    people = _people(seen.values(), now)
    for one in seen.values():
        one.people = people
    return list(seen.values())


def _sites(seen: dict[UUID, StudySeen], ids: list[UUID]) -> dict[UUID, SiteSeen]:
    rows = StudySite.objects.filter(study__in=ids).select_related("institution", "ethics", "agreement")
    found = {}
    for site in rows.order_by("code"):
        site.study = seen[site.study_id].study
        found[site.public_id] = SiteSeen(site, site_state(site.facts(), seen[site.study_id].today))
        seen[site.study_id].sites[site.public_id] = found[site.public_id]
    return found


def _submissions(sites: dict[UUID, SiteSeen], ids: list[UUID]) -> None:
    rows = Submission.objects.filter(study_site__study__in=ids).order_by("-received_at")
    for one in rows.defer("rows", "counts"):
        sites[one.study_site_id].submissions.append(one)
    low = SiteCompleteness.objects.filter(
        submission__study_site__study__in=ids, submission__state=SubmissionState.ACCEPTED, applicable__gt=0
    ).alias(tenths=F("present") * 10, wanted=F("applicable") * LOW_TENTHS)
    too_empty = defaultdict(set)
    names = low.filter(tenths__lt=F("wanted")).values_list("submission__study_site", "variable")
    for site_id, variable in names:
        too_empty[site_id].add(variable)
    for site_id, variables in too_empty.items():
        site = sites[site_id].site
        asked = set(site.study.needed_fields) - set(site.impossible_fields)
        sites[site_id].low = sorted(variables & asked)


def _people(seen: Iterable[StudySeen], now: datetime) -> People:
    holding = {role.account for one in seen for role in one.roles if role.is_held}
    return People(
        office=accounts_with(Role.OFFICE, now=now),
        members=accounts_with(Role.MEMBER, now=now),
        with_factor=has_second_factor(holding),
    )
