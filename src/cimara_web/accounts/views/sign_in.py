"""Sign-in by an operator's link, the picture of a new app, and signing in anew where nothing else will do."""

from __future__ import annotations

from io import BytesIO

import qrcode
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe
from qrcode.image.svg import SvgPathImage

from cimara_web import clock
from cimara_web.accounts import security_log
from cimara_web.accounts.actions.links import use_link
from cimara_web.accounts.by_link import signed_in_by_link
from cimara_web.accounts.second_factor import LINK


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def once(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button, since scanners open links; POST uses the link up and signs in.

    A second factor that the account has is asked for all the same.
    """
    if request.method != "POST":
        return render(request, "account/once.html")
    account = use_link(token=token, now=clock.now())
    if account is None:
        security_log.note(request, "sign_in.failed", way=LINK)
        return render(request, "account/dead_link.html", status=404)
    return signed_in_by_link(request, account)


@require_safe
def app_picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the app that is being set up in this session."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if secret is None:
        raise Http404
    drawn = BytesIO()
    address = get_adapter().build_totp_url(request.user, secret)
    qrcode.make(address, image_factory=SvgPathImage).save(drawn)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


@require_safe
def again(request: HttpRequest) -> HttpResponse:
    """For who signs in by ORCID alone: sign out, and in again."""
    return render(request, "account/again.html", {"next": request.GET.get("next", "")})
