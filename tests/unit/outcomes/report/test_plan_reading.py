"""Reading an analysis plan, and saying all that is wrong with it at once."""

from __future__ import annotations

import argparse
import datetime as dt

import pytest

from cimara.cli import build_parser
from cimara.outcomes.report.errors import PlanError
from cimara.outcomes.report.plan_reading import plan_from_text
from cimara.outcomes.report.plan_words import AskedTestKind, FigureKind, Format, Kind, UnitRow
from tests.unit.outcomes.report.made_up_study import HEAD, plan_of

SPECIFIED = """
[study]
id = "rn-17"
title = "Radiation necrosis after radiosurgery"
data_cut = 2025-06-30
seed = 20250630

[population]
where = "first_srs_day is not null"
unit = "lesion"
cluster = "patient_id"
site = "site_id"

[endpoints.rn]
use = "time_to_radiation_necrosis"      # a name of endpoints.md
policy = "default"
competing = ["death"]
unit = "months"

[endpoints.os]
use = "overall_survival"
unit = "months"

[[analysis]]
id = "A1"
primary = true
kind = "cumulative_incidence"
endpoint = "rn"
by = "adc_at_srs"
times = [6, 12, 24]
test = { kind = "gray", strata = ["site_id"] }

[[analysis]]
id = "A2"
kind = "cox"
endpoint = "rn"
cause = "rn"
exposure = "adc"
time_varying = ["adc"]
adjust = ["v12_cm3", "prior_wbrt"]
strata = ["site_id"]

[[analysis]]
id = "A3"
kind = "heterogeneity"
of = "A2"

[[figure]]
of = "A1"
kind = "cumulative_incidence"
formats = ["svg", "pdf"]

[release]
audience = "internal"
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(PlanError) as refusal:
        plan_from_text(text)
    return [str(one) for one in refusal.value.problems]


def test_the_specified_plan_reads() -> None:
    plan = plan_from_text(SPECIFIED)
    assert plan.study.data_cut == dt.date(2025, 6, 30)
    assert plan.population.unit is UnitRow.LESION
    assert [one.kind for one in plan.analyses] == [Kind.CUMULATIVE_INCIDENCE, Kind.COX, Kind.HETEROGENEITY]
    first = plan.analyses[0]
    assert first.test is not None
    assert (first.test.kind, first.test.strata) == (AskedTestKind.GRAY, ("site_id",))
    assert first.times == (6.0, 12.0, 24.0)
    assert plan.analyses[1].covariates == ("adc", "v12_cm3", "prior_wbrt")
    assert plan.figures[0].kind is FigureKind.CUMULATIVE_INCIDENCE
    assert plan.figures[0].formats == (Format.SVG, Format.PDF)


def test_every_fault_is_named_at_once_by_line_with_the_nearest_name() -> None:
    wrong = SPECIFIED.replace('endpoint = "rn"\nby', 'endpoint = "rm"\nby').replace("tie = ", "")
    wrong = wrong.replace('kind = "heterogeneity"', 'kind = "heterogenity"').replace("unit =", "unitt =", 1)
    wrong = wrong.replace('of = "A1"', 'of = "A9"').replace("strata = [", "stratum = [", 1)
    told = problems_of(wrong)
    lines = wrong.splitlines()
    assert any("did you mean heterogeneity?" in one for one in told)
    assert any("'rm'" in one and "rn" in one for one in told)
    assert any("population.unitt" in one and "did you mean unit?" in one for one in told)
    assert any("no analysis 'A9'" in one for one in told)
    assert any("unknown key; did you mean strata?" in one for one in told)
    placed = next(one for one in told if "population.unitt" in one)
    assert placed.startswith(f"line {1 + next(i for i, line in enumerate(lines) if 'unitt' in line)},")
    assert [int(one.split()[1].rstrip(",")) for one in told] == sorted(
        int(one.split()[1].rstrip(",")) for one in told
    )


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('id = "A"\nkind = "cox"\nendpoint = "os"', "analysis.1.exposure: missing"),
        ('id = "A"\nkind = "rmst"\nendpoint = "os"\nby = "arm"', "analysis.1.tau: missing"),
        ('id = "A"\nkind = "landmark"\nendpoint = "os"\nat = 0', "expected a time after 0"),
        ('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\ntimes = [12, 6]', "times in rising order"),
        ('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\ntest = {kind = "logrank"}', "without by"),
        ('id = "A"\nkind = "cox"\nendpoint = "progression"\nexposure = "arm"\ncause = "dead"', "death"),
        (
            'id = "A"\nkind = "cox"\nendpoint = "os"\nexposure = "arm"\nties = "exakt"',
            "breslow",
        ),
        ('id = "A"\nkind = "cox"\nendpoint = "os"\nexposure = "arm"\ntau = "12"', "expected a number"),
        (
            'id = "A"\nkind = "cox"\nendpoint = "os"\nexposure = "arm"\ntime_varying = ["x"]',
            "not in the",
        ),
        ('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\ntau = 3\nexposure = "arm"', "unknown key"),
        ('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\nonly_if = "A"', "no other analysis"),
        ('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\nunit = "lesion"', "the study's unit is patient"),
        ('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"\nconf_level = 95', "share between 0 and 1"),
        (
            'id = "A"\nkind = "propensity"\nendpoint = "os"\nexposure = "arm"\nadjust = ["age"]\n'
            "truncation = [0.9]",
            "two quantiles",
        ),
    ],
)
def test_a_fault_of_an_entry(entry: str, told: str) -> None:
    found = problems_of(f"{HEAD}\n[[analysis]]\n{entry}\n")
    assert any(told in one for one in found), found


def test_an_id_that_two_analyses_have() -> None:
    entry = 'id = "A"\nkind = "kaplan_meier"\nendpoint = "os"'
    with pytest.raises(PlanError, match="an earlier analysis has"):
        plan_of(entry, entry)


def test_heterogeneity_of_what_is_no_model() -> None:
    with pytest.raises(PlanError, match="kind cox or fine_gray"):
        plan_of(
            'id = "A"\nkind = "kaplan_meier"\nendpoint = "os"', 'id = "B"\nkind = "heterogeneity"\nof = "A"'
        )


def test_a_figure_that_the_analysis_does_not_have() -> None:
    figure = '\n[[figure]]\nof = "A"\nkind = "forest"\n'
    with pytest.raises(PlanError, match="expected an analysis of kind cox, fine_gray"):
        plan_of('id = "A"\nkind = "kaplan_meier"\nendpoint = "os"' + figure)


def test_text_that_is_not_toml() -> None:
    assert any("TOML" in one for one in problems_of("[study\n"))


DESIGNS = [
    "log-rank OS --hazard-ratio 0.6 --control-median 9 --accrual 18 --followup 12",
    "competing-death CNSTTP --hazard-ratio 0.6 --cause 0.05 --death 0.02 --accrual 18 --followup 12",
    "group-sequential OS --hazard-ratio 0.6 --looks 0.5,1 --control-median 9 --accrual 18 --followup 12",
    "rmst OS --hazard-ratio 0.6 --tau 18 --control-median 9 --accrual 18 --followup 20",
    "max-combo OS --hazard-ratio 0.6 --patients 200 --control-median 9 --accrual 18 --followup 12",
    "single-stage ICORR --null 0.15 --wanted 0.5",
    "two-stage ICORR --null 0.3 --wanted 0.5",
    "unknown-cause CNSTTP --hazard-ratio 0.6 --cause 0.05 --death 0.02 --accrual 18 --followup 12 "
    "--unknown 0.1",
    "visits CNSPFS --hazard-ratio 0.6 --growth-median 9 --death-median 20 --patients 200 --every 56 "
    "--accrual 18 --followup 12",
    "boin --target 0.3 --doses 5 --patients 30",
    "window --marker pERK --definition tissue --ratio 0.5 --sd 0.6",
]


@pytest.mark.parametrize("command", DESIGNS, ids=lambda one: one.split()[0])
def test_what_a_design_writes_is_read(command: str) -> None:
    words = ["outcomes", "design", *command.split()]
    args: argparse.Namespace = build_parser(words).parse_args(words)
    plan = plan_from_text('[study]\nid = "trial"\n\n' + args.kind.build(args).report().analysis)
    assert plan.analyses
    assert all(one.primary for one in plan.analyses)
