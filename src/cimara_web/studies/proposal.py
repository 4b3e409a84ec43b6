"""The form of a proposal: what an office needs to know before a study begins, question by question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cimara.terms.endpoint import EndpointId
from cimara_web.studies.models.study import Mode, StudyKind

VERSION = "1"
"""Grows when a question changes its meaning; a saved proposal names the form that it answers."""

MOST_TEXT = 4000
MOST_LINE = 200


class AnswerKind(StrEnum):
    """What an answer is."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the form. `choices` are pairs of the kept word and what is shown."""

    name: str
    label: str
    kind: AnswerKind
    hint: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    most: int = MOST_TEXT


Answers = Mapping[str, object]


def _words(of: type[StrEnum]) -> tuple[tuple[str, str], ...]:
    return tuple((one.value, one.value.capitalize()) for one in of)


MODES = (
    (Mode.POOLED.value, "Pooled: sites send rows to one study store"),
    (Mode.FEDERATED.value, "Federated: rows stay at the sites, only sums leave"),
    (Mode.BOTH.value, "Both: some sites send rows, others sums"),
)
ENDPOINTS = tuple((one.value, f"{one.label} ({one.value})") for one in EndpointId)

A = AnswerKind
FORM: tuple[Question, ...] = (
    Question(
        "question",
        "Study question",
        A.TEXT,
        "One or two sentences: in whom, what exposure, which outcome.",
        most=2000,
    ),
    Question("background", "Background", A.TEXT, "What is known, and what this study would add."),
    Question("kind", "Kind of study", A.CHOICE, choices=_words(StudyKind)),
    Question("mode", "Where rows are analysed", A.CHOICE, choices=MODES),
    Question("population", "Population", A.TEXT, "Who is in and who is out; tumours, lesions, years."),
    Question("exposure", "Exposure or intervention", A.TEXT, "What is compared, and from which day."),
    Question("endpoints", "Endpoints", A.CHOICES, "The first to be analysed first.", choices=ENDPOINTS),
    Question("sites_wanted", "Sites wanted", A.NUMBER, "How many, at least."),
    Question("patients_expected", "Patients expected", A.NUMBER, "Over all sites."),
    Question("data_needed", "Data needed", A.TEXT, "Tables and fields of the data model, images, samples."),
    Question("statistician", "Statistician", A.LINE, "Name and institution.", most=MOST_LINE),
    Question("timeline", "Timeline", A.TEXT, "When data are due, when results are expected."),
    Question("data_sharing", "Data sharing", A.TEXT, "Who may use the data afterwards, and how they ask."),
    Question("funding", "Funding", A.TEXT, "Who pays; 'none' is an answer."),
    Question("conflicts", "Conflicts of interest", A.TEXT, "Of everybody on the team; 'none' is an answer."),
    Question("remarks", "Anything else", A.TEXT, required=False),
)
BY_NAME = {one.name: one for one in FORM}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is still wrong with an answer: the question's name and label, and what would be right."""

    name: str
    label: str
    words: str


def problems(answers: Answers) -> tuple[Problem, ...]:
    """All that is missing or wrong, in the order of the form; a proposal without any can be sent."""
    return tuple(_problems(answers))


def known_answers(answers: Answers) -> dict[str, object]:
    """Answers to questions of the form that hold anything, each within its bounds; the rest is dropped."""
    kept = {name: _within(BY_NAME[name], value) for name, value in answers.items() if name in BY_NAME}
    return {name: value for name, value in kept.items() if value not in (None, "", [])}


def _problems(answers: Answers) -> Iterator[Problem]:
    for one in FORM:
        value = answers.get(one.name)
        if value in (None, "", []):
            if one.required:
                yield Problem(one.name, one.label, "is not answered yet")
        elif one.kind is A.NUMBER and (not isinstance(value, int) or value < 1):
            yield Problem(one.name, one.label, "must be 1 or more")


def _within(one: Question, value: object) -> object:
    offered = {word for word, _ in one.choices}
    if one.kind is A.CHOICE:
        return value if value in offered else None
    if one.kind is A.CHOICES:
        chosen = value if isinstance(value, list | tuple) else ()
        return [word for word in dict.fromkeys(chosen) if word in offered]
    if one.kind is A.NUMBER:
        return value if isinstance(value, int) and 0 <= value <= 1_000_000 else None
    return str(value or "").replace("\x00", "").strip()[: one.most]
