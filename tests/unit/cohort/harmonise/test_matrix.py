from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.cohort.dataset import pooled
from cimara.cohort.errors import CohortError
from cimara.cohort.harmonise.mapping import Mapping
from cimara.cohort.harmonise.matrix import Matrix, Variable, matrix
from cimara.cohort.harmonise.matrix_forms import as_csv, as_html, as_json, as_text, cell_text
from cimara.cohort.model import MissingReason
from tests.unit.cohort.harmonise.site_files import PATIENTS, mapping_of, site_data

SEX = "Patient,sex,complete,recode,,x,,1=male; 9=@UNK"
V12 = "CourseLesion,v12_cm3,{}"
DELFT = "@site,,complete,constant,,,,DE01"
ANALYSES = {
    "A1": [("Patient", "sex")],
    "A2": [("CourseLesion", "v12_cm3"), ("Patient", "sex"), ("CourseLesion", "bed10_gy")],
}


def two_sites(folder: Path) -> list[Mapping]:
    first, second = folder / "a", folder / "b"
    first.mkdir()
    second.mkdir()
    return [
        mapping_of(first, PATIENTS, SEX, "CourseLesion,v12_cm3,complete,direct,,v"),
        mapping_of(second, PATIENTS, SEX, V12.format("impossible"), site=DELFT),
    ]


def variable(made: Matrix, entity: str, field: str) -> Variable:
    return next(one for one in made.variables if (one.entity, one.field) == (entity, field))


def test_each_variable_has_a_status_at_each_site(tmp_path: Path) -> None:
    made = matrix(two_sites(tmp_path))
    assert made.sites == ("DE01", "UT01")
    assert [one.status for one in variable(made, "CourseLesion", "v12_cm3").cells] == [
        "impossible",
        "complete",
    ]
    assert [one.status for one in variable(made, "BrainLesion", "cystic").cells] == ["undetermined"] * 2


def test_variables_that_analyses_need_come_first(tmp_path: Path) -> None:
    made = matrix(two_sites(tmp_path), analyses=ANALYSES)
    assert [(one.field, one.needed_by) for one in made.variables[:3]] == [
        ("sex", ("A1", "A2")),
        ("v12_cm3", ("A2",)),
        ("site_id", ()),
    ]


def test_an_analysis_counts_the_sites_that_can_give_all_it_needs(tmp_path: Path) -> None:
    made = matrix(two_sites(tmp_path), analyses=ANALYSES)
    assert [(one.analysis, one.sites) for one in made.analyses] == [("A1", 2), ("A2", 1)]
    assert made.analyses[1].lacks == ((("CourseLesion", "v12_cm3"),), ())


def test_values_and_reasons_are_split(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{x}" for n, x in enumerate([1] * 5 + [9] * 2 + [""]))
    found = site_data(tmp_path, PATIENTS, SEX, p=f"nr,x\n{rows}")
    made = matrix([mapping_of(tmp_path, PATIENTS, SEX)], dataset=found)
    (cell,) = variable(made, "Patient", "sex").cells
    assert cell.filled is not None
    assert (cell.filled.rows, cell.filled.values, cell.filled.reasons, cell.filled.blank) == (
        8, 63, ((MissingReason.UNKNOWN, 25),), 12,
    )  # fmt: skip
    assert cell_text(cell) == "63+25"


def test_nearly_all_is_not_shown_as_all(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{1 if n else 9}" for n in range(400))
    found = site_data(tmp_path, PATIENTS, SEX, p=f"nr,x\n{rows}")
    made = matrix([mapping_of(tmp_path, PATIENTS, SEX)], dataset=found)
    assert cell_text(variable(made, "Patient", "sex").cells[0]) == "99+1"


def test_a_site_whose_field_has_no_value_at_all_cannot_contribute(tmp_path: Path) -> None:
    found = site_data(tmp_path, PATIENTS, SEX, p="nr,x\n1,9\n2,9")
    made = matrix([mapping_of(tmp_path, PATIENTS, SEX)], dataset=found, analyses={"A1": [("Patient", "sex")]})
    assert made.analyses[0].sites == 0


def test_sites_of_pooled_data_are_told_apart(tmp_path: Path) -> None:
    first, second = two_sites(tmp_path)
    ours = site_data(tmp_path, PATIENTS, SEX, p="nr,x\n1,1")
    theirs = site_data(tmp_path, PATIENTS, SEX, site=DELFT, p="nr,x\n1,1\n2,")
    made = matrix([first, second], dataset=pooled([ours, theirs]))
    assert [cell_text(one) for one in variable(made, "Patient", "sex").cells] == ["50", "100"]
    assert cell_text(variable(made, "CourseLesion", "v12_cm3").cells[1]) == "no rows"


def test_two_mappings_of_one_site_are_refused(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, PATIENTS, SEX)
    with pytest.raises(CohortError, match="two mappings are of the site UT01"):
        matrix([mapping, mapping])


def test_an_analysis_names_fields_of_the_model(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"Did you mean CourseLesion\.v12_cm3"):
        matrix(two_sites(tmp_path), analyses={"A1": [("CourseLesion", "v12")]})


def test_text_shows_needed_variables_totals_and_shares_a_line_for_what_nobody_gives(tmp_path: Path) -> None:
    lines = as_text(matrix(two_sites(tmp_path), analyses=ANALYSES)).splitlines()
    table = [one.split() for one in lines[3:]]
    assert table[0] == ["DE01", "UT01"]
    assert table[1] == ["Patient.sex", "*", "yes", "yes"]
    assert table[2] == ["CourseLesion.v12_cm3", "*", "imp", "yes"]
    assert ["BrainLesion,", "13", "fields", "?", "?"] in table
    assert ["analysis", "A2:", "1", "of", "2", "sites", "lacks", "1", "yes"] in table


def test_csv_has_a_row_for_each_variable_at_each_site(tmp_path: Path) -> None:
    made = matrix(two_sites(tmp_path), analyses=ANALYSES)
    rows = list(csv.DictReader(io.StringIO(as_csv(made))))
    assert len(rows) == 2 * len(made.variables)
    assert (rows[2]["field"], rows[2]["site"], rows[2]["status"]) == ("v12_cm3", "DE01", "impossible")


def test_json_says_what_each_site_lacks(tmp_path: Path) -> None:
    held = json.loads(as_json(matrix(two_sites(tmp_path), analyses=ANALYSES)))
    assert held["analyses"][1] == {
        "analysis": "A2",
        "sites": 1,
        "lacks": {"DE01": ["CourseLesion.v12_cm3"], "UT01": []},
    }


class _Tags(HTMLParser):
    """Every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_whole_and_asks_for_nothing_from_elsewhere(tmp_path: Path) -> None:
    page = as_html(matrix(two_sites(tmp_path), analyses=ANALYSES))
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert (
        page.index("Planned analyses")
        < page.index("Variables that analyses need")
        < page.index(">BrainLesion<")
    )


def test_the_command_shows_the_matrix_and_writes_three_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping_of(tmp_path, PATIENTS, SEX)
    data = tmp_path / "p.csv"
    data.write_text("nr,x\n1,1\n2,9\n", encoding="utf-8")
    out = tmp_path / "out"
    words = ["cohort", "matrix", str(tmp_path / "mapping.csv"), "--data", str(data), "--out", str(out)]
    assert main(words) == 0
    told = capsys.readouterr()
    assert "Patient.sex                        50+50" in told.out
    assert sorted(one.name for one in out.iterdir()) == ["matrix.csv", "matrix.html", "matrix.json"]


def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping_of(tmp_path, PATIENTS, SEX)
    assert main(["cohort", "matrix", str(tmp_path / "mapping.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sites"] == ["UT01"]


def test_the_command_ends_with_1_on_errors_in_the_data_and_with_2_on_a_mapping_with_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping_of(tmp_path, PATIENTS, SEX)
    data = tmp_path / "p.csv"
    data.write_text("nr,x\n1,7\n", encoding="utf-8")
    mapping = str(tmp_path / "mapping.csv")
    assert main(["cohort", "matrix", mapping, "--data", str(data)]) == 1
    assert "7 (<5 rows)" in capsys.readouterr().err
    data.write_text("nr,y\n1,7\n", encoding="utf-8")
    assert main(["cohort", "matrix", mapping, "--data", str(data)]) == 2
    assert "no column 'x'" in capsys.readouterr().err
    assert main(["cohort", "matrix", mapping, mapping, "--data", str(data)]) == 2
