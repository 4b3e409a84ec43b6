"""BED and EQD2 to the hundredth, and classes of agents; the derived fields of the data model."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from cimara.cohort.indices.agents import PENETRANCE, agents
from cimara.cohort.indices.derived import DOSE_FIELDS, with_derived
from cimara.cohort.indices.dose import bed, eqd2, lq_extrapolated
from cimara.cohort.indices.point_tables import rows_of
from cimara.cohort.model import data_model
from tests.unit.cohort.indices.chart import Row, chart, course_id, lesion_id

TABLE = [
    (1, 20.0, 60.0, 50.0, 220.0, 110.0, "yes"),
    (3, 9.0, 51.3, 42.75, 148.5, 74.25, "no"),
    (5, 6.0, 48.0, 40.0, 120.0, 60.0, "no"),
    (10, 3.0, 39.0, 32.5, 75.0, 37.5, "no"),
]


@pytest.mark.parametrize(("n", "d", "bed10", "eqd10", "bed2", "eqd2_2", "flag"), TABLE)
def test_the_table_of_doses(
    n: int, d: float, bed10: float, eqd10: float, bed2: float, eqd2_2: float, flag: str
) -> None:
    assert (bed(n, d, 10), eqd2(n, d, 10), bed(n, d, 2), eqd2(n, d, 2)) == (bed10, eqd10, bed2, eqd2_2)
    assert lq_extrapolated(d) == (flag == "yes")
    assert derived_dose({"dose_gy": n * d, "fractions": n}) == (bed10, eqd10, bed2, eqd2_2, flag)


def derived_dose(lesion: Row, **course: object) -> tuple[object, ...]:
    given: Row = {"course_id": course_id(1), "modality": "srs_gk", "start_day": 0, "end_day": 0, **course}
    row: Row = {"course_id": course_id(1), "lesion_id": lesion_id(1), **lesion}
    dataset = with_derived(chart(LocalTherapyCourse=[given], CourseLesion=[row]))
    return dataset.frame("CourseLesion").select(DOSE_FIELDS).row(0)


def half_up(value: Fraction) -> float:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_columns_round_half_up_what_fractions_give() -> None:
    doses = [(n, hundredths) for n in (1, 2, 3, 5, 7, 15) for hundredths in range(10, 8001, 37)]
    rows: list[Row] = [
        {"course_id": course_id(1), "lesion_id": str(i), "dose_gy": hundredths / 100, "fractions": n}
        for i, (n, hundredths) in enumerate(doses)
    ]
    courses: list[Row] = [{"course_id": course_id(1), "modality": "srs_gk"}]
    found = with_derived(chart(LocalTherapyCourse=courses, CourseLesion=rows)).frame("CourseLesion")
    assert found.select(DOSE_FIELDS).rows() == [by_fractions(n, hundredths) for n, hundredths in doses]


def by_fractions(n: int, hundredths: int) -> tuple[object, ...]:
    d = Fraction(hundredths, 100 * n)
    wanted: list[object] = []
    for ratio in (10, 2):
        exact = n * d * (1 + d / ratio)
        wanted += [half_up(exact), half_up(exact / (1 + Fraction(2, ratio)))]
    return (*wanted, "yes" if d > 10 else "no")


def test_a_lesion_without_a_dose_takes_that_of_its_course() -> None:
    assert derived_dose({}, modality="wbrt", total_dose_gy=30.0, fractions=10) == (
        39.0,
        32.5,
        75.0,
        37.5,
        "no",
    )
    assert derived_dose({"dose_gy": 27.0}, total_dose_gy=30.0, fractions=10) == (None,) * 5


@pytest.mark.parametrize("modality", ["surgery_gtr", "litt", "biopsy", "brachytherapy"])
def test_only_external_beams_have_an_effective_dose(modality: str) -> None:
    assert derived_dose({"dose_gy": 20.0, "fractions": 1}, modality=modality) == (None,) * 5


@pytest.mark.parametrize(("n", "d", "ratio"), [(0, 2.0, 10), (1, 0.0, 10), (1, 2.0, 0)])
def test_a_dose_that_cannot_be(n: int, d: float, ratio: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        bed(n, d, ratio)


def test_what_stood_in_a_derived_field_and_its_reason_are_replaced() -> None:
    rows: list[Row] = [
        {
            "course_id": course_id(1),
            "lesion_id": lesion_id(1),
            "dose_gy": 20.0,
            "fractions": 1,
            "bed10_gy": 1.0,
        }
    ]
    dataset = chart(LocalTherapyCourse=[{"course_id": course_id(1), "modality": "srs_gk"}], CourseLesion=rows)
    with_reason = dataset.frame("CourseLesion").with_columns(
        bed2_gy__why=pl_text("IMP"), bed10_gy__why=pl_text(None)
    )
    tables = {**dataset.tables, "CourseLesion": with_reason}
    found = with_derived(type(dataset)(tables)).frame("CourseLesion")
    assert found.select("bed10_gy", "bed2_gy", "bed2_gy__why").row(0) == (60.0, 220.0, None)


def pl_text(value: str | None):  # type: ignore[no-untyped-def]
    import polars as pl

    return pl.lit(value, dtype=pl.String)


@pytest.mark.parametrize(
    ("codes", "classes", "penetrance"),
    [
        (["trastuzumab", "tucatinib", "capecitabine"], ["tki", "chemo", "her2_antibody"], "low"),
        (["lorlatinib", "crizotinib"], ["tki"], "high"),
        (["pembrolizumab", "axitinib"], ["ici", "tki", "antiangiogenic"], "unknown"),
        (["other"], ["other"], "unknown"),
        (None, None, None),
    ],
)
def test_class_and_penetrance_of_a_line(
    codes: list[str] | None, classes: list[str] | None, penetrance: str | None
) -> None:
    dataset = with_derived(chart(SystemicTherapyLine=[{"line_id": "T", "agents": codes}]))
    assert dataset.frame("SystemicTherapyLine").select("class", "cns_penetrance").row(0) == (
        classes,
        penetrance,
    )


def test_the_table_of_agents_has_every_agent_of_the_model_once_and_its_words_alone() -> None:
    line = data_model().entity("SystemicTherapyLine")
    assert tuple(row["agent"] for row in rows_of("agents")) == line.field("agents").code_names
    assert {name for one in agents().values() for name in one.classes} <= set(line.field("class").code_names)
    assert [one.label for one in agents().values()] == [code.label for code in line.field("agents").codes]
    assert set(PENETRANCE) == set(line.field("cns_penetrance").code_names)


def test_a_penetrance_has_a_source_or_is_unknown() -> None:
    for agent in agents().values():
        assert (agent.cns_penetrance == "unknown") == (agent.source == ""), agent.code
