"""The endpoint definitions as pages: what starts the clock, stops it, and is done where trials differ."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cimara.outcomes import Endpoint, catalogue
from cimara.terms.endpoint import EndpointId
from cimara_web.finder import endpoint_words
from cimara_web.response.defined import Defined
from cimara_web.response.files import TOML, kept_file


@login_not_required
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """Every definition with its plain words."""
    found = [Defined(one) for one in catalogue.values()]
    return render(request, "response/definitions.html", {"found": found, "say": endpoint_words})


@login_not_required
@require_safe
def definition(request: HttpRequest, slug: str) -> HttpResponse:
    """One definition in words, rule by rule."""
    context = {"one": Defined(_definition(slug)), "say": endpoint_words}
    return render(request, "response/definition.html", context)


@login_not_required
@require_safe
def definition_toml(request: HttpRequest, slug: str) -> HttpResponse:
    """The definition as the file that a program reads."""
    found = _definition(slug)
    return kept_file(found.to_toml(), TOML, f"{slug}.toml")


def _definition(slug: str) -> Endpoint:
    """The definition of an address: its id in small letters."""
    wanted = next((one for one in EndpointId if one.lower() == slug and one in catalogue), None)
    if wanted is None:
        raise Http404
    return catalogue[wanted]
