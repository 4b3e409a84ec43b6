"""The reference page of the study file names every key that the reader knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cimara.cohort.study import federation, reading, sites
from cimara.cohort.study.model import Form
from cimara.cohort.study.time_grid import GridKind
from cimara.cohort.study.variable_reading import INDICES, KEYS

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "study-file.md"
VARIABLE = {key for keys in KEYS.values() for key in keys} | {str(form) for form in Form}


@pytest.mark.parametrize(
    "keys",
    [
        reading.STUDY_KEYS,
        reading.COHORT_KEYS,
        reading.CRITERION_KEYS,
        reading.GOVERNANCE_KEYS,
        reading.DISCLOSURE_KEYS,
        reading.SITES_KEYS,
        federation.KEYS,
        tuple(GridKind),
        sites.SITE_KEYS,
        sites.USE_KEYS,
        tuple(sorted(VARIABLE)),
        INDICES,
    ],
)
def test_every_key_is_on_the_page(keys: tuple[str, ...]) -> None:
    spans = " ".join(re.findall(r"`([^`]+)`", PAGE.read_text(encoding="utf-8")))
    assert [key for key in keys if not re.search(rf"\b{key}\b", spans)] == []


def test_every_table_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [key for key in reading.TOP_KEYS if not re.search(rf"\[{key}[\].]", page)]
    assert missing == ["covariates"]
