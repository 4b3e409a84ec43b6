"""Logistic and Poisson regression, with clusters, weights and exposures, against base R's glm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.outcomes import Outcomes, logistic, poisson
from cimara.outcomes.regression.fit import RegressionFit

RSCRIPT = shutil.which("Rscript")
pytestmark = pytest.mark.skipif(RSCRIPT is None, reason="Rscript is not installed")
SCRIPT = Path(__file__).with_name("regression.R")
BAND = {"band": ["a", "b", "c"]}


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    """Rows of patients with two rows each, whose outcomes depend on age and arm."""
    dice = np.random.default_rng(20)
    n = 400
    age, arm, years = dice.normal(size=n), dice.integers(0, 2, n), dice.uniform(0.2, 5.0, n)
    chance = 1 / (1 + np.exp(0.7 - 0.6 * age - 0.4 * arm))
    return pl.DataFrame(
        {
            "age": age, "arm": arm, "years": years, "band": dice.choice(BAND["band"], n),
            "yes": (dice.uniform(size=n) < chance).astype(int),
            "count": dice.poisson(years * np.exp(0.1 + 0.4 * age - 0.2 * arm)),
            "patient": np.arange(n) // 2, "weight": dice.uniform(0.4, 2.5, n),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def theirs(frame: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """What R says of them."""
    assert RSCRIPT is not None
    folder = tmp_path_factory.mktemp("regression")
    frame.write_csv(folder / "asked.csv")
    words = [RSCRIPT, "--vanilla", str(SCRIPT), str(folder / "asked.csv"), str(folder / "answered.csv")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  (our own)
    assert done.returncode == 0, done.stderr
    return pl.read_csv(folder / "answered.csv")


def _rows(frame: pl.DataFrame, **named: Any) -> Outcomes:
    return Outcomes.from_frame(frame, **{"covariates": ["age", "arm"], "cluster": "patient"} | named)


@pytest.mark.parametrize(
    ("name", "model", "named"),
    [
        ("logistic", logistic, {"outcome": "yes", "covariates": ["age", "arm", "band"], "levels": BAND}),
        ("poisson", poisson, {"outcome": "count", "exposure": "years"}),
        ("weighted", logistic, {"outcome": "yes", "weights": "weight"}),
    ],
)
def test_a_regression_is_that_of_glm(
    frame: pl.DataFrame, theirs: pl.DataFrame, name: str, model: Any, named: dict[str, Any]
) -> None:
    fit: RegressionFit = model(_rows(frame, **named))
    said = theirs.filter(pl.col("model") == name)
    assert fit.coef == pytest.approx(said["coef"].to_numpy(), abs=1e-8)
    assert fit.model_se == pytest.approx(said["se"].to_numpy(), abs=1e-6)
    assert fit.se == pytest.approx(said["robust"].to_numpy(), abs=1e-6)
    if name != "weighted":
        assert fit.loglik == pytest.approx(said["loglik"][0], abs=1e-8)
