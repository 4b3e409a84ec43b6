"""What somebody sees in lists is what the policy says in a line each (portal.md section 10.3), for any roles.

The policy stands here once more, as plain Python over the grants, written without the portal's own code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cimara_web.accounts.models import Account
from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.audit.queries import visible_events
from cimara_web.members import queries as members
from cimara_web.members.models import ContactRequest, Institution, Invitation, Member
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import Role
from cimara_web.studies import data_queries as data
from cimara_web.studies import queries as studies
from cimara_web.studies.models import (
    Agreement,
    Analysis,
    EthicsReview,
    Milestone,
    Report,
    Study,
    StudyDocument,
    StudySite,
    Submission,
)
from tests.web.people import NOW, account, acting, give
from tests.web.world import World

WHOLE = (Role.STUDY_LEAD, Role.STATISTICIAN)
OF_SITE = (Role.SITE_LEAD, Role.COORDINATOR)
OVER_ALL = (Role.MEMBER, Role.OFFICE, Role.AUDITOR, Role.MODERATOR, Role.EDITOR)


@dataclass(frozen=True)
class Grant:
    """A role as it was given: over which of the studies or sites, until when, and whether it was ended."""

    role: Role
    place: int
    days: int | None
    is_ended: bool


@dataclass(frozen=True)
class Somebody:
    """The roles that count now, by plain reading."""

    account: UUID
    roles: frozenset[tuple[Role, UUID | None, UUID | None]]

    def has(self, *roles: Role, study: UUID | None = None, site: UUID | None = None) -> bool:
        return any((role, study, site) in self.roles for role in roles)

    def is_over(self, study: UUID) -> bool:
        return self.has(*WHOLE, study=study)

    def is_at(self, site: StudySite) -> bool:
        return self.is_over(site.study_id) or self.has(*OF_SITE, study=site.study_id, site=site.pk)

    def is_in(self, study: UUID, *roles: Role) -> bool:
        wanted = roles or (*WHOLE, *OF_SITE)
        return any(role in wanted and of == study for role, of, _ in self.roles)


def study(one: Somebody, of: Study) -> bool:
    """Own role, or office, or member once it is reported."""
    reported = of.state == "reported" and one.has(Role.MEMBER)
    return one.is_in(of.pk) or one.has(Role.OFFICE) or reported


def site(one: Somebody, of: StudySite) -> bool:
    """Study lead and team; a site sees its own."""
    return one.is_at(of)


def document(one: Somebody, of: StudyDocument) -> bool:
    """Study lead and team; a site sees its own, and what the study shows all its sites."""
    if of.study_site is not None:
        return one.is_at(of.study_site)
    return one.is_over(of.study_id) or (of.state != "draft" and one.is_in(of.study_id))


def milestone(one: Somebody, of: Milestone) -> bool:
    """Those of the study: everybody in it; those of a site: lead, team and that site."""
    return one.is_at(of.study_site) if of.study_site is not None else one.is_in(of.study_id)


def report(one: Somebody, of: Report) -> bool:
    """Held: who may release it; released: all members."""
    is_out = of.analysis.state == "released" and one.has(Role.MEMBER)
    return is_out or one.is_in(of.analysis.study_id, *WHOLE, Role.SITE_LEAD)


def event(one: Somebody, of: AuditEvent) -> bool:
    """Auditor; study lead for events about their study."""
    return one.has(Role.AUDITOR) or (of.study is not None and one.has(Role.STUDY_LEAD, study=of.study))


def member(one: Somebody, of: Member) -> bool:
    """By what the person lets others see of their name; themselves; the office."""
    if one.has(Role.OFFICE):
        return True
    level = of.visibility.get("display_name", "office")
    seen = level == "public" or (level == "members" and one.has(Role.MEMBER))
    return of.left is None and (seen or of.account_id == one.account)


def institution(one: Somebody, of: Institution) -> bool:
    """The active ones; the office also those that ended."""
    return of.merged_into_id is None and (of.active or one.has(Role.OFFICE))


POLICY: dict[str, tuple[type, Callable[[Holder], QuerySet[Any]], Callable[[Somebody, Any], bool]]] = {
    "studies": (Study, studies.visible_studies, study),
    "workspaces": (Study, studies.own_studies, lambda one, of: one.is_in(of.pk)),
    "sites": (StudySite, studies.visible_sites, site),
    "reviews": (EthicsReview, studies.visible_reviews, lambda one, of: one.is_at(of.study_site)),
    "agreements": (Agreement, studies.visible_agreements, lambda one, of: one.is_at(of.study_site)),
    "documents": (StudyDocument, studies.visible_documents, document),
    "milestones": (Milestone, studies.visible_milestones, milestone),
    "submissions": (Submission, data.visible_submissions, lambda one, of: one.is_at(of.study_site)),
    "analyses": (Analysis, data.visible_analyses, lambda one, of: one.is_in(of.study_id)),
    "reports": (Report, data.visible_reports, report),
    "events": (AuditEvent, visible_events, event),
    "people": (Member, members.visible_members, member),
    "institutions": (Institution, members.visible_institutions, institution),
    "invitations": (Invitation, members.visible_invitations, lambda one, of: one.has(Role.OFFICE)),
    "messages": (
        ContactRequest,
        members.visible_contacts,
        lambda one, of: one.account in (of.sender.account_id, of.receiver.account_id),
    ),
}
"""What is listed -> its model, its list, and who sees one of it."""

GRANTS = st.lists(
    st.builds(
        Grant,
        st.sampled_from((*OVER_ALL, *WHOLE, *OF_SITE)),
        st.integers(0, 30),
        st.sampled_from((None, 30, 1, 0, -1)),
        st.booleans(),
    ),
    max_size=5,
    unique_by=lambda grant: (grant.role, grant.place),
)


def given_to(one: Account, grants: Iterable[Grant]) -> Somebody:
    """Give the roles, and say which of them count."""
    every_study = list(Study.objects.order_by("pk"))
    every_site = list(StudySite.objects.select_related("study").order_by("pk"))
    counting: set[tuple[Role, UUID | None, UUID | None]] = set()
    seen: set[tuple[Role, UUID | None, UUID | None]] = set()
    for grant in grants:
        of = every_study[grant.place % len(every_study)] if grant.role in WHOLE else None
        at = every_site[grant.place % len(every_site)] if grant.role in OF_SITE else None
        over = of or (at.study if at else None)
        key = (grant.role, over.pk if over else None, at.pk if at else None)
        if key in seen:
            continue
        seen.add(key)
        give(
            one,
            grant.role,
            study=of,
            site=at,
            ends_at=None if grant.days is None else NOW + timedelta(days=grant.days),
            ended_at=NOW if grant.is_ended else None,
        )
        if one.is_active and not grant.is_ended and (grant.days is None or grant.days > 0):
            counting.add(key)
    return Somebody(one.pk, frozenset(counting))


@pytest.fixture
def told(w: World) -> World:
    """The small world, with events of some studies, and of none."""
    for of in (*w.studies.values(), w.elsewhere, None):
        kept = of.pk if of else None
        record(Event.STUDY_MOVED, by=SYSTEM, about=("study", w.study.pk), now=NOW, study=kept)
    return w


@given(grants=GRANTS, is_active=st.booleans())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_list_is_what_the_policy_admits(told: World, grants: list[Grant], is_active: bool) -> None:
    with transaction.atomic():
        somebody = account(member=False, is_active=is_active or not grants)
        by_plain_reading = given_to(somebody, grants)
        by = acting(somebody)
        for name, (model, visible, admits) in POLICY.items():
            wanted = {one.pk for one in model.objects.all() if admits(by_plain_reading, one)}
            assert set(visible(by).values_list("pk", flat=True)) == wanted, name
        transaction.set_rollback(True)


@given(grants=GRANTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_list_is_what_the_question_of_actions_admits(told: World, grants: list[Grant]) -> None:
    with transaction.atomic():
        somebody = account(member=False)
        given_to(somebody, grants)
        by = acting(somebody)
        for of in Study.objects.all():
            is_in = by.may(Permission.STUDY_VIEW, study=of.pk)
            assert studies.own_studies(by).filter(pk=of.pk).exists() == is_in
        for sent in Submission.objects.select_related("study_site"):
            at = sent.study_site
            may = by.may(Permission.SUBMISSION_VIEW, study=at.study_id, site=at.pk)
            assert data.visible_submissions(by).filter(pk=sent.pk).exists() == may
        transaction.set_rollback(True)


def test_a_stranger_sees_no_more_than_the_public_part(told: World) -> None:
    stranger = Holder(None)
    nobody = Somebody(UUID(int=0), frozenset())
    for name, (model, visible, admits) in POLICY.items():
        wanted = {one.pk for one in model.objects.all() if admits(nobody, one)}
        assert set(visible(stranger).values_list("pk", flat=True)) == wanted, name
        assert name in ("institutions", "people") or not wanted


def test_every_model_of_members_and_studies_has_its_list() -> None:
    from django.apps import apps

    parts = {"Affiliation", "Capability", "AnalysisSignature", "Proposal", "SiteCompleteness"}
    listed = {model.__name__ for model, _, _ in POLICY.values()} | parts
    kept = {one.__name__ for app in ("members", "studies") for one in apps.get_app_config(app).get_models()}
    assert kept <= listed
