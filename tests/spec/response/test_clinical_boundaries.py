"""Clinical state and steroids at their boundaries: which record counts, for how long, against what."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from cimara.response import Policy, derive
from cimara.response.adjudicate import NO_DECISIONS, fold
from cimara.response.criteria.clinical import (
    ClinicalSeen,
    clinical_seen,
    clinical_status,
    reference_clinical,
    steroid_trend,
)
from cimara.response.followup import follow
from cimara.response.model import Clinical, Patient
from cimara.response.records import collect
from cimara.terms.response import Answer, Attribution, ClinicalStatus, SteroidTrend
from tests.spec.response.visit_tables import PATIENT, START, day, decision, read_patient

RANO = Policy.preset("rano_bm")


def record(**facts: object) -> Clinical:
    known = {"status": ClinicalStatus.STABLE, "steroid_trend": SteroidTrend.UNKNOWN} | facts
    return Clinical(PATIENT, "W8", day("W8"), **known)  # type: ignore[arg-type]


def state(item: Clinical | None, before: Clinical | None = None, **options: object):
    records = collect(read_patient("visit | L1\nBL | 30\nW8 | 30"), "INV")
    status, flags, findings = clinical_status(item, before, records, RANO.replace(**options))
    return status.value, flags, [(x.code, x.patient_id, x.visit_id) for x in findings]


def trend(item: Clinical | None, before: Clinical | None = None, **options: object):
    records = collect(read_patient("visit | L1\nBL | 30\nW8 | 30"), "INV")
    word, flags, findings = steroid_trend(item, before, records, RANO.replace(**options))
    return word.value, flags, [(x.code, x.patient_id, x.visit_id) for x in findings]


def seen_at(table: str, visit: str = "W8", policy: Policy = RANO, **patient: object) -> ClinicalSeen:
    made = read_patient(table, **patient)  # type: ignore[arg-type]
    followup = follow(collect(made, "INV"), policy)
    place = next(i for i, item in enumerate(followup.records.visits) if item.visit_id == visit)
    return clinical_seen(followup, place, fold(made) if made.adjudications else NO_DECISIONS)


@pytest.mark.parametrize(
    ("days", "cause", "status", "flags"),
    [
        (7, Attribution.TUMOUR, "WORSE", []),
        (7, Attribution.UNKNOWN, "WORSE", []),
        (8, Attribution.TUMOUR, "WORSE", []),
        (6, Attribution.TUMOUR, "STABLE", ["CLINICAL_TOO_BRIEF", "UNVERIFIED_RULE:RBM-C1"]),
        (None, Attribution.TUMOUR, "WORSE", ["CLINICAL_DURATION_UNKNOWN"]),
        (7, Attribution.COMORBIDITY, "STABLE", ["WORSE_OTHER_CAUSE"]),
        (7, Attribution.STEROID_CHANGE, "STABLE", ["WORSE_OTHER_CAUSE"]),
        (None, Attribution.COMORBIDITY, "STABLE", ["CLINICAL_DURATION_UNKNOWN", "WORSE_OTHER_CAUSE"]),
    ],
)
def test_a_reported_decline(days, cause, status, flags):
    """RBM-O1, RBM-C1. Seven days count, six do not; another cause than tumour makes it stable, and says so.

    That it must be seven days is unverified, and flagged where it keeps a reported decline from counting.
    """
    item = record(status=ClinicalStatus.WORSE, persisted_days=days, attributable=cause)
    assert state(item) == (status, flags, [])


def test_a_reported_state_that_is_not_worse():
    """RBM-O1. Stable, improved and unknown stand as reported, whatever is said of duration and cause."""
    for word in (ClinicalStatus.STABLE, ClinicalStatus.IMPROVED, ClinicalStatus.UNKNOWN):
        assert state(record(status=word, persisted_days=1, attributable=Attribution.COMORBIDITY)) == (
            word.value,
            [],
            [],
        )
    assert state(None) == ("UNKNOWN", [], [])


C1 = "UNVERIFIED_RULE:RBM-C1"


@pytest.mark.parametrize(
    ("before", "now", "status", "flags"),
    [
        ({"kps": 90}, {"kps": 70, "persisted_days": 7}, "WORSE", [C1]),
        ({"kps": 90}, {"kps": 70, "persisted_days": 6}, "STABLE", [C1, "CLINICAL_TOO_BRIEF"]),
        ({"kps": 90}, {"kps": 70}, "STABLE", [C1, "CLINICAL_DURATION_UNKNOWN"]),
        ({"kps": 90}, {"kps": 80}, "STABLE", [C1]),
        ({"ecog": 1}, {"ecog": 2, "persisted_days": 7}, "WORSE", [C1]),
        ({"kps": 90, "ecog": 1}, {"kps": 90, "ecog": 2, "persisted_days": 7}, "WORSE", [C1]),
        ({"kps": 90}, {"ecog": 2, "persisted_days": 7}, "UNKNOWN", []),
        ({}, {"kps": 50, "persisted_days": 7}, "UNKNOWN", []),
        ({"kps": 90}, {"persisted_days": 7}, "UNKNOWN", []),
    ],
)
def test_the_state_by_the_scales(before, now, status, flags):
    """RBM-C1. One scale that was taken both times is enough; without duration a fall is no worsening."""
    assert state(record(**now), record(**before), clinical_source="derived") == (status, flags, [])
    assert state(record(**now), None, clinical_source="derived") == ("UNKNOWN", [], [])


@pytest.mark.parametrize(
    ("reported", "fallen", "status", "differ"),
    [
        ("STABLE", True, "WORSE", True),
        ("WORSE", False, "WORSE", True),
        ("WORSE", True, "WORSE", False),
        ("IMPROVED", False, "IMPROVED", False),
        ("UNKNOWN", True, "WORSE", False),
        ("UNKNOWN", False, "STABLE", False),
        ("WORSE", None, "WORSE", False),
        ("STABLE", None, "STABLE", False),
    ],
)
def test_the_worse_of_two_sources(reported, fallen, status, differ):
    """RBM-C1. With `either` the worse one counts; a finding only where both are known and one says worse."""
    now = {} if fallen is None else {"kps": 70 if fallen else 90}
    item = record(status=ClinicalStatus(reported), persisted_days=7, **now)
    found = state(item, record(kps=90), clinical_source="either")
    assert found[0] == status
    assert found[1] == ([] if fallen is None else [C1])
    assert found[2] == ([("CLINICAL_SOURCES_DISAGREE", PATIENT, "W8")] if differ else [])


def test_flags_of_both_sources_are_kept():
    """RBM-C1. A reported decline of six days and one by the scales of six days are both told."""
    item = record(status=ClinicalStatus.WORSE, persisted_days=6, kps=70)
    assert state(item, record(kps=90), clinical_source="either")[1] == [
        "CLINICAL_TOO_BRIEF",
        C1,
        C1,
        "CLINICAL_TOO_BRIEF",
    ]
    assert state(item, record(kps=90), clinical_source="derived")[1] == [C1, "CLINICAL_TOO_BRIEF"]


S1 = "UNVERIFIED_RULE:RBM-S1"


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"dex_mg_per_day": 4.0}, {"dex_mg_per_day": 0.0}, ("NONE", [])),
        ({"dex_mg_per_day": 4.0}, {"dex_mg_per_day": 4.0, "physiological": Answer.YES}, ("NONE", [])),
        ({"dex_mg_per_day": 4.0}, {"dex_mg_per_day": 4.0, "physiological": Answer.NO}, ("STABLE", [S1])),
        ({"dex_mg_per_day": 4.0}, {"dex_mg_per_day": 4.001}, ("INCREASED", [S1])),
        ({"dex_mg_per_day": 4.0}, {"dex_mg_per_day": 3.999}, ("DECREASED", [S1])),
        ({"dex_mg_per_day": 0.3}, {"dex_mg_per_day": 0.1 + 0.2}, ("STABLE", [S1])),
        ({"dex_mg_per_day": 0.0}, {"dex_mg_per_day": 1.0}, ("INCREASED", [S1])),
        ({}, {"dex_mg_per_day": 4.0}, ("UNKNOWN", [])),
        ({"dex_mg_per_day": 4.0}, {}, ("UNKNOWN", [])),
        ({"dex_mg_per_day": 4.0}, {"steroid_trend": SteroidTrend.NONE}, ("NONE", [])),
        (
            {"dex_mg_per_day": 4.0},
            {"dex_mg_per_day": 2.0, "steroid_trend": SteroidTrend.STABLE},
            ("STABLE", []),
        ),
    ],
)
def test_the_trend_of_the_dose(before, now, expected):
    """RBM-S1. A dose of 0 or replacement only is none; doses compare to the microgram."""
    word, flags, findings = trend(record(**now), record(**before))
    assert (word, flags, findings) == (*expected, [])


def test_steroids_reported_as_none_with_a_dose():
    """RBM-S1. The dose is used where it contradicts the word, and the contradiction is a finding."""
    item = record(dex_mg_per_day=4.0, steroid_trend=SteroidTrend.NONE)
    finding = [("STEROID_CONFLICT", PATIENT, "W8")]
    assert trend(item, record(dex_mg_per_day=2.0)) == ("INCREASED", [S1], finding)
    assert trend(item, None) == ("UNKNOWN", [], finding)
    assert trend(item, None, steroid_missing="assume_ok") == ("NONE", ["STEROID_ASSUMED", S1], finding)


def test_an_unknown_trend_may_be_assumed():
    """RBM-O7. With `assume_ok` nothing known of steroids counts as none, with a flag; else it is unknown."""
    assert trend(None) == ("UNKNOWN", [], [])
    assert trend(None, steroid_missing="assume_ok") == ("NONE", ["STEROID_ASSUMED"], [])
    assert trend(record(), steroid_missing="assume_ok") == ("NONE", ["STEROID_ASSUMED"], [])
    item = record(dex_mg_per_day=4.0)
    assert trend(item, record(dex_mg_per_day=4.0), steroid_missing="assume_ok") == ("STABLE", [S1], [])
    assert trend(item, None, steroid_missing="assume_ok") == ("NONE", ["STEROID_ASSUMED", S1], [])
    off = {"physiological_steroid_is_none": False}
    replaced = record(dex_mg_per_day=4.0, physiological=Answer.YES)
    assert trend(replaced, record(dex_mg_per_day=4.0), **off) == ("STABLE", [S1], [])


@pytest.mark.parametrize(
    ("clin", "ster", "word", "steroid_word"),
    [
        ("STABLE", "NONE", "OK", "NONE"),
        ("IMPROVED", "STABLE", "OK", "KEPT"),
        ("WORSE", "DECREASED", "WORSE", "KEPT"),
        ("UNKNOWN", "INCREASED", "UNKNOWN", "INCREASED"),
        ("STABLE", "UNKNOWN", "OK", "UNKNOWN"),
    ],
)
def test_the_words_of_the_table(clin, ster, word, steroid_word):
    """RBM-O1, RBM-O7. Stable and improved are one word of the table, stable and falling steroids another."""
    seen = seen_at(
        f"visit | L1 | clin | ster | days\nBL | 30 | STABLE | NONE |\nW8 | 30 | {clin} | {ster} | 9"
    )
    assert (seen.word, seen.status, seen.steroid_word, seen.steroid) == (word, clin, steroid_word, ster)
    assert (seen.flags, seen.findings, seen.antiangiogenic, seen.date) == ((), (), False, day("W8"))


def test_flags_of_state_steroids_and_bevacizumab_together():
    """RBM-A1. What was assumed, what is unverified and bevacizumab are all told."""
    table = """
        visit | L1 | clin    | dex | bev
        BL    | 30 | STABLE  | 4   |
        W8    | 30 | UNKNOWN | 4   | yes"""
    seen = seen_at(table, policy=RANO.replace(clinical_missing="assume_ok"))
    assert (seen.word, seen.status, seen.antiangiogenic) == ("OK", "UNKNOWN", True)
    assert seen.flags == ("CLINICAL_ASSUMED", S1, "ANTIANGIOGENIC")
    assert seen_at(table).flags == (S1, "ANTIANGIOGENIC")
    assert seen_at(table.replace("yes", "no")).antiangiogenic is False


def test_findings_of_state_and_steroids_together():
    """RBM-C1. Both contradictions of one record are found."""
    seen = seen_at(
        """
        visit | L1 | clin   | kps | days | dex | ster
        BL    | 30 | STABLE | 90  |      | 2   |
        W8    | 30 | STABLE | 60  | 8    | 4   | NONE""",
        policy=RANO.replace(clinical_source="either"),
    )
    assert [x.code for x in seen.findings] == ["CLINICAL_SOURCES_DISAGREE", "STEROID_CONFLICT"]


def test_a_visit_without_a_clinical_record():
    """RBM-O7. Nothing recorded is unknown, and has no date."""
    seen = seen_at("visit | L1 | clin | ster\nBL | 30 | STABLE | NONE\nW8 | 30 | |")
    assert (seen.word, seen.steroid_word, seen.date, seen.antiangiogenic) == (
        "UNKNOWN",
        "UNKNOWN",
        None,
        False,
    )


def test_only_the_visit_that_was_decided_on_has_another_cause():
    """ADJ-7. The decision on one visit's decline leaves that of another visit alone."""
    table = """
        visit | L1 | clin          | ster | days
        BL    | 30 | STABLE        | NONE |
        W8    | 30 | WORSE(tumour) | NONE | 10
        W16   | 30 | WORSE(tumour) | NONE | 10
        W24   | 30 |               |      |"""
    events = [decision("CLINICAL_REATTRIBUTED", visit, value="comorbidity") for visit in ("W8", "W24")]
    words = {visit: seen_at(table, visit, adjudications=events).word for visit in ("W8", "W16", "W24")}
    assert words == {"W8": "OK", "W16": "WORSE", "W24": "UNKNOWN"}


@pytest.mark.parametrize(("who", "word"), [("", "OK"), ("INV", "OK"), ("READER 1", "WORSE")])
def test_another_cause_binds_the_evaluator_who_was_meant(who, word):
    """ADJ-7. A decision for one evaluator leaves the others alone; one without a name binds all."""
    table = "visit | L1 | clin | ster | days\nBL | 30 | STABLE | NONE |\nW8 | 30 | WORSE(tumour) | NONE | 10"
    event = decision("CLINICAL_REATTRIBUTED", "W8", value="comorbidity", evaluator=who)
    assert seen_at(table, adjudications=[event]).word == word


def test_the_clinical_record_at_baseline():
    """RBM-C1, RBM-S1. That of the baseline visit, else the last one up to the start."""

    def reference(table: str, **more: object) -> str | None:
        made = read_patient(table, **more)  # type: ignore[arg-type]
        item = reference_clinical(follow(collect(made, "INV"), RANO))
        return None if item is None else item.visit_id

    rows = "visit | L1 | kps\nD-20 | | 70\nD-10 | | {}\nBL | 30 | {}\nW8 | 30 | 50"
    assert reference(rows.format(80, 90)) == "BL"
    assert reference(rows.format(80, "")) == "D-10"
    assert reference(rows.format("", "")) == "D-20"
    assert reference("visit | L1 | kps\nBL | 30 |\nW8 | 30 | 50") is None
    assert reference("visit | L1 | kps\nD5 | 30 | 60\nW8 | 30 | 50", mark_baseline=False) is None
    on_the_day = "visit | L1 | kps\nD-20 | 30 | {}\nD-10 | | {}\nD0 | | 90\nW8 | 30 | 50"
    assert reference(on_the_day.format("", 80), mark_baseline=False) == "D0"
    assert reference(on_the_day.format(70, 80), mark_baseline=False) == "D-20"
    late = "visit | L1 | kps\nBL | 30 | 60\nW8 | 30 | 50"
    assert reference(late, mark_baseline=False) == "BL"


def test_the_dose_of_the_visit_before():
    """RBM-S1. With `previous_visit` the last visit that has a record is the reference."""
    policy = RANO.replace(steroid_reference="previous_visit")
    table = """
        visit | L1 | dex
        BL    | 30 | 8
        W8    | 30 | 2
        W12   | 30 |
        W16   | 30 | 4
        W24   | 30 | 3"""
    assert seen_at(table, "W8", policy).steroid == "DECREASED"
    assert seen_at(table, "W16", policy).steroid == "INCREASED"
    assert seen_at(table, "W24", policy).steroid == "DECREASED"
    assert seen_at(table, "W24").steroid == "DECREASED"
    assert seen_at("visit | L1 | dex\nBL | 30 |\nW8 | 30 | 4", "W8", policy).steroid == "UNKNOWN"


def test_clinical_progression_is_dated_by_its_record(spec_test):
    """RBM-O1. The clinical record's own date, not that of the scan, is the date of clinical progression."""
    table = "visit | L1 | clin | ster | days\nBL | 30 | STABLE | NONE |\nW8 | 30 | WORSE | NONE | 9"
    spec_test(table, expect={"rano_bm": {"W8": {"response": "PD", "date": "W8", "pd_kind": "clinical"}}})
    made: Patient = read_patient(table)
    later = tuple(
        replace(x, date=x.date + dt.timedelta(days=2)) if x.visit_id == "W8" else x for x in made.clinical
    )
    assert derive(replace(made, clinical=later), RANO).row("W8").date == day("D58")
    assert made.start_date == START
