"""The atlas as CSV, as a page, as lines and as a figure."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

from cimara.trials.atlas import Heterogeneity, atlas, differences, heterogeneity
from cimara.trials.atlas.figure import MAX_ROWS, matrix_svg
from cimara.trials.atlas.report import comparison_lines, lines, write_files
from cimara.trials.atlas.tables import html_table, write_csv, write_differences_csv, write_html
from tests.unit.trials.atlas.made_studies import outcome, study


def report() -> Heterogeneity:
    trials = [
        study(outcome("CNS PFS by RANO-BM", "or death"), outcome("OS", ordinal=1), nct_id="NCT00000001"),
        study(outcome("CNS PFS"), nct_id="NCT00000002"),
    ]
    return heterogeneity(atlas(trials))


def page() -> str:
    found = report()
    return write_html(
        found,
        comparison=differences(found.atlas, "NCT00000001", "NCT00000002"),
        definition_link="/endpoints/{id}",
    )


def test_every_use_is_a_line_of_the_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(write_csv(report()))))
    assert [(row["nct_id"], row["endpoint"], row["criteria"], row["death"]) for row in rows] == [
        ("NCT00000001", "OS", "", "yes"),
        ("NCT00000001", "CNSPFS", "rano_bm", "yes"),
        ("NCT00000002", "CNSPFS", "", "unstated"),
    ]


def test_differences_are_a_csv_of_their_own() -> None:
    found = differences(report().atlas, "NCT00000001", "NCT00000002")
    rows = list(csv.DictReader(io.StringIO(write_differences_csv(found))))
    criteria = next(row for row in rows if row["item"] == "criteria")
    assert (criteria["NCT00000001"], criteria["NCT00000002"]) == ("RANO-BM", "not stated")
    assert criteria["differs"] == "yes"


def test_the_page_has_no_style_script_or_foreign_file() -> None:
    html = page()
    assert not re.search(r"<(?:style|script|link|img|iframe)\b|\bstyle=|\bon\w+=|https?://", html)


def test_the_pages_tables_can_be_read_by_ear() -> None:
    html = page()
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert html.count("<table>") == html.count("<caption>") == html.count("<thead>")
    assert '<th scope="col">' in html
    assert '<th scope="row">' in html


def test_the_pages_text_is_escaped() -> None:
    table = html_table("<caption & more>", ["<head>"], [["<row>", "<cell>"]])
    assert re.findall(r"&lt;\w+", table) == ["&lt;caption", "&lt;head", "&lt;row", "&lt;cell"]
    assert "&amp; more" in table


def test_an_endpoint_links_to_its_definition() -> None:
    assert '<a href="/endpoints/CNSPFS">' in page()


def test_an_atlas_only_endpoint_has_no_definition_to_link_to() -> None:
    found = heterogeneity(atlas([study(outcome("ORR"))]))
    assert "<a href" not in write_html(found, definition_link="/endpoints/{id}")


def test_the_figure_keeps_its_text_as_text() -> None:
    root = ElementTree.fromstring(matrix_svg(report()))
    words = " ".join(node.text or "" for node in root.iter() if node.tag.endswith("}text"))
    assert "CNSPFS: CNS progression-free survival" in words
    assert "RANO-BM" in words


def test_equal_input_gives_an_equal_figure_without_a_date() -> None:
    first, second = matrix_svg(report()), matrix_svg(report())
    assert first == second
    assert "<dc:date>" not in first


def test_a_large_atlas_says_what_it_doesnt_draw() -> None:
    trials = [study(outcome("CNS PFS"), nct_id=f"NCT{number:08}") for number in range(MAX_ROWS + 5)]
    assert "5 further uses not drawn" in matrix_svg(heterogeneity(atlas(trials)))


def test_a_report_without_endpoints_still_draws_and_prints() -> None:
    empty = heterogeneity(atlas([]))
    assert "<svg" in matrix_svg(empty)
    assert next(lines(empty)).startswith("0 trials")


def test_few_endpoints_are_listed_measure_by_measure() -> None:
    text = "\n".join(lines(report()))
    assert "NCT00000001 primary 1: CNS PFS" in text
    assert "criteria: RANO-BM" in text


def test_what_differs_is_starred() -> None:
    found = differences(report().atlas, "NCT00000001", "NCT00000002")
    starred = [line for line in comparison_lines(found) if line.startswith("* CNSPFS")]
    assert any("criteria" in line for line in starred)


def test_files_are_written_to_a_folder(tmp_path: Path) -> None:
    found = report()
    comparison = differences(found.atlas, "NCT00000001", "NCT00000002")
    paths = write_files(found, tmp_path / "new", comparison)
    assert {path.name for path in paths} == {
        "endpoints.csv",
        "endpoints.html",
        "endpoints.svg",
        "differences.csv",
    }
    assert all(path.stat().st_size > 0 for path in paths)
