"""The network that anyone sees: how many members of which specialty, and where in the world."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cimara.trials.plain import date_words
from cimara_web.kept import Kept
from cimara_web.members.bars import describe as bars_in_words
from cimara_web.members.bars import draw_bars
from cimara_web.members.counted import Network
from cimara_web.members.counted import network as counted
from cimara_web.members.labels import SPECIALTIES, country_words, worded
from cimara_web.members.map import describe as map_in_words
from cimara_web.members.map import draw_map
from cimara_web.members.tables import csv_file

FIGURES = Kept(most=4)
"""Two figures in two languages, of the newest numbers."""
SECONDS = 3600
"""A browser may keep a figure: its address names the numbers."""


@login_not_required
@require_safe
def network(request: HttpRequest) -> HttpResponse:
    """Both figures, each beside a table with the same numbers."""
    now = counted()
    context = {
        "network": now,
        "specialties": [(worded(SPECIALTIES, one), count) for one, count in now.specialties],
        "countries": [(country_words(code), places, people) for code, places, people in now.countries],
        "places": [(one, country_words(one.country)) for one in now.places],
        "bars_in_words": bars_in_words(now.specialties),
        "map_in_words": map_in_words(now.on_map),
    }
    return render(request, "network/network.html", context)


@login_not_required
@require_safe
def specialties_figure(request: HttpRequest) -> HttpResponse:
    """The bars."""
    return _figure("bars", lambda now, as_of: draw_bars(now.specialties, as_of=as_of))


@login_not_required
@require_safe
def map_figure(request: HttpRequest) -> HttpResponse:
    """The map."""
    return _figure("map", lambda now, as_of: draw_map(now.on_map, as_of=as_of))


@login_not_required
@require_safe
def specialties_csv(request: HttpRequest) -> HttpResponse:
    """The numbers of the bars."""
    now = counted()
    rows = [(worded(SPECIALTIES, one), count) for one, count in now.specialties]
    return csv_file("specialties", now.as_of, (_("Primary specialty"), _("Members")), rows)


@login_not_required
@require_safe
def places_csv(request: HttpRequest) -> HttpResponse:
    """The numbers of the map."""
    now = counted()
    header = (_("Country"), _("Town"), _("Institution"), _("Members"), _("Latitude"), _("Longitude"))
    rows = [
        (country_words(one.country), one.city, one.name, one.members, one.latitude, one.longitude)
        for one in now.places
    ]
    return csv_file("network", now.as_of, header, rows)


def _figure(name: str, draw: Callable[[Network, str], str]) -> HttpResponse:
    now, language = counted(), get_language() or "en"
    as_of = _("As of %(date)s") % {"date": date_words(now.as_of.isoformat(), language)}
    made = FIGURES.get(now.version, (name, language), lambda: draw(now, as_of))
    response = HttpResponse(made, content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    return response
