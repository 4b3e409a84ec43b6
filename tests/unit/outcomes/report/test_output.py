"""The folder of a report: complete, the same each time, and never half written."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

import polars as pl
import pytest

from cimara.outcomes.report.errors import PlanError, ReportError
from cimara.outcomes.report.lock import lock_plan
from cimara.outcomes.report.output import Written, write_report
from cimara.outcomes.report.plan_reading import read_plan
from tests.unit.outcomes.report.made_up_study import HEAD

PLAN = (
    HEAD.replace("A made-up study", "Arms & <sites>")
    + """
[[analysis]]
id = "A1"
primary = true
kind = "kaplan_meier"
endpoint = "os"
by = "arm"
times = [6, 12]

[[analysis]]
id = "A2"
kind = "cox"
endpoint = "progression"
exposure = "arm"
adjust = ["age"]

[[analysis]]
id = "A3"
kind = "kaplan_meier"
endpoint = "progression"
by = "arm"
planned = false

[[figure]]
of = "A1"
kind = "kaplan_meier"
formats = ["svg", "pdf"]
"""
)


SHORT = PLAN[: PLAN.index('[[analysis]]\nid = "A2"')]
"""The plan with its first analysis alone."""


def clock() -> Iterator[dt.datetime]:
    for hour in count():
        yield dt.datetime(2025, 7, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hour)


def made(study: Path, folder: Path, name: str = "out", text: str = PLAN) -> Written:
    plan = folder / "plan.toml"
    plan.write_text(text, encoding="utf-8")
    ticks = clock()
    return write_report(plan, study, folder / name, now=lambda: next(ticks))


@pytest.fixture(scope="module")
def report(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(study, tmp_path_factory.mktemp("report")).folder


@pytest.fixture(scope="module")
def html(report: Path) -> str:
    return (report / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def results(report: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads((report / "results.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_every_planned_analysis_is_in_the_results(results: dict[str, list[dict[str, object]]]) -> None:
    found = {one["id"]: (one["status"], one["code"]) for one in results["analyses"]}
    assert found == {"A1": ("done", None), "A2": ("done", None), "A3": ("not_estimable", "NOT_SUPPORTED")}


def test_an_estimate_has_its_interval_its_n_and_its_events(
    results: dict[str, list[dict[str, object]]],
) -> None:
    for analysis in results["analyses"][:2]:
        for one in analysis["estimates"]:  # type: ignore[attr-defined]
            assert one["n"] is not None
            assert one["events"] is not None
            assert one["p"] is not None or one["lower"] is not None


def test_the_results_say_method_options_covariance_and_the_call_in_r(
    results: dict[str, list[dict[str, object]]],
) -> None:
    model = results["analyses"][1]
    assert str(model["method"]).startswith("Cause-specific Cox model, efron ties")
    assert model["options"]["ties"] == "efron"  # type: ignore[index]
    assert model["covariance"]["names"] == ["arm=drug", "age"]  # type: ignore[index]
    assert any(str(call).startswith("coxph(") for call in model["r_call"])  # type: ignore[attr-defined]


def test_tables_and_figures_are_written_with_their_numbers(report: Path) -> None:
    names = {path.name for path in report.rglob("*") if path.is_file()}
    assert {"A1-kaplan-meier.svg", "A1-kaplan-meier.pdf"} <= names
    assert {"A1-kaplan-meier-risk-table.csv", "A1-curve.csv", "flow.csv", "table-1.csv"} <= names
    steps = pl.read_csv(report / "tables" / "A1-curve.csv")
    assert steps["survival"].is_between(0, 1).all()


def test_a_second_run_gives_the_same_bytes_but_for_provenance(
    study: Path, report: Path, tmp_path: Path
) -> None:
    first, second = report, made(study, tmp_path).folder
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    differ = [str(one) for one in files if (first / one).read_bytes() != (second / one).read_bytes()]
    assert differ in ([], ["provenance.json"])


def test_only_provenance_holds_a_time(report: Path) -> None:
    told = json.loads((report / "provenance.json").read_text(encoding="utf-8"))
    assert told["started"] == "2025-07-01T00:00:00+00:00"
    assert set(told["data"]) == {"rows.csv", "os.csv", "progression.csv"}
    for name in ("report.html", "results.json"):
        assert "2025-07-01" not in (report / name).read_text(encoding="utf-8")


def test_the_page_runs_nothing_and_asks_for_nothing(html: str) -> None:
    assert "<script" not in html
    assert "http" not in re.sub(r"http-equiv", "", html)
    assert not re.search(r"\b(?:src|onload|onclick)\s*=", html)
    assert not re.search(r"url\((?!#)", html)


def test_every_id_of_the_page_is_its_own_and_every_link_leads_to_one(html: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    links = re.findall(r'href="#([^"]+)"', html) + re.findall(r"url\(#([^)]+)\)", html)
    assert set(links) <= set(ids)
    named = [one for value in re.findall(r'aria-labelledby="([^"]+)"', html) for one in value.split()]
    assert set(named) <= set(ids)


def test_the_page_is_well_formed(html: str) -> None:
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    parser = Balance()
    parser.feed(html)
    assert parser.open == []


def test_texts_of_the_plan_are_escaped(html: str) -> None:
    assert "Arms &amp; &lt;sites&gt;" in html
    assert "<sites>" not in html


def test_what_was_not_planned_has_its_own_heading_and_says_what_became_of_it(html: str) -> None:
    planned, others = html.split('id="others"', 1)
    assert '<article id="A1"' in planned
    assert '<article id="A3"' in others
    assert "NOT_SUPPORTED" in others


def test_the_page_states_the_hash_of_plan_data_endpoints_and_code(html: str, report: Path) -> None:
    told = json.loads((report / "provenance.json").read_text(encoding="utf-8"))
    for own in (told["plan"], told["code"], *told["data"].values(), *told["endpoints"].values()):
        assert own in html


def test_a_figure_is_announced_by_its_description(html: str) -> None:
    assert 'role="img" aria-labelledby="A1-kaplan_meier-figure-title' in html
    assert "Kaplan-Meier curves of overall survival in 2 groups" in html


def test_an_amendment_is_shown(study: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(SHORT.replace("times = [6, 12]", "times = [6]"), encoding="utf-8")
    lock_plan(plan, read_plan(plan), at=dt.datetime(2025, 3, 3, tzinfo=dt.UTC))
    html = (made(study, tmp_path, text=SHORT).folder / "report.html").read_text(encoding="utf-8")
    assert "Change after the last lock: analysis A1 changed." in html
    assert "added or changed by amendment" in html


def test_a_plan_that_does_not_fit_writes_nothing(study: Path, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no column 'arms'"):
        made(study, tmp_path, text=PLAN.replace('by = "arm"', 'by = "arms"'))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.toml"]


def test_a_folder_that_no_report_wrote_is_left_alone(study: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("mine", encoding="utf-8")
    with pytest.raises(ReportError, match="holds what no report wrote"):
        made(study, tmp_path)
    assert (tmp_path / "out" / "thesis.docx").read_text(encoding="utf-8") == "mine"


def test_a_report_takes_the_place_of_an_earlier_one(study: Path, tmp_path: Path) -> None:
    before = made(study, tmp_path, text=SHORT).folder
    assert (before / "figures" / "A1-kaplan-meier.svg").exists()
    folder = made(study, tmp_path, text=SHORT.replace("A1", "B1")).folder
    assert not (folder / "figures" / "A1-kaplan-meier.svg").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.cache", "out", "plan.toml"]
