"""The team of a study: who is in it, in which role, until when; and its log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.accounts.queries import accounts_with, has_second_factor, roles_of_studies
from cimara_web.audit.queries import visible_events
from cimara_web.members.queries import accounts_of_members, names_of
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.studies.actions.team import TEAM_ROLES, end_study_role, give_study_role
from cimara_web.studies.forms.papers import RoleForm
from cimara_web.studies.forms.study import NoForm
from cimara_web.studies.models import Study, StudySite
from cimara_web.studies.queries import sees_whole, sees_workspace, sites_of
from cimara_web.studies.views.frame import attempt, own_study, page, refuse_unless, see_other, seen_study

READ_WRITE = ["GET", "HEAD", "POST"]
EVENTS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class TeamRow:
    """Somebody in a role."""

    account: UUID
    name: str
    role: Role
    title: str
    site: StudySite | None
    ends_at: datetime | None
    has_factor: bool
    is_self: bool


@require_safe
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody of the study; to a site, those of the whole study and its own."""
    by, study = _team_study(request, slug)
    context = {"rows": team_rows(study, by), "may_give": _may_give(by, study)}
    return page(request, "team", study, "Team", **context)


@require_http_methods(READ_WRITE)
def give(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a role to a member."""
    by, study = _team_study(request, slug)
    refuse_unless(_may_give(by, study), "The lead of the study gives its roles.")
    sites = {str(one.public_id): one for one in sites_of(study)}
    people = [(account, name) for account, name in accounts_of_members() if account != by.account]
    form = RoleForm(request.POST if request.method == "POST" else None, people=people, sites=sites.values())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(
            form,
            lambda: give_study_role(
                by=by,
                study=study,
                account=UUID(given["account"]),
                role=given["role"],
                site=sites.get(given["site"]),
                ends_at=_end_of(given["ends"]),
                now=clock.now(),
            ),
        ):
            return see_other("study-team", slug, done="saved")
    return page(request, "form", study, "Team", form=form, heading="Give a role", button="Give the role")


@require_http_methods(READ_WRITE)
def end(request: HttpRequest, slug: str, role: str, account: UUID, site: UUID | None = None) -> HttpResponse:
    """End a role: who loses what, and one button."""
    by, study = own_study(request, slug)
    refuse_unless(by.may(Permission.TEAM_EDIT, study=study.public_id), "The lead ends roles of the study.")
    row = next(
        (
            one
            for one in team_rows(study, by)
            if (one.account, one.role) == (account, BY_SLUG.get(role))
            and (one.site.public_id if one.site else None) == site
        ),
        None,
    )
    if row is None:
        raise Http404
    form = NoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(
        form,
        lambda: end_study_role(
            by=by, study=study, account=account, role=row.role, site=row.site, now=clock.now()
        ),
    ):
        return see_other("study-team", slug, done="removed")
    of = f" of {row.site.code}" if row.site else ""
    told = f"{row.name} stops being {row.title.lower()}{of} at once, and sees what other members see."
    context = {"form": form, "heading": f"End a role: {row.name}", "told": told, "button": "End the role"}
    return page(request, "form", study, "Team", **context)


@require_safe
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """What happened in the study, from the audit trail, the latest first."""
    by, study = own_study(request, slug)
    refuse_unless(
        by.may(Permission.STUDY_LOG_VIEW, study=study.public_id), "The lead of the study reads its log."
    )
    events = visible_events(by).filter(study=study.public_id).order_by("-seq")
    shown = Paginator(events, EVENTS_A_PAGE).get_page(request.GET.get("page"))
    names = names_of({one.actor for one in shown if one.actor})
    return page(request, "log", study, "Log", events=shown, names=names, sites=_codes(study))


def team_rows(study: Study, by: Holder) -> list[TeamRow]:
    """Roles that are held, those of the whole study first: five queries."""
    now = clock.now()
    sites = {one.public_id: one for one in study.sites.select_related("institution")}
    own = None if sees_whole(by, study) or not sees_workspace(by, study) else by.sites(Permission.STUDY_VIEW)
    held = [
        one
        for one in roles_of_studies([study.public_id], now=now)
        if one.is_held and (one.site is None or own is None or one.site in own)
    ]
    names, factors = names_of({one.account for one in held}), has_second_factor({one.account for one in held})
    rows = [
        TeamRow(
            account=one.account,
            name=names.get(one.account, "Former member"),
            role=one.role,
            title=ROLES[one.role].name,
            site=sites.get(one.site) if one.site else None,
            ends_at=one.ends_at,
            has_factor=one.account in factors,
            is_self=one.account == by.account,
        )
        for one in held
    ]
    return sorted(
        rows, key=lambda one: (one.site.code if one.site else "", list(Role).index(one.role), one.name)
    )


BY_SLUG = {one.value.replace(" ", "-"): one for one in TEAM_ROLES}


def _team_study(request: HttpRequest, slug: str) -> tuple[Holder, Study]:
    """The office sees who is in a study, since it answers for roles; readers of a report don't."""
    by, study = seen_study(request, slug)
    if not (sees_workspace(by, study) or by.may(Permission.STUDY_LIST)):
        raise Http404
    return by, study


def _may_give(by: Holder, study: Study) -> bool:
    if by.may(Permission.TEAM_EDIT, study=study.public_id):
        return True
    leads = accounts_with(Role.STUDY_LEAD, study=study.public_id, now=clock.now())
    return by.may(Permission.ROLE_GRANT) and not leads


def _end_of(day: date | None) -> datetime | None:
    """The last second of a day."""
    return datetime.combine(day, time(23, 59, 59), UTC) if day else None


def _codes(study: Study) -> dict[str, str]:
    return {str(own): code for own, code in study.sites.values_list("public_id", "code")}
