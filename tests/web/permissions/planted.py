"""Holes to be found: the portal's addresses with one view exchanged for a copy that does something wrong."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from cimara_web import urls
from cimara_web.studies.models import Study
from cimara_web.studies.views import frame
from cimara_web.studies.views import study as views
from cimara_web.writes import action
from tests.web.people import NOW

STUDY = "studies/<study:slug>/"
"""The pattern that each of them answers in the place of the real view."""


def copy_of(function: Callable[..., Any], **instead: object) -> Callable[..., Any]:
    """The same code, with other things behind some of the names that it uses."""
    real = getattr(function, "__wrapped__", function)
    known = {**real.__globals__, **instead}
    return FunctionType(real.__code__, known, real.__name__, real.__defaults__, real.__closure__)


def served(view: Callable[..., HttpResponse]) -> ModuleType:
    """The portal's addresses with this view for a study."""
    module = ModuleType("planted")
    module.__dict__.update({name: value for name, value in vars(urls).items() if name.startswith("handler")})
    module.urlpatterns = [path(STUDY, view, name="study"), *urls.urlpatterns]
    return module


def _talkative(request: HttpRequest, slug: str) -> HttpResponse:
    if Study.objects.filter(slug=slug).exists():
        return HttpResponse("There is such a study, but not for you.", status=404)
    raise Http404


def _hasty(request: HttpRequest, slug: str) -> HttpResponse:
    _touch(slug)
    raise Http404


@action
def _touch(slug: str) -> None:
    Study.objects.filter(slug=slug).update(moved_at=NOW)


_every_study = copy_of(frame.seen_study, visible_studies=lambda by: Study.objects.all())
FORGETFUL = served(require_safe(copy_of(views.overview, seen_study=_every_study)))
"""The real view, and the real look-up of its study, but for `visible_studies`."""
TALKATIVE = served(require_safe(_talkative))
HASTY = served(require_safe(_hasty))
OPEN = served(login_not_required(require_safe(copy_of(views.overview))))
