"""The page of a demonstration that says who is who in it, and lets a newcomer look through their eyes."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cimara_web.accounts.by_link import signed_in_by_link
from cimara_web.accounts.queries import demonstration_accounts
from cimara_web.demonstration.cast import PARTS
from cimara_web.demonstration.nearness import is_on_this_machine
from cimara_web.demonstration.story import progress

WAIT_SECONDS = 5


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """Who is who; with POST, sign in as one of them. There is no such page anywhere else."""
    if not (settings.DEMONSTRATION and is_on_this_machine(request)):
        raise Http404
    if request.method == "POST":
        return _look_as(request, request.POST.get("as", ""))
    made = progress()
    there = demonstration_accounts(one.person.email for one in PARTS)
    ready = {one.key for one in PARTS if one.person.email in there}
    response = render(request, "demonstration/roles.html", {"parts": PARTS, "there": ready, "progress": made})
    if not made.is_whole:
        response["Refresh"] = str(WAIT_SECONDS)
    return response


def _look_as(request: HttpRequest, key: str) -> HttpResponse:
    part = next((one for one in PARTS if one.key == key), None)
    account = demonstration_accounts([part.person.email]).get(part.person.email) if part else None
    if part is None or account is None:
        raise Http404
    return signed_in_by_link(request, account, part.begins_at)
