"""CNS and the rest of the body, crossed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cimara.response import Policy, Study, derive, derive_compartments
from cimara.response.compartments import discordance
from cimara.response.model import Tenths
from cimara.response.tables import load_table
from tests.spec.recording import keep
from tests.spec.response.manual_words import (
    found_table,
    given_sentences,
    seen_table,
    visit_label,
    with_status,
)
from tests.spec.response.visit_tables import decision, read_patient

LABELS = {
    ("CR", "PR"): "CONCORDANT_RESPONSE",
    ("PR", "NON-CR/NON-PD"): "CNS_ONLY_RESPONSE",
    ("CR", "PD"): "SYSTEMIC_ONLY_PD",
    ("PR", "NE"): "CNS_RESPONSE_SYS_UNKNOWN",
    ("SD", "iCR"): "SYSTEMIC_ONLY_RESPONSE",
    ("SD", "iSD"): "CONCORDANT_STABLE",
    ("NON-CR/NON-PD", "iCPD"): "SYSTEMIC_ONLY_PD",
    ("SD", "iUPD"): "CNS_STABLE_SYS_UNKNOWN",
    ("PD", "CR"): "ISOLATED_CNS_PD",
    ("PD", "SD"): "ISOLATED_CNS_PD",
    ("PD", "PD"): "PD_BOTH",
    ("PD", "NED"): "CNS_PD_SYS_UNKNOWN",
    ("NE", "PR"): "SYS_RESPONSE_CNS_UNKNOWN",
    ("PD_UNCONFIRMED", "SD"): "SYS_STABLE_CNS_UNKNOWN",
    ("UNDETERMINED", "PD"): "SYS_PD_CNS_UNKNOWN",
    ("MISSING", "NE"): "UNKNOWN",
}


@pytest.mark.parametrize(("pair", "label"), LABELS.items())
def test_labels(pair, label):
    """DIS-1, DIS-2, DIS-3, DIS-4, DIS-5, DIS-6, DIS-7, DIS-8, DIS-9, DIS-10, DIS-11,
    DIS-12, DIS-13, DIS-14, DIS-15. One label for each pair.
    """
    found, rule_id = discordance(*pair)
    assert found == label
    keep("", (("CNS", "outside the CNS"), [pair]), (("label", "rule"), [(found, with_status(rule_id))]))


def test_every_label_is_shown():
    """DIS-1. No label of the table is left out above."""
    assert {row.outcome for row in load_table("discordance").rows} == set(LABELS.values())


def crossed(table, **changes):
    study = Study((read_patient(table),))
    cns = Policy.preset("rano_bm").replace(**changes)
    out = derive_compartments(study, cns, Policy.preset("recist11"))
    assert out.discordance is not None
    columns = ("level", "cns_visit", "sys_visit", "cns_response", "sys_response", "label")
    rows = [tuple(str(cell or "") for cell in row) for row in out.discordance.select(columns).rows()]
    header = tuple(name.replace("_", " ") for name in columns)
    name = ", ".join(("rano_bm and recist11", *(f"{field}={value}" for field, value in changes.items())))
    keep(name, seen_table(table), (header, rows))
    return out


def test_both_compartments_of_one_visit():
    """DIS-2, DIS-6. Each compartment has its own row; the cross has one a visit, and one for each best
    response.
    """
    out = crossed("""
        visit | L1 | L2@liver | clin   | ster
        BL    | 30 | 30       | STABLE | NONE
        W8    | 15 | 30       | STABLE | NONE""")
    rows = out.timepoints.select("compartment", "criterion", "response").rows()
    assert rows == [("CNS", "rano_bm", "PR"), ("SYS", "recist11", "SD")]
    assert out.discordance is not None
    assert out.discordance["level"].to_list() == ["visit", "bor", "confirmed_bor"]
    assert out.discordance["label"].to_list() == [
        "CNS_ONLY_RESPONSE",
        "CNS_ONLY_RESPONSE",
        "CONCORDANT_STABLE",
    ]


def test_scans_of_different_days_are_paired():
    """DIS-9. Scans up to 28 days apart are one time point; each visit is used once, nearest first."""
    out = crossed(
        """
        visit | L1 | L2@liver | clin   | ster | scans
        BL    | 30 | 30       | STABLE | NONE |
        D56   | 50 |          | STABLE | NONE | brain
        D84   |    | 30       | STABLE | NONE | body
        D170  |    | 30       | STABLE | NONE | body""",
        pairing_days=28,
    )
    assert out.discordance is not None
    visits = out.discordance.filter(out.discordance["level"] == "visit")
    found = visits.select("cns_visit", "sys_visit", "label").rows()
    assert ("D56", "D56", "CNS_PD_SYS_UNKNOWN") not in found
    assert ("D56", "D84", "ISOLATED_CNS_PD") in found


def test_readers_and_the_accepted_one():
    """ADJ-8, RDR-1, RDR-2, RDR-3. The accepted reader's time point, the shared one, or none."""
    patient = read_patient("visit | L1@liver\nBL | 30\nW8 | 15\nW16 | 30\nW24 | 40")
    first = [replace(item, evaluator="R1") for item in patient.measurements]
    sizes = {"BL": 300, "W8": 300, "W16": 310, "W24": 400}
    second = [replace(item, evaluator="R2", ld=Tenths(sizes[item.visit_id])) for item in patient.measurements]
    patient = replace(
        patient,
        measurements=(*first, *second),
        adjudications=(decision("READER_DECISION", "W8", value="R2"),),
    )
    policy = Policy.preset("recist11")
    result = derive(patient, policy)
    seen = [
        (visit_label(one.visit_id), str((one.ld or 0) / 10), str((two.ld or 0) / 10))
        for one, two in zip(first, second, strict=True)
    ]
    event = given_sentences({"adjudications": patient.adjudications})
    keep("recist11", (("visit", "L1 by R1", "L1 by R2"), seen), found_table(result.rows, policy), event)
    assert [row.response for row in result.rows if row.evaluator == "R1"] == ["PR", "PD", "PD"]
    assert [row.response for row in result.rows if row.evaluator == "R2"] == ["SD", "SD", "PD"]
    accepted = [row for row in result.rows if row.evaluator == "ACCEPTED"]
    assert [(row.visit_id, row.response) for row in accepted] == [
        ("W8", "SD"),
        ("W16", "UNDETERMINED"),
        ("W24", "PD"),
    ]
    assert accepted[0].adjudications == ("E-READER_DECISION-W8--W52-R2",)
    assert [row.evaluator for row in result.best] == ["R1", "R2", "ACCEPTED"]
