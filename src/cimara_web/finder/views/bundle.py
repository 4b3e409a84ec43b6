"""A FHIR bundle in: pasted or uploaded, read by the library, and what was read shown without a name in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from cimara.trials.fhir import BundleFault
from cimara_web.finder.actions.profiles import save_clinician
from cimara_web.finder.clinician.bundles import FAULTS, Account
from cimara_web.finder.clinician.files import BundleForm
from cimara_web.finder.clinician.profile import PROFILE, given_of
from cimara_web.finder.clinician.upload import InMemory, is_too_long
from cimara_web.finder.visits import keep_token, personal, token_for_saving


@csrf_exempt  # the token is checked by `_read`, once it is settled how the body may be read
@personal
@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest) -> HttpResponse:
    """The form; POST reads the bundle, keeps the facts and shows what became of each part."""
    if request.method != "POST":
        return _page(request, BundleForm())
    if is_too_long(request):
        form = BundleForm(data={})
        form.errors["bundle"] = form.error_class([str(FAULTS[BundleFault.TOO_LARGE])])
        return _page(request, form, status=413)
    request.upload_handlers = [InMemory(request)]
    return _read(request)


@csrf_protect
def _read(request: HttpRequest) -> HttpResponse:
    form = BundleForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    token = token_for_saving(request)
    typed = given_of(form.reading.profile)
    save_clinician(token=token, clinician={PROFILE: typed}, now=timezone.now())
    response = render(request, "clinician/read.html", {"account": Account(form.reading)})
    keep_token(response, token)
    return response


def _page(request: HttpRequest, form: BundleForm, status: int = 200) -> HttpResponse:
    return render(request, "clinician/bundle.html", {"form": form}, status=status)
