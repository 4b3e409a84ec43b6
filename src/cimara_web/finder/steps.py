"""The questions in their order, in words for the person or for someone who cares for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cimara_web.finder.answers import Answers
from cimara_web.finder.fields import UNSURE
from cimara_web.finder.forms import (
    AboutForm,
    CancerForm,
    GrowthForm,
    MarkersForm,
    PlaceForm,
    SpreadForm,
    StepForm,
    SteroidsForm,
    SymptomsForm,
    TreatmentForm,
    WhoForm,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One question; `other` asks about someone else, `name` heads its answers, `layout` is its template."""

    slug: str
    name: Any
    question: Any
    other: Any
    form: type[StepForm]
    hint: Any = ""
    layout: str = "one"
    applies: Callable[[Answers], bool] = lambda answers: True

    def asked(self, answers: Answers) -> str:
        """The question in words for whom the search is for."""
        return str(self.other if answers.one("who", "who") == "other" else self.question)


def tumour_of(answers: Answers) -> str:
    """The vocabulary id of the cancer; empty when not sure or not said."""
    cancer = answers.one("cancer", "cancer")
    if cancer == "other":
        return answers.one("cancer", "other")
    return "" if cancer == UNSURE else cancer


def _in_the_head(answers: Answers) -> bool:
    return answers.one("spread", "spread") != "neither"


STEPS = (
    Step(
        slug="who",
        name=_("Who it is for"),
        question=_("Who are you looking for?"),
        other=_("Who are you looking for?"),
        hint=_("We use this only to choose our words."),
        form=WhoForm,
    ),
    Step(
        slug="cancer",
        name=_("Where it started"),
        question=_("Where did your cancer start?"),
        other=_("Where did their cancer start?"),
        hint=_(
            "We mean the first place, even if it has been removed. "
            "Cancers that start in the brain are not part of this finder."
        ),
        form=CancerForm,
        layout="cancer",
    ),
    Step(
        slug="spread",
        name=_("Where it is now"),
        question=_("Where in the head is the cancer now?"),
        other=_("Where in the head is the cancer now?"),
        hint=_("If you have a scan report, it says so there."),
        form=SpreadForm,
    ),
    Step(
        slug="treatment",
        name=_("Treatment of the brain"),
        question=_("Has the cancer in your head been treated in one of these ways?"),
        other=_("Has the cancer in their head been treated in one of these ways?"),
        hint=_("Choose all that were done, at any time."),
        form=TreatmentForm,
        layout="treatment",
        applies=_in_the_head,
    ),
    Step(
        slug="growth",
        name=_("Last scan"),
        question=_("What did the last scan of your head show?"),
        other=_("What did the last scan of their head show?"),
        hint=_("Compared with the scan before, or since the last treatment."),
        form=GrowthForm,
        applies=_in_the_head,
    ),
    Step(
        slug="symptoms",
        name=_("Symptoms"),
        question=_("Do you feel the cancer in your head now?"),
        other=_("Do they feel the cancer in their head now?"),
        hint=_("Such as headache, weakness, trouble with sight or speech, or seizures."),
        form=SymptomsForm,
        applies=_in_the_head,
    ),
    Step(
        slug="steroids",
        name=_("Steroids"),
        question=_("Do you take steroids now?"),
        other=_("Do they take steroids now?"),
        hint=_(
            "They calm swelling in the brain. Many studies set a highest dose. "
            "Never change a dose on your own."
        ),
        form=SteroidsForm,
        layout="steroids",
    ),
    Step(
        slug="about",
        name=_("Age and strength"),
        question=_("A little about you"),
        other=_("A little about the person you care for"),
        hint=_("Answer what you like. Leave the rest empty."),
        form=AboutForm,
        layout="parts",
    ),
    Step(
        slug="markers",
        name=_("Markers"),
        question=_("Which markers were found in your cancer?"),
        other=_("Which markers were found in their cancer?"),
        hint=_("Markers are changes in the cancer that a lab can find. This is optional."),
        form=MarkersForm,
    ),
    Step(
        slug="place",
        name=_("Place"),
        question=_("Where do you live, and how far could you travel?"),
        other=_("Where do they live, and how far could they travel?"),
        hint=_("We use it to show how far each study is. We never look up where you are."),
        form=PlaceForm,
        layout="parts",
    ),
)
BY_SLUG: Mapping[str, Step] = {step.slug: step for step in STEPS}


def steps_for(answers: Answers) -> tuple[Step, ...]:
    """The questions that apply, in order."""
    return tuple(step for step in STEPS if step.applies(answers))


def step_after(step: Step, answers: Answers) -> Step | None:
    """The next question that applies; None after the last."""
    order = steps_for(answers)
    later = order[order.index(step) + 1 :]
    return later[0] if later else None


def step_before(step: Step, answers: Answers) -> Step | None:
    """The question before; None at the first."""
    earlier = steps_for(answers)
    return earlier[earlier.index(step) - 1] if earlier.index(step) else None


def form_for(step: Step, answers: Answers, data: Any = None, *, today: date) -> StepForm:
    """The step's form, filled with `data`, else with what was answered before."""
    options: dict[str, Any] = {}
    if step.form is TreatmentForm:
        options["today"] = today
    if step.form is MarkersForm:
        options["tumour"] = tumour_of(answers)
    if data is not None:
        return step.form(data, **options)
    return step.form(initial=dict(answers.given(step.slug)), **options)
