"""Pages of alerts. Opening a mailed link never changes anything: mail scanners open links, too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from cimara_web import clock
from cimara_web.alerts.actions.asking import ask_for_alert, ask_for_links
from cimara_web.alerts.actions.changing import change, happen
from cimara_web.alerts.facets import facets_of_search
from cimara_web.alerts.forms import AddressForm, AlertForm, FacetsForm
from cimara_web.alerts.from_answers import suggested
from cimara_web.alerts.models import Alert, Purpose
from cimara_web.alerts.queries import alert_of
from cimara_web.alerts.shown import ShownAlert
from cimara_web.alerts.states import Happening
from cimara_web.finder.visits import answers_so_far, personal
from cimara_web.limits import PerAddress

ASKING_RATE = "20/h"
"""Mails that one network address may have sent: a clinic shares one, a mischief-maker needs many more."""
MANAGED = {one.value: one for one in (Happening.PAUSE, Happening.RESUME, Happening.RENEW, Happening.STOP)}
SAVE = "save"
LINK_METHODS = ["GET", "HEAD", "POST"]

View = Callable[..., HttpResponse]


def _public(view: View) -> View:
    """A page for anyone, of which browsers store nothing."""

    @wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return login_not_required(run)


@csrf_exempt  # the search page sends its filters here, which only fills in the form; `_asked` is protected
@personal
@require_http_methods(LINK_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new alert, filled in from a search or from answers; POST with an address asks for it."""
    if request.method == "POST" and "address" in request.POST:
        return _asked(request)
    if "sent" in request.GET:
        return render(request, "alerts/sent.html", {"is_new": True})
    chosen = (
        facets_of_search(request.POST) if request.method == "POST" else suggested(answers_so_far(request))
    )
    form = AlertForm(initial={"language": get_language(), **chosen})
    return render(request, "alerts/new.html", {"form": form})


@csrf_protect
def _asked(request: HttpRequest) -> HttpResponse:
    form = AlertForm(request.POST)
    if not form.is_valid():
        return render(request, "alerts/new.html", {"form": form})
    if not _may_ask(request):
        return _too_often(request)
    ask_for_alert(
        address=form.cleaned_data["address"],
        facets=form.facets(),
        every=form.how_often(),
        language=form.cleaned_data["language"],
        now=clock.now(),
    )
    return _see(f"{reverse('alert-new')}?sent=1")


@_public
@require_http_methods(LINK_METHODS)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for links by mail; the answer is the same whether or not the address is known."""
    if "sent" in request.GET:
        return render(request, "alerts/sent.html", {"is_new": False})
    form = AddressForm(request.POST) if request.method == "POST" else AddressForm()
    if not form.is_valid():
        return render(request, "alerts/ask.html", {"form": form})
    if not _may_ask(request):
        return _too_often(request)
    ask_for_links(address=form.cleaned_data["address"], now=clock.now())
    return _see(f"{reverse('alert-manage')}?sent=1")


@_public
@require_http_methods(LINK_METHODS)
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Whether this alert is wanted; POST says yes."""
    alert = alert_of(token, Purpose.CONFIRM, now=clock.now())
    if alert is None:
        return _dead_link(request)
    if request.method == "POST":
        happen(public_id=alert.public_id, happening=Happening.CONFIRM, now=clock.now())
        return _see(f"{request.path}?done=1")
    context = {"shown": ShownAlert(alert), "is_done": "done" in request.GET}
    return render(request, "alerts/confirm.html", context)


@_public
@require_http_methods(LINK_METHODS)
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """Change an alert, pause, resume, renew or stop it."""
    alert = alert_of(token, Purpose.MANAGE, now=clock.now())
    if alert is None:
        return _dead_link(request)
    if request.method != "POST":
        form = FacetsForm(initial={**alert.facets, "every": alert.every, "language": alert.language})
        return _manage_page(request, alert, form)
    wanted = request.POST.get("do", SAVE)
    if wanted in MANAGED:
        happen(public_id=alert.public_id, happening=MANAGED[wanted], now=clock.now())
        if MANAGED[wanted] is Happening.STOP:
            return render(request, "alerts/stopped.html")
        return _see(f"{request.path}?done={wanted}")
    form = FacetsForm(request.POST)
    if not form.is_valid():
        return _manage_page(request, alert, form)
    change(
        public_id=alert.public_id,
        facets=form.facets(),
        every=form.how_often(),
        language=form.cleaned_data["language"],
    )
    return _see(f"{request.path}?done={SAVE}")


def _manage_page(request: HttpRequest, alert: Alert, form: FacetsForm) -> HttpResponse:
    done = request.GET.get("done", "")
    context = {"shown": ShownAlert(alert), "form": form, "done": done if done in (SAVE, *MANAGED) else ""}
    return render(request, "alerts/manage.html", context)


@csrf_exempt  # for the one click of RFC 8058, which a mail program sends; a page's form is protected below
@_public
@require_http_methods(LINK_METHODS)
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Whether to stop an alert; POST stops it and deletes all there is of it."""
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return _stopped(request, token)
    return _stop_page(request, token)


@csrf_protect
def _stop_page(request: HttpRequest, token: str) -> HttpResponse:
    if request.method == "POST":
        return _stopped(request, token)
    alert = alert_of(token, Purpose.STOP, now=clock.now())
    if alert is None:
        return _dead_link(request)
    return render(request, "alerts/stop.html", {"shown": ShownAlert(alert)})


def _stopped(request: HttpRequest, token: str) -> HttpResponse:
    """The same page when the alert was gone already: what was wanted is so."""
    alert = alert_of(token, Purpose.STOP, now=clock.now())
    if alert is not None:
        happen(public_id=alert.public_id, happening=Happening.STOP, now=clock.now())
    return render(request, "alerts/stopped.html")


def _dead_link(request: HttpRequest) -> HttpResponse:
    """One page for a link that has ended, that was used up, or that never was."""
    return render(request, "alerts/dead_link.html", status=404)


def _may_ask(request: HttpRequest) -> bool:
    return bool(PerAddress("mail", ASKING_RATE).allow_request(request))


def _too_often(request: HttpRequest) -> HttpResponse:
    response = render(request, "alerts/too_often.html", status=429)
    response["Retry-After"] = "3600"
    return response


def _see(address: str) -> HttpResponse:
    """Go and look there, by GET."""
    return HttpResponseRedirect(address, status=303)
