"""The page of an invitation's link. Opening it changes nothing; POST makes its guest a member."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cimara_web import clock
from cimara_web.accounts.actions.making import AddressTakenError
from cimara_web.accounts.orcid import is_offered
from cimara_web.accounts.queries import account_of
from cimara_web.members.actions.invitations import InvitationError
from cimara_web.members.actions.joining import accept, accept_as_new
from cimara_web.members.actions.profile import ProfileError
from cimara_web.members.forms.joining import JoinForm, NewAccountForm, too_late
from cimara_web.members.links import token_hash
from cimara_web.members.models import Invitation
from cimara_web.members.queries import open_invitations


@sensitive_post_parameters("password")
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Say who one is, who sees it, how one signs in."""
    invitation = _invitation(token)
    if invitation is None:
        return _dead(request)
    if request.user.is_authenticated:
        return _with_account(request, invitation, token)
    if account_of(invitation.email) is not None:
        return render(request, "network/join_sign_in.html", {"invitation": invitation})
    return _without_account(request, invitation, token)


def _invitation(token: str) -> Invitation | None:
    rows = open_invitations(clock.now()).select_related("institution")
    return rows.filter(token_hash=token_hash(token)).first()


def _dead(request: HttpRequest) -> HttpResponse:
    """One page for a link that was used, was taken back, has ended or never was."""
    return render(request, "network/join_dead.html", status=404)


def _with_account(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    if request.user.email.casefold() != invitation.email.casefold():
        return render(request, "network/join_sign_in.html", {"invitation": invitation, "is_other": True})
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {**form.facts(), "visibility": form.visibility()}
        try:
            accept(token=token, account=request.user.pk, now=clock.now(), **facts)
        except ProfileError as error:
            form.refuse(error.field, str(error))
        except InvitationError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("me"), status=303)
    return _page(request, invitation, form)


def _without_account(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = NewAccountForm(request.POST or None, email=invitation.email, by_orcid=is_offered())
    if request.method == "POST" and form.is_valid():
        account = _made(form, token)
        if account is not None:
            return _signed_in(request, account, to_orcid=form.chooses_orcid)
    return _page(request, invitation, form)


def _made(form: NewAccountForm, token: str) -> Any:
    """The new account, or None with the reason in the form."""
    facts = {**form.facts(), "visibility": form.visibility()}
    language = get_language() or "en"
    try:
        return accept_as_new(
            token=token, password=form.chosen_password(), language=language, now=clock.now(), **facts
        )
    except ProfileError as error:
        form.refuse(error.field, str(error))
    except AddressTakenError:
        form.add_error(None, too_late())
    except InvitationError as error:
        form.add_error(None, str(error))
    return None


def _signed_in(request: HttpRequest, account: Any, *, to_orcid: bool) -> HttpResponse:
    """Signed in by the link, which proved the address; the portal asks for a second factor by itself."""
    record_authentication(request, account, "invitation")
    target = f"{reverse('orcid_login')}?process=connect" if to_orcid else reverse("me")
    return perform_login(request, Login(user=account, email=account.email, redirect_url=target))


def _page(request: HttpRequest, invitation: Invitation, form: JoinForm) -> HttpResponse:
    context = {"form": form, "invitation": invitation, "is_new": isinstance(form, NewAccountForm)}
    return render(request, "network/join.html", context)
