"""The endpoint atlas: which endpoints studies use, how they define them, and where they differ."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cimara.terms.endpoint import EndpointId
from cimara.trials.atlas import Heterogeneity
from cimara.trials.atlas.collect import UNSORTED
from cimara.trials.atlas.heterogeneity import OF_ANY_TRIAL, EndpointReport, Item, items_of, value_of
from cimara.trials.atlas.shares_figure import shares_svg
from cimara.trials.atlas.tables import write_csv
from cimara.trials.atlas.usage import criteria_used, names_used, spreads
from cimara_web.finder import endpoint_words
from cimara_web.finder.counted import compared, compared_one, figure
from cimara_web.finder.downloads import csv_file, no_such_file, svg_file
from cimara_web.finder.population import PopulationForm
from cimara_web.finder.source_words import source_sentence

MEASURES_A_PAGE = 50
NAMES_SHOWN = 12
VALUES_SHOWN = 6


@login_not_required
@require_safe
def endpoints(request: HttpRequest) -> HttpResponse:
    """Every endpoint that is compared, with how often each item of its definition is stated."""
    form = PopulationForm(request.GET)
    context: dict[str, object] = {"form": form, "items": Item, "say": endpoint_words}
    if not form.is_valid():
        return render(request, "finder/endpoints.html", context | {"report": None}, status=400)
    report = compared(form.selection())
    context |= {
        "report": report,
        "query": form.query(),
        "of_cns": [one for one in report.endpoints if one.endpoint not in OF_ANY_TRIAL],
        "of_any": [one for one in report.endpoints if one.endpoint in OF_ANY_TRIAL],
        "items_of": items_of,
        "uncompared": _uncompared(report),
        "source": source_sentence(report.atlas.provenance),
    }
    return render(request, "finder/endpoints.html", context)


def _uncompared(report: Heterogeneity) -> list[tuple[EndpointId, int]]:
    """Endpoints that are left out of the comparison, each with how many studies name it."""
    counts = {one: len({row.nct_id for row in report.atlas.of(one)}) for one in EndpointId if one in UNSORTED}
    return [(one, n) for one, n in counts.items() if n]


@login_not_required
@require_safe
def endpoints_figure(request: HttpRequest) -> HttpResponse:
    """What the measures of each endpoint state, as a figure."""
    form = PopulationForm(request.GET)
    if not form.is_valid():
        return no_such_file(form)
    population = form.selection()

    def drawn() -> str:
        report = compared(population)
        return shares_svg(report, endpoint_words.shares_words(report))

    return svg_file(figure(("endpoint figure", population, get_language()), drawn))


@login_not_required
@require_safe
def endpoints_csv(request: HttpRequest) -> HttpResponse:
    """Every measure of the endpoints that are compared."""
    form = PopulationForm(request.GET)
    if not form.is_valid():
        return no_such_file(form)
    return csv_file(write_csv(compared(form.selection())), "endpoints")


@login_not_required
@require_safe
def endpoint(request: HttpRequest, slug: str) -> HttpResponse:
    """One endpoint: what it measures, what studies call it, and each of its measures."""
    asked, form = _endpoint_of(slug), PopulationForm(request.GET)
    context: dict[str, object] = {"form": form, "endpoint": asked, "slug": slug, "say": endpoint_words}
    if not form.is_valid():
        return render(request, "finder/endpoint.html", context | {"report": None}, status=400)
    report = compared_one(form.selection(), asked)
    found = report.report(asked) or EndpointReport.empty(asked)
    context |= _usage(found) | {
        "report": report,
        "query": form.query(),
        "page": Paginator(found.rows, MEASURES_A_PAGE).get_page(request.GET.get("page")),
        "source": source_sentence(report.atlas.provenance),
    }
    return render(request, "finder/endpoint.html", context)


def _usage(found: EndpointReport) -> dict[str, object]:
    """How the studies of one endpoint speak of it, as its page shows it."""
    names = names_used(found.rows)
    return {
        "found": found,
        "items": items_of(found.endpoint),
        "value_of": value_of,
        "names": names[:NAMES_SHOWN],
        "more_names": len(names[NAMES_SHOWN:]),
        "criteria": criteria_used(found.rows),
        "values_shown": VALUES_SHOWN,
        "spreads": spreads(found) if found.rows else (),
    }


@login_not_required
@require_safe
def endpoint_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Every measure of one endpoint."""
    asked, form = _endpoint_of(slug), PopulationForm(request.GET)
    if not form.is_valid():
        return no_such_file(form)
    return csv_file(write_csv(compared_one(form.selection(), asked).only(asked)), f"endpoint-{slug}")


def _endpoint_of(slug: str) -> EndpointId:
    """The endpoint of an address: its id in small letters."""
    found = next((one for one in EndpointId if one.lower() == slug), None)
    if found is None:
        raise Http404
    return found
