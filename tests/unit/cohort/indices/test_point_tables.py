"""Every cell of every GPA table, written out once more from cohort.md section 12 and compared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import polars as pl
import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.indices.point_tables import (
    IndexNotTranscribed,
    Item,
    Status,
    gpa_of_group,
    point_table,
    table_names,
)
from cimara.cohort.indices.scoring import other, score, score_columns

KPS = range(0, 101, 10)
AGES = (18, 59, 60, 69, 70, 90)
NUMBERS = (1, 2, 3, 4, 5, 200)
YES_NO = ("yes", "no")
GENE = ("positive", "negative", None)
SUBTYPES = ("basal", "luminal_a", "her2", "luminal_b")
HAEMOGLOBIN = (30, 111, 112, 125, 126, 200, None)


def lung(age: int, kps: int, ecm: str, number: int) -> float:
    return (
        (0 if age >= 70 else 0.5)
        + (0 if kps <= 70 else 0.5 if kps == 80 else 1)
        + (0 if ecm == "yes" else 1)
        + (0 if number > 4 else 0.5)
    )


def lung_adeno(age: int, kps: int, ecm: str, number: int, gene: str | None) -> float:
    return lung(age, kps, ecm, number) + (1 if gene == "positive" else 0)


def melanoma(age: int, kps: int, ecm: str, number: int, braf: str | None) -> float:
    points = 0.5 if age < 70 else 0
    points += {80: 0.5, 90: 1, 100: 1}.get(kps, 0)
    points += 1 if ecm == "no" else 0
    points += 1 if number == 1 else 0.5 if 2 <= number <= 4 else 0
    return points + (0.5 if braf == "positive" else 0)


def breast(age: int, kps: int, subtype: str, number: int, ecm: str) -> float:
    points = 0.5 if age < 60 else 0
    points += 0 if kps <= 60 else 0.5 if kps in (70, 80) else 1
    points += {"basal": 0, "luminal_a": 0.5, "her2": 1.5, "luminal_b": 1.5}[subtype]
    points += 0.5 if number == 1 else 0
    return points + (0.5 if ecm == "no" else 0)


def renal(kps: int, ecm: str, tenths: int | None, number: int) -> float:
    points = 0 if kps < 80 else 1 if kps == 80 else 2
    points += 0.5 if ecm == "no" else 0
    points += 0.5 if tenths is None or 112 <= tenths <= 125 else 0 if tenths <= 111 else 1
    return points + (0.5 if number <= 4 else 0)


def gi(kps: int, age: int, number: int, ecm: str) -> float:
    points = 0 if kps < 80 else 1 if kps == 80 else 2
    points += 0.5 if age < 60 else 0
    points += 1 if number == 1 else 0.5 if number in (2, 3) else 0
    return points + (0.5 if ecm == "no" else 0)


A, K, E, N = Item.AGE, Item.KPS, Item.EXTRACRANIAL, Item.BRAIN_METASTASES
TABLES = {
    "lung-molgpa-2017-adeno": (
        lung_adeno,
        {A: AGES, K: KPS, E: YES_NO, N: NUMBERS, Item.EGFR_ALK: GENE},
        (6.9, 13.7, 26.5, 46.8),
    ),
    "lung-molgpa-2017-nonadeno": (lung, {A: AGES, K: KPS, E: YES_NO, N: NUMBERS}, (5.3, 9.8, 12.8)),
    "melanoma-molgpa-2017": (
        melanoma,
        {A: AGES, K: KPS, E: YES_NO, N: NUMBERS, Item.BRAF: GENE},
        (4.9, 8.3, 15.8, 34.1),
    ),
    "breast-gpa-2020": (
        breast,
        {A: AGES, K: KPS, Item.SUBTYPE: SUBTYPES, N: NUMBERS, E: YES_NO},
        (6, 12.9, 23.5, 36.3),
    ),
    "renal-gpa-2018": (
        renal,
        {K: KPS, E: YES_NO, Item.HAEMOGLOBIN: HAEMOGLOBIN, N: NUMBERS},
        (4, 12, 17, 35),
    ),
    "gi-gpa-2019": (gi, {K: KPS, A: AGES, N: NUMBERS, E: YES_NO}, (3.4, 6.5, 10.8, 17)),
}
BANDS = ("0-1", "1.5-2", "2.5-3", "3.5-4")


def band_number(points: float) -> int:
    return 0 if points <= 1 else 1 if points <= 2 else 2 if points <= 3 else 3


def cells(name: str) -> Iterator[dict[Item, object]]:
    _, levels, _ = TABLES[name]
    for values in product(*levels.values()):
        yield dict(zip(levels, values, strict=True))


def expected(name: str, cell: dict[Item, object]) -> tuple[float, str, float]:
    points, _, medians = TABLES[name]
    value = points(*cell.values())
    return value, BANDS[band_number(value)], medians[band_number(value)]


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_of_the_table_for_all_patients_at_once(name: str) -> None:
    table, levels, _ = point_table(name), TABLES[name][1], TABLES[name][2]
    rows = list(cells(name))
    columns = {str(item): [cell[item] for cell in rows] for item in levels}
    values = pl.DataFrame({"patient_id": [str(i) for i in range(len(rows))], **columns}, strict=False)
    found = score_columns(table, values.with_columns(pl.col(item).alias(other(item)) for item in levels))
    assert found.select("value", "band", "median_months").rows() == [expected(name, cell) for cell in rows]
    assert found["missing"].unique().to_list() == [""]


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_of_the_table_for_one_patient(name: str) -> None:
    table = point_table(name)
    for cell in cells(name):
        found = score(table, {item: (value, value) for item, value in cell.items()})  # type: ignore[misc]
        assert (found.value, found.band, found.median_months) == expected(name, cell)


@pytest.mark.parametrize(
    ("name", "best"), [(name, 3.0 if name == "lung-molgpa-2017-nonadeno" else 4.0) for name in TABLES]
)
def test_the_best_patient_has_the_most_points_that_the_index_can_give(name: str, best: float) -> None:
    table = point_table(name)
    assert sum(table.extremes(item)[1] for item in table.items) / 2 == best
    assert sum(table.extremes(item)[0] for item in table.items) == 0


@pytest.mark.parametrize(
    ("name", "cell", "value", "median"),
    [
        ("lung-molgpa-2017-adeno", {A: 66, K: 80, E: "no", N: 3, Item.EGFR_ALK: "positive"}, 3.5, 46.8),
        ("breast-gpa-2020", {A: 62, K: 70, Item.SUBTYPE: "her2", N: 2, E: "yes"}, 2.0, 12.9),
        ("renal-gpa-2018", {K: 90, E: "yes", Item.HAEMOGLOBIN: None, N: 4}, 3.0, 17.0),
        ("gi-gpa-2019", {K: 90, A: 59, N: 1, E: "no"}, 4.0, 17.0),
    ],
)
def test_worked_examples(name: str, cell: dict[Item, int | str | None], value: float, median: float) -> None:
    found = score(point_table(name), {item: (one, one) for item, one in cell.items()})
    assert (found.value, found.median_months) == (value, median)


def test_a_missing_item_gives_no_value_and_what_it_could_be() -> None:
    cell = {A: (66, 66), E: ("no", "no"), N: (3, 3), Item.EGFR_ALK: ("positive", "positive")}
    found = score(point_table("lung-molgpa-2017-adeno"), cell)
    assert (found.value, found.band, found.median_months) == (None, None, None)
    assert (found.low, found.high, found.missing) == (3.0, 4.0, ("kps",))


def test_an_item_that_an_index_scores_unknown_is_not_missing_but_assumed() -> None:
    cell = {K: (90, 90), E: ("yes", "yes"), N: (4, 4)}
    found = score(point_table("renal-gpa-2018"), cell)
    assert (found.missing, found.assumed, found.value) == ((), ("haemoglobin",), 3.0)


def test_two_possible_values_that_score_alike_are_no_gap() -> None:
    cell = {A: (50, 50), K: (70, 80), E: ("no", "no"), N: (1, 1), Item.SUBTYPE: ("her2", "luminal_b")}
    found = score(point_table("breast-gpa-2020"), cell)  # type: ignore[arg-type]
    assert (found.value, found.assumed) == (3.5, ("kps", "subtype"))


def test_a_kps_between_tens_is_in_no_level() -> None:
    cell = {K: (75, 75), A: (50, 50), N: (1, 1), E: ("no", "no")}
    found = score(point_table("gi-gpa-2019"), cell)
    assert (found.missing, found.low, found.high) == (("kps",), 2.0, 4.0)


@pytest.mark.parametrize("name", ["lung-gpa-2022", "sclc-gpa-2022"])
def test_an_index_without_a_table_names_its_paper(name: str) -> None:
    with pytest.raises(IndexNotTranscribed, match=r"Sperduto PW .* 2022;114:60-74"):
        point_table(name)


def test_an_unknown_index_names_the_nearest() -> None:
    with pytest.raises(CohortError, match="breast-gpa-2020"):
        point_table("breast-gpa-2002")


def test_every_table_with_points_has_a_paper_a_status_and_a_band_for_each_value() -> None:
    for name in TABLES:
        table = point_table(name)
        assert table.paper
        assert table.status is Status.VERIFIED
        assert len(table.bands) == len(TABLES[name][2])


def test_no_group_has_two_indices_and_all_tables_are_named() -> None:
    assert set(gpa_of_group().values()) == {*TABLES, "sclc-gpa-2022"}
    assert set(TABLES) <= set(table_names())
