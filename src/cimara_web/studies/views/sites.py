"""The sites of a study: their table, one site, and what can be done to it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.accounts.queries import roles_of_studies
from cimara_web.members.queries import names_of
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import ROLES
from cimara_web.studies.actions.sites import (
    attest,
    change_site,
    close_site,
    confirm_site,
    invite_site,
    withdraw_site,
)
from cimara_web.studies.forms.sites import AttestForm, InviteForm, SiteForm
from cimara_web.studies.forms.study import NoForm
from cimara_web.studies.models import StudySite, Submission
from cimara_web.studies.models.study import Mode
from cimara_web.studies.site_rows import COLUMNS, ORDER, arranged, as_csv, site_rows
from cimara_web.studies.states.site import SiteState, site_state, what_blocks
from cimara_web.studies.tones import tone
from cimara_web.studies.views.frame import (
    attempt,
    own_study,
    page,
    refuse_unless,
    see_other,
    seen_site,
)

READ_WRITE = ["GET", "HEAD", "POST"]
STEPS = {
    "confirm": (
        "Confirm this site",
        "The site takes part. It becomes active when its ethics approval and its agreement are in force.",
        confirm_site,
    ),
    "close": (
        "Close this site",
        "The site has done its part. What it sent stays; nothing more comes.",
        close_site,
    ),
    "withdraw": (
        "Withdraw this site",
        "The site leaves the study and can't come back. What was accepted from it stays.",
        withdraw_site,
    ),
}
"""Word of the address -> heading, what it means, its action."""


@require_safe
def sites(request: HttpRequest, slug: str) -> HttpResponse:
    """The table of all sites, sorted and filtered by its address."""
    by, study = own_study(request, slug)
    rows = site_rows(study, by, now=clock.now())
    sort, state = _sort(request), _state(request)
    context = {
        "rows": arranged(rows, sort=sort, state=state),
        "columns": COLUMNS,
        "sort": sort,
        "state": state,
        "states": [(one, sum(row.state == one for row in rows)) for one in ORDER],
        "total": len(rows),
        "tone": tone,
    }
    return page(request, "sites", study, "Sites", **context)


@require_safe
def sites_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same table for a spreadsheet program."""
    by, study = own_study(request, slug)
    rows = arranged(site_rows(study, by, now=clock.now()), sort=_sort(request), state=_state(request))
    response = HttpResponse(as_csv(rows).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sites-{study.slug}.csv"'
    return response


@require_http_methods(READ_WRITE)
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite an institution."""
    by, study = own_study(request, slug)
    refuse_unless(
        by.may(Permission.SITE_INVITE, study=study.public_id), "The lead of the study invites its sites."
    )
    asks_mode = study.mode == Mode.BOTH
    form = InviteForm(request.POST if request.method == "POST" else None)
    if not asks_mode:
        del form.fields["mode"]
    if request.method == "POST" and form.is_valid():
        own_mode = form.cleaned_data.pop("mode", "") or (Mode.POOLED if asks_mode else study.mode)
        if attempt(
            form,
            lambda: invite_site(by=by, study=study, **form.cleaned_data, mode=own_mode, now=clock.now()),
        ):
            return see_other("study-sites", slug, done="added")
    return page(request, "form", study, "Sites", form=form, heading="Invite a site", button="Invite")


@require_safe
def site(request: HttpRequest, slug: str, site: UUID) -> HttpResponse:
    """One site: its state and why, its approvals, its people, what it sent."""
    by, one = seen_site(request, slug, site)
    now = clock.now()
    facts = one.facts()
    held = [
        role
        for role in roles_of_studies([one.study_id], now=now)
        if role.is_held and role.site == one.public_id
    ]
    names = names_of({role.account for role in held})
    sent = Submission.objects.filter(study_site=one).order_by("-received_at").defer("rows", "counts")
    context = {
        "site": one,
        "state": site_state(facts, now.date()),
        "blocks": what_blocks(facts, now.date()),
        "review": facts.ethics_on(now.date()),
        "deal": facts.agreement_on(now.date()),
        "people": [
            (ROLES[role.role].name, names.get(role.account, "Former member"), role.ends_at) for role in held
        ],
        "last": sent.first(),
        "tone": tone,
        "steps": steps_of(by, one),
        "may_change": _may_change(by, one),
        "may_attest": may_attest(by, one),
    }
    return page(request, "site", one.study, "Sites", **context)


@require_http_methods(READ_WRITE)
def change(request: HttpRequest, slug: str, site: UUID) -> HttpResponse:
    """What a site expects, and what it can't give."""
    by, one = seen_site(request, slug, site)
    refuse_unless(_may_change(by, one), "The lead of the study, or the site, changes this.")
    form = SiteForm(
        request.POST if request.method == "POST" else None,
        site=one,
        initial={"expected_patients": one.expected_patients, "impossible_fields": one.impossible_fields},
    )
    if request.method == "POST" and form.is_valid():
        wanted = {"impossible_fields": one.impossible_fields, **form.cleaned_data}
        if attempt(form, lambda: change_site(by=by, site=one, **wanted, now=clock.now())):
            return see_other("study-site", slug, site, done="saved")
    heading = f"Change site {one.code}"
    return page(request, "form", one.study, "Sites", form=form, heading=heading, button="Save", site=one)


@require_http_methods(READ_WRITE)
def step(request: HttpRequest, slug: str, site: UUID, on: str) -> HttpResponse:
    """Confirm, close or withdraw a site."""
    by, one = seen_site(request, slug, site)
    if on not in STEPS:
        raise Http404
    refuse_unless(on in steps_of(by, one), "This can't be done by you, or not now.")
    heading, told, act = STEPS[on]
    form = NoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(form, lambda: act(by=by, site=one, now=clock.now())):
        return see_other("study-site", slug, site, done="moved")
    context = {"form": form, "heading": heading, "told": told, "button": heading, "site": one}
    return page(request, "form", one.study, "Sites", **context)


@require_http_methods(READ_WRITE)
def attestation(request: HttpRequest, slug: str, site: UUID) -> HttpResponse:
    """A federated site says that its rows are ready."""
    by, one = seen_site(request, slug, site)
    refuse_unless(may_attest(by, one), "The people of a federated site attest its rows.")
    initial = {"has_kit": one.has_kit, "has_policy": one.has_policy}
    form = AttestForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        if attempt(form, lambda: attest(by=by, site=one, **wanted, now=clock.now())):
            return see_other("study-site", slug, site, done="saved")
    context = {
        "form": form,
        "heading": "Attest that the rows of this site are ready",
        "told": what_blocks(one.facts(), clock.today())
        or f"The study's dictionary has the hash {one.study.dictionary_hash or '(none yet)'}.",
        "button": "Attest",
        "site": one,
    }
    return page(request, "form", one.study, "Sites", **context)


def steps_of(by: Holder, site: StudySite) -> dict[str, str]:
    """What can be done to a site now by somebody: word of the address -> words."""
    if site.withdrawn_at or site.closed_at:
        return {}
    is_lead = by.may(Permission.SITE_INVITE, study=site.study_id)
    is_own = by.may(Permission.SITE_CONFIRM, study=site.study_id, site=site.public_id)
    allowed = {
        "confirm": is_own and site.confirmed_at is None,
        "close": is_lead and site.confirmed_at is not None,
        "withdraw": is_lead or (is_own and site.confirmed_at is None),
    }
    return {on: STEPS[on][0] for on, is_allowed in allowed.items() if is_allowed}


def may_attest(by: Holder, site: StudySite) -> bool:
    """Whether somebody may attest for a site, one that sends no rows."""
    may = by.may(Permission.SUBMISSION_UPLOAD, study=site.study_id, site=site.public_id)
    return may and site.mode != Mode.POOLED


def _may_change(by: Holder, site: StudySite) -> bool:
    if site.withdrawn_at or site.closed_at:
        return False
    own = by.may(Permission.SITE_CONFIRM, study=site.study_id, site=site.public_id)
    return own or by.may(Permission.SITE_INVITE, study=site.study_id)


def _sort(request: HttpRequest) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in {one.key for one in COLUMNS} else "site"


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in set(SiteState) else ""
