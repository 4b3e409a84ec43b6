"""`cimara federation plan` tells what would leave; `run` sends it through everything but a network."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from cimara.cli import main
from cimara.federation.messages.wire import LIMIT
from tests.federated.commands.conftest import Demo


def plan(demo: Demo, *more: str) -> int:
    return main(["federation", "plan", str(demo.study), *more])


def run(demo: Demo, *more: str) -> int:
    out = str(demo.folder / "out")
    return main(["federation", "run", str(demo.study), "--tables", str(demo.tables), "--out", out, *more])


class TestPlan:
    def test_it_tells_every_round_and_what_each_number_is(
        self, demo: Demo, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert plan(demo) == 0
        told = capsys.readouterr().out
        for words in ("round 0:", "round 1:", "patients that the analysis uses", "score of each coefficient"):
            assert words in told

    def test_its_sizes_are_those_of_a_job(self, demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
        assert plan(demo, "--json") == 0
        (analysis,) = json.loads(capsys.readouterr().out)["analyses"]
        assert run(demo) == 0
        lines = [json.loads(one) for one in (demo.folder / "out/sites/NL01/ledger.jsonl").open()]
        sent = {one["step"]: one["bytes"] for one in lines if one["decision"] == "sent"}
        planned = {one["step"]: one["bytes"] for one in analysis["rounds"]}
        assert {step: planned[step] for step in sent} == sent

    def test_nothing_is_written(self, demo: Demo) -> None:
        before = sorted(demo.folder.rglob("*"))
        plan(demo)
        assert sorted(demo.folder.rglob("*")) == before

    def test_an_analysis_that_the_study_lacks_is_named(
        self, demo: Demo, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert plan(demo, "--analyses", "A9") == 2
        assert "FED-105" in capsys.readouterr().err

    def test_faults_of_a_study_file_are_told_by_line(
        self, demo: Demo, capsys: pytest.CaptureFixture[str]
    ) -> None:
        demo.study.write_text(demo.study.read_text().replace('"cox_strat"', '"cox_stratt"'))
        assert plan(demo) == 2
        assert "cox_strat" in capsys.readouterr().err


class TestCheck:
    def check(self, demo: Demo, table: pl.DataFrame, *more: str) -> int:
        path = demo.folder / "own.csv"
        table.write_csv(path)
        return plan(demo, "--check", str(path), *more)

    def rows(self, demo: Demo) -> pl.DataFrame:
        return pl.read_csv(demo.tables / "NL01.csv")

    def test_a_table_that_fits_is_good(self, demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.check(demo, self.rows(demo)) == 0
        assert "A1: nothing is wrong" in capsys.readouterr().out

    def test_faults_are_told_by_column_and_band_without_a_value(
        self, demo: Demo, capsys: pytest.CaptureFixture[str]
    ) -> None:
        wrong = self.rows(demo).with_columns(
            pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("SECRET")).otherwise(pl.col("arm")).alias("arm")
        )
        assert self.check(demo, wrong) == 1
        told = capsys.readouterr().out
        assert "arm: a label that is not among the study's levels (<10 rows)" in told
        assert "SECRET" not in told

    def test_all_faults_are_there_for_programs(self, demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.check(demo, self.rows(demo).drop("arm", "age"), "--json") == 1
        faults = json.loads(capsys.readouterr().out)["faults"]["A1"]
        assert {one["column"] for one in faults} == {"arm", "age"}

    def test_what_is_no_table_is_refused(self, demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
        assert plan(demo, "--check", str(demo.folder)) == 2
        assert "FED-601" in capsys.readouterr().err


class TestRun:
    def test_it_writes_results_and_a_ledger_for_each_site(
        self, demo: Demo, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(demo) == 0
        assert "A1 done" in capsys.readouterr().out
        assert (demo.folder / "out/job/status.json").is_file()
        assert (demo.folder / "out/job/result/A1").is_dir()
        assert len(list((demo.folder / "out/sites").glob("*/ledger.jsonl"))) == 3

    def test_a_study_of_charts_is_sent_to_its_own_command(
        self, demo: Demo, capsys: pytest.CaptureFixture[str]
    ) -> None:
        demo.study.write_text("[cohort]\n[federation]\n")
        assert run(demo) == 2
        assert "cimara study run --federated" in capsys.readouterr().err

    def test_a_site_with_too_few_patients_refuses_and_the_advice_is_told(
        self, demo: Demo, capsys: pytest.CaptureFixture[str]
    ) -> None:
        few = pl.read_csv(demo.tables / "NL01.csv").head(5)
        few.write_csv(demo.tables / "NL01.csv")
        assert run(demo) == 1
        told = capsys.readouterr().out
        assert "FED-201" in told
        assert "A1 failed" in told

    def test_a_folder_that_holds_a_job_is_not_written_over(
        self, demo: Demo, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(demo)
        assert run(demo) == 2
        assert "FED-408" in capsys.readouterr().err

    def test_progress_is_told_round_by_round(self, demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
        run(demo)
        assert "A1 round 2" in capsys.readouterr().err

    @pytest.mark.parametrize("names", [(), ("NL01.csv", "NL01.parquet")])
    def test_tables_are_one_a_site(
        self, demo: Demo, names: tuple[str, ...], capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = pl.read_csv(demo.tables / "NL01.csv")
        for path in demo.tables.iterdir():
            path.unlink()
        for name in names:
            path = demo.tables / name
            rows.write_parquet(path) if path.suffix == ".parquet" else rows.write_csv(path)
        assert run(demo) == 2
        assert "one file a site" in capsys.readouterr().err


def test_a_message_of_any_plan_is_far_below_the_limit(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    plan(demo, "--json")
    (analysis,) = json.loads(capsys.readouterr().out)["analyses"]
    assert max(one["bytes"] for one in analysis["rounds"]) < LIMIT / 100


def test_a_site_signs_a_table_study(demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kit = demo.kit("site", "NL01")
    key = str(kit / "house" / "site_key.pem")
    signing = ["study", "sign", str(demo.study), "--site", "NL01", "--by", "Demo Member 014", "--key", key]
    assert main(signing) == 0
    assert "NL01 signed demo-brain-metastases" in capsys.readouterr().out
