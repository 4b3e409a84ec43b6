"""The office's pages on roles over the whole portal."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cimara_web import clock
from cimara_web.accounts.actions.roles import LIFE
from cimara_web.accounts.actions.site_roles import GIVEN_HERE, RoleError, end_role, give_role, renew_role
from cimara_web.accounts.fresh import recently_signed_in
from cimara_web.accounts.office_forms import GiveForm, UntilForm
from cimara_web.accounts.queries import SiteWide, holder, site_wide
from cimara_web.members.queries import names_of
from cimara_web.permissions.holder import Refused
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import ROLES

SOON = timedelta(days=30)
METHODS = ["GET", "HEAD", "POST"]


def _office_only(request: HttpRequest) -> None:
    """Others may not see these pages at all."""
    if not holder(request).may(Permission.ROLE_GRANT):
        raise Http404


@require_http_methods(METHODS)
def roles(request: HttpRequest) -> HttpResponse:
    """Who holds a role over the portal; POST gives one."""
    _office_only(request)
    return _roles(request)


@recently_signed_in
def _give(request: HttpRequest, form: GiveForm) -> HttpResponse:
    try:
        give_role(by=holder(request), now=clock.now(), **form.given())
    except (RoleError, Refused) as error:
        form.add_error(None, str(error))
        return _page(request, form)
    return HttpResponseRedirect(reverse("roles"), status=303)


def _roles(request: HttpRequest) -> HttpResponse:
    form = GiveForm(request.POST or None, initial={"until": (clock.now() + LIFE).date()})
    if request.method == "POST" and form.is_valid():
        return _give(request, form)
    return _page(request, form)


def _page(request: HttpRequest, form: GiveForm) -> HttpResponse:
    held = site_wide(GIVEN_HERE, now=clock.now())
    context = {
        "form": form,
        "held": [_told(one) for one in held],
        "names": names_of({one.account for one in held}),
    }
    return render(request, "office/roles.html", context)


def _told(one: SiteWide) -> dict[str, object]:
    ends_soon = one.ends_at is not None and one.ends_at - clock.now() < SOON
    return {"row": one, "name": ROLES[one.role].name, "slug": one.role.name.lower(), "ends_soon": ends_soon}


@require_http_methods(METHODS)
def role(request: HttpRequest, account: UUID, role: str) -> HttpResponse:
    """One role of one person: renew it, or end it."""
    _office_only(request)
    held = next((one for one in site_wide(GIVEN_HERE, now=clock.now()) if _is(one, account, role)), None)
    if held is None:
        raise Http404
    return _changed(request, held)


@recently_signed_in
def _changed(request: HttpRequest, held: SiteWide) -> HttpResponse:
    is_renewal = request.method == "POST" and "end" not in request.POST
    form = UntilForm(request.POST if is_renewal else None, initial={"until": (clock.now() + LIFE).date()})
    problem = ""
    if request.method == "POST" and (not is_renewal or form.is_valid()):
        try:
            _change(request, held, form.cleaned_data["until"] if is_renewal else None)
            return HttpResponseRedirect(reverse("roles"), status=303)
        except (RoleError, Refused) as error:
            problem = str(error)
    who = names_of({held.account}).get(held.account, held.email)
    context = {**_told(held), "form": form, "who": who, "problem": problem}
    return render(request, "office/role.html", context)


def _change(request: HttpRequest, held: SiteWide, until: date | None) -> None:
    """Renew until a day; end when none is given."""
    by, now = holder(request), clock.now()
    if until is None:
        end_role(by=by, account=held.account, role=held.role, now=now)
    else:
        renew_role(by=by, account=held.account, role=held.role, until=until, now=now)


def _is(one: SiteWide, account: UUID, role: str) -> bool:
    return one.account == account and one.role.name.lower() == role
