"""The forms of a study as a whole: it is begun, proposed, changed, moved on."""

from __future__ import annotations

from typing import Any

from django import forms

from cimara_web.studies.forms.fields import CHOOSE, Count, Line, OneWord, Place, Words, offered
from cimara_web.studies.models.study import StudyKind
from cimara_web.studies.proposal import FORM, MODES, AnswerKind, Question


class NewStudyForm(forms.Form):
    """The little that an idea needs to be kept."""

    use_required_attribute = False
    title = Line(label="Title", most=200, help_text="You can change it until the report is out.")
    kind = OneWord(offered(StudyKind), label="Kind of study")
    mode = OneWord(MODES, label="Where rows are analysed")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lead_institution"] = Place(label="Lead institution", required=False)


class StudyForm(NewStudyForm):
    """What a study is called and aims at."""

    question = Words(label="Study question", most=2000, required=False)
    target_sites = Count(label="Sites wanted")
    target_patients = Count(label="Patients wanted")
    field_order = (
        "title",
        "question",
        "kind",
        "mode",
        "lead_institution",
        "target_sites",
        "target_patients",
    )


class ProposalForm(forms.Form):
    """Every question of the proposal. Nothing is required to save: what is missing is listed beside it."""

    use_required_attribute = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for one in FORM:
            self.fields[one.name] = _field(one)


class ReasonForm(forms.Form):
    """Why, in a few words."""

    use_required_attribute = False
    reason = Words(label="Reason", most=500, help_text="Everybody of the study reads this.")


class NoForm(forms.Form):
    """Nothing to fill in: a button alone."""


def _field(one: Question) -> forms.Field:
    label = one.label if one.required else f"{one.label} (if you like)"
    if one.kind is AnswerKind.NUMBER:
        return Count(label=label, help_text=one.hint)
    if one.kind is AnswerKind.CHOICE:
        return OneWord(one.choices, label=label, required=False, help_text=one.hint)
    if one.kind is AnswerKind.CHOICES:
        return forms.MultipleChoiceField(
            choices=one.choices,
            label=label,
            required=False,
            help_text=one.hint,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": CHOOSE},
        )
    kind = Line if one.kind is AnswerKind.LINE else Words
    return kind(label=label, most=one.most, required=False, help_text=one.hint)
