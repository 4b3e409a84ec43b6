"""Result tables, explanations, dates in a visit, and whole studies."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from cimara.response import Policy, Study, derive, derive_study, explain
from cimara.response.criteria.measurability import NotMeasurable
from cimara.response.explain import reasons
from cimara.response.results import BEST, FINDINGS, LESIONS, TIMEPOINTS, ResultsError, ResultTables
from cimara.response.study import EngineError
from tests.spec.response.visit_tables import START, decision, read_patient

RANO = Policy.preset("rano_bm")
EXAMPLE = """
    visit | L1 | clin   | ster
    BL    | 40 | STABLE | NONE
    W6    | 24 | STABLE | NONE
    W12   | 29 | STABLE | NONE"""


def test_a_row_in_words():
    row = derive(read_patient(EXAMPLE), RANO).row("W12")
    assert explain(row, RANO) == (
        "PD: sum 29.0 mm is +20.8 % over nadir 24.0 mm (visit W6) and lesion L1 grew 5.0 mm (>= 5.0). "
        "Rule RBM-T1, Lin 2015."
    )


def test_every_reason_has_a_sentence():
    assert all(reason.sentence for reason in reasons().values())


def test_tables_written_come_back(tmp_path: Path):
    out = derive_study(Study((read_patient(EXAMPLE),)), RANO)
    out.write_csv(tmp_path)
    back = ResultTables.read_csv(tmp_path)
    assert {name: table.equals(out.tables()[name]) for name, table in back.tables().items()} == {
        "timepoints": True,
        "lesions": True,
        "best": True,
        "findings": True,
    }


@pytest.mark.parametrize("content", [None, b"a,b\n1,2\n", b"\xff\xfe\0"])
def test_a_folder_without_them_is_named(tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / "timepoints.csv").write_bytes(content)
    with pytest.raises(ResultsError, match=r"timepoints\.csv"):
        ResultTables.read_csv(tmp_path)


def test_tables_have_their_columns_and_millimetres():
    out = derive_study(Study((read_patient(EXAMPLE),)), RANO)
    assert out.timepoints.schema == TIMEPOINTS
    assert out.lesions.schema == LESIONS
    assert out.best.schema == BEST
    assert out.findings.schema == FINDINGS
    assert out.timepoints["sum"].to_list() == [24.0, 29.0]
    assert out.timepoints["pct_base"].to_list() == [-40.0, -27.5]
    assert out.timepoints["reasons"].to_list()[1] == "SUM_UP;LESION_UP:L1,50"
    assert out.lesions["lesion_status"].to_list() == ["NA", "PR", "PD"]
    assert out.lesions["nadir"].to_list() == [None, 40.0, 24.0]


def test_an_empty_study_has_empty_tables():
    out = derive_study(Study(()), RANO)
    assert out.timepoints.schema == TIMEPOINTS
    assert out.timepoints.is_empty()


def test_an_unknown_engine_is_an_error():
    with pytest.raises(EngineError, match="reference"):
        derive_study(Study(()), RANO, engine="magic")


def test_rows_name_policy_and_input():
    patient = read_patient(EXAMPLE)
    row = derive(patient, RANO).row("W6")
    assert row.policy_hash == RANO.hash
    other = replace(patient, start_date=START + dt.timedelta(days=1))
    assert derive(other, RANO).row("W6").input_hash != row.input_hash


def test_a_decision_made_later_does_not_touch_the_input_of_a_past_analysis():
    patient = read_patient(EXAMPLE)
    decided = replace(patient, adjudications=(decision("RADIATION_NECROSIS", "W12", "L1", on="W20"),))
    before = derive(decided, RANO, START + dt.timedelta(weeks=19)).row("W12")
    assert before == derive(patient, RANO).row("W12")
    assert derive(decided, RANO).row("W12").input_hash != before.input_hash


def shifted(days: dict[tuple[str, str], int]):
    patient = read_patient("""
        visit | L1 | NT1 | new | clin   | ster
        BL    | 20 | P   |     | STABLE | NONE
        W8    | 40 | P   |     | STABLE | NONE
        W16   | 20 | P   | N1! | STABLE | NONE""")
    measured = [
        replace(item, date=item.date + dt.timedelta(days=days.get((item.lesion_id, item.visit_id), 0)))
        for item in patient.measurements
    ]
    return replace(patient, measurements=tuple(measured))


def test_the_date_of_a_response_in_a_visit_of_several_scans():
    patient = shifted({("L1", "W8"): 2, ("NT1", "W8"): 5, ("L1", "W16"): 3})
    week8, week16 = START + dt.timedelta(weeks=8), START + dt.timedelta(weeks=16)
    by_kind = derive(patient, RANO)
    assert by_kind.row("W8").date == week8 + dt.timedelta(days=2)
    assert by_kind.row("W16").date == week16
    last = derive(patient, RANO.replace(pd_date_in_visit="last_scan"))
    assert last.row("W8").date == week8 + dt.timedelta(days=5)
    first = derive(patient, RANO.replace(pd_date_in_visit="first_scan"))
    assert first.row("W8").date == week8 + dt.timedelta(days=2)


def test_any_other_response_has_the_last_scan_of_its_visit():
    patient = read_patient(EXAMPLE)
    patient = replace(
        patient,
        measurements=tuple(
            replace(item, date=item.date + dt.timedelta(days=1)) for item in patient.measurements
        ),
    )
    assert derive(patient, RANO).row("W6").date == START + dt.timedelta(weeks=6, days=1)


def test_a_policy_may_refuse_targets_that_are_not_measurable():
    patient = read_patient("visit | L1@liver\nBL | 8\nW8 | 8")
    with pytest.raises(NotMeasurable, match="DIAMETER_BELOW_MINIMUM"):
        derive(patient, Policy.preset("recist11").replace(measurability="refuse"))
