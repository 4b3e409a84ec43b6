"""Volumes instead of diameters: an unverified option, behind a gate."""

from __future__ import annotations

import pytest

from cimara.response import Policy, derive, explain
from cimara.response.model import CubicMm
from tests.spec.recording import keep
from tests.spec.response.manual_words import found_table, visit_label
from tests.spec.response.visit_tables import read_patient


def by_volume(volumes: list[int], **changes):
    labels = ["BL", "W8", "W16"][: len(volumes)]
    table = "visit | L1 | clin | ster\n" + "\n".join(f"{label} | 20 | STABLE | NONE" for label in labels)
    measured = {("L1", label): {"volume": CubicMm(v)} for label, v in zip(labels, volumes, strict=True)}
    policy = (
        Policy.preset("rano_bm").replace(measure="volume", allow_unverified_tables=True).replace(**changes)
    )
    rows = derive(read_patient(table, measured=measured), policy).rows
    seen = [(visit_label(label), str(volume)) for label, volume in zip(labels, volumes, strict=True)]
    told = {"measure": "volume", "allow_unverified_tables": True} | changes
    name = ", ".join(("rano_bm", *(f"{field}={str(value).lower()}" for field, value in told.items())))
    keep(name, (("visit", "L1 volume (mm3)"), seen), found_table(rows, policy))
    return rows[-1]


@pytest.mark.parametrize(("now", "response"), [(350, "PR"), (351, "SD"), (1729, "SD"), (1730, "PD")])
def test_volume_thresholds(now, response):
    """VOL-1. PR at -65 %, PD at +73 %, exact; no absolute rule is published, and the row says so."""
    row = by_volume([1000, now])
    assert row.response == response
    assert {"UNVERIFIED_RULE:VOL-1", "NO_ABSOLUTE_RULE"} <= set(row.flags)


def test_the_gate():
    """VOL-1. Without `allow_unverified_tables` nothing is decided."""
    row = by_volume([1000, 100], allow_unverified_tables=False)
    assert (row.response, row.original, row.rule_id) == ("UNDETERMINED", "UNDETERMINED", "VOL-1")


def test_an_absolute_rule_of_one_s_own():
    """VOL-1. The policy may ask for an absolute rise as well."""
    assert by_volume([100, 200], volumetric_abs_increase_mm3=101).response == "SD"
    row = by_volume([100, 200], volumetric_abs_increase_mm3=100)
    assert row.response == "PD"
    assert "NO_ABSOLUTE_RULE" not in row.flags


def test_the_sentence_names_the_volumetric_rule():
    """VOL-1. What explains a row names the unverified rule, and speaks of volumes."""
    least = {"volumetric_abs_increase_mm3": 101}
    policy = Policy.preset("rano_bm").replace(**least)
    assert explain(by_volume([100, 200], **least), policy) == (
        "SD: sum 200 mm3 is +100.0 % from baseline 100 mm3 and +100.0 % from nadir 100 mm3 and the volume "
        "rose by less than 101 mm3. Rule VOL-1, Lin 2015."
    )
    assert explain(by_volume([100, 200])) == (
        "PD: sum 200 mm3 is +100.0 % over nadir 100 mm3 (visit BL). Rule VOL-1, Lin 2015."
    )
