"""One's own profile, who sees each part of it, and leaving."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cimara_web import clock
from cimara_web.accounts.fresh import recently_signed_in
from cimara_web.accounts.queries import holder
from cimara_web.members.actions.leaving import LeftAlreadyError
from cimara_web.members.actions.leaving import leave as leave_consortium
from cimara_web.members.actions.profile import ProfileError, change_profile, set_visibility
from cimara_web.members.forms.profile import ProfileForm, VisibilityForm, visibility_initial
from cimara_web.members.models import Member
from cimara_web.members.queries import member_of
from cimara_web.members.shown import person

METHODS = ["GET", "HEAD", "POST"]


def own_member(request: HttpRequest) -> Member:
    """The member who asks.

    Raises
    ------
    Http404
        For an account that is no member's.
    """
    member = member_of(holder(request).account)
    if member is None or member.left is not None:
        raise Http404
    return member


@require_http_methods(METHODS)
def profile(request: HttpRequest) -> HttpResponse:
    """What I say of myself."""
    member = own_member(request)
    form = ProfileForm(request.POST or None, initial=ProfileForm.initial_of(member))
    if request.method == "POST" and form.is_valid():
        try:
            change_profile(by=holder(request), member=member, now=clock.now(), **form.facts())
        except ProfileError as error:
            form.refuse(error.field, str(error))
        else:
            return _see("my-profile")
    context = {"form": form, "is_done": "done" in request.GET}
    return render(request, "network/profile.html", context)


@require_http_methods(METHODS)
def visibility(request: HttpRequest) -> HttpResponse:
    """Who sees each part of my profile."""
    member = own_member(request)
    form = VisibilityForm(request.POST or None, initial=visibility_initial(member))
    if request.method == "POST" and form.is_valid():
        set_visibility(by=holder(request), member=member, visibility=form.visibility(), now=clock.now())
        return _see("my-visibility")
    context = {"form": form, "is_done": "done" in request.GET, "own": person(member, holder(request))}
    return render(request, "network/visibility.html", context)


@require_http_methods(METHODS)
@recently_signed_in
def leave(request: HttpRequest) -> HttpResponse:
    """What leaving means; POST leaves."""
    member = own_member(request)
    if request.method != "POST":
        return render(request, "network/leave.html")
    try:
        leave_consortium(by=holder(request), member=member, now=clock.now())
    except LeftAlreadyError:
        raise Http404 from None
    return HttpResponseRedirect(reverse("me"), status=303)


def _see(name: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(name)}?done=1", status=303)
