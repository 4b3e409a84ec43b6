"""Addresses of sign-in, and of what is one's own."""

from __future__ import annotations

from allauth.socialaccount import views as identities
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from cimara_web.accounts import orcid
from cimara_web.accounts.views import own, sign_in

urlpatterns = [
    path("account/once/<slug:token>/", sign_in.once, name="account-once"),
    path("account/again/", sign_in.again, name="account-again"),
    path("account/", include("allauth.account.urls")),
    path("account/factors/app/picture.svg", sign_in.app_picture, name="account-app-picture"),
    path("account/factors/", include("allauth.mfa.urls")),
    path("account/orcid/", orcid.orcid_begin, name="orcid_login"),
    path("account/orcid/sign-up/", identities.signup, name="socialaccount_signup"),
    path("account/orcid/stopped/", identities.login_cancelled, name="socialaccount_login_cancelled"),
    path(
        "account/orcid/failed/", login_not_required(identities.login_error), name="socialaccount_login_error"
    ),
    path("account/orcid/connected/", identities.connections, name="socialaccount_connections"),
    path("me/", own.me, name="me"),
    path("me/sessions/", include("allauth.usersessions.urls")),
    path("me/export/", own.export, name="my-export"),
    path("me/delete/", own.deletion, name="my-deletion"),
    path("me/stay/<str:token>/", own.stay, name="my-stay"),
]
