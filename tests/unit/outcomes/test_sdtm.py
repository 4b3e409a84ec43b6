"""Facts from SDTM DM, DS, CM, PR and AE."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from cimara.outcomes import Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.errors import DerivationError

Told = list[tuple[object, ...]]


def domain(text: str) -> pl.DataFrame:
    """A domain from lines: variables, then rows, parted by `|`."""
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def dated(facts: Facts, *words: str) -> Told:
    """Fact, date and flag of each fact of these words."""
    own = facts.frame.filter(pl.col("fact").is_in(words))
    return own.select("fact", pl.col("date").cast(pl.String), "date_flag").rows()


def placed(facts: Facts) -> Told:
    """Code, domain, row and variable of each finding with a place in a file."""
    return [(one.code, one.file, one.row, one.column) for one in facts.findings if one.file]


def dm(start: str = "", exposed: str = "", last: str = "", death: str = "", flag: str = "") -> pl.DataFrame:
    return domain(
        "USUBJID | RFSTDTC | RFXSTDTC | RFPENDTC | DTHDTC | DTHFL\n"
        f"P | {start} | {exposed} | {last} | {death} | {flag}"
    )


def ds(*rows: str) -> pl.DataFrame:
    return domain("USUBJID | DSSEQ | DSDECOD | DSCAT | DSSCAT | DSSTDTC\n" + "\n".join(rows))


def pr(*rows: str) -> pl.DataFrame:
    return domain(
        "USUBJID | PRSEQ | PRDECOD | PRCAT | PRLOC | PRLNKID | PROCCUR | PRSTDTC | PRENDTC\n"
        + "\n".join(rows)
    )


def test_treatment_starts_with_the_first_dose_and_ends_with_the_last() -> None:
    subject = dm("2024-01-02", "2024-01-05").with_columns(RFXENDTC=pl.lit("2024-06-01T10:30"))
    assert dated(Facts.from_sdtm({"DM": subject}), "TREATMENT_START", "TREATMENT_END") == [
        ("TREATMENT_START", "2024-01-05", ""),
        ("TREATMENT_END", "2024-06-01", ""),
    ]


def test_where_no_first_dose_is_told_the_reference_start_is_the_start_of_treatment() -> None:
    assert dated(Facts.from_sdtm({"DM": dm("2024-01-02")}), "TREATMENT_START") == [
        ("TREATMENT_START", "2024-01-02", "")
    ]


def test_a_subject_without_the_first_dose_that_others_have_was_not_treated() -> None:
    subjects = pl.concat([dm("2024-01-02", "2024-01-05"), dm("2024-01-03")])
    facts = Facts.from_sdtm({"DM": subjects.with_columns(USUBJID=pl.Series(["P", "Q"]))})
    assert dated(facts, "TREATMENT_START") == [("TREATMENT_START", "2024-01-05", "")]
    assert facts.patients() == ["P", "Q"]


def test_every_subject_of_dm_is_in_the_population() -> None:
    assert Facts.from_sdtm({"dm": dm()}).patients() == ["P"]


def test_a_death_without_a_day_comes_after_the_last_contact() -> None:
    facts = Facts.from_sdtm({"DM": dm("2024-01-02", last="2024-03-18", death="2024-03", flag="Y")})
    assert dated(facts, "DEATH") == [("DEATH", "2024-03-19", "D")]


def test_a_flag_of_death_without_a_date_is_a_death_that_ends_no_clock() -> None:
    facts = Facts.from_sdtm({"DM": dm("2024-01-02", flag="Y")})
    assert dated(facts, "DEATH") == [("DEATH", None, "missing")]
    assert [one.code for one in facts.findings] == ["UNDATED_FACT"]


def test_a_date_of_death_without_its_flag_is_used_and_told() -> None:
    subjects = pl.concat([dm("2024-01-02", death="2024-03-01"), dm(death="2024-04-01", flag="Y")])
    subjects = subjects.with_columns(USUBJID=pl.Series(["P", "Q"]))
    facts = Facts.from_sdtm({"DM": subjects})
    assert len(dated(facts, "DEATH")) == 2
    assert placed(facts) == [("DEATH_FLAG_CONFLICT", "DM", 1, "DTHFL")]


@pytest.mark.parametrize(
    ("of_dm", "of_ds", "expect"),
    [
        ("2024-03-17", "2024-03-17", [("DEATH", "2024-03-17", "")]),
        ("2024-03", "2024-03-17", [("DEATH", "2024-03-17", "")]),
        ("2024-03-17T08:00", "2024-03", [("DEATH", "2024-03-17", "")]),
        ("", "2024-03-17", [("DEATH", "2024-03-17", "")]),
        ("2024-03-17", "2024-03-18", [("DEATH", None, "missing")] * 2),
    ],
)
def test_death_told_in_dm_and_in_ds(of_dm: str, of_ds: str, expect: Told) -> None:
    facts = Facts.from_sdtm({"DM": dm(death=of_dm, flag="Y"), "DS": ds(f"P | 1 | DEATH | | | {of_ds}")})
    assert dated(facts, "DEATH") == expect
    conflict = "TWO_DEATH_DATES" in {one.code for one in facts.findings}
    assert conflict == (expect[0][1] is None)


def test_a_cause_of_death_in_the_tidy_table_is_kept_beside_dm() -> None:
    deaths = pl.DataFrame({"patient_id": ["P"], "date": ["2024-03-17"], "cause": ["neurologic"]})
    facts = Facts.from_tables(deaths=deaths, sdtm={"DM": dm("2024-01-02", death="2024-03-17", flag="Y")})
    death = facts.frame.filter(pl.col("fact") == "DEATH")
    assert death.select("fields", "srcdom").rows() == [("cause=neurologic", "DEATHS")]


def test_disposition_gives_randomisation_consent_and_withdrawal_with_their_records() -> None:
    events = ds(
        "P | 4 | Informed Consent Obtained | PROTOCOL MILESTONE | | 2023-12-20",
        "P | 5 | RANDOMIZED | PROTOCOL MILESTONE | | 2024-01-02",
        "P | 9 | WITHDRAWAL BY SUBJECT | DISPOSITION EVENT | STUDY PARTICIPATION | 2024-05-01",
    )
    frame = Facts.from_sdtm({"DS": events}).frame.filter(pl.col("date").is_not_null())
    assert frame.select("fact", pl.col("date").cast(pl.String), "srcdom", "srcvar", "srcseq").rows() == [
        ("ENROLMENT", "2023-12-20", "DS", "DSSTDTC", 4),
        ("RANDOMISATION", "2024-01-02", "DS", "DSSTDTC", 5),
        ("WITHDRAWAL", "2024-05-01", "DS", "DSSTDTC", 9),
    ]


def test_leaving_the_treatment_is_no_withdrawal_from_the_study() -> None:
    facts = Facts.from_sdtm({"DS": ds("P | 1 | WITHDRAWAL BY SUBJECT | | STUDY TREATMENT | 2024-05-01")})
    assert facts.frame.is_empty()
    assert facts.findings == ()


def test_therapy_after_the_study_is_a_new_line_and_earlier_therapy_none() -> None:
    drugs = domain(
        """
        USUBJID | CMTRT | CMCAT | CMROUTE | CMOCCUR | CMSTDTC
        P | OSIMERTINIB | SUBSEQUENT ANTI-CANCER THERAPY | ORAL | | 2024-06
        P | CISPLATIN | PRIOR ANTI-CANCER THERAPY | INTRAVENOUS | Y | 2023-02-01
        P | METHOTREXATE | SUBSEQUENT ANTI-CANCER THERAPY | INTRATHECAL | | 2024-08-01
        P | MORPHINE | GENERAL | INTRATHECAL | | 2024-08-01
        P | PEMETREXED | SUBSEQUENT ANTI-CANCER THERAPY | | N | 2024-09-01
        """
    )
    facts = Facts.from_sdtm({"CM": drugs})
    own = facts.frame.filter(pl.col("fact").is_in(["SYSTEMIC_THERAPY", "CNS_THERAPY"]))
    assert own.select("fact", pl.col("date").cast(pl.String), "date_flag", "fields", "srcseq").rows() == [
        ("SYSTEMIC_THERAPY", "2023-02-01", "", "new_line=no", 2),
        ("SYSTEMIC_THERAPY", "2024-06-01", "D", "new_line=yes", 1),
        ("CNS_THERAPY", "2024-08-01", "", "intent=unknown;modality=intrathecal", 3),
    ]


def test_a_therapy_of_the_month_of_the_first_dose_starts_with_it() -> None:
    drugs = domain("USUBJID | CMCAT | CMSTDTC\nP | FOLLOW-UP THERAPY | 2024-01")
    facts = Facts.from_sdtm({"CM": drugs, "DM": dm("2024-01-12")})
    assert dated(facts, "SYSTEMIC_THERAPY") == [("SYSTEMIC_THERAPY", "2024-01-12", "D")]


def test_local_therapy_of_the_brain_with_its_lesion_intent_and_end() -> None:
    facts = Facts.from_sdtm(
        {
            "PR": pr(
                "P | 1 | Stereotactic radiosurgery | STUDY TREATMENT | | A | | 2024-01-10 | 2024-01-12",
                "P | 2 | WHOLE BRAIN RADIOTHERAPY | SUBSEQUENT ANTI-CANCER THERAPY | | | | 2024-07-01 |",
                "P | 3 | RESECTION | | BRAIN | B | Y | 2024-08-01 |",
            )
        }
    )
    own = facts.frame.filter(pl.col("date").is_not_null())
    assert own.select(pl.col("date").cast(pl.String), "fact", "lesion_id", "fields").rows() == [
        ("2024-01-10", "CNS_THERAPY", "A", "intent=planned;modality=SRS"),
        ("2024-01-12", "CNS_THERAPY_END", "A", "intent=planned;modality=SRS"),
        ("2024-07-01", "CNS_THERAPY", "", "intent=salvage;modality=WBRT"),
        ("2024-07-01", "CNS_THERAPY_END", "", "intent=salvage;modality=WBRT"),
        ("2024-08-01", "CNS_THERAPY", "B", "intent=unknown;modality=surgery"),
        ("2024-08-01", "CNS_THERAPY_END", "B", "intent=unknown;modality=surgery"),
    ]


@pytest.mark.parametrize(
    ("row", "expect"),
    [
        ("P | 1 | RESECTION | | LUNG | | | 2024-01-10 |", []),
        ("P | 1 | STEREOTACTIC RADIOSURGERY | | LIVER | | | 2024-01-10 |", []),
        ("P | 1 | CRANIOTOMY | | | | N | 2024-01-10 |", []),
        ("P | 1 | RESECTION | | | | | 2024-01-10 |", [("PLACE_NOT_STATED", "PR", 1, "PRLOC")]),
        ("P | 1 | SALVAGE GAMMA KNIFE | | | | | 2024-01-10 |", [("WORD_NOT_KNOWN", "PR", 1, "PRDECOD")]),
    ],
)
def test_what_is_no_local_therapy_of_the_brain(row: str, expect: Told) -> None:
    facts = Facts.from_sdtm({"PR": pr(row)})
    assert facts.frame.is_empty()
    assert placed(facts) == expect
    assert all(one.hint for one in facts.findings)


def test_necrosis_is_possible_with_symptoms_from_grade_two() -> None:
    events = domain(
        """
        USUBJID | AESEQ | AEDECOD | AELNKID | AETOXGR | AESTDTC
        P | 7 | Radiation necrosis | A | 1 | 2024-05-01
        P | 8 | CENTRAL NERVOUS SYSTEM NECROSIS | A | 2 | 2024-06-01
        P | 9 | HEADACHE | A | 1 | 2024-06-01
        """
    )
    facts = Facts.from_sdtm({"AE": events})
    onset = facts.frame.filter(pl.col("fields").str.contains("dated=onset"))
    assert onset.select("srcseq", "lesion_id", "fields").rows() == [
        (7, "A", "certainty=possible;dated=onset;grade=1;symptomatic=no"),
        (8, "A", "certainty=possible;dated=onset;grade=2;symptomatic=yes"),
    ]
    assert facts.frame.height == 4
    assert facts.findings == ()


def test_necrosis_without_a_lesion_is_told() -> None:
    facts = Facts.from_sdtm({"AE": domain("USUBJID|AEDECOD|AESTDTC\nP|RADIATION NECROSIS|2024-05-01")})
    assert placed(facts) == [("LESION_NOT_NAMED", "AE", 1, "AELNKID")]


def test_a_date_that_cannot_be_read_is_told_by_the_row_of_its_domain() -> None:
    facts = Facts.from_sdtm({"DS": ds("P | 1 | SCREENED | | | x", "P | 2 | RANDOMIZED | | | Jan 2024")})
    told = next(one for one in facts.findings if one.file)
    assert (told.code, told.file, told.row, told.column) == ("DATE_UNREADABLE", "DS", 2, "DSSTDTC")
    assert told.hint
    assert "Jan" not in told.text + told.hint


def test_a_date_that_gives_two_facts_is_told_once_by_its_own_variable() -> None:
    therapy = pr("P | 1 | CRANIOTOMY | | | A | | spring |", "P | 2 | CRANIOTOMY | | | A | | 2024-01-10 |")
    facts = Facts.from_sdtm(
        {"PR": therapy, "AE": domain("USUBJID|AEDECOD|AELNKID|AESTDTC\nP|RADIATION NECROSIS|A|x")}
    )
    assert placed(facts) == [
        ("DATE_UNREADABLE", "PR", 1, "PRSTDTC"),
        ("DATE_UNREADABLE", "AE", 1, "AESTDTC"),
    ]
    ends = facts.frame.filter((pl.col("fact") == "CNS_THERAPY_END") & pl.col("date").is_not_null())
    assert ends.select("srcvar", "srcseq").rows() == [("PRSTDTC", 2)]


def test_rows_without_a_subject_or_with_a_stranger_are_told() -> None:
    subjects = pl.concat([dm("2024-01-02"), dm("2024-02-02"), dm().with_columns(USUBJID=pl.lit(" "))])
    facts = Facts.from_sdtm({"DM": subjects, "DS": ds("Q | 1 | RANDOMIZED | | | 2024-01-02")})
    assert placed(facts) == [
        ("SUBJECT_BLANK", "DM", 3, "USUBJID"),
        ("SUBJECT_TWICE", "DM", 2, "USUBJID"),
        ("SUBJECT_NOT_IN_DM", "DS", 1, "USUBJID"),
    ]
    assert dated(facts, "TREATMENT_START", "RANDOMISATION") == [
        ("TREATMENT_START", "2024-01-02", ""),
        ("RANDOMISATION", "2024-01-02", ""),
    ]


def test_what_is_wrong_with_domains_is_told_all_at_once() -> None:
    wrong = {"EX": dm(), "CM": dm(), "DM": dm().with_columns(DOMAIN=pl.lit("AE"))}
    with pytest.raises(DerivationError) as caught:
        Facts.from_sdtm(wrong)
    for part in ("EX: ", "CM: variables are missing: CMCAT, CMSTDTC", "DM: DOMAIN names another domain"):
        assert part in str(caught.value)


def test_a_word_of_the_study_comes_before_the_librarys() -> None:
    row = "P | 1 | SALVAGE GAMMA KNIFE | | | A | | 2024-01-10 |"
    words = domain(
        "domain|variable|text|fact|field|value\nPR|PRDECOD|Salvage gamma knife|CNS_THERAPY|modality|SRS\n"
        "PR|PRDECOD|SALVAGE GAMMA KNIFE||intent|salvage"
    )
    facts = Facts.from_sdtm({"PR": pr(row)}, words=words)
    first = facts.frame.filter(pl.col("fact") == "CNS_THERAPY")
    assert first["fields"].to_list() == ["intent=salvage;modality=SRS"]
    assert facts.findings == ()


def test_a_study_may_mean_something_else_by_a_word_of_the_library() -> None:
    words = domain("domain|variable|text|fact\nDS|DSDECOD|RANDOMIZED|ENROLMENT")
    facts = Facts.from_sdtm({"DS": ds("P | 1 | RANDOMIZED | | | 2024-01-02")}, words=words)
    assert dated(facts, "RANDOMISATION", "ENROLMENT") == [("ENROLMENT", "2024-01-02", "")]


@pytest.mark.parametrize(
    ("row", "expect"),
    [
        ("EX|EXTRT|X|RN||", "row 1: column domain"),
        ("PR|PRDECODE|X|CNS_THERAPY||", "did you mean PRDECOD?"),
        ("PR|PRDECOD|X|RN||", "column fact"),
        ("PR|PRDECOD|X|CNS_THERAPY|modality|gamma", "column value: expected SRS"),
        ("PR|PRDECOD|X|CNS_THERAPY|mode|SRS", "column field"),
        ("PR|PRDECOD|X|||", "neither a fact nor a field"),
    ],
)
def test_a_word_that_cannot_be_is_refused_with_its_row(row: str, expect: str) -> None:
    words = domain(f"domain|variable|text|fact|field|value\n{row}")
    with pytest.raises(DerivationError, match=r"SDTM words row 1") as caught:
        Facts.from_sdtm({}, words=words)
    assert expect in str(caught.value)


def test_overall_survival_from_dm_and_ds_alone() -> None:
    subjects = pl.concat([dm(last="2024-12-31"), dm(last="2024-02-01", death="2024-02-15", flag="Y")])
    subjects = subjects.with_columns(USUBJID=pl.Series(["P", "Q"]))
    events = ds("P | 1 | RANDOMIZED | | | 2024-01-01", "Q | 1 | RANDOMIZED | | | 2024-01-01")
    frame = derive_endpoint(catalogue["OS"], Facts.from_sdtm({"DM": subjects, "DS": events})).frame
    assert frame.select("patient_id", "aval", "evcode", "srcdom", "srcvar").rows() == [
        ("P", 366, 0, "DM", "RFPENDTC"),
        ("Q", 46, 1, "DM", "DTHDTC"),
    ]
    assert frame["adt"].to_list() == [dt.date(2024, 12, 31), dt.date(2024, 2, 15)]
