"""Facts: their order, flags, defaults, and what is wrong with them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from cimara.outcomes import Fact, Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.words import FactWord, Flag

DAY = dt.date(2024, 1, 1)


def test_a_fact_that_no_definition_can_name() -> None:
    frame = pl.DataFrame({"patient_id": ["P"], "fact": ["DETH"], "date": [DAY]})
    with pytest.raises(DerivationError, match="did you mean DEATH"):
        Facts(frame)


def test_a_field_value_that_is_not_in_its_list_is_told_and_not_shown() -> None:
    with pytest.raises(DerivationError, match=r"DEATH\.cause") as caught:
        Facts.of([Fact("P", FactWord.DEATH, DAY, fields="cause=secret")])
    assert "secret" not in str(caught.value)


def test_a_column_that_facts_do_not_have() -> None:
    frame = pl.DataFrame({"patient_id": ["P"], "fact": ["DEATH"], "date": [DAY], "creterion": [""]})
    with pytest.raises(DerivationError, match="did you mean criterion"):
        Facts(frame)


def test_flags_follow_from_facts() -> None:
    facts = Facts.of(
        [
            Fact("P", FactWord.RANDOMISATION, DAY),
            Fact("P", FactWord.RESPONSE_CONFIRMED, DAY, "CNS"),
            Fact("P", FactWord.CNS_THERAPY, DAY, lesion_id="A"),
            Fact("Q", FactWord.CNS_THERAPY, DAY),
        ]
    )
    flags = facts.frame.filter(pl.col("fact").is_in([str(one) for one in Flag]))
    assert flags.select("patient_id", "fact", "compartment", "lesion_id").rows() == [
        ("P", "RANDOMISED", "", ""),
        ("P", "RESPONDER", "CNS", ""),
        ("P", "TREATED_LESION", "", "A"),
    ]


def test_two_causes_of_one_death_are_believed_in_neither() -> None:
    facts = Facts.of(
        [
            Fact("P", FactWord.RANDOMISATION, DAY),
            Fact("P", FactWord.DEATH, dt.date(2024, 3, 1), fields="cause=neurologic"),
            Fact("P", FactWord.DEATH, dt.date(2024, 3, 1), fields="cause=systemic"),
        ]
    )
    assert [one.code for one in facts.findings] == ["DEATH_CAUSE_CONFLICT"]
    assert derive_endpoint(catalogue["NEURDTH"], facts).frame["code"].item() == "DEATH_UNKNOWN"


def test_a_fact_without_a_date_is_kept_and_told() -> None:
    facts = Facts.of([Fact("P", FactWord.RANDOMISATION, DAY), Fact("P", FactWord.DEATH)])
    assert [(one.code, one.patient_id) for one in facts.findings] == [("UNDATED_FACT", "P")]
    report = derive_endpoint(catalogue["OS"], facts).report
    assert (report.facts_undated, report.events) == (1, ())


def test_growth_read_off_the_size_is_necrosis_from_its_onset_on() -> None:
    growth = [
        Fact("P", FactWord.LOCAL_PD, dt.date(2024, month, 1), "CNS", "A", srcdom="LESIONS")
        for month in (2, 3, 4)
    ]
    onset = Fact("P", FactWord.RN, dt.date(2024, 3, 1), lesion_id="A", fields="certainty=probable")
    facts = Facts.of([*growth, onset])
    judged = facts.frame.filter(pl.col("fact") == "LOCAL_PD").sort("date")["fields"].to_list()
    assert judged == ["adjudged=open", "adjudged=rn", "adjudged=rn"]


def test_tumour_by_decision_stays_tumour() -> None:
    growth = Fact("P", FactWord.LOCAL_PD, DAY, "CNS", "A", fields="adjudged=tumour")
    onset = Fact("P", FactWord.RN, DAY, lesion_id="A", fields="certainty=confirmed")
    facts = Facts.of([growth, onset])
    assert facts.frame.filter(pl.col("fact") == "LOCAL_PD")["fields"].item() == "adjudged=tumour"


def test_sites_may_not_share_a_patient_id() -> None:
    facts = Facts.of([Fact("P", FactWord.RANDOMISATION, DAY)])
    with pytest.raises(DerivationError, match="same patient id"):
        Facts.pooled({"A": facts, "B": facts})


def test_a_pooled_row_names_its_site() -> None:
    sites = {name: Facts.of([Fact(name, FactWord.RANDOMISATION, DAY)]) for name in ("A", "B")}
    frame = derive_endpoint(catalogue["OS"], Facts.pooled(sites)).frame
    assert frame.select("patient_id", "site").rows() == [("A", "A"), ("B", "B")]


def test_necrosis_may_be_decided_after_the_death() -> None:
    died = Fact("P", FactWord.DEATH, dt.date(2024, 5, 1))
    for dated, expect in (("decision", []), ("onset", ["SCAN_AFTER_DEATH"])):
        judged = Fact("P", FactWord.RN, dt.date(2024, 6, 1), lesion_id="A", fields=f"dated={dated}")
        assert [one.code for one in Facts.of([died, judged]).findings] == expect
