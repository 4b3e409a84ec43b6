"""The verb `cimara outcomes design`."""

from __future__ import annotations

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_OK, main

TRIAL = "--accrual 18 --followup 12"
CAUSE = f"--hazard-ratio 0.6 --cause 0.02 --death 0.06 {TRIAL}"
MARKER = "--marker pERK --definition score"
GROWTH = "--hazard-ratio 0.6 --growth-median 9 --death-median 20"
ARMS = f"--hazard-ratio 0.6 --control-median 9 {TRIAL}"
COMMANDS = {
    f"log-rank CNSPFS {ARMS}": "events needed",
    f"log-rank OS --hazard-ratio 0.6 --control-hazards 0.1,0.05 --cuts 6 {TRIAL}": "events needed",
    f"competing-death LMDINC {CAUSE}": "0.32",
    f"unknown-cause NEURDTH {CAUSE} --unknown 0.25": "the_cause",
    f"lesions LOCFAIL {CAUSE} --lesions 2.5 --icc 0.3": "design effect by lesion",
    f"visits CNSPFS {TRIAL} {GROWTH} --patients 20 --every 42": "days between scans",
    f"rmst OS --hazard-ratio 0.5 --delay 3 --control-median 9 --tau 24 {TRIAL}": "restricted mean",
    f"max-combo OS {ARMS} --patients 40 --simulate 20": "simulated power",
    f"group-sequential OS {ARMS} --looks 0.4,0.7,1 --events-at 40,80": "Looks as made",
    "single-stage ICORR --null 0.15 --wanted 0.5 --simulate 100": "without an effect",
    "two-stage ICORR --null 0.3 --wanted 0.5 --responses 19": "unbiased 0.4712",
    "boin --target 0.35 --doses 3 --patients 12 --rates 0.1,0.3,0.5 --simulate 50": "mean toxic",
    "target-reached --drug X --above IC90 --null 0.2 --wanted 0.6": "tissues apart",
    f"window {MARKER} --ratio 0.5 --sd 0.8": "paired ratio",
    f"window {MARKER} --ratio 0.5 --sd 0.8 --sd-untreated 0.7": "treated against untreated",
}


@pytest.mark.parametrize(("command", "shown"), COMMANDS.items(), ids=lambda text: text[:24])
def test_each_kind_prints_its_design_and_its_plan(
    command: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["outcomes", "design", *command.split()]) == EXIT_OK
    out = capsys.readouterr().out
    assert shown in out
    assert "[[analysis]]" in out


def test_the_worked_example(capsys: pytest.CaptureFixture[str]) -> None:
    options = f"{ARMS} --power 0.85 --allocation 2 --yearly-loss 0.1"
    assert main(["outcomes", "design", "log-rank", "CNSPFS", *options.split()]) == EXIT_OK
    out = capsys.readouterr().out
    assert "155 (154.83)" in out
    assert "167 + 84 (249.26)" in out


def test_a_schedule_without_brain_mri_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["outcomes", "design", "log-rank", "CNSPFS", *ARMS.split(), "--assessments", "body scan"]
    assert main(command) == EXIT_BAD_INPUT
    assert "no brain MRI" in capsys.readouterr().err


def test_the_control_arm_is_given_once(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["outcomes", "design", "log-rank", "OS", *ARMS.split(), "--control-hazards", "0.1"]
    assert main(command) == EXIT_BAD_INPUT
    assert "one of them" in capsys.readouterr().err


def test_a_kind_that_is_not_one_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["outcomes", "design", "guess"])
