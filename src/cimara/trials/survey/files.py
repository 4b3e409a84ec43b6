"""Writes a survey, or the difference of two, to a folder."""

from __future__ import annotations

from pathlib import Path

from cimara.trials.survey.count import Survey
from cimara.trials.survey.diff import SurveyDiff
from cimara.trials.survey.figure import survey_svg
from cimara.trials.survey.sensitivity import Confusion
from cimara.trials.survey.tables import (
    caption,
    diff_note,
    diff_table,
    tables,
    trial_table,
    write_csv,
    write_html,
    write_markdown,
)

TITLE = "Who with CNS disease may join clinical trials"
DIFF_TITLE = "Trials that changed what they say of CNS disease"


def write_survey(survey: Survey, folder: Path, confusion: Confusion | None = None) -> tuple[Path, ...]:
    """Write survey.csv, survey.md, survey.html and one SVG for each question."""
    found, note = list(tables(survey, confusion)), caption(survey)
    texts = {
        "survey.csv": write_csv(survey),
        "survey.md": write_markdown(found, note),
        "survey.html": write_html([*found, trial_table(survey)], note, TITLE),
    }
    for question in survey.schema.questions:
        texts[f"survey-{question.id}.svg"] = survey_svg(survey, question.id)
    return _write(texts, folder)


def write_diff(found: SurveyDiff, folder: Path) -> tuple[Path, ...]:
    """Write diff.md and diff.html."""
    table, note = [diff_table(found)], diff_note(found)
    return _write(
        {"diff.md": write_markdown(table, note), "diff.html": write_html(table, note, DIFF_TITLE)}, folder
    )


def _write(texts: dict[str, str], folder: Path) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in texts)
