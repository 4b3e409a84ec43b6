"""The audit of the example data: every disagreement has a reason (response.md, section 15)."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from cimara.response import Policy, Study
from cimara.response.audit import audit
from cimara.response.reading.reported import Reported
from cimara.response.reading.sdtm import read_sdtm
from tests.shared_data import shared_data

pytestmark = pytest.mark.shared_data


@cache
def example() -> tuple[Study, Reported]:
    paths = {name: shared_data(f"response/{name}_onco.csv.gz") for name in ("tu", "tr", "rs")}
    return read_sdtm(**paths, adsl=shared_data("response/adsl.csv.gz"))


def test_by_the_full_policy_too_every_disagreement_of_the_example_data_has_a_reason() -> None:
    report = audit(*example(), Policy.preset("recist11"))
    assert report.n_disagreements == 248
    assert dict(report.reasons) == {
        "PD_FROM_BASELINE": 157,
        "NO_PR_PERSISTENCE": 107,
        "REAPPEARANCE_IGNORED": 49,
        "CR_ALL_MISSING": 22,
        "MISSING_AS_ZERO": 20,
        "NOT_REPORTED": 3,
        "NOT_IN_CODELIST": 3,
    }
    at_once = Counter(len(item.codes) for item in report.timepoints if "NOT_REPORTED" not in item.codes)
    assert at_once[3] == 18


def test_every_disagreement_of_the_example_data_has_a_reason() -> None:
    report = audit(*example(), Policy.preset("recist11_literal"))
    assert len(report.timepoints) == 1899
    assert report.n_disagreements == 202
    assert dict(report.reasons) == {
        "PD_FROM_BASELINE": 157,
        "CR_ALL_MISSING": 22,
        "MISSING_AS_ZERO": 20,
        "NOT_REPORTED": 3,
        "NOT_IN_CODELIST": 3,
    }
    parts = report.summary()["parts"]
    assert isinstance(parts, dict)
    assert {part: found["differ"] for part, found in parts.items()} == {
        "target": 199,
        "nontarget": 3,
        "overall": 109,
    }
