"""Versions of the data model that a study file asks for."""

from __future__ import annotations

import pytest

from cimara.cohort.study.schema_range import version_problem


@pytest.mark.parametrize(
    ("asked", "version", "fits"),
    [
        (">=1.0,<2", "1.0.0", True),
        (">=1.0,<2", "1.9.3", True),
        (">=1.0,<2", "2.0.0", False),
        (">=1.2", "1.10.0", True),
        ("==1.0.0", "1.0.0", True),
        ("==1.0.0", "1.0.1", False),
        ("<=1", "1.0.0", True),
        (">1.0", "1.0.0", False),
    ],
)
def test_bounds_are_compared_number_by_number(asked: str, version: str, fits: bool) -> None:
    assert (version_problem(asked, version) == "") is fits


@pytest.mark.parametrize("asked", ["1.0", "~=1.0", ">=", ">=1.0;<2", ">=1.0.0.0"])
def test_what_is_no_bound_is_told(asked: str) -> None:
    assert "expected bounds" in version_problem(asked, "1.0.0")
