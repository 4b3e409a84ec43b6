"""A survey as tables, text, Markdown, page, CSV and figure."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from cimara.trials.study import StarterNote
from cimara.trials.survey import Survey, survey
from cimara.trials.survey.diff import survey_diff
from cimara.trials.survey.figure import MAX_GROUPS, survey_svg
from cimara.trials.survey.files import write_diff, write_survey
from cimara.trials.survey.sensitivity import Confusion
from cimara.trials.survey.tables import (
    Table,
    caption,
    tables,
    trial_table,
    write_csv,
    write_html,
    write_markdown,
    write_text,
)
from tests.unit.trials.survey.made_survey import trial

TRIALS = (
    trial(1, "excluded", "excluded", start="2019"),
    trial(2, "stable_only", start="2020", sponsor="OTHER"),
    trial(3, "active_allowed", start="2021"),
)


def counted(*by: str, schema: str = "cimara") -> Survey:
    return survey(TRIALS, by=by, schema=schema)


def test_a_cell_shows_count_share_and_interval() -> None:
    table = next(tables(counted()))
    assert table.rows[-1][:2] == ("all trials", "3")
    assert "1 (33.3 %, 6.1 % to 79.2 %)" in table.rows[-1]


def test_a_terminal_gets_whole_percent() -> None:
    table = next(tables(counted(), brief=True))
    assert "1 (33 %, 6-79)" in table.rows[-1]


def test_published_figures_are_a_row_of_their_own() -> None:
    table = next(tables(counted(schema="mccoach2016")))
    assert table.rows[-1][:6] == ("published: McCoach 2016", "", "14 %", "41 %", "26 %", "19 %")


def test_our_own_schema_has_nothing_published() -> None:
    assert next(tables(counted())).rows[-1][0] == "all trials"


def test_trends_and_odds_have_tables_when_they_are_asked_for() -> None:
    captions = [table.caption for table in tables(counted("year"))]
    assert "Trend over the years, Cochran-Armitage test" in captions
    captions = [table.caption for table in tables(counted("sponsor_class"))]
    assert any(one.startswith("Odds in trials of industry") for one in captions)


def test_an_added_half_is_said() -> None:
    odds = list(tables(counted("sponsor_class")))[-1]
    assert "0.5 added to each cell (Haldane)" in odds.columns
    assert {row[-1] for row in odds.rows} <= {"yes", "no", ""}
    assert any(row[-1] == "yes" for row in odds.rows)


def test_a_confusion_matrix_adds_a_table() -> None:
    confusion = Confusion({"excluded": {"excluded": 9, "stable_only": 1}})
    found = list(tables(counted(), confusion))[-1]
    assert found.caption.endswith("on 10 labelled trials")
    assert ("all trials: excluded", "1", "0.9", "33.3 %", "30.0 %") in found.rows


def test_the_caption_names_population_schema_and_intervals() -> None:
    text = caption(counted("year", schema="asco2024"))
    for words in ("3 trials", "ASCO 2024", "Wilson 95 %", "The year is that of start", "e23007"):
        assert words in text


def test_the_caption_of_tumours_says_how_trials_count() -> None:
    assert "counts in each of them" in caption(counted("tumour"))


def test_the_odds_ratio_of_the_paper_is_printed_beside() -> None:
    assert "2.26" in caption(counted(schema="mccoach2016"))


def test_every_cell_is_a_line_of_the_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(write_csv(counted("year")))))
    assert len(rows) == (3 + 1) * (7 + 5)
    row = next(one for one in rows if (one["year"], one["answer"]) == ("2020", "stable_only"))
    assert (row["n"], row["total"], row["percent"]) == ("1", "1", "100.0000")
    assert row["trials"] == "NCT00000002"
    assert row["schema"] == "cimara"


def test_starter_records_are_noted_in_caption_and_csv() -> None:

    note = StarterNote(source="NCT00000001", data_date="2026-01-01", note="restated in our words")
    found = survey([replace(TRIALS[0], starter=note), *TRIALS[1:]])
    assert "restated in our words" in caption(found)
    assert "restated in our words" in write_csv(found)
    assert "restated in our words" in survey_svg(found)


def test_markdown_keeps_its_columns_whatever_a_cell_holds() -> None:
    text = write_markdown([Table("T", ("a", "b"), (("x|y", "two\nlines"),))], "note")
    assert "| x\\|y | two lines |" in text


def test_text_is_aligned() -> None:
    text = write_text([Table("T", ("a", "b"), (("long word", "1"), ("x", "2")))], "note")
    assert "long word  1" in text
    assert "x          2" in text


def test_the_page_is_self_contained_and_escaped() -> None:
    html = write_html([Table("<T>", ("a",), (("<b>",),))], "<note>", "<title>")
    assert not re.search(r"<(?:style|script|link|img|iframe|b>|note|T>)|\bstyle=|https?://", html)
    assert "&lt;note&gt;" in html


def test_the_page_lists_the_trials_of_each_cell() -> None:
    rows = trial_table(counted()).rows
    assert ("all trials: brain metastases, stable only", "1", "NCT00000002") in rows


@pytest.mark.parametrize("question", ["brm", "lmd"])
def test_the_figure_keeps_its_text_as_text(question: str) -> None:
    root = ElementTree.fromstring(survey_svg(counted("year"), question))
    words = [node.text for node in root.iter() if node.tag.endswith("}text")]
    assert {"2019", "2020", "2021", "all trials", "n = 3"} <= set(words)


def test_equal_surveys_give_equal_figures() -> None:
    assert survey_svg(counted("year")) == survey_svg(counted("year"))


def test_the_published_shares_are_a_bar() -> None:
    assert "published: McCoach 2016" in survey_svg(counted(schema="mccoach2016"))


def test_the_largest_groups_are_drawn_and_the_rest_counted() -> None:
    many = [trial(number, start=f"{1950 + number}") for number in range(1, MAX_GROUPS + 4)]
    assert "3 smaller groups are in the tables" in survey_svg(survey(many, by=["year"]))


def test_files_are_written_to_a_folder(tmp_path: Path) -> None:
    paths = write_survey(counted("year", schema="asco2024"), tmp_path / "out")
    assert {path.name for path in paths} == {
        "survey.csv",
        "survey.md",
        "survey.html",
        "survey-brm.svg",
        "survey-lmd.svg",
        "survey-steroids.svg",
    }
    diff = write_diff(survey_diff(TRIALS, TRIALS), tmp_path / "out")
    assert {path.name for path in diff} == {"diff.md", "diff.html"}
