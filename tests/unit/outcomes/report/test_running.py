"""Each kind of analysis gives the numbers of its estimator, and each planned analysis a result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.comparisons.log_rank import log_rank
from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.rmst import rmst
from cimara.outcomes.endpoints.words import DAYS_IN_MONTH
from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.fine_gray import fine_gray
from cimara.outcomes.report.data_folder import read_data_folder
from cimara.outcomes.report.findings import Estimate, Findings
from cimara.outcomes.report.running import run_plan
from cimara.outcomes.rows import CompetingRisks, Survival
from tests.unit.outcomes.report.made_up_study import (
    HEAD,
    findings_of,
    frame_of,
    plan_of,
    result_of,
    write_study,
)

pytestmark = pytest.mark.usefixtures("without_ink")

KM = 'id = "A1"\nkind = "kaplan_meier"\nendpoint = "os"\nby = "arm"\ntimes = [6, 12]\n'
TESTED = KM + 'test = { kind = "log_rank", strata = ["site"] }'
COX = (
    'id = "A2"\nkind = "cox"\nendpoint = "progression"\nexposure = "arm"\nadjust = ["age"]\nstrata = ["site"]'
)
LEVELS = {"arm": ("control", "drug")}


def survival(study: Path, **named: object) -> Survival:
    frame = frame_of(read_data_folder(study), "OS").with_columns(time=pl.col("aval") / DAYS_IN_MONTH)
    return Survival.from_frame(frame, time="time", event="evcode", levels=LEVELS, unit="months", **named)


def competing(study: Path, **named: object) -> CompetingRisks:
    frame = frame_of(read_data_folder(study), "CNSTTP").with_columns(time=pl.col("aval") / DAYS_IN_MONTH)
    causes = {1: "progression", 2: "death"}
    return CompetingRisks.from_frame(
        frame, time="time", status="evcode", causes=causes, levels=LEVELS, unit="months", **named
    )


def one(found: Findings, measure: str, of: str = "") -> Estimate:
    return next(est for est in found.estimates if measure in est.measure and of in est.of)


def test_kaplan_meier_states_its_medians_its_times_and_the_stratified_test(study: Path) -> None:
    found = findings_of(study, TESTED)
    fit = kaplan_meier(survival(study, group="arm"))
    curve = fit.curve("drug")
    assert one(found, "median", "drug").estimate == curve.median.time
    at = curve.at([12.0]).row(0, named=True)
    stated = one(found, "survival at 12 months", "drug")
    assert (stated.estimate, stated.lower, stated.upper) == (at["survival"], at["lower"], at["upper"])
    test = log_rank(survival(study, group="arm", strata="site"))
    assert one(found, "log-rank").p == found.decided_by == test.p
    assert (found.n, found.events) == (fit.n, fit.events)


def test_incidence_states_every_cause(study: Path) -> None:
    found = findings_of(
        study,
        'id = "A"\nkind = "cumulative_incidence"\nendpoint = "progression"\nby = "arm"\ntimes = [12]\n'
        'test = { kind = "gray" }',
    )
    at = aalen_johansen(competing(study, group="arm")).at([12.0])
    for row in at.filter(pl.col("cause") == "death").iter_rows(named=True):
        stated = one(found, "cumulative incidence at 12", f"{row['group']}, death")
        assert stated.estimate == row["probability"]
    assert one(found, "Gray's test", "CNS progression").p == found.decided_by


def test_where_causes_compete_both_models_are_shown_with_what_each_answers(study: Path) -> None:
    found = findings_of(study, COX)
    named = {"covariates": ["arm", "age"], "strata": "site"}
    hazard = cox(competing(study, **named).cause_specific("progression"))
    subdistribution = fine_gray(competing(study, **named), cause="progression")
    assert one(found, "hazard ratio", "arm: drug").estimate == hazard.hr[0]
    assert one(found, "subdistribution hazard ratio", "arm: drug").estimate == subdistribution.shr[0]
    assert sum("answers what" in text for text in found.assumptions) == 2
    assert {"all-causes", "proportionality"} <= {sheet.name for sheet in found.tables}
    assert any(text.startswith("Concordance 0.") for text in found.assumptions)
    assert found.dropped == (("age", 3),)
    assert found.covariance is not None
    assert np.allclose(np.array(found.covariance.values), hazard.covariance)


def test_a_fine_gray_analysis_puts_the_subdistribution_first(study: Path) -> None:
    found = findings_of(study, COX.replace('"cox"', '"fine_gray"'))
    assert found.estimates[0].measure == "subdistribution hazard ratio"
    assert "hazard ratio" in {est.measure for est in found.estimates}


def test_restricted_means_are_those_of_the_planned_horizon(study: Path) -> None:
    found = findings_of(study, 'id = "A"\nkind = "rmst"\nendpoint = "os"\nby = "arm"\ntau = 12')
    fit = rmst(survival(study, group="arm"), tau=12)
    stated = one(found, "difference")
    contrast = fit.contrast("difference")
    assert (stated.estimate, stated.lower, stated.p) == (contrast.estimate, contrast.lower, contrast.p)


def test_where_causes_compete_the_restricted_mean_is_the_time_lost(study: Path) -> None:
    found = findings_of(study, 'id = "A"\nkind = "rmst"\nendpoint = "progression"\nby = "arm"\ntau = 12')
    assert {est.of for est in found.estimates if "mean time lost" in est.measure} >= {
        "control, CNS progression",
        "drug, death",
    }


def test_a_landmark_counts_who_is_left_out(study: Path) -> None:
    found = findings_of(study, 'id = "A"\nkind = "landmark"\nendpoint = "os"\nby = "arm"\nat = 6')
    still = int((frame_of(read_data_folder(study), "OS")["aval"] / DAYS_IN_MONTH > 6).sum())
    assert found.n == still
    assert found.left_out == (("not at risk at 6 months", 160 - still),)


def test_sites_are_compared_on_the_exposure_of_another_analysis(study: Path) -> None:
    plan = plan_of(COX, 'id = "A3"\nkind = "heterogeneity"\nof = "A2"')
    results = run_plan(plan, read_data_folder(study), code_hash="")
    found = results[1].findings
    assert found is not None
    assert len(next(sheet for sheet in found.tables if sheet.name == "by-site").rows) == 4
    assert found.figures[0].kind == "forest"


def test_weights_show_balance_before_the_outcome(study: Path) -> None:
    found = findings_of(
        study,
        'id = "A"\nkind = "propensity"\nendpoint = "os"\nexposure = "arm"\nadjust = ["age", "mgmt"]',
    )
    assert found.tables[0].name == "balance"
    assert found.figures[0].kind == "love"
    assert found.n == 157
    assert "after weighting" in found.assumptions[1]


def test_an_unproportional_exposure_has_its_restricted_mean_beside_it(tmp_path: Path) -> None:
    study = write_study(tmp_path, n=200)
    rows = pl.read_csv(study / "rows.csv")
    days = pl.read_csv(study / "os.csv")
    drug = rows["arm"] == "drug"
    early = pl.Series(np.where(drug, 30 + 2 * np.arange(200) % 60, 200 + np.arange(200)))
    late = pl.Series(np.where(np.arange(200) % 4 == 0, early, np.where(drug, 500, early)))
    days.with_columns(aval=late, evcode=pl.lit(1), code=pl.lit("DEATH")).write_csv(study / "os.csv")
    found = findings_of(study, 'id = "A"\nkind = "cox"\nendpoint = "os"\nexposure = "arm"\ntau = 10')
    assert any(note.code == "NON_PROPORTIONAL" for note in found.warnings)
    assert any("restricted mean to 10" in est.measure for est in found.estimates)


def test_a_survival_curve_of_one_of_several_causes_is_not_estimable(study: Path) -> None:
    result = result_of(study, KM.replace('"os"', '"progression"'))
    assert (result.status, result.code) == ("not_estimable", "NOT_SUPPORTED")
    assert "death competes" in result.message


def test_an_exposure_that_is_the_same_in_all_rows_is_not_estimable(study: Path) -> None:
    head = HEAD.replace("[population]", '[population]\nwhere = "mgmt = 1"')
    entry = 'id = "A"\nkind = "cox"\nendpoint = "os"\nexposure = "mgmt"\nadjust = ["age"]'
    result = result_of(study, entry, head=head)
    assert (result.status, result.code) == ("not_estimable", "ALIASED")


def test_an_exposure_that_separates_is_shown_with_its_bound(tmp_path: Path) -> None:
    study = write_study(tmp_path, n=60)
    status = pl.read_csv(study / "progression.csv")["evcode"]
    rows = pl.read_csv(study / "rows.csv").with_columns(mark=(status == 1).cast(pl.Int64))
    rows.write_csv(study / "rows.csv")
    found = findings_of(study, 'id = "A"\nkind = "cox"\nendpoint = "progression"\nexposure = "mark"')
    assert "hazard ratio not finite; above" in found.sentence
    assert found.estimates[0].estimate is None
    assert any(note.code == "MONOTONE_LIKELIHOOD" for note in found.warnings)


def test_a_figure_that_cannot_be_drawn_does_not_cost_the_numbers(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import cimara.outcomes.report.survival as survival_part

    def refused(*given: object, **named: object) -> None:
        raise FigureError("more groups than can be told apart")

    monkeypatch.undo()
    monkeypatch.setattr(survival_part, "plot_kaplan_meier", refused)
    found = findings_of(study, KM)
    assert len(found.tables[0].rows) == 2
    assert found.figures[0].svg == ""
    assert "more groups than can be told apart" in found.figures[0].description


def test_a_test_that_the_report_does_not_run_leaves_the_curve(study: Path) -> None:
    result = result_of(study, KM + 'test = { kind = "max_combo", weights = ["0,0", "0,1"] }')
    assert result.status == "not_estimable"
    assert result.findings is not None
    assert result.findings.figures


def test_a_kind_that_only_a_design_decides_appears_as_not_estimable(study: Path) -> None:
    result = result_of(study, 'id = "A"\nkind = "biomarker"\nendpoint = "os"')
    assert (result.status, result.code) == ("not_estimable", "NOT_SUPPORTED")


def test_an_error_of_one_analysis_does_not_stop_the_others(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import cimara.outcomes.report.running as running

    def broken(task: object) -> Findings:
        raise ZeroDivisionError("P001")

    monkeypatch.setitem(running.RUNNERS, running.Kind.KAPLAN_MEIER, broken)
    found = run_plan(plan_of(KM, COX), read_data_folder(study), code_hash="")
    assert [result.status for result in found] == ["failed", "done"]
    assert "ZeroDivisionError" in found[0].message
    assert "P001" not in found[0].message


def test_an_analysis_behind_a_gate_says_whether_it_opened(study: Path) -> None:
    later = KM.replace("A1", "A9") + 'only_if = "A1"'
    found = run_plan(plan_of(TESTED, later), read_data_folder(study), code_hash="")
    assert found[0].findings is not None
    opened = (found[0].findings.decided_by or 1) <= 0.05
    assert found[1].remarks[0].startswith("Tested because A1" if opened else "Exploratory: A1 did not")


def test_an_unchanged_analysis_is_reused_and_a_changed_one_is_not(study: Path, tmp_path: Path) -> None:
    said: list[str] = []
    data = read_data_folder(study)

    def run(entry: str, code: str = "1") -> list[str]:
        said.clear()
        run_plan(plan_of(entry), data, code_hash=code, cache=tmp_path, progress=said.append)
        return said

    assert run(KM) == ["A1: kaplan_meier"]
    assert run(KM) == ["A1: unchanged, reused"]
    assert run(KM.replace("12", "18")) == ["A1: kaplan_meier"]
    assert run(KM.replace("12", "18"), code="2") == ["A1: kaplan_meier"]
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_a_reused_result_equals_a_new_one(study: Path, tmp_path: Path) -> None:
    data, plan = read_data_folder(study), plan_of(KM, COX)
    first = run_plan(plan, data, code_hash="", cache=tmp_path)
    assert run_plan(plan, data, code_hash="", cache=tmp_path) == first


def test_a_rate_has_exact_limits_and_its_test(tmp_path: Path) -> None:
    study = write_study(tmp_path, n=20)
    table = pl.read_csv(study / "os.csv").with_columns(
        endpoint=pl.lit("ICORR"),
        aval=pl.lit(None, dtype=pl.Int64),
        evcode=pl.Series([1] * 8 + [0] * 12),
        fingerprint=pl.lit("0" * 64),
    )
    table.write_csv(study / "rate.csv")
    head = HEAD + '\n[endpoints.icorr]\nuse = "ICORR"\n'
    entry = 'id = "A"\nkind = "rate"\nendpoint = "icorr"\ntest = { kind = "exact", null = 0.2, alpha = 0.05 }'
    found = findings_of(study, entry, head=head)
    stated = one(found, "rate")
    assert stated.estimate == pytest.approx(0.4)
    assert (stated.lower, stated.upper) == (pytest.approx(0.1912, abs=1e-4), pytest.approx(0.6395, abs=1e-4))
    assert found.decided_by == pytest.approx(0.0321, abs=1e-4)
