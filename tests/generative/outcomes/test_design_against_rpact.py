"""Group-sequential boundaries and log-rank sizes against R's rpact, where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache

import pytest

from cimara.outcomes import catalogue
from cimara.outcomes.design.boundaries import Boundaries, drift_for_power, efficacy_boundaries, with_futility
from cimara.outcomes.design.hazards import Hazard, Recruitment
from cimara.outcomes.design.log_rank import EventFormula, LogRankDesign, TwoArmTest
from cimara.outcomes.design.spending import Spending, SpendingKind

SPENDINGS = {
    "asOF": Spending(),
    "asP": Spending(SpendingKind.POCOCK),
    "asHSD": Spending(SpendingKind.HWANG_SHIH_DECANI, 1.5),
    "asKD": Spending(SpendingKind.KIM_DEMETS, 1.5),
}
MANY = os.environ.get("CIMARA_MANY") == "1"
LOOKS = {"uneven": (0.15, 0.6, 0.75, 1.0)}
if MANY:
    LOOKS |= {"two": (0.5, 1.0), "five": (0.2, 0.4, 0.6, 0.8, 1.0)}
SCRIPT = """
suppressMessages(library(rpact))
printed <- function(x) formatC(as.numeric(x), digits = 12, format = "g")
numbers <- function(x) paste0("[", paste(printed(x), collapse = ","), "]")
out <- c()
looks <- list(LOOKS)
kinds <- c("asOF", "asP", "asHSD", "asKD")
for (type in kinds) for (name in names(looks)) for (futile in c("none", "free", "bound")) {
  arguments <- list(sided = 1, alpha = 0.025, beta = 0.2, informationRates = looks[[name]],
    typeOfDesign = type)
  if (type %in% c("asHSD", "asKD")) arguments$gammaA <- 1.5
  if (futile != "none") {
    arguments$typeBetaSpending <- sub("as", "bs", type)
    arguments$bindingFutility <- futile == "bound"
    if (type %in% c("asHSD", "asKD")) arguments$gammaB <- 1.5
  }
  made <- do.call(getDesignGroupSequential, arguments)
  lower <- if (futile == "none") c() else made$futilityBounds
  inflation <- getDesignCharacteristics(made)$inflationFactor
  out <- c(out, sprintf('"%s %s %s": [%s, %s, %s]', type, name, futile, numbers(made$criticalValues),
    numbers(lower), printed(inflation)))
}
for (type in c("Schoenfeld", "Freedman")) {
  size <- getSampleSizeSurvival(alpha = 0.05, sided = 2, beta = 0.15, hazardRatio = 0.6,
    typeOfComputation = type,
    lambda2 = log(2) / 9, allocationRatioPlanned = 2, accrualTime = c(0, 18), followUpTime = 12,
    dropoutRate1 = 0.1, dropoutRate2 = 0.1, dropoutTime = 12)
  out <- c(out, sprintf('"%s": [%s]', type, numbers(c(size$eventsFixed, size$nFixed))))
}
cat("{", paste(out, collapse = ",\\n"), "}")
"""


@cache
def rpact() -> dict[str, list[object]]:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    looks = ", ".join(f"{name} = c({', '.join(map(str, shares))})" for name, shares in LOOKS.items())
    script = SCRIPT.replace("LOOKS", looks)
    command = ["Rscript", "-e", script]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if "there is no package" in ran.stderr:
        pytest.skip("rpact is not installed")
    assert ran.returncode == 0, ran.stderr
    found: dict[str, list[object]] = json.loads(ran.stdout)
    return found


def made(kind: str, looks: str, futile: str) -> tuple[Boundaries, float]:
    spending = SPENDINGS[kind]
    if futile == "none":
        found = efficacy_boundaries(LOOKS[looks], 0.025, spending)
        return found, drift_for_power(found, 0.8)
    return with_futility(LOOKS[looks], 0.025, 0.8, spending, spending, binding=futile == "bound")


@pytest.mark.parametrize("futile", ["none", "free", "bound"])
@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize("kind", SPENDINGS)
def test_boundaries_and_inflation(kind: str, looks: str, futile: str) -> None:
    upper, lower, inflation = rpact()[f"{kind} {looks} {futile}"]
    ours, drift = made(kind, looks, futile)
    # rpact's own integration holds about 1e-6; its boundaries beyond z = 6 are coarser and cost nothing
    assert ours.upper == pytest.approx(upper, abs=5e-6)
    if futile != "none":
        assert [one for one in ours.lower[:-1] if one is not None] == pytest.approx(lower, abs=5e-6)
    plain = TwoArmTest(0.025, 0.8, 1).distance
    assert drift**2 / plain**2 == pytest.approx(inflation, abs=5e-6)


@pytest.mark.parametrize("formula", list(EventFormula))
def test_events_and_patients(formula: EventFormula) -> None:
    (both,) = rpact()[formula.capitalize()]
    events, patients = both  # type: ignore[misc]
    plan = LogRankDesign(
        catalogue["OS"], 0.6, Hazard.of_median(9.0), Recruitment(18.0, 12.0, 0.1),
        TwoArmTest(0.05, 0.85, 2, 2.0), formula,
    )  # fmt: skip
    assert (plan.events, plan.patients) == pytest.approx((events, patients), rel=1e-7)
