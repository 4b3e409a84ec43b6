"""A study run over sites whose rows stay there gives the report of its pooled rows, to the last digits.

Three invented sites with 450 patients run the packaged demonstration study, with masks, guards and ledgers.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cimara.cohort.study.disclosure import Disclosure
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import Scenario, SynthOptions
from cimara.federation.results.released import shown_count
from cimara.outcomes.report.findings import Result
from cimara.outcomes.report.running import run_plan
from cimara.studies.build import build_study
from cimara.studies.check import CheckedStudy, check_study
from cimara.studies.demonstration.whole_way import write_study
from cimara.studies.federated import FinishedOverSites, run_federated
from cimara.studies.plan_by_sites import plan_by_sites
from cimara.studies.released_report import in_words
from cimara.studies.sources import SiteData, from_datasets

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
LIMITS = Disclosure()
CLOSE = 1e-10


@dataclass(frozen=True)
class Both:
    """One study run both ways."""

    checked: CheckedStudy
    sources: tuple[SiteData, ...]
    pooled: dict[str, Result]
    over_sites: FinishedOverSites
    content: dict[str, Any]

    def analysis(self, name: str) -> dict[str, Any]:
        """An analysis of the federated results.json."""
        return next(one for one in self.content["analyses"] if one["id"] == name)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("over-sites")
    options = SynthOptions(seed=3, scenario=Scenario.RN_TREATED, patients=450, sites=3)
    sources = from_datasets(synth_consortium(options).datasets)
    names = [one.site_id for one in sources]
    checked = write_study(folder / "study", names, seed=1, now=lambda: NOW)
    plan = replace(plan_by_sites(checked, names), drawn=False)
    pooled = run_plan(plan, build_study(checked, sources).data, code_hash="")
    done = run_federated(checked, sources, folder / "out", now=lambda: NOW)
    content = json.loads((done.report.folder / "results.json").read_text())
    return Both(checked, sources, {one.analysis.id: one for one in pooled}, done, content)


def apart(one: float | None, other: float | None) -> float:
    """How far two numbers lie from each other, relative to numbers above 1."""
    if one is None or other is None:
        return 0.0 if one is other else float("inf")
    return abs(one - other) / max(1.0, abs(one))


def test_every_planned_analysis_is_done(both: Both) -> None:
    found = {one["id"]: one["status"] for one in both.content["analyses"]}
    assert found == dict.fromkeys(both.pooled, "done")
    assert len(both.pooled) == 5


@pytest.mark.parametrize("name", ["A1", "A2", "A3", "A4", "A5"])
def test_estimates_intervals_and_tests_are_those_of_pooled_rows(both: Both, name: str) -> None:
    findings = both.pooled[name].findings
    assert findings is not None
    found = both.analysis(name)["estimates"]
    assert [(one["measure"], one["of"]) for one in found] == [(e.measure, e.of) for e in findings.estimates]
    for one, other in zip(findings.estimates, found, strict=True):
        for key in ("estimate", "lower", "upper", "p"):
            assert apart(getattr(one, key), other[key]) <= CLOSE, (one.measure, one.of, key)


@pytest.mark.parametrize("name", ["A3", "A4"])
def test_steps_that_are_shown_are_steps_of_the_pooled_curve(both: Both, name: str) -> None:
    findings = both.pooled[name].findings
    assert findings is not None
    whole = next(one for one in findings.tables if one.name == "curve")
    shown = next(one for one in both.analysis(name)["tables"] if one["name"] == "curve")
    keys = [place for place, head in enumerate(whole.columns) if head in ("group", "cause")]
    time = whole.columns.index("time")
    counted = {
        whole.columns.index(head) for head in ("at_risk", "events", "censored") if head in whole.columns
    }
    pooled = [(*(row[place] for place in keys), row[time]) for row in whole.rows]
    assert 10 < len(shown["rows"]) < len(whole.rows) / 2
    for row in shown["rows"]:
        own = next(
            place for place, one in enumerate(pooled)
            if one[:-1] == tuple(row[key] for key in keys) and apart(one[-1], row[time]) <= CLOSE
        )  # fmt: skip
        for place, value in enumerate(whole.rows[own]):
            if place not in counted and isinstance(value, float):
                assert apart(value, row[place]) <= CLOSE


@pytest.mark.parametrize("name", ["A1", "A2", "A3", "A4", "A5"])
def test_counts_are_those_of_pooled_rows_as_they_may_be_shown(both: Both, name: str) -> None:
    findings = both.pooled[name].findings
    assert findings is not None
    found = both.analysis(name)
    assert found["n"] == shown_count(findings.n, LIMITS)
    assert found["events"] == shown_count(findings.events, LIMITS)
    for one, other in zip(findings.estimates, found["estimates"], strict=True):
        for key in ("n", "events"):
            count = getattr(one, key)
            assert other[key] == (None if count is None else shown_count(count, LIMITS))


def test_the_sentence_of_a_result_says_the_same_with_counts_rounded(both: Both) -> None:
    findings = both.pooled["A1"].findings
    assert findings is not None
    assert both.analysis("A1")["sentence"] == in_words(findings.sentence, LIMITS)


def test_numbers_that_are_no_counts_stay_in_a_sentence() -> None:
    said = "0.73 (95\u00a0% CI 0.64\u20130.83), p = 0.004 (n\u00a0=\u00a01,439, 6\u00a0events); 12 months"
    assert in_words(said, LIMITS) == (
        "0.73 (95\u00a0% CI 0.64\u20130.83), p = 0.004 (n\u00a0=\u00a01,440, few\u00a0events); 12 months"
    )


def test_each_site_builds_of_its_own_submission_alone(both: Both) -> None:
    for site, folder in both.over_sites.sites.items():
        assert pl.read_parquet(folder / "rows.parquet")["site"].unique().to_list() == [site]


def test_no_patient_is_named_in_what_was_written_for_people(both: Both) -> None:
    ids = {
        one.encode()
        for source in both.sources
        for one in source.dataset.frame("Patient")["patient_id"].to_list()
    }
    written = [one for one in both.over_sites.report.folder.rglob("*") if one.is_file()]
    assert len(written) > 10
    for path in written:
        content = path.read_bytes()
        assert not any(one in content for one in ids), path.name


def test_no_figure_shows_single_patients_and_the_report_says_so(both: Both) -> None:
    assert not list((both.over_sites.report.folder / "figures").iterdir())
    page = (both.over_sites.report.folder / "report.html").read_text()
    assert "Figures are not drawn" in page


def test_the_report_says_how_it_was_run(both: Both) -> None:
    told = both.content["over_sites"]
    facts = dict(told["facts"])
    assert facts["Sums"].startswith("masked")
    assert facts["Grid"].startswith("weekly")
    assert facts["Coordinators"] == "Demo Coordinating Centre"
    rounds = {row[0]: row[2] for row in told["sheets"][0]["rows"]}
    assert set(rounds) == {*both.pooled, "description"}
    assert all(rounds.values())
    hashes = dict(told["hashes"])
    assert hashes["study"] == both.checked.hash
    assert {f"data {one.site_id}": one.content_hash for one in both.sources}.items() <= hashes.items()


def test_small_counts_of_the_first_table_are_not_shown(both: Both) -> None:
    table = next(one for one in both.content["description"] if one["name"] == "table-1")
    cells = [str(cell) for row in table["rows"] for cell in row[1:]]
    shares = [int(one.split(" ")[0].replace(",", "")) for one in cells if one.endswith("%)")]
    assert shares
    assert all(one > 7 and one % 5 == 0 for one in shares)
    assert "not shown" in cells


def test_a_study_without_a_federation_keeps_no_rows_at_sites(both: Both, tmp_path: Path) -> None:
    text = both.checked.path.read_text()
    (tmp_path / "study.toml").write_text(text[: text.index("# The key of the coordinator")])
    (tmp_path / "rn_recurrence.toml").write_bytes(
        both.checked.path.with_name("rn_recurrence.toml").read_bytes()
    )
    with pytest.raises(StudyRefusedError, match=r"no \[federation\] table"):
        run_federated(check_study(tmp_path / "study.toml"), both.sources, tmp_path / "out", now=lambda: NOW)
    assert not (tmp_path / "out").exists()


def test_a_site_that_has_not_signed_stops_the_run_before_anything_is_built(
    both: Both, tmp_path: Path
) -> None:
    checked = write_study(
        tmp_path / "study", [one.site_id for one in both.sources[:2]], seed=1, now=lambda: NOW
    )
    with pytest.raises(StudyRefusedError, match="not signed"):
        run_federated(checked, both.sources, tmp_path / "out", now=lambda: NOW)
    assert not (tmp_path / "out").exists()
