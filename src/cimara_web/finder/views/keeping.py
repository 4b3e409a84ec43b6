"""Keep answers as a file of one's own, and go on with such a file another day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cimara_web import clock
from cimara_web.finder.actions.profiles import save_all
from cimara_web.finder.answer_file import to_file
from cimara_web.finder.restoring import restored
from cimara_web.finder.upload import AnswerFileForm
from cimara_web.finder.visits import answers_so_far, keep_token, personal, token_for_saving


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest) -> HttpResponse:
    """GET tells what the file is; POST gives it, and nothing of it stays here."""
    if request.method != "POST":
        return render(request, "finder/keep.html", {"has_answers": request.visit is not None})
    if request.visit is None:
        return redirect("keep")
    today, go_on = clock.today(), request.build_absolute_uri(reverse("continue"))
    read_me = _(
        "These are your answers in the study finder. To go on with them, open %(address)s and choose this "
        "file. Anyone who opens this file can read it, so keep it where only you can find it. "
        "We keep no copy of it. You can delete it at any time."
    ) % {"address": go_on}
    response = HttpResponse(
        to_file(answers_so_far(request), saved=today, read_me=read_me), content_type="application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="cimara-answers-{today.isoformat()}.json"'
    return response


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def go_on(request: HttpRequest) -> HttpResponse:
    """GET asks for the file; POST takes its answers and leads to the check page, or says what is wrong."""
    form = AnswerFileForm(request.POST, request.FILES) if request.method == "POST" else AnswerFileForm()
    if not form.is_valid():
        context = {"form": form, "has_answers": request.visit is not None}
        return render(request, "finder/continue.html", context)
    token = token_for_saving(request)
    answers = restored(form.cleaned_data["file"], today=clock.today())
    save_all(token=token, answers=answers, now=timezone.now())
    response = HttpResponseRedirect(reverse("check"), status=303)
    keep_token(response, token)
    return response
