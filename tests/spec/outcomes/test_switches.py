"""Each value of each switch, and each option, on a few dated facts."""

from __future__ import annotations

import pytest

from cimara.outcomes import Endpoint, Schedule, catalogue, derive_endpoint
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.facts import Facts
from cimara.outcomes.endpoints.switches import PRESETS, MissedVisits
from tests.spec.outcomes.dated_facts import check, excluded, read_table, rows_of

BASE = """
2024-01-01 | RANDOMISATION
2024-02-01 | ADEQUATE_SCAN | CNS
2024-04-01 | ADEQUATE_SCAN | CNS
2024-05-01 | PD            | CNS | | kind=target
"""


def cnspfs(**switch: object) -> object:
    return catalogue["CNSPFS"].replace(switch={"preset": "ema", **switch})


@pytest.mark.parametrize(
    ("value", "expect"),
    [
        ("ignore", "CNS_PD 122"),
        ("censor", "censored 32 NEW_SYSTEMIC_THERAPY"),
        ("event", "NEW_SYST_THERAPY 61"),
        ("competing", "NEW_SYST_THERAPY 61"),
    ],
)
def test_new_systemic_therapy(value: str, expect: str) -> None:
    """new_systemic_therapy. A new line on 2024-03-01, between two scans."""
    table = BASE + "2024-03-01 | SYSTEMIC_THERAPY | | | new_line=yes"
    check(cnspfs(new_systemic_therapy=value), table, expect)  # type: ignore[arg-type]


def test_progression_on_the_day_of_new_therapy_is_an_event() -> None:
    """new_systemic_therapy. A day equal to the end of observation counts."""
    table = BASE + "2024-05-01 | SYSTEMIC_THERAPY | | | new_line=yes"
    check(cnspfs(new_systemic_therapy="censor"), table, "CNS_PD 122")  # type: ignore[arg-type]


def test_more_of_the_same_therapy_does_not_censor() -> None:
    """new_systemic_therapy. Only a new line counts, and only after the start."""
    table = BASE + (
        "2024-03-01 | SYSTEMIC_THERAPY | | | new_line=no\n2024-01-01 | SYSTEMIC_THERAPY | | | new_line=yes"
    )
    check(cnspfs(new_systemic_therapy="censor"), table, "CNS_PD 122")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expect"),
    [
        ("ignore", "CNS_PD 122"),
        ("censor", "censored 32 CNS_LOCAL_THERAPY"),
        ("event", "CNS_LOCAL_THERAPY 61"),
        ("competing", "CNS_LOCAL_THERAPY 61"),
    ],
)
def test_cns_local_therapy(value: str, expect: str) -> None:
    """cns_local_therapy. Salvage radiosurgery on 2024-03-01."""
    table = BASE + "2024-03-01 | CNS_THERAPY | | | modality=SRS;intent=salvage"
    check(cnspfs(cns_local_therapy=value), table, expect)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ignored", "expect"), [("yes", "CNS_PD 122"), ("no", "censored 32 CNS_LOCAL_THERAPY")]
)
def test_planned_local_therapy(ignored: str, expect: str) -> None:
    """planned_only_ignored. Planned radiosurgery counts only where it is not ignored."""
    table = BASE + "2024-03-01 | CNS_THERAPY | | | modality=SRS;intent=planned"
    endpoint = cnspfs(cns_local_therapy="censor").replace(option={"planned_only_ignored": ignored})  # type: ignore[attr-defined]
    check(endpoint, table, expect)


@pytest.mark.parametrize(
    ("value", "expect"),
    [("in_criterion", "CNS_PD 72"), ("event", "CNS_PD 62"), ("ignore", "CNS_PD 122")],
)
def test_clinical_pd(value: str, expect: str) -> None:
    """clinical_pd. The investigator's call on day 62, RANO-BM's clinical one on 72, imaging on 122."""
    table = BASE + "2024-03-12 | PD | CNS | | kind=clinical\n2024-03-02 | PD | CNS | | kind=investigator"
    check(cnspfs(clinical_pd=value), table, expect)  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "expect"), [("no", "CNS_PD 122"), ("yes", "CNS_PD 51")])
def test_steroid_backdate(value: str, expect: str) -> None:
    """steroid_backdate. The flagged day of the steroid increase, only when asked for."""
    table = BASE + "2024-02-20 | PD | CNS | | kind=steroid"
    check(cnspfs(steroid_backdate=value), table, expect)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expect"),
    [
        ("no_event", "CNS_PD 122"),
        ("censor_before", "censored 32 UNCONFIRMED_PD"),
        ("event", "PD_UNCONFIRMED 92"),
    ],
)
def test_unconfirmed_pd(value: str, expect: str) -> None:
    """unconfirmed_pd. Unconfirmed on the scan of 2024-04-01: the scan before it is the last that counts."""
    table = BASE + "2024-04-01 | PD_UNCONFIRMED | CNS"
    check(cnspfs(unconfirmed_pd=value), table, expect)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expect"), [("ignore", "CNS_PD 122"), ("censor", "censored 92 WITHDRAWAL")]
)
def test_withdrawal(value: str, expect: str) -> None:
    """withdrawal. Consent withdrawn on 2024-04-15, before the progression."""
    check(cnspfs(withdrawal=value), BASE + "2024-04-15 | WITHDRAWAL", expect)  # type: ignore[arg-type]


NO_BASELINE = "2024-01-01 | RANDOMISATION\n | NO_BASELINE | CNS\n"


@pytest.mark.parametrize(
    ("facts", "expect"),
    [
        ("2024-04-01 | PD | CNS", "censored 1 NO_BASELINE"),
        ("2024-04-29 | DEATH", "DEATH 120"),
        ("2024-04-30 | DEATH", "censored 1 NO_BASELINE"),
    ],
)
def test_no_baseline_censors_at_the_start_but_for_early_deaths(facts: str, expect: str) -> None:
    """no_baseline. "censor_at_start": a death counts up to day 119, when the window of visit 2 closes."""
    check(cnspfs(), NO_BASELINE + facts, expect)  # type: ignore[arg-type]


def test_one_compartment_without_a_baseline_is_enough() -> None:
    """no_baseline. BIPFS needs a baseline of both compartments; CNSPFS does not ask for that of the body."""
    table = "2024-01-01 | RANDOMISATION\n | NO_BASELINE | SYS\n2024-04-01 | PD | CNS"
    check(catalogue["BIPFS"].replace(switch={"preset": "ema"}), table, "censored 1 NO_BASELINE")
    check(catalogue["CNSPFS"].replace(switch={"preset": "ema"}), table, "CNS_PD 92")


def test_no_baseline_excludes() -> None:
    """no_baseline. "exclude", as the preset "retrospective" has it."""
    endpoint = catalogue["CNSPFS"].replace(switch={"preset": "retrospective"})
    assert excluded(endpoint, NO_BASELINE + "2024-04-01 | DEATH") == "NO_BASELINE"


def test_no_baseline_without_a_schedule_is_an_error_when_someone_died() -> None:
    """no_baseline. Whether a death lies within two visits is never guessed."""
    facts = Facts.of(read_table(NO_BASELINE + "2024-04-01 | DEATH"))
    for engine in ("reference", "columnar"):
        with pytest.raises(DerivationError, match="within two visits"):
            derive_endpoint(cnspfs(), facts, engine=engine)  # type: ignore[arg-type]


TWICE = """
2024-01-01 | CNS_THERAPY     |     | A | modality=SRS
2024-03-01 | LESION_ASSESSED | CNS | A |
2024-04-01 | CNS_THERAPY     |     | A | modality=SRS
2024-06-01 | LOCAL_PD        | CNS | A |
"""


@pytest.mark.parametrize(
    ("value", "first"),
    [
        ("censor", ("LAST_LESION", 61, "RETREATMENT")),
        ("competing", ("RETREATMENT", 92, "")),
        ("new_row_only", ("LOCAL_PD", 153, "")),
    ],
)
def test_retreatment(value: str, first: tuple[str, int, str]) -> None:
    """retreatment. One row a course: the second begins at its own therapy, the first ends by the switch."""
    endpoint = catalogue["LOCFAIL"].replace(switch={"retreatment": value})
    facts = Facts.of(read_table(TWICE))
    for engine in ("reference", "columnar"):
        rows = derive_endpoint(endpoint, facts, engine=engine).frame.select("code", "aval", "reason").rows()
        assert rows == [first, ("LOCAL_PD", 62, "")]


def test_possible_necrosis_counts_only_where_asked_for() -> None:
    """rn_certainty, rn_symptomatic_only, rn_local_pd. What counts as necrosis, and what ends it."""
    table = """
    2024-01-01 | CNS_THERAPY |     | A | modality=SRS
    2024-02-01 | LOCAL_PD    | CNS | A | adjudged=tumour
    2024-03-01 | RN          |     | A | certainty=possible; dated=onset; symptomatic=no
    2024-06-01 | DEATH
    """
    code = {
        name: rows_of(catalogue["RNINC"].replace(option=option), table, lesion="A")["code"]
        for name, option in {
            "default": {"rn_certainty": "probable"},
            "possible": {"rn_certainty": "possible"},
            "symptoms": {"rn_certainty": "possible", "rn_symptomatic_only": "yes"},
            "competing": {"rn_local_pd": "competing"},
        }.items()
    }
    assert code == {"default": "DEATH", "possible": "RN", "symptoms": "DEATH", "competing": "LOCAL_PD"}


@pytest.mark.parametrize(
    ("value", "neurologic", "systemic"),
    [
        ("neurologic", "DEATH_NEURO 1", "DEATH_NEURO 2"),
        ("systemic", "DEATH_SYSTEMIC 2", "DEATH_SYSTEMIC 1"),
        ("own", "DEATH_BOTH 5", "DEATH_BOTH 5"),
    ],
)
def test_a_death_of_both_causes(value: str, neurologic: str, systemic: str) -> None:
    """both_counts. Counted as neurologic, as systemic, or as an event of its own."""
    table = "2024-01-01 | RANDOMISATION\n2024-06-01 | DEATH | | | cause=both"
    for name, expected in (("NEURDTH", neurologic), ("SYSDTH", systemic)):
        row = rows_of(catalogue[name].replace(option={"both_counts": value}), table)
        assert f"{row['code']} {row['evcode']}" == expected


def test_screening_by_clinic_visits() -> None:
    """bm_screening. With "clinical" the last visit censors where it is later than the last brain imaging."""
    table = """
    2024-01-01 | RANDOMISATION
               | NO_CNS_DISEASE
    2024-02-01 | ADEQUATE_SCAN | CNS
    2024-05-01 | CLINIC_VISIT
    """
    check("BMFS", table, "censored 32 EVENT_FREE")
    check(catalogue["BMFS"].replace(option={"bm_screening": "clinical"}), table, "censored 122 EVENT_FREE")


def test_fewer_cns_events() -> None:
    """cns_event_list. Without meningeal disease in the list it is no event."""
    endpoint = catalogue["TNCNSE"].replace(option={"cns_event_list": ["new_lesion", "salvage"]})
    table = "2024-01-01 | RANDOMISATION\n2024-02-01 | ADEQUATE_SCAN | CNS\n2024-02-10 | LMD"
    check("TNCNSE", table, "LMD 41")
    check(endpoint, table, "censored 32 EVENT_FREE")


def test_meningeal_disease_as_distant_failure() -> None:
    """lmd_counts_distant. Only where asked for."""
    table = "2024-01-01 | CNS_THERAPY | | A | modality=SRS\n2024-02-10 | LMD"
    check(catalogue["DISTBF"].replace(option={"lmd_counts_distant": "yes"}), table, "LMD 41")


def test_disease_control_at_another_time() -> None:
    """cbr_days. Twelve weeks instead of twenty-four."""
    table = "2024-01-01 | RANDOMISATION\n2024-04-01 | ADEQUATE_SCAN | CNS | | word=SD"
    assert rows_of("ICCBR", table)["evcode"] == 0
    assert rows_of(catalogue["ICCBR"].replace(option={"cbr_days": 84}), table)["evcode"] == 1


def test_a_start_without_a_day() -> None:
    """impute_start. Left out, unless asked for."""
    table = "2024-01-01 D | RANDOMISATION\n2024-01-31 | DEATH"
    assert excluded("OS", table) == "NO_START"
    check(catalogue["OS"].replace(option={"impute_start": "yes"}), table, "DEATH 31")


def test_patients_not_evaluable_left_out() -> None:
    """missing_as. Non-responders by default; "excluded" leaves them out of the denominator."""
    table = " | MEASURABLE_CNS\n2024-01-01 | CLINIC_VISIT"
    assert rows_of("ICORR", table)["reason"] == "NOT_EVALUABLE"
    endpoint = catalogue["ICORR"].replace(option={"missing_as": "excluded"})
    assert excluded(endpoint, table) == "NOT_EVALUABLE"


def test_presets_differ_as_printed() -> None:
    """fda, ema. On one patient with therapy and missed visits the two presets differ."""
    table = BASE + "2024-03-01 | SYSTEMIC_THERAPY | | | new_line=yes"
    check(catalogue["CNSPFS"].replace(switch={"preset": "ema"}), table, "CNS_PD 122")
    check(
        catalogue["CNSPFS"].replace(switch={"preset": "fda"}),
        table,
        "censored 32 NEW_SYSTEMIC_THERAPY",
        schedule=Schedule(60),
    )


PRINTED = """
missed_visits        | 2 schedule      | none            | none
new_systemic_therapy | censor          | ignore          | ignore
cns_local_therapy    | censor          | ignore          | ignore
after_systemic_pd    | continue        | continue        | continue
clinical_pd          | in_criterion    | in_criterion    | in_criterion
no_baseline          | censor_at_start | censor_at_start | exclude
retreatment          | censor          | censor          | censor
withdrawal           | censor          | ignore          | ignore
unconfirmed_pd       | no_event        | no_event        | no_event
steroid_backdate     | no              | no              | no
"""


@pytest.mark.parametrize(("column", "preset"), [(1, "fda"), (2, "ema"), (3, "retrospective")])
def test_presets_as_the_table_prints_them(column: int, preset: str) -> None:
    """fda, ema, retrospective. Each switch as the specification's table has it."""
    for line in PRINTED.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        value = getattr(PRESETS[preset], cells[0])
        if isinstance(value, MissedVisits):
            value = f"{value.count} {value.rule}"
        assert str(value or "none") == cells[column]


def test_an_event_that_the_list_does_not_name_stays() -> None:
    """cns_event_list. It chooses among the four CNS events; death as an event of one's own stays."""
    text = catalogue["TNCNSE"].to_toml().replace("[[competing]]", "[[event]]")
    text = text.replace("competing_risks", "time_to_event")
    endpoint = Endpoint.from_text(text).replace(option={"cns_event_list": ["lmd"]})
    check(endpoint, "2024-01-01 | RANDOMISATION\n2024-02-10 | DEATH", "DEATH 41")
