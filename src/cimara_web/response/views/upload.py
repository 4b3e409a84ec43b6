"""An uploaded study: every patient derived, every row that can't be used named, nothing kept."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cimara.response import Patient, PatientResult, Policy, Study, derive
from cimara.response.model import Finding
from cimara.response.worksheet.files import read_upload, results_csv
from cimara.response.worksheet.filling import fill_sheet
from cimara.response.worksheet.one_table import demo_csv
from cimara.terms.errors import CimaraError
from cimara_web.limits import PerAddress
from cimara_web.response import words
from cimara_web.response.files import CSV, kept_file
from cimara_web.response.views import workbench
from cimara_web.response.whole_forms import MOST_FILE_BYTES, Often, keeps_nothing

MOST_PATIENTS = 2000
MOST_SHOWN = 100
"""Patients that the page lists; the CSV holds all of them."""
UPLOAD_RATE = "10/m"
"""Files from one address: one of 2,000 patients takes seconds to work out; a clinic shares an address."""
ERROR = "error"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made of a file."""

    study: Study
    results: tuple[tuple[Patient, PatientResult], ...]
    policy: Policy

    @property
    def errors(self) -> list[Finding]:
        """Rows that were not used."""
        return [one for one in self.study.findings if one.severity == ERROR]

    @property
    def warnings(self) -> list[Finding]:
        """Rows that were used, and what is odd about them."""
        return [one for one in self.study.findings if one.severity != ERROR]

    @property
    def listed(self) -> list[tuple[PatientResult, str, str]]:
        """Result, grid and what is left out of it, of the first patients."""
        lines = []
        for patient, result in self.results[:MOST_SHOWN]:
            filled = fill_sheet(patient)
            lines.append((result, json.dumps(filled.sheet.fields()), ",".join(filled.left_out)))
        return lines


def too_long(request: HttpRequest) -> HttpResponse:
    """A body over the limit: nothing of it was read."""
    return _page(request, workbench.USUAL, refused=_too_large(), status=413)


def too_often(request: HttpRequest) -> HttpResponse:
    """Too many files from one network: nothing of this one was read."""
    said = _("Many files came from your network. Nothing is lost: wait a minute, then choose the file again.")
    response = _page(request, workbench.USUAL, refused=said, status=429)
    response["Retry-After"] = "60"
    return response


@keeps_nothing(too_long, Often(PerAddress("response-upload", UPLOAD_RATE), too_often))
def upload(request: HttpRequest) -> HttpResponse:
    """GET gives the form; POST reads a file and lists its patients, or gives all results as one CSV."""
    chosen = request.POST.get("criterion", "")
    chosen = chosen if chosen in words.CRITERIA else workbench.USUAL
    if request.method != "POST":
        return _page(request, chosen)
    file: UploadedFile | None = request.FILES.get("file")
    if file is None:
        return _page(request, chosen, refused=_("Choose a file: a zip of tables, or a CSV."))
    if (file.size or 0) > MOST_FILE_BYTES:
        return _page(request, chosen, refused=_too_large())
    try:
        study = read_upload(file.read())
    except CimaraError as error:
        return _page(request, chosen, refused=_("This file can’t be read."), detail=str(error))
    if len(study.patients) > MOST_PATIENTS:
        most = _("There are more than 2,000 patients in it. The command “cimara response” takes any number.")
        return _page(request, chosen, refused=most)
    return _answer(request, study, chosen)


def _answer(request: HttpRequest, study: Study, chosen: str) -> HttpResponse:
    policy = Policy.preset(chosen)
    taken = Taken(study, tuple((one, derive(one, policy)) for one in study.patients), policy)
    if request.POST.get("do") == "csv" and taken.results:
        table = results_csv([(policy, result) for _patient, result in taken.results])
        return kept_file(table, CSV, "cimara-response.csv")
    if len(taken.results) == 1 and not study.findings:
        filled = fill_sheet(study.patients[0])
        return workbench.opened(request, filled.sheet, chosen, filled.left_out)
    return _page(request, chosen, taken=taken)


@login_not_required
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The one-table CSV with an invented patient in it."""
    return kept_file(demo_csv(), CSV, "cimara-lesions-by-visit.csv")


def _too_large() -> str:
    return _("This file is over 5 MB. Choose a smaller one, or use the command “cimara response”.")


def _page(
    request: HttpRequest,
    chosen: str,
    *,
    taken: Taken | None = None,
    refused: str = "",
    detail: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "chosen": chosen,
        "taken": taken,
        "refused": refused,
        "detail": detail,
        "say": words,
        "most_shown": MOST_SHOWN,
    }
    return render(request, "response/upload.html", context, status=status)
