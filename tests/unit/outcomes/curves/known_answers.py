"""Cases of the shared known answers, and how near to them an estimate must be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from tests.shared_data import shared_data

EXPECTED, REQUIRED = 1e-9, 1e-6
"""Relative tolerances: what every number meets here, and what the specification requires."""
NEAR_ZERO = 1e-12


def case(name: str) -> dict[str, Any]:
    """The case with that id; skips where the data are absent."""
    path = shared_data(f"stats/{name.partition('.')[0]}.json")
    return next(one for one in json.loads(path.read_text())["cases"] if one["id"] == name)


def frame(asked: dict[str, Any]) -> pl.DataFrame:
    """The rows of a case."""
    return pl.read_csv(shared_data(f"stats/{asked['csv']}"))


def numbers(values: Any) -> np.ndarray:
    """Values as floats, null as NaN."""
    return np.array(values, dtype=np.float64)


def assert_equal(found: ArrayLike, expected: Any, *, relative: float = EXPECTED, what: str = "") -> None:
    """Every number within the tolerance, and null where null is expected."""
    np.testing.assert_allclose(
        numbers(found), numbers(expected), rtol=relative, atol=NEAR_ZERO, equal_nan=True, err_msg=what
    )


def curves(asked: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Label ("" for all) and expected numbers of each curve."""
    for curve in asked["expected"]["curves"]:
        yield "" if curve["group"] == "all" else str(curve["group"]), curve


def optional(*values: float | None) -> Sequence[float]:
    """None as NaN."""
    return [np.nan if value is None else value for value in values]
