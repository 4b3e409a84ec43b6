"""The options of `cimara outcomes design`: how each is read, its default and its help."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Flag:
    """One option: how its text is read, its default, and its help."""

    read: Callable[[str], Any]
    default: Any
    metavar: str
    text: str


def numbers(text: str) -> tuple[float, ...]:
    """Numbers parted by commas."""
    try:
        return tuple(float(one) for one in text.split(","))
    except ValueError:
        raise ArgumentTypeError("numbers parted by commas, such as 0.4,0.7,1") from None


def one_of(*words: str) -> Callable[[str], str]:
    """A reader of one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ArgumentTypeError(f"one of {', '.join(words)}")
        return text

    return read


SPENDINGS = ("obrien_fleming", "pocock", "hwang_shih_decani", "kim_demets")
FLAGS = {
    "hazard_ratio": Flag(float, None, "HR", "treated against control"),
    "control_median": Flag(float, None, "MONTHS", "median of the control arm"),
    "control_hazards": Flag(numbers, None, "H,H", "hazards a month of the control arm, instead of a median"),
    "cuts": Flag(numbers, (), "M,M", "months at which those hazards change"),
    "delay": Flag(float, 0.0, "MONTHS", "months before the treatment works (0)"),
    "accrual": Flag(float, None, "MONTHS", "months over which patients come in"),
    "followup": Flag(float, None, "MONTHS", "months from the last patient in to the analysis"),
    "yearly_loss": Flag(float, 0.0, "SHARE", "share of patients lost in a year (0)"),
    "alpha": Flag(float, 0.05, "SHARE", "type I error (0.05)"),
    "power": Flag(float, 0.8, "SHARE", "power (0.8)"),
    "sided": Flag(int, 2, "1|2", "sides of the test (2)"),
    "allocation": Flag(float, 1.0, "RATIO", "treated for each control patient (1)"),
    "formula": Flag(one_of("schoenfeld", "freedman"), "schoenfeld", "NAME", "schoenfeld or freedman"),
    "cause": Flag(float, None, "HAZARD", "hazard of the cause a month, control arm"),
    "death": Flag(float, None, "HAZARD", "hazard of what competes a month"),
    "scale": Flag(
        one_of("cause_specific", "subdistribution"),
        "cause_specific",
        "NAME",
        "cause_specific or subdistribution ratio",
    ),
    "unknown": Flag(float, None, "SHARE", "share of deaths whose cause is unknown"),
    "counted_as": Flag(
        one_of("left_out", "the_cause", "another_cause"),
        "left_out",
        "HOW",
        "left_out, the_cause or another_cause",
    ),
    "lesions": Flag(float, None, "MEAN", "mean lesions a patient"),
    "cv": Flag(float, 0.0, "CV", "coefficient of variation of the number of lesions (0)"),
    "icc": Flag(float, 0.0, "RHO", "correlation of lesions or specimens of one patient (0)"),
    "randomised_by": Flag(one_of("patient", "lesion"), "patient", "UNIT", "patient or lesion"),
    "patients": Flag(int, None, "N", "patients, in all arms"),
    "growth_median": Flag(float, None, "MONTHS", "true median to CNS growth, control arm"),
    "death_median": Flag(float, None, "MONTHS", "median to death, control arm"),
    "every": Flag(int, None, "DAYS", "days between planned scans"),
    "missed": Flag(float, 0.0, "SHARE", "chance that a scan is missed (0)"),
    "assessments": Flag(
        lambda text: tuple(one.strip() for one in text.split(",")),
        ("brain MRI", "body scan"),
        "A,B",
        "scans of the schedule (brain MRI,body scan)",
    ),
    "tau": Flag(float, None, "MONTHS", "restriction time"),
    "looks": Flag(numbers, None, "T,T", "looks as shares of the events, ending in 1"),
    "spending": Flag(one_of(*SPENDINGS), SPENDINGS[0], "NAME", ", ".join(SPENDINGS)),
    "parameter": Flag(float, -4.0, "X", "gamma of Hwang-Shih-DeCani, rho of Kim-DeMets (-4)"),
    "futility": Flag(
        one_of("none", "non_binding", "binding"), "none", "RULE", "none, non_binding or binding"
    ),
    "events_at": Flag(numbers, None, "D,D", "events at looks as made: prints their boundaries"),
    "null": Flag(float, None, "RATE", "rate that is too low to go on"),
    "wanted": Flag(float, None, "RATE", "rate that is wanted"),
    "choice": Flag(one_of("optimal", "minimax"), "optimal", "NAME", "optimal or minimax"),
    "responses": Flag(int, None, "X", "responses after the trial: prints estimate, interval and p"),
    "target": Flag(float, None, "RATE", "target rate of toxicity"),
    "doses": Flag(int, None, "N", "number of doses"),
    "cohort": Flag(int, 3, "N", "patients a cohort (3)"),
    "rates": Flag(numbers, None, "P,P", "true rates: prints what 2,000 simulated trials do, by --seed"),
    "drug": Flag(str, None, "NAME", "the drug"),
    "above": Flag(str, None, "TEXT", "the target, named, such as '5 x IC90'"),
    "two_stage": Flag(one_of("optimal", "minimax"), None, "NAME", "Simon's design: optimal or minimax"),
    "marker": Flag(str, None, "NAME", "what is measured"),
    "definition": Flag(str, None, "TEXT", "the protocol's sentence of what is measured"),
    "ratio": Flag(float, None, "RATIO", "ratio of geometric means to find"),
    "sd": Flag(float, None, "SD", "standard deviation of the log (ii: of the log ratio)"),
    "sd_untreated": Flag(float, None, "SD", "of untreated patients: makes it two groups, not pairs"),
    "specimens": Flag(int, 1, "M", "specimens a patient (1)"),
    "below_limit": Flag(float, 0.0, "SHARE", "share of values below the limit of quantification (0)"),
    "simulate": Flag(int, 0, "N", "trials to simulate (none)"),
    "seed": Flag(int, 1, "SEED", "seed of the simulation (1)"),
}
