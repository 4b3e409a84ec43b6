"""What the commands of the estimators print and write, and that it is what the library says."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK, main
from cimara.outcomes import (
    CompetingRisks,
    Survival,
    Treatment,
    aalen_johansen,
    cox,
    kaplan_meier,
    log_rank,
    propensity,
    treatment_weights,
)
from tests.unit.cli.outcomes.made_rows import BY_ARM, CAUSES, TIMES, endpoint_table, made_rows


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    made_rows().write_csv(path)
    return str(path)


@pytest.fixture
def survival() -> Survival:
    return Survival.from_frame(
        made_rows(), time="months", event="event", group="arm", covariates=("adc", "age")
    )


def outcomes(*words: str) -> int:
    return main(["outcomes", *words])


def test_km_prints_medians_survival_and_the_log_rank_test(
    rows: str, survival: Survival, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes("km", rows, *TIMES, *BY_ARM, "--unit", "months", "--at", "6")
    told = capsys.readouterr().out
    fit = kaplan_meier(survival)
    at_six = fit.at([6.0]).row(0, named=True)
    assert f"{at_six['survival']:.3f}  {at_six['lower']:.3f} to {at_six['upper']:.3f}" in told
    assert f"{fit.curve('adc').median.time:.4g}" in told
    assert f"log-rank: chi-square {log_rank(survival).statistic:.2f} on 1 df" in told
    assert "time in months; 95 % limits on the log scale, standard error greenwood" in told
    assert "median follow-up (reverse Kaplan-Meier): arm=adc" in told


def test_out_csv_holds_the_curve_at_full_precision(rows: str, survival: Survival, tmp_path: Path) -> None:
    out = tmp_path / "km.csv"
    outcomes("km", rows, *TIMES, *BY_ARM, "--conf-type", "log-log", "--conf-level", "0.9", "--out", str(out))
    expected = kaplan_meier(survival, conf_type="log-log", conf_level=0.9).table()
    assert pl.read_csv(out)["lower"].to_list() == expected["lower"].to_list()


def test_out_json_holds_options_tables_warnings_and_the_call_in_r(rows: str, tmp_path: Path) -> None:
    out = tmp_path / "cif.json"
    outcomes("cif", rows, *CAUSES, *BY_ARM, "--at", "6,12", "--out", str(out))
    written = json.loads(out.read_text())
    assert written["method"] == "aalen_johansen"
    assert written["options"]["conf_type"] == "log"
    assert set(written["events"]) == {"necrosis", "death"}
    assert [row["cause"] for row in written["tables"]["gray"]] == ["necrosis", "death"]
    assert len(written["tables"]["curve"]) == 2 * 2 * 3
    assert "survfit" in written["r_call"]


def test_cif_prints_every_cause_and_grays_test(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes("cif", rows, *CAUSES, *BY_ARM, "--at", "12")
    told = capsys.readouterr().out
    made = CompetingRisks.from_frame(
        made_rows(), time="months", status="status", causes={1: "necrosis", 2: "death"}, group="arm"
    )
    first = aalen_johansen(made).at([12.0]).row(0, named=True)
    assert f"{first['probability']:.3f}  {first['lower']:.3f} to {first['upper']:.3f}" in told
    assert "Gray's test, necrosis: chi-square" in told
    assert "event-free" in told


def test_a_figure_is_written_as_its_suffix_says(rows: str, tmp_path: Path) -> None:
    figure = tmp_path / "km.png"
    outcomes("km", rows, *TIMES, *BY_ARM, "--figure", str(figure))
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_log_rank_tells_observed_and_expected_trend_and_pairs(
    rows: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--group", "site_id", "--strata", "arm", "--pairs", "--trend", "1,2,3,5", "--rho", "1")
    assert outcomes("log-rank", rows, *TIMES, *words) == EXIT_OK
    told = capsys.readouterr().out
    assert "Log-rank family, fleming-harrington weights" in told
    assert "strata arm" in told
    assert "trend over 1, 2, 3, 5: chi-square" in told
    assert "p, holm" in told


def test_gray_tests_the_cause_that_is_named(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcomes("gray", rows, *CAUSES, *BY_ARM, "--cause", "death") == EXIT_OK
    told = capsys.readouterr().out
    assert "death: chi-square" in told
    assert "necrosis: chi-square" not in told


def test_rmst_tells_means_and_contrasts(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcomes("rmst", rows, *TIMES, *BY_ARM, "--tau", "10", "--reference", "control") == EXIT_OK
    told = capsys.readouterr().out
    assert "Restricted mean survival time to 10 days" in told
    assert "difference of means  adc against control" in told


def test_rmst_of_competing_causes_is_the_time_lost_to_each(
    rows: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcomes("rmst", rows, *CAUSES, *BY_ARM, "--tau", "10") == EXIT_OK
    assert "necrosis: difference of time lost" in capsys.readouterr().out


def test_cox_prints_ratios_tests_concordance_and_proportionality(
    rows: str, survival: Survival, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes("cox", rows, *TIMES, "--covariates", "adc,age")
    told = capsys.readouterr().out
    fit = cox(survival)
    assert f"{fit.hr[0]:.3f}  {fit.hr_lower[0]:.3f} to {fit.hr_upper[0]:.3f}" in told
    assert f"n 160, {fit.events} events" in told
    assert f"likelihood ratio: chi-square {fit.likelihood_ratio.statistic:.2f} on 2 df" in told
    assert "concordance 0." in told
    assert "GLOBAL" in told


def test_clusters_make_the_variance_robust_and_hide_tests_that_do_not_hold(
    rows: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes("cox", rows, *TIMES, "--covariates", "adc", "--cluster", "patient_id", "--strata", "site_id")
    told = capsys.readouterr().out
    assert "variance robust; 4 strata; strata site_id; 80 clusters" in told
    assert "robust score: chi-square" in told
    assert "likelihood ratio" not in told


def test_intervals_of_a_patient_are_told_as_rows_and_patients(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "intervals.csv"
    whole = made_rows().with_columns(person=pl.int_range(pl.len()), start=0.0, late=0)
    early = whole.with_columns(months=pl.col("months") / 2, event=0)
    late = whole.with_columns(start=pl.col("months") / 2, late=1)
    pl.concat([early, late.select(early.columns)], how="vertical_relaxed").write_csv(path)
    outcomes("cox", str(path), *TIMES, "--start", "start", "--id", "person", "--covariates", "adc")
    told = capsys.readouterr().out
    fit = cox(Survival.from_frame(whole, time="months", event="event", covariates=("adc",)))
    assert f"320 rows of 160 patients, {fit.events} events" in told
    assert f"{fit.hr[0]:.3f}  {fit.hr_lower[0]:.3f} to {fit.hr_upper[0]:.3f}" in told


def test_levels_name_the_reference_of_a_text_covariate(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes("cox", rows, *TIMES, "--covariates", "arm", "--levels", "arm=control,adc")
    assert "arm=adc" in capsys.readouterr().out


def test_of_competing_causes_cox_models_the_hazard_of_the_one_named(
    rows: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcomes("cox", rows, *CAUSES, "--covariates", "adc") == EXIT_BAD_INPUT
    assert "--cause NAME" in capsys.readouterr().err
    outcomes("cox", rows, *CAUSES, "--covariates", "adc", "--cause", "necrosis")
    assert "hazard of necrosis" in capsys.readouterr().out


def test_fine_gray_counts_the_other_causes(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--covariates", "adc", "--cause", "necrosis", "--cluster", "patient_id", "--strata", "site_id")
    outcomes("fine-gray", rows, *CAUSES, *words)
    told = capsys.readouterr().out
    assert "SHR" in told
    assert "events of necrosis" in told
    assert "of other causes" in told


def test_landmark_says_who_is_left_out(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes("landmark", rows, *TIMES, "--group", "response", "--landmark", "3", "--at", "6")
    told = capsys.readouterr().out
    out = made_rows().filter(pl.col("months") <= 3).height
    assert f"Landmark at 3 days: {160 - out} at risk, {out} left out" in told
    assert "event by the landmark" in told


@pytest.mark.parametrize(("words", "asked"), [((), 6.0), (("--keep-times",), 9.0)])
def test_times_count_from_the_landmark_unless_kept(
    words: tuple[str, ...], asked: float, rows: str, tmp_path: Path
) -> None:
    out = tmp_path / "curve.csv"
    outcomes("landmark", rows, *TIMES, "--landmark", "3", *words, "--at", f"{asked}", "--out", str(out))
    later = made_rows().filter(pl.col("months") > 3)
    expected = kaplan_meier(Survival.from_frame(later, time="months", event="event")).at([9.0])
    assert pl.read_csv(out)["survival"].item() == pytest.approx(expected["survival"].item(), rel=1e-12)


def test_heterogeneity_tells_each_site_and_their_mean(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes("heterogeneity", rows, *TIMES, "--site", "site_id", "--exposure", "arm", "--covariates", "age")
    told = capsys.readouterr().out
    assert "Cox model stratified by site_id" in told
    assert "arm=control x site_id, score: chi-square" in told
    assert "mean of 4 sites: HR" in told


def test_propensity_reads_no_outcome_and_its_weights_serve_a_cox_model(
    rows: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weighted = tmp_path / "weighted.csv"
    words = ("--treatment", "adc", "--covariates", "age,volume", "--weights-out", str(weighted))
    assert outcomes("propensity", rows, *words) == EXIT_OK
    assert "standardised difference" in capsys.readouterr().out
    treated = Treatment.from_frame(made_rows(), treatment="adc", covariates=("age", "volume"))
    expected = treatment_weights(treated, propensity(treated))
    made = pl.read_csv(weighted)
    assert made["weight"].to_list() == pytest.approx(expected.weights.tolist(), rel=1e-12)
    assert made["propensity"].to_list() == pytest.approx(expected.probability.tolist(), rel=1e-12)
    outcomes("cox", str(weighted), *TIMES, "--covariates", "adc", "--weights", "weight")
    assert "variance robust; probability weights" in capsys.readouterr().out


def test_imputations_are_pooled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "imputed.parquet"
    completed = [
        made_rows().with_columns(imp=pl.lit(m), age=pl.col("age") + m * pl.col("adc")) for m in (1, 2, 3)
    ]
    pl.concat(completed).write_parquet(path)
    assert (
        outcomes("pool-imputations", str(path), *TIMES, "--imputation", "imp", "--covariates", "adc,age")
        == EXIT_OK
    )
    told = capsys.readouterr().out
    assert "3 completed data sets" in told
    assert "n 160," in told


def test_an_endpoint_table_needs_no_columns_and_lesions_are_clustered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.csv"
    endpoint_table().write_csv(path)
    assert outcomes("cif", str(path), "--unit", "months", "--at", "6") == EXIT_OK
    told = capsys.readouterr().out
    assert "Cumulative incidence (Aalen-Johansen), MINE" in told
    assert "time in months" in told
    assert "80 clusters" in told
    status = endpoint_table().with_columns(months=pl.col("aval") / 30.4375)
    made = CompetingRisks.from_frame(status, time="months", status="evcode", cluster="patient_id")
    first = aalen_johansen(made).at([6.0]).row(0, named=True)
    assert f"{first['probability']:.3f}  {first['lower']:.3f} to {first['upper']:.3f}" in told


def test_km_of_an_endpoint_with_competing_causes_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.parquet"
    endpoint_table().write_parquet(path)
    assert outcomes("km", str(path)) == EXIT_BAD_INPUT
    told = capsys.readouterr().err
    assert "with which death competes" in told
    assert "cimara outcomes cif" in told
    outcomes("km", str(path), "--cause", "mine", "--at", "90")
    told = capsys.readouterr().out
    assert "cumulative hazard" in told
    assert "survival" not in told


def test_an_endpoint_of_one_cause_is_plain_survival_and_takes_columns_of_another_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, arms = tmp_path / "os.csv", tmp_path / "arms.csv"
    table = endpoint_table((None, "DEATH"), lesions=False).unique("patient_id", maintain_order=True)
    table.write_csv(path)
    table.select("patient_id", arm=pl.Series(["a", "b"] * 40)).write_csv(arms)
    outcomes("km", str(path), "--join", str(arms), "--group", "arm")
    told = capsys.readouterr().out
    assert "Kaplan-Meier, MINE" in told
    assert "log-rank: chi-square" in told
    assert "clusters" not in told


def test_a_warning_is_told_on_stderr_with_its_code_and_makes_the_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    made_rows().with_columns(age=pl.when(pl.col("age") > 60).then(pl.col("age"))).write_csv(path)
    assert outcomes("cox", str(path), *TIMES, "--covariates", "age") == EXIT_FINDINGS
    told = capsys.readouterr()
    assert "ROWS_DROPPED" in told.err
    assert "ROWS_DROPPED" not in told.out
