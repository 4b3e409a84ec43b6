"""Each entry of the catalogue: what starts, stops and censors it, on a few dated facts."""

from __future__ import annotations

import pytest

from cimara.outcomes import Facts, binary_rate, catalogue, derive_endpoint
from tests.spec.outcomes.dated_facts import ENGINES, check, excluded, read_table, rows_of

R = "2024-01-01 | RANDOMISATION\n"
SCAN = "2024-03-01 | ADEQUATE_SCAN | CNS\n"


def test_os_is_censored_when_last_known_alive() -> None:
    """OS. Censored at the date last known alive."""
    check("OS", R + "2024-05-10 | LAST_ALIVE", "censored 131 EVENT_FREE")


def test_pfs_counts_any_progression_of_the_whole_body() -> None:
    """PFS. Whole-body responses are used where there are any, and not those of one compartment."""
    table = R + "2024-02-20 | PD | SYS\n2024-02-01 | ADEQUATE_SCAN | ANY\n2024-03-01 | PD | ANY"
    check("PFS", table, "PD 61")


def test_cnspfs_is_censored_at_the_last_brain_scan() -> None:
    """CNSPFS. A later body scan adds no brain follow-up."""
    check("CNSPFS", R + SCAN + "2024-04-01 | ADEQUATE_SCAN | SYS", "censored 61 EVENT_FREE")


def test_syspfs_is_censored_at_the_last_body_scan() -> None:
    """SYSPFS. CNS progression does not stop it."""
    table = R + "2024-02-15 | PD | CNS\n2024-04-01 | ADEQUATE_SCAN | SYS"
    check("SYSPFS", table, "censored 92 EVENT_FREE")


def test_bipfs_is_censored_at_the_earlier_of_both_scans() -> None:
    """BIPFS. What is known of both compartments ends with the earlier last scan."""
    check("BIPFS", R + SCAN + "2024-04-01 | ADEQUATE_SCAN | SYS", "censored 61 EVENT_FREE")


def test_bipfs_without_one_compartment_is_censored_at_the_start() -> None:
    """BIPFS. Never scanned outside the CNS: nothing is known of both."""
    check("BIPFS", R + SCAN, "censored 1 NO_FOLLOW_UP")


def test_cnsttp_has_death_compete() -> None:
    """CNSTTP. Death before CNS progression is a competing event, numbered 2."""
    row = rows_of("CNSTTP", R + SCAN + "2024-04-01 | DEATH")
    assert (row["code"], row["evcode"], row["aval"], row["reason"]) == ("DEATH", 2, 92, "")


def test_cnsdor_begins_with_the_confirmed_response() -> None:
    """CNSDOR. Only confirmed responders; the clock begins at the response."""
    table = (
        R + "2024-03-01 | RESPONSE_CONFIRMED | CNS\n2024-03-01 | ADEQUATE_SCAN | CNS\n2024-04-26 | PD | CNS"
    )
    check("CNSDOR", table, "CNS_PD 57")
    assert excluded("CNSDOR", R + SCAN) == "NOT_RESPONDER"


def test_bmfs_counts_the_first_brain_metastasis_leptomeningeal_disease_or_death() -> None:
    """BMFS. Patients without CNS disease at the start; meningeal disease counts."""
    free = R + " | NO_CNS_DISEASE\n" + SCAN
    check("BMFS", free + "2024-04-01 | LMD", "LMD 92")
    check("BMFS", free + "2024-04-01 | NEW_LESION | CNS | | type=parenchymal", "NEW_BRM 92")
    check("BMFS", free + "2024-04-01 | DEATH", "DEATH 92")
    assert excluded("BMFS", R + SCAN) == "NOT_NO_CNS_DISEASE"


def test_brminc_has_death_compete() -> None:
    """BRMINC. As BMFS, but death competes."""
    assert rows_of("BRMINC", R + " | NO_CNS_DISEASE\n2024-04-01 | DEATH")["evcode"] == 2


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("NEW_LESION | CNS", "NEW_LESION"),
        ("LOCAL_PD | CNS | A", "LOCAL_PD"),
        ("LMD", "LMD"),
        ("CNS_THERAPY | | | intent=salvage", "SALVAGE"),
        ("CNS_THERAPY | | | intent=planned", "LAST_BRAIN"),
        ("LOCAL_PD | CNS | A | adjudged=rn", "LAST_BRAIN"),
    ],
)
def test_tncnse_is_the_first_of_four_events(fact: str, code: str) -> None:
    """TNCNSE. New lesion, local progression, meningeal disease or salvage; planned therapy is none."""
    assert rows_of("TNCNSE", R + SCAN + f"2024-04-01 | {fact}")["code"] == code


def test_cnslfs_begins_at_the_end_of_local_therapy() -> None:
    """CNSLFS. From the end of local therapy to any new or recurrent lesion."""
    begun = "2024-01-20 | CNS_THERAPY_END | | A | modality=WBRT\n"
    check("CNSLFS", begun + "2024-03-20 | NEW_LESION | CNS | | origin=recurrence", "NEW_LESION 61")


def test_locfail_is_censored_at_the_last_scan_of_the_lesion() -> None:
    """LOCFAIL. A scan that did not assess the lesion adds nothing."""
    table = """
    2024-01-01 | CNS_THERAPY     |     | A | modality=SRS
    2024-03-01 | LESION_ASSESSED | CNS | A |
    2024-05-01 | ADEQUATE_SCAN   | CNS
    """
    check("LOCFAIL", table, "censored 61 EVENT_FREE", lesion="A")


def test_distbf_leaves_meningeal_disease_and_treated_lesions_out() -> None:
    """DISTBF. A new parenchymal lesion away from treated ones; recurrence and meningeal disease are none."""
    begun = "2024-01-01 | CNS_THERAPY | | A | modality=SRS\n" + SCAN
    check("DISTBF", begun + "2024-02-01 | NEW_LESION | CNS | | origin=new;type=parenchymal", "NEW_LESION 32")
    check(
        "DISTBF",
        begun + "2024-02-01 | NEW_LESION | CNS | | origin=recurrence;type=parenchymal",
        "censored 61 EVENT_FREE",
    )
    check("DISTBF", begun + "2024-02-01 | LMD", "censored 61 EVENT_FREE")


def test_rninc_has_resection_compete() -> None:
    """RNINC. Resection of the lesion ends the chance to see necrosis."""
    table = "2024-01-01 | CNS_THERAPY | | A | modality=SRS\n2024-04-01 | CNS_THERAPY | | A | modality=surgery"
    row = rows_of("RNINC", table, lesion="A")
    assert (row["code"], row["evcode"], row["aval"]) == ("RESECTION", 3, 92)


def test_lmdinc_leaves_out_who_has_it_at_the_start() -> None:
    """LMDINC. From randomisation or first local therapy to leptomeningeal disease."""
    check("LMDINC", R + SCAN + "2024-02-01 | LMD", "LMD 32")
    assert excluded("LMDINC", R + " | LMD_AT_START") == "LMD_AT_START"


@pytest.mark.parametrize(
    ("cause", "neurologic", "systemic"),
    [
        ("neurologic", ("DEATH_NEURO", 1), ("DEATH_NEURO", 2)),
        ("systemic", ("DEATH_SYSTEMIC", 2), ("DEATH_SYSTEMIC", 1)),
        ("both", ("DEATH_NEURO", 1), ("DEATH_NEURO", 2)),
        ("other", ("DEATH_OTHER", 3), ("DEATH_OTHER", 3)),
        ("unknown", ("DEATH_UNKNOWN", 4), ("DEATH_UNKNOWN", 4)),
    ],
)
def test_neurdth_and_sysdth_part_deaths_by_cause(
    cause: str, neurologic: tuple[str, int], systemic: tuple[str, int]
) -> None:
    """NEURDTH, SYSDTH. Each other cause competes with a code of its own; unknown is never systemic."""
    table = R + f"2024-06-01 | DEATH | | | cause={cause}"
    for endpoint, expected in (("NEURDTH", neurologic), ("SYSDTH", systemic)):
        row = rows_of(endpoint, table)
        assert (row["code"], row["evcode"]) == expected


def test_a_death_without_a_cause_is_of_unknown_cause() -> None:
    """NEURDTH. An empty cause is unknown, and is told when more than 10 % of deaths are."""
    facts = Facts.of(read_table(R + "2024-06-01 | DEATH"))
    made = derive_endpoint(catalogue["NEURDTH"], facts)
    assert made.frame["code"].item() == "DEATH_UNKNOWN"
    assert "CAUSE_UNKNOWN_HIGH" in made.findings["code"].to_list()


def test_ncogdet_is_censored_at_the_last_test() -> None:
    """NCOGDET. By z scores: a fall of one standard deviation is decline; the last test censors."""
    endpoint = catalogue["NCOGDET"].replace(option={"sd_source": "norm"})
    table = R + "2024-01-01 | COGNITION | | | test=COWA; z=0.5\n2024-03-01 | COGNITION | | | test=COWA; z={}"
    check(endpoint, table.format("-0.5"), "DECLINE 61")
    check(endpoint, table.format("-0.4"), "censored 61 EVENT_FREE")


def rate(endpoint: str, *tables: str) -> tuple[int, int, int]:
    """Responders, patients, and patients not evaluable, the same by both engines."""
    facts = Facts.of(
        [fact for number, table in enumerate(tables) for fact in read_table(table, f"P{number}")]
    )
    found = {
        (made.x, made.n, made.not_evaluable)
        for engine in ENGINES
        for made in [binary_rate(derive_endpoint(catalogue[endpoint], facts, engine=engine))]
    }
    (only,) = found
    return only


def test_icorr_keeps_who_was_not_evaluable_as_a_non_responder() -> None:
    """ICORR. Confirmed CNS responses among patients with measurable CNS disease."""
    measurable = " | MEASURABLE_CNS\n"
    responder = measurable + SCAN + "2024-03-01 | RESPONSE_CONFIRMED | CNS"
    assert rate("ICORR", responder, measurable + SCAN, measurable, SCAN) == (1, 3, 1)


def test_iccbr_counts_disease_control_at_24_weeks() -> None:
    """ICCBR. Stable at 168 days or later and before progression; 167 days are too few."""
    control = R + "{} | ADEQUATE_SCAN | CNS | | word=SD\n"
    late, early = control.format("2024-06-17"), control.format("2024-06-16")
    assert rate("ICCBR", late, early) == (1, 2, 0)
    assert rate("ICCBR", late + "2024-05-01 | PD | CNS") == (0, 1, 0)
