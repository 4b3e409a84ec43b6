"""The patient path up to the results: start, one question a page, check, forget."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.finder.actions.profiles import forget as forget_profile
from cimara_web.finder.actions.profiles import save_step
from cimara_web.finder.answers import Answers
from cimara_web.finder.shown import shown_answers
from cimara_web.finder.steps import BY_SLUG, Step, form_for, step_after, step_before, steps_for
from cimara_web.finder.visits import answers_so_far, drop_token, keep_token, personal, token_for_saving


@personal
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What the path is, for whom, and what happens to answers."""
    return render(request, "finder/start.html", {"has_answers": request.visit is not None})


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, step: str) -> HttpResponse:
    """One question: GET shows it, POST saves it and goes on."""
    asked = BY_SLUG.get(step)
    if asked is None:
        raise Http404
    answers = answers_so_far(request)
    if asked not in steps_for(answers):
        return redirect("check")
    if request.method != "POST":
        return _question_page(request, asked, answers, form_for(asked, answers, today=clock.today()))
    if "skip" in request.POST:
        return _saved(request, asked, {})
    form = form_for(asked, answers, request.POST, today=clock.today())
    if form.is_valid():
        return _saved(request, asked, form.given())
    return _question_page(request, asked, answers, form)


def _saved(request: HttpRequest, step: Step, given: dict[str, str | list[str]]) -> HttpResponse:
    token = token_for_saving(request)
    save_step(token=token, step=step.slug, given=given, now=timezone.now())
    following = step_after(step, answers_so_far(request).with_step(step.slug, given))
    back_to_check = request.POST.get("from") == "check" or following is None
    target = reverse("check") if back_to_check else reverse("question", kwargs={"step": following.slug})
    response = HttpResponseRedirect(target, status=303)
    keep_token(response, token)
    return response


def _question_page(request: HttpRequest, step: Step, answers: Answers, form: object) -> HttpResponse:
    order, before = steps_for(answers), step_before(step, answers)
    from_check = "check" in (request.GET.get("from"), request.POST.get("from"))
    back = reverse("find") if before is None else reverse("question", kwargs={"step": before.slug})
    context = {
        "step": step,
        "asked": step.asked(answers),
        "form": form,
        "layout_name": step.layout,
        "place": order.index(step) + 1,
        "total": len(order),
        "from_check": from_check,
        "back": reverse("check") if from_check else back,
    }
    return render(request, "finder/question.html", context)


@personal
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """All answers, each with a way to change it."""
    if request.visit is None:
        return redirect("find")
    answers = answers_so_far(request)
    last = steps_for(answers)[-1]
    context = {
        "rows": shown_answers(answers, today=clock.today()),
        "back": reverse("question", kwargs={"step": last.slug}),
        "unread": [step for step in steps_for(answers) if step.slug in answers.unread],
        "left_out": answers.left_out,
    }
    return render(request, "finder/check.html", context)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest) -> HttpResponse:
    """Asks whether to delete the answers; POST deletes them at once."""
    if request.method != "POST":
        return render(request, "finder/forget.html", {"has_answers": request.visit is not None})
    if request.visit is not None:
        forget_profile(token=request.visit.token)
    response = HttpResponseRedirect(reverse("forget"), status=303)
    drop_token(response)
    return response
