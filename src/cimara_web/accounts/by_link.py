"""Signing somebody in whom the operator vouches for, by a one-time link or on the operator's own machine."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from cimara_web.accounts.models import Account
from cimara_web.accounts.second_factor import LINK


def signed_in_by_link(request: HttpRequest, account: Account, target: str = "") -> HttpResponse:
    """End the session that there is, begin one of this account, and go on.

    A second factor that the account has is asked for all the same.
    """
    logout(request)
    record_authentication(request, account, LINK)
    return perform_login(request, Login(user=account, email=account.email, redirect_url=target or None))
