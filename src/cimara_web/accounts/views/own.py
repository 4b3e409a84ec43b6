"""One's own pages: roles and factors, a copy of all data, leaving."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.accounts import notices
from cimara_web.accounts.actions.leaving import (
    WAIT,
    NotLeavingError,
    ask_deletion,
    cancel_deletion,
    owner_of,
)
from cimara_web.accounts.actions.noting import note_change
from cimara_web.accounts.factors import kinds_of
from cimara_web.accounts.fresh import recently_signed_in
from cimara_web.accounts.own_data import exported, staying
from cimara_web.accounts.queries import held_by, holder
from cimara_web.accounts.role_words import ROLE_WORDS
from cimara_web.accounts.second_factor import GRACE, must_have
from cimara_web.accounts.sign_in_settings import KIND_WORDS
from cimara_web.audit.events import Event
from cimara_web.studies.queries import visible_studies

STAY = "stay with us"
"""What a token in a mail is signed for."""


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here: roles and their ends, ways to sign in, links to the rest."""
    roles = held_by(request.user, now=clock.now())
    ids = {one.study for one in roles if one.study}
    titles = visible_studies(holder(request)).filter(public_id__in=ids).values_list("public_id", "title")
    context: dict[str, Any] = {
        "account": request.user,
        "roles": roles,
        "role_words": ROLE_WORDS,
        "studies": dict(titles),
        "kinds": [KIND_WORDS[kind] for kind in kinds_of(request.user)],
        "must_have": must_have(request),
        "grace_days": GRACE.days,
        "has_password": request.user.has_usable_password(),
        "who": holder(request),
    }
    return render(request, "account/me.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_signed_in
def export(request: HttpRequest) -> HttpResponse:
    """What the copy holds; POST gives it."""
    if request.method != "POST":
        return render(request, "account/export.html")
    note_change(event=Event.ACCOUNT_EXPORTED, account=request.user.pk, now=clock.now())
    response = HttpResponse(exported(owner_of(request.user)), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@recently_signed_in
def deletion(request: HttpRequest) -> HttpResponse:
    """What goes and what stays; POST asks for it, or cancels."""
    if request.method == "POST" and "stay" in request.POST:
        return _stay(request)
    if request.method == "POST" and request.user.deletion_due_at is None:
        token = signing.dumps(str(request.user.pk), salt=STAY)
        ask_deletion(by=holder(request), now=clock.now(), cancel_token=token)
        return HttpResponseRedirect(reverse("my-deletion"), status=303)
    context = {"account": request.user, "stays": staying(owner_of(request.user)), "days": WAIT.days}
    return render(request, "account/deletion.html", context)


def _stay(request: HttpRequest) -> HttpResponse:
    if request.user.deletion_due_at is not None:
        cancel_deletion(account=request.user.pk, now=clock.now())
        notices.leave(request, "deletion-cancelled")
    return HttpResponseRedirect(reverse("me"), status=303)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: whether to stay after all; POST says yes."""
    try:
        account = signing.loads(token, salt=STAY, max_age=WAIT)
    except signing.BadSignature:
        return render(request, "account/dead_link.html", status=404)
    if request.method != "POST":
        return render(request, "account/stay.html", {"is_done": "done" in request.GET})
    try:
        cancel_deletion(account=account, now=clock.now())
    except NotLeavingError:
        return render(request, "account/dead_link.html", status=404)
    return HttpResponseRedirect(f"{request.path}?done=1", status=303)
