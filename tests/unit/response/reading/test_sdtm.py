"""SDTM as a Study: what each record of TU, TR, ADSL, CM, PR and RS becomes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from cimara.response.model import Measurement, Patient, Study
from cimara.response.reading.places import place_of
from cimara.response.reading.reported import Reported
from cimara.response.reading.sdtm import SdtmPackage, load_sdtm, read_sdtm
from cimara.response.reading.tidy import Reading
from cimara.terms.response import (
    AdjudicationKind,
    Answer,
    Certainty,
    LesionCompartment,
    LesionRole,
    LesionState,
    LocalTherapy,
    SizeStatus,
)

BASELINE = {"VISITNUM": "3", "VISIT": "BASELINE"}
WEEK_8 = {"VISITNUM": "7", "VISIT": "WEEK 8"}


def tu(lesion: str = "T01", role: str = "TARGET", place: str = "BRAIN", **more: str) -> dict[str, str]:
    return {
        "USUBJID": "P1",
        "TUSEQ": "1",
        "TULNKID": lesion,
        "TUTESTCD": "TUMIDENT",
        "TUSTRESC": role,
        "TULOC": place,
        "TUEVAL": "INVESTIGATOR",
        "TUDTC": "2024-01-05",
        **BASELINE,
        **more,
    }


def tr(test: str = "LDIAM", result: str = "16", lesion: str = "T01", **more: str) -> dict[str, str]:
    sized = test != "TUMSTATE" and result
    return {
        "USUBJID": "P1",
        "TRGRPID": "TARGET",
        "TRLNKID": lesion,
        "TRTESTCD": test,
        "TRSTRESC": result,
        "TRSTRESU": "mm" if sized else "",
        "TREVAL": "INVESTIGATOR",
        "TRDTC": "2024-03-05",
        **WEEK_8,
        **more,
    }


def frame(rows: list[dict[str, str]]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame({name: [row.get(name, "") for row in rows] for name in names})


ADSL = [{"USUBJID": "P1", "RANDDT": "2024-01-10", "TRTSDT": "2024-01-12"}]


def load(
    lesions: list[dict[str, str]], results: list[dict[str, str]], **more: Any
) -> tuple[Reading, Reported]:
    sources = {"adsl": ADSL} | more
    return load_sdtm(
        SdtmPackage(frame(lesions), frame(results), **{name: frame(rows) for name, rows in sources.items()})
    )


def patient(lesions: list[dict[str, str]], results: list[dict[str, str]], **more: Any) -> Patient:
    return load(lesions, results, **more)[0].study.patients[0]


def codes(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.study.findings]


def only(*results: dict[str, str], place: str = "BRAIN") -> Measurement:
    (measurement,) = patient([tu(place=place)], list(results)).measurements
    return measurement


def test_baseline_is_the_visit_of_the_target_identification() -> None:
    found = patient([tu()], [tr(), tr(TRDTC="2023-12-20", VISITNUM="1", VISIT="SCREENING")])
    assert [(visit.visit_id, visit.is_baseline) for visit in found.visits] == [
        ("1", False),
        ("3", True),
        ("7", False),
    ]


def test_other_disease_identified_earlier_makes_no_baseline() -> None:
    earlier = tu("N1", "NON-TARGET", TUDTC="2023-12-20", VISITNUM="1")
    found = patient([earlier, tu()], [tr()])
    assert [visit.visit_id for visit in found.visits if visit.is_baseline] == ["3"]


def test_a_visit_before_baseline_is_a_finding() -> None:
    reading, _ = load([tu()], [tr(TRDTC="2023-12-20", VISITNUM="1", VISIT="SCREENING")])
    assert codes(reading) == ["VISIT_BEFORE_BASELINE"]


def test_the_start_is_randomisation_else_treatment_else_the_baseline_visit() -> None:
    assert patient([tu()], [tr()]).start_date == dt.date(2024, 1, 10)
    treated = [{"USUBJID": "P1", "RANDDT": "", "TRTSDT": "2024-01-12"}]
    assert patient([tu()], [tr()], adsl=treated).start_date == dt.date(2024, 1, 12)
    reading, _ = load([tu()], [tr()], adsl=[{"USUBJID": "P9", "RANDDT": "2024-01-01"}])
    assert [one.start_date for one in reading.study.patients] == [dt.date(2024, 1, 1), dt.date(2024, 1, 5)]
    assert codes(reading) == ["START_FROM_BASELINE"]


@pytest.mark.parametrize(
    ("place", "organ", "site", "compartment", "is_node"),
    [
        ("BRAIN", "BRAIN", "", LesionCompartment.BRAIN, False),
        ("FRONTAL LOBE", "BRAIN", "FRONTAL LOBE", LesionCompartment.BRAIN, False),
        ("LEPTOMENINGES", "LEPTOMENINGES", "", LesionCompartment.LEPTOMENINGEAL, False),
        ("SKULL", "SKULL", "", LesionCompartment.DURAL_BONY, False),
        ("LYMPH NODE", "LYMPH NODE", "", LesionCompartment.EXTRACRANIAL, True),
        ("LEFT NECK LYMPH NODE", "LYMPH NODE", "LEFT NECK LYMPH NODE", LesionCompartment.EXTRACRANIAL, True),
        ("LIVER", "LIVER", "", LesionCompartment.EXTRACRANIAL, False),
    ],
)
def test_the_place_gives_organ_compartment_and_node(
    place: str, organ: str, site: str, compartment: LesionCompartment, is_node: bool
) -> None:
    found = place_of(place)
    assert (found.organ, found.site, found.compartment, found.is_node) == (organ, site, compartment, is_node)
    assert found.known


@pytest.mark.parametrize(("place", "code"), [("MOON", "PLACE_UNKNOWN"), ("", "PLACE_MISSING")])
def test_an_unknown_place_is_extracranial_with_a_finding(place: str, code: str) -> None:
    reading, _ = load([tu(place=place)], [tr()])
    assert reading.study.patients[0].lesions[0].compartment is LesionCompartment.EXTRACRANIAL
    assert codes(reading) == [code]


def test_roles_are_those_of_tu() -> None:
    lesions = [tu("A"), tu("B", "NON-TARGET"), tu("C", "NEW", TUDTC="2024-03-05", **WEEK_8)]
    found = patient(lesions, [tr(lesion="A")]).lesions
    assert [lesion.role for lesion in found] == [LesionRole.TARGET, LesionRole.NON_TARGET, LesionRole.NEW]


def test_the_size_in_the_sum_is_diameter_before_its_parts() -> None:
    found = only(tr("DIAMETER", "15"), tr("LDIAM", "16"), tr("LPERP", "12"))
    assert (found.ld, found.perp, found.short_axis, found.status) == (150, 120, None, SizeStatus.MEASURED)


def test_without_diameter_it_is_the_longest_of_a_lesion_and_the_shorter_of_a_node() -> None:
    lesion = only(tr("LDIAM", "16"), tr("LPERP", "12"))
    node = only(tr("LDIAM", "16"), tr("LPERP", "12"), place="LYMPH NODE")
    assert (lesion.ld, lesion.short_axis) == (160, None)
    assert (node.ld, node.perp, node.short_axis) == (160, 120, 120)


def test_a_diameter_not_done_is_not_replaced_by_its_parts() -> None:
    missed = tr("DIAMETER", "", TRSTAT="NOT DONE", TRREASND="obscured")
    alone, beside = only(missed), only(missed, tr("LDIAM", "16"))
    assert (alone.ld, alone.status, alone.reason) == (None, SizeStatus.NOT_DONE, "obscured")
    assert (beside.ld, beside.status) == (None, SizeStatus.NOT_DONE)


def test_too_small_to_measure_is_a_status() -> None:
    assert only(tr("LDIAM", "TOO SMALL TO MEASURE")).status is SizeStatus.TOO_SMALL


def test_a_size_of_nought_is_an_absent_lesion() -> None:
    assert (only(tr("LDIAM", "0")).status, only(tr("LDIAM", "0.0")).ld) == (SizeStatus.ABSENT, 0)


def test_centimetres_are_converted_and_two_units_are_refused() -> None:
    assert only(tr("LDIAM", "1.6", TRSTRESU="cm")).ld == 160
    lesions = [tu("A"), tu("B")]
    reading, _ = load(lesions, [tr(lesion="A"), tr(lesion="B", result="1.6", TRSTRESU="cm")])
    assert codes(reading) == ["TWO_UNITS"]


def test_an_unreadable_size_is_rejected_in_its_own_column_and_the_lesion_not_assessed() -> None:
    reading, _ = load([tu()], [tr("LPERP", "9"), tr("LDIAM", "wide")])
    (finding,) = reading.study.findings
    assert (finding.code, finding.file, finding.row, finding.column) == (
        "CELL_UNREADABLE",
        "tr",
        1,
        "TRSTRESC",
    )
    assert "wide" not in finding.text
    (measurement,) = reading.study.patients[0].measurements
    assert measurement.status is SizeStatus.NOT_EVALUABLE
    assert reading.n_rejected == 2


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("ABSENT", LesionState.ABSENT),
        ("PRESENT", LesionState.PRESENT),
        ("UNEQUIVOCAL", LesionState.UNEQUIVOCAL_PD),
        ("EQUIVOCAL", LesionState.PRESENT),
        ("NOT EVALUABLE", LesionState.NE),
    ],
)
def test_the_state_of_a_lesion_that_is_not_target(word: str, state: LesionState) -> None:
    result = tr("TUMSTATE", word, TRGRPID="NON-TARGET")
    (found,) = patient([tu(role="NON-TARGET")], [result]).measurements
    assert (found.state, found.status) == (state, None)


def test_a_state_not_done_is_not_evaluable_with_its_reason() -> None:
    result = tr("TUMSTATE", "", TRGRPID="NON-TARGET", TRSTAT="NOT DONE", TRREASND="obscured")
    (found,) = patient([tu(role="NON-TARGET")], [result]).measurements
    assert (found.state, found.status, found.reason) == (LesionState.NE, SizeStatus.NOT_DONE, "obscured")


@pytest.mark.parametrize("certainty", Certainty)
def test_the_state_of_a_new_lesion_is_how_certain_it_is(certainty: Certainty) -> None:
    found = patient(
        [tu(), tu("N1", "NEW", "PONS", TUDTC="2024-03-05", **WEEK_8)],
        [tr(), tr("TUMSTATE", certainty.value, "N1", TRGRPID="NEW"), tr("LDIAM", "6", "N1", TRGRPID="NEW")],
    )
    (new,) = found.new_lesions
    assert (new.lesion_id, new.certainty, new.compartment) == ("N1", certainty, LesionCompartment.BRAIN)
    assert [seen.ld for seen in found.measurements] == [160, 60]


def test_a_new_lesion_that_has_gone_is_a_measurement() -> None:
    found = patient(
        [tu("N1", "NEW", TUDTC="2024-02-05", VISITNUM="5")],
        [
            tr("TUMSTATE", "UNEQUIVOCAL", "N1", TRGRPID="NEW", TRDTC="2024-02-05", VISITNUM="5"),
            tr("TUMSTATE", "ABSENT", "N1", TRGRPID="NEW"),
        ],
    )
    assert [seen.visit_id for seen in found.new_lesions] == ["5"]
    assert [(seen.visit_id, seen.state) for seen in found.measurements] == [("7", LesionState.ABSENT)]


def test_a_new_lesion_that_tr_never_judges_is_unequivocal_with_a_finding() -> None:
    reading, _ = load([tu(), tu("N1", "NEW", TUDTC="2024-03-05", **WEEK_8)], [tr()])
    assert reading.study.patients[0].new_lesions[0].certainty is Certainty.UNEQUIVOCAL
    assert codes(reading) == ["NEW_LESION_WITHOUT_STATE"]


def test_evaluators_keep_their_names() -> None:
    reader = {"TREVAL": "INDEPENDENT ASSESSOR", "TREVALID": "RADIOLOGIST 1"}
    found = patient([tu()], [tr(), tr(**reader)]).measurements
    assert [seen.evaluator for seen in found] == ["INV", "RADIOLOGIST 1"]


def test_the_accepted_reader_is_a_decision() -> None:
    reader = {"TREVAL": "INDEPENDENT ASSESSOR", "TREVALID": "RADIOLOGIST 1", "TRACPTFL": "Y"}
    (event,) = patient([tu()], [tr(), tr(**reader)]).adjudications
    assert (event.kind, event.value, event.visit_id) == (
        AdjudicationKind.READER_DECISION,
        "RADIOLOGIST 1",
        "",
    )


def test_one_visit_number_on_two_dates_is_two_visits() -> None:
    reading, _ = load([tu()], [tr(), tr(TRDTC="2024-06-05")])
    assert [visit.visit_id for visit in reading.study.patients[0].visits] == [
        "3",
        "7@2024-03-05",
        "7@2024-06-05",
    ]
    assert codes(reading) == ["VISIT_SPLIT"]


def test_scans_of_other_lesions_days_later_belong_to_the_visit() -> None:
    reading, _ = load([tu(), tu("T02")], [tr(), tr(lesion="T02", TRDTC="2024-03-12")])
    assert [(visit.visit_id, visit.date) for visit in reading.study.patients[0].visits] == [
        ("3", dt.date(2024, 1, 5)),
        ("7", dt.date(2024, 3, 12)),
    ]
    assert {seen.date for seen in reading.study.patients[0].measurements} == {
        dt.date(2024, 3, 5),
        dt.date(2024, 3, 12),
    }
    assert codes(reading) == []


@pytest.mark.parametrize(("later", "n_visits"), [("2024-03-19", 2), ("2024-03-20", 3)])
def test_scans_more_than_two_weeks_apart_are_two_visits(later: str, n_visits: int) -> None:
    reading, _ = load([tu(), tu("T02")], [tr(), tr(lesion="T02", TRDTC=later)])
    assert len(reading.study.patients[0].visits) == n_visits


def test_a_partial_date_takes_the_whole_date_of_the_same_evaluator() -> None:
    found = patient([tu(TUDTC="2024-01")], [tr(TRDTC="2024-01-05", **BASELINE)])
    assert [(visit.visit_id, visit.date) for visit in found.visits] == [("3", dt.date(2024, 1, 5))]


def test_of_two_dates_that_agree_it_takes_that_of_its_own_evaluator() -> None:
    reader = {"TREVAL": "INDEPENDENT ASSESSOR", "TREVALID": "R1"}
    found = patient(
        [tu(TUDTC="2024-01")],
        [tr(TRDTC="2024-01-05", **BASELINE), tr(TRDTC="2024-01-30", **reader, **BASELINE)],
    )
    assert [visit.visit_id for visit in found.visits if visit.is_baseline] == ["3@2024-01-05"]


def test_else_it_takes_that_of_another_evaluator_with_a_finding() -> None:
    reader = {"TREVAL": "INDEPENDENT ASSESSOR", "TREVALID": "R1"}
    reading, _ = load([tu()], [tr(TRDTC="2024-03"), tr(**reader)])
    assert [seen.date for seen in reading.study.patients[0].measurements] == [dt.date(2024, 3, 5)] * 2
    assert codes(reading) == ["DATE_FROM_OTHER_EVALUATOR"]


def test_else_it_is_imputed_to_the_end_of_its_month() -> None:
    reading, _ = load([tu()], [tr(TRDTC="2024-03")])
    assert reading.study.patients[0].measurements[0].date == dt.date(2024, 3, 31)
    assert codes(reading) == ["DATE_IMPUTED_DAY"]


def test_the_planned_day_is_not_used() -> None:
    study, _ = read_sdtm(tu=frame([tu(TUDY="999")]), tr=frame([tr(TRDY="999")]), adsl=frame(ADSL))
    assert study.patients[0].measurements[0].date == dt.date(2024, 3, 5)
    assert Study.from_sdtm(tu=frame([tu()]), tr=frame([tr()]), adsl=frame(ADSL)).patients == study.patients


def test_two_sizes_of_one_lesion_at_one_visit_are_both_kept_for_the_engine() -> None:
    found = patient([tu()], [tr(), tr(result="19")]).measurements
    assert [seen.ld for seen in found] == [160, 190]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (tr(USUBJID="P9"), "UNKNOWN_PATIENT"),
        (tr(lesion="T99"), "UNKNOWN_LESION"),
        (tr(TRDTC=""), "VALUE_MISSING"),
        (tr(test="PERIM"), "UNKNOWN_TEST"),
        (tr(lesion=""), "VALUE_MISSING"),
    ],
)
def test_a_record_that_fits_nothing_is_rejected_and_the_rest_goes_on(row: dict[str, str], code: str) -> None:
    reading, _ = load([tu()], [row, tr()])
    assert codes(reading) == [code]
    assert reading.study.findings[0].row == 1
    assert len(reading.study.patients[0].measurements) == 1
    assert [(table.n_read, len(table.rows)) for table in reading.tables][1] == (2, 1)


def test_a_reported_sum_is_checked_against_ours() -> None:
    lesions = [tu("A"), tu("B"), tu("C", place="LYMPH NODE"), tu("D", "NON-TARGET")]
    sizes = [tr("LDIAM", "2.3", "A"), tr("LDIAM", "2.3", "B"), tr("LPERP", "2.3", "C"), tr(lesion="D")]
    right, _ = load(lesions, [*sizes, tr("SUMDIAM", "6.9", "")])
    wrong, _ = load(lesions, [*sizes, tr("SUMDIAM", "7.0", "")])
    assert codes(right) == []
    assert [(one.code, one.row) for one in wrong.study.findings] == [("SUM_MISMATCH", 5)]


def test_qualifiers_tell_earlier_irradiation_and_progress_since() -> None:
    qualifiers = [
        {"USUBJID": "P1", "RDOMAIN": "TU", "IDVAR": "TUSEQ", "IDVARVAL": "1", "QNAM": name, "QVAL": "Y"}
        for name in ("PRVIR", "PRVIRP", "SHOE")
    ]
    reading, _ = load([tu()], [tr()], supptu=qualifiers)
    (lesion,) = reading.study.patients[0].lesions
    assert (lesion.prior_local_therapy, lesion.progressed_since_therapy) == (LocalTherapy.OTHER, Answer.YES)
    assert codes(reading) == ["EXTRA_QUALIFIERS"]


def steroid(drug: str, dose: str, **more: str) -> dict[str, str]:
    return {
        "USUBJID": "P1",
        "CMTRT": drug,
        "CMDOSE": dose,
        "CMDOSU": "mg",
        "CMDOSFRQ": "BID",
        "CMSTDTC": "2024-02-01",
        **more,
    }


def doses(*courses: dict[str, str]) -> list[float | None]:
    found = patient([tu()], [tr()], cm=list(courses))
    return [clinical.dex_mg_per_day for clinical in found.clinical]


def test_steroids_are_summed_as_dexamethasone_on_each_visits_day() -> None:
    assert doses(steroid("Dexamethasone", "2")) == [0.0, 4.0]
    assert doses(steroid("Prednisone", "10")) == [0.0, 3.0]
    assert doses(steroid("dexamethasone", "2"), steroid("PREDNISONE", "10")) == [0.0, 7.0]
    assert doses(steroid("dexamethasone", "2", CMENDTC="2024-03-04")) == [0.0, 0.0]
    assert doses(steroid("dexamethasone", "2", CMENDTC="2024-03")) == [0.0, 4.0]
    assert doses(steroid("hydrocortisone", "10", CMROUTE="TOPICAL")) == [0.0, 0.0]


def test_another_steroid_than_dexamethasone_counts_by_an_unverified_factor() -> None:
    def told(drug: str) -> list[tuple[str, str, int | None, str]]:
        reading, _ = load([tu()], [tr()], cm=[steroid(drug, "2")])
        return [
            (one.code, one.file, one.row, one.column)
            for one in reading.study.findings
            if one.code.startswith("STEROID")
        ]

    assert told("Dexamethasone") == []
    assert told("Prednisone") == [("STEROID_EQUIVALENT_UNVERIFIED", "cm", 1, "CMTRT")]


def test_a_steroid_of_unknown_dose_leaves_the_dose_unknown() -> None:
    assert doses(steroid("dexamethasone", "", CMDOSFRQ="PRN")) == [None, None]


def test_bevacizumab_counts_for_six_weeks() -> None:
    def near(end: str) -> list[Answer]:
        course = steroid("Bevacizumab", "5", CMSTDTC="2024-01-20", CMENDTC=end)
        return [clinical.antiangiogenic for clinical in patient([tu()], [tr()], cm=[course]).clinical]

    assert near("2024-01-23") == [Answer.NO, Answer.YES]
    assert near("2024-01-22") == [Answer.NO, Answer.NO]


def test_the_next_therapy_is_the_first_after_the_start() -> None:
    later = {"CMCAT": "SUBSEQUENT ANTI-CANCER THERAPY"}
    courses = [
        steroid("X", "1", CMSTDTC=day, **later)
        for day in ("2024-08-01", "2024-05-01", "2023-05-01", "2024-01")
    ]
    assert patient([tu()], [tr()], cm=courses[:3]).new_therapy_date == dt.date(2024, 5, 1)
    assert patient([tu()], [tr()], cm=courses).new_therapy_date == dt.date(2024, 1, 10)


def test_a_procedure_before_the_start_is_the_local_therapy_of_its_lesion() -> None:
    procedure = {
        "USUBJID": "P1",
        "PRTRT": "stereotactic radiosurgery",
        "PRLNKID": "T01",
        "PRSTDTC": "2023-05",
    }
    (lesion,) = patient([tu()], [tr()], pr=[procedure]).lesions
    assert lesion.prior_local_therapy is LocalTherapy.SRS


def rs(test: str, word: str, **more: str) -> dict[str, str]:
    return {
        "USUBJID": "P1",
        "RSTESTCD": test,
        "RSSTRESC": word,
        "RSEVAL": "INVESTIGATOR",
        "RSDTC": "2024-03-05",
        **WEEK_8,
        **more,
    }


def test_reported_responses_are_kept_word_by_word() -> None:
    _, reported = load([tu()], [tr()], rs=[rs("OVRLRESP", "CHECK"), rs("TRGRESP", "PD"), rs("NEWLPROG", "x")])
    (call,) = reported.calls
    assert (call.overall, call.target, call.nontarget, call.new_lesion) == ("CHECK", "PD", "", "x")
    assert (call.evaluator, call.visit_number, call.date, call.rows) == (
        "INV",
        "7",
        dt.date(2024, 3, 5),
        (1, 2, 3),
    )


def test_a_second_response_at_one_time_point_is_rejected() -> None:
    reading, reported = load(
        [tu()], [tr()], rs=[rs("OVRLRESP", "PD"), rs("OVRLRESP", "SD"), rs("BESTRESP", "SD")]
    )
    assert [call.overall for call in reported.calls] == ["PD"]
    assert codes(reading) == ["DUPLICATE_RESPONSE", "UNKNOWN_TEST"]
