"""The audit trail for the auditor: narrowed, taken away as a table, verified. For others it isn't there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.audit.actions.exporting import export_trail
from cimara_web.audit.forms import TrailForm
from cimara_web.audit.queries import current_head, visible_events
from cimara_web.audit.shown import shown, table
from cimara_web.audit.verifying import verify
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission

PAGE = 50
CHUNK = 2000


@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Fifty events, the last ones first, narrowed by the filters."""
    by = _reader(request, Permission.AUDIT_VIEW)
    form = TrailForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/trail.html", {"form": form, "events": [], "older": None, "query": {}})
    rows = form.narrowed(visible_events(by)).order_by("-seq")
    if before := form.cleaned_data["before"]:
        rows = rows.filter(seq__lt=before)
    found = list(rows[: PAGE + 1])
    older = form.query(before=found[PAGE - 1].seq) if len(found) > PAGE else None
    context = {"form": form, "events": list(map(shown, found[:PAGE])), "older": older, "query": form.query()}
    return render(request, "audit/trail.html", context)


@require_safe
def trail_csv(request: HttpRequest) -> HttpResponse:
    """All events that fit the filters, the first ones first; taking them away is an event, too."""
    by = _reader(request, Permission.AUDIT_VIEW)
    form = TrailForm(request.GET)
    if not form.is_valid():
        return render(
            request, "audit/trail.html", {"form": form, "events": [], "older": None, "query": {}}, status=400
        )
    rows = form.narrowed(visible_events(by)).order_by("seq")
    export_trail(by=by, rows=rows.count(), now=clock.now())
    response = StreamingHttpResponse(
        _lines(table(rows.iterator(chunk_size=CHUNK))), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="cimara-audit.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def chain(request: HttpRequest) -> HttpResponse:
    """The head of the chain; POST walks the whole chain and says whether it holds."""
    _reader(request, Permission.AUDIT_VERIFY)
    verdict = verify() if request.method == "POST" else None
    return render(request, "audit/chain.html", {"head": current_head(), "verdict": verdict})


def _reader(request: HttpRequest, permission: Permission) -> Holder:
    by = holder(request)
    if not by.may(permission):
        raise Http404
    return by


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield "\ufeff"
    yield from map(writer.writerow, rows)
