"""Sign-in by ORCID: an identity is a provider with an iD; of ORCID's record nothing else is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.orcid import views as orcid_views
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _

PROVIDER = "orcid"
LANGUAGE = "orcid_language"


def is_offered() -> bool:
    """Whether this portal is known at ORCID."""
    return bool(settings.SOCIALACCOUNT_PROVIDERS[PROVIDER].get("APPS"))


class IdentityAdapter(DefaultSocialAccountAdapter):
    """What allauth asks of us about identities."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": _("First set a password: without it and without ORCID you could not sign in."),
        "no_verified_email": _("First confirm your e-mail address."),
    }

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> AbstractBaseUser:
        """Keep the iD alone; an address of the record is nobody's proof, so it isn't even suggested."""
        sociallogin.account.extra_data = {}
        sociallogin.email_addresses = []
        return sociallogin.user


def _offered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_offered():
            raise Http404
        return view(request, *args, **kwargs)

    run.__module__ = __name__
    run.__name__ = view.__name__
    return login_not_required(run)


@_offered
def orcid_begin(request: HttpRequest) -> HttpResponse:
    """What will happen, with a button; then on to ORCID.

    The way there is a page of its own, since a form's answer may not lead to another host under our policy.
    """
    request.session[LANGUAGE] = translation.get_language()
    response = orcid_views.oauth2_login(request)
    if isinstance(response, HttpResponseRedirect):
        return render(request, "socialaccount/leaving.html", {"target": response.url})
    return response


@_offered
def orcid_return(request: HttpRequest) -> HttpResponse:
    """Back from ORCID, whose registration knows one address for all languages."""
    with translation.override(request.session.pop(LANGUAGE, settings.LANGUAGE_CODE)):
        response = orcid_views.oauth2_callback(request)
        if hasattr(response, "render"):
            response.render()
        return response
