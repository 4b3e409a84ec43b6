"""The content hash says what a table says, not how it was written."""

from __future__ import annotations

import hashlib
import io

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cimara.cohort.model import Kind, data_model
from cimara.cohort.store.content import Column, Layout, content_hash, joint_hash, layout_hash, row_texts
from cimara.cohort.store.normal import normal_frame
from tests.unit.cohort.store.small import frame, patients

LAB = data_model().entity("LabResult")
LINE = data_model().entity("SystemicTherapyLine")
PATIENT = data_model().entity("Patient")


def text_of(entity: str, **columns: object) -> str:
    made = data_model().entity(entity)
    plain = normal_frame(made, frame(entity, **columns))
    layout = Layout(entity, made.key, tuple(Column(one.name, one.kind, one.places) for one in made.fields))
    return row_texts(layout, plain).item()


def test_a_table_hashes_to_its_canonical_text_written_by_hand() -> None:
    made = frame(
        "LabResult",
        patient_id=["UT01-P0002", "UT01-P0001"],
        analyte=["haemoglobin", "ldh"],
        value=[None, 12.5],
        value__why=["ND", None],
        unit=["g_dl", "u_l"],
        day=[-3, 40],
    )
    text = (
        "UT01-P0001\x1fldh\x1f12.50\x1fu_l\x1f40\x1f\\N\x1f\\N\x1f\\N"
        "\x1e"
        "UT01-P0002\x1fhaemoglobin\x1f\\N\\RND\x1fg_dl\x1f-3\x1f\\N\x1f\\N\x1f\\N"
    )
    assert content_hash(LAB, made) == hashlib.sha256(text.encode()).hexdigest()


def test_a_table_without_rows_hashes_to_the_empty_text() -> None:
    assert content_hash(LAB, frame("LabResult")) == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.00"), (-0.0, "0.00"), (-0.5, "-0.50"), (0.05, "0.05"), (0.29, "0.29"), (1234.5, "1234.50")],
)
def test_decimals_have_the_places_of_their_field(value: float, text: str) -> None:
    assert text_of("LabResult", patient_id=["UT01-P0001"], value=[value]).split("\x1f")[2] == text


def test_the_order_of_rows_and_columns_does_not_matter() -> None:
    made = patients(40).frame("LabResult")
    shuffled = made.sample(fraction=1.0, shuffle=True, seed=3).select(reversed(made.columns))
    assert content_hash(LAB, shuffled) == content_hash(LAB, made)


def test_rows_of_one_key_hash_alike_in_any_order() -> None:
    made = frame(
        "LabResult", patient_id=["UT01-P0001"] * 2, analyte=["ldh"] * 2, day=[1, 1], value=[1.0, 2.0]
    )
    assert content_hash(LAB, made) == content_hash(LAB, made.reverse())


def test_the_order_of_several_codes_does_not_matter() -> None:
    one = frame("SystemicTherapyLine", line_id=["UT01-P0001-T01"], agents=[["osimertinib", "pemetrexed"]])
    other = frame("SystemicTherapyLine", line_id=["UT01-P0001-T01"], agents=[["pemetrexed", "osimertinib"]])
    assert content_hash(LINE, one) == content_hash(LINE, other)


def test_another_library_and_smaller_types_give_the_same_hash() -> None:
    made = patients(25)
    for entity in (LAB, PATIENT, LINE):
        table = made.frame(entity.name).to_arrow()
        narrow = table.cast(
            pa.schema(
                [
                    pa.field(one.name, pa.int32() if one.type == pa.int64() else one.type)
                    for one in table.schema
                ]
            )
        )
        out = io.BytesIO()
        pq.write_table(narrow, out, compression="snappy", row_group_size=7)
        out.seek(0)
        assert content_hash(entity, pl.read_parquet(out)) == content_hash(entity, made.frame(entity.name))


def test_columns_that_are_empty_may_be_absent() -> None:
    made = patients(3).frame("Patient")
    fewer = made.select([name for name in made.columns if made[name].count()])
    assert fewer.width < made.width
    assert content_hash(PATIENT, fewer) == content_hash(PATIENT, made)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"curator": [None]}, {"curator": ["\\N"]}),
        ({"curator": ["\\N\\RND"]}, {"curator": [None], "curator__why": ["ND"]}),
        ({"curator": [None]}, {"curator": [""]}),
        ({"curator": [None]}, {"curator": [None], "curator__why": ["UNK"]}),
        ({"curator": ["x"]}, {"curator": ["x"], "curator__why": ["UNK"]}),
        ({"source": ["a\x1fb"]}, {"source": ["a"], "curator": ["b"]}),
        ({"curator": ["a\x1eb"]}, {"curator": ["a\\eb"]}),
        ({"source": ["chart"], "curator": [None]}, {"source": [None], "curator": ["chart"]}),
    ],
)
def test_what_differs_hashes_differently(one: dict[str, object], other: dict[str, object]) -> None:
    hashes = {
        content_hash(PATIENT, frame("Patient", patient_id=["UT01-P0001"], **columns))
        for columns in (one, other)
    }
    assert len(hashes) == 2


def test_one_code_with_a_semicolon_is_not_two_codes() -> None:
    line = {"line_id": ["UT01-P0001-T01"]}
    one = frame("SystemicTherapyLine", **line, agents=[["a;b"]])
    two = frame("SystemicTherapyLine", **line, agents=[["a", "b"]])
    assert content_hash(LINE, one) != content_hash(LINE, two)


def test_keys_sort_numbers_by_size() -> None:
    layout = Layout("X", ("no",), (Column("no", Kind.INTEGER, 0),))
    text = "2\x1e10"
    assert layout_hash(layout, pl.DataFrame({"no": [10, 2]})) == hashlib.sha256(text.encode()).hexdigest()


def test_a_hash_does_not_depend_on_how_many_rows_stand_in_memory_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = patients(50).frame("LabResult")
    expected = content_hash(LAB, made)
    monkeypatch.setattr("cimara.cohort.store.content.SLICE", 7)
    assert content_hash(LAB, made) == expected


def test_the_hash_of_a_submission_names_its_tables() -> None:
    assert joint_hash({"A": "1", "B": "2"}) == joint_hash({"B": "2", "A": "1"})
    assert joint_hash({"A": "1", "B": "2"}) != joint_hash({"A": "2", "B": "1"})
