"""A first table over three sites whose sums would tell a small count: it is covered in every file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

import cimara.federation as federation
from cimara.federation.results.result import Result
from cimara.federation.tables.studies import table_study

SITES = ("NL01", "UT02", "CH03")
SMALL = 4
"""Patients with surgery at stage 3, of all sites; there are more at each stage, and in each arm."""
LABELS = {"stage": ["1", "2", "3"], "sex": ["f", "m"]}


def rows(site: str) -> pl.DataFrame:
    """80 people of one site; age is empty for most with surgery."""
    place = SITES.index(site)
    few = 2 if place == 0 else 1
    surgery = [("3", few), ("2", 21), ("1", 19 - few)]
    radiosurgery = [("3", 14), ("2", 12), ("1", 14)]
    arms = [
        (arm, stage)
        for arm, counts in (("surgery", surgery), ("radiosurgery", radiosurgery))
        for stage, n in counts
        for _ in range(n)
    ]
    ages = [
        50.0 + number % 23 if arm == "radiosurgery" or number < 2 else None
        for number, (arm, _) in enumerate(arms)
    ]
    return pl.DataFrame(
        {
            "patient": [f"{site}-{number}" for number in range(len(arms))],
            "arm": [arm for arm, _ in arms],
            "stage": [stage for _, stage in arms],
            "sex": [LABELS["sex"][number % 2] for number in range(len(arms))],
            "age": ages,
        }
    )


@dataclass(frozen=True)
class Shown:
    """The result, and the rows of its table in each of its files."""

    result: Result
    files: dict[str, list[list[str]]]

    def cell(self, file: str, column: str, level: str, group: str, name: str = "n") -> str:
        heads, *lines = self.files[file]
        for line in lines:
            told = dict(zip(heads, line, strict=True))
            if (told["column"], told["level"], told["group"]) == (column, level, group):
                return told[name]
        raise AssertionError((column, level, group))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    analysis = {
        "id": "T1", "estimator": "table1", "patient": "patient",
        "group": {"name": "arm", "levels": ["radiosurgery", "surgery"]},
        "covariates": [
            {"name": "age", "centre": 60, "scale": 10},
            *({"name": name, "levels": levels} for name, levels in LABELS.items()),
        ],
    }  # fmt: skip
    study = table_study([analysis], sites=SITES)
    made = federation.run(study, "T1", transport=federation.local({site: rows(site) for site in SITES}))
    out = tmp_path_factory.mktemp("table-one") / "out"
    made.write(out)
    return Shown(made, {"csv": _csv(out), "json": _json(out), "html": _html(out)})


def _csv(out: Path) -> list[list[str]]:
    frame = pl.read_csv(out / "estimates.csv", infer_schema=False)
    return [frame.columns, *([str(cell or "") for cell in row] for row in frame.iter_rows())]


def _json(out: Path) -> list[list[str]]:
    told = json.loads((out / "results.json").read_text())["tables"]["estimates"]
    return [told["columns"], *([str("" if cell is None else cell) for cell in row] for row in told["rows"])]


def _html(out: Path) -> list[list[str]]:
    lines = re.findall(r"<tr.*?</tr>", (out / "index.html").read_text(), re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines]
    plain = [[re.sub(r"<[^>]+>|–", "", cell).strip() for cell in line] for line in cells]
    return [[name.lower() for name in plain[0]], *plain[1:]]


FILES = ("csv", "json", "html")


def test_the_small_count_is_there_and_its_total_is_large(shown: Shown) -> None:
    (small,) = [one.n for one in shown.result.value.levels if (one.level, one.group) == ("3", "surgery")]
    assert small == SMALL


@pytest.mark.parametrize("file", FILES)
def test_it_stands_in_no_file_nor_do_two_counts_whose_difference_it_is(shown: Shown, file: str) -> None:
    cells = [shown.cell(file, "stage", "3", group) for group in ("surgery", "radiosurgery", "all")]
    assert cells[0] == ""
    assert "" in cells[1:]


@pytest.mark.parametrize("file", FILES)
def test_counts_that_tell_of_nobody_are_shown(shown: Shown, file: str) -> None:
    assert shown.cell(file, "sex", "f", "all") == "120"


@pytest.mark.parametrize("file", FILES)
def test_a_mean_of_six_does_not_follow_from_the_others(shown: Shown, file: str) -> None:
    means = [shown.cell(file, "age", "", group, "mean") for group in ("surgery", "radiosurgery", "all")]
    assert means[:2] == ["", ""]
    assert means[2]


def test_the_rule_is_told_with_the_result(shown: Shown) -> None:
    assert any("Further counts are not shown" in one for one in shown.result.disclosure)
