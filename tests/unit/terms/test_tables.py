"""A table that came from elsewhere: what is read, what is refused, and what is said about it."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from cimara.terms.columns import Blank, date, decimal_number, identifier, text, whole_number, word
from cimara.terms.response import Answer
from cimara.terms.table_files import MAX_LINE, TableError
from cimara.terms.tables import Schema, read_table, rejected_lines

SCHEMA = Schema(
    "people",
    (
        identifier("who"),
        date("seen"),
        whole_number("kps", 0, 100),
        decimal_number("dose", lowest=0),
        word("well", Answer),
        text("note"),
    ),
)
HEADER = "who,seen,kps,dose,well,note\n"


def written(folder: Path, content: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_cells_become_values_of_their_column(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, HEADER + "P1,2024-03,90,4.50,YES,=1+1\n"), SCHEMA)
    (row,) = table.rows
    assert row.text("who") == "P1"
    assert str(row.values["seen"]) == "2024-03"
    assert row.get("kps", int) == 90
    assert row.get("dose", Decimal) == Decimal("4.50")
    assert row.get("well", Answer) is Answer.YES
    assert row.text("note") == "=1+1"


def test_the_four_words_for_no_value_are_told_apart(tmp_path: Path) -> None:
    content = HEADER + "P1,,Unknown,NOT DONE,,\nP2,not applicable,,,unknown,unknown\n"
    first, second = read_table(written(tmp_path, content), SCHEMA).rows
    assert first.blank("seen") is Blank.EMPTY
    assert first.blank("kps") is Blank.UNKNOWN
    assert first.blank("dose") is Blank.NOT_DONE
    assert second.blank("seen") is Blank.NOT_APPLICABLE
    assert second.get("well", Answer) is Answer.UNKNOWN
    assert second.text("note") == "unknown"


def test_all_problems_are_collected_with_file_row_and_column_and_no_value(tmp_path: Path) -> None:
    content = HEADER + "P1,soon,105,-3,maybe,\n,2024-01-01,90,1,yes,\nP3,2024-01-01,90,1,yes,\n"
    table = read_table(written(tmp_path, content), SCHEMA)
    assert [str(problem) for problem in table.problems] == [
        "people.csv row 1 column seen: expected a date like 2024-03-17, 2024-03 or 2024, found text"
        " (4 characters)",
        "people.csv row 1 column kps: expected a whole number from 0 to 100, found a number",
        "people.csv row 1 column dose: expected a number, 0 or more, found a negative number",
        "people.csv row 1 column well: expected yes | no | unknown, found text (5 characters)",
        "people.csv row 2 column who: expected an id without semicolons, found nothing",
    ]
    assert [row.text("who") for row in table.rows] == ["P3"]


def test_rows_read_are_rows_used_and_rows_rejected(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, HEADER + "P1,,,,,\nP2,,\nP3,,,,,\n"), SCHEMA)
    assert (table.n_read, len(table.rows), len(table.rejected)) == (3, 2, 1)
    table.reject(table.rows[0], "who", "UNKNOWN", "somebody")
    table.drop_rejected()
    assert (table.n_read, len(table.rows), len(table.rejected)) == (3, 1, 2)


def test_a_lost_row_is_noticed(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, HEADER + "P1,,,,,\n"), SCHEMA)
    table.rows.clear()
    with pytest.raises(AssertionError, match="a row was lost"):
        table.drop_rejected()


def test_rejected_rows_are_kept_as_they_stood(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, HEADER + "P1,soon,90,,,x\nP2,,\n"), SCHEMA)
    header, first, second = list(rejected_lines([table]))
    assert header[:5] == ("table", "file", "row", "column", "code")
    assert first[:5] == ("people", "people.csv", "1", "seen", "CELL_UNREADABLE")
    assert '"seen": "soon"' in first[-1]
    assert second[2:5] == ("2", "", "ROW_LENGTH")
    assert second[-1] == '["P2", "", ""]'


def test_extra_columns_are_kept_aside_and_listed(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "who,age\nP1,63\nP2,\n"), SCHEMA)
    assert table.extra_columns == ("age",)
    assert [row.aside for row in table.rows] == [{"age": "63"}, {}]


def test_compressed_and_byte_order_marked_files_are_read(tmp_path: Path) -> None:
    content = (HEADER + "P1,,,,,naïve\n").encode("utf-8-sig")
    plain = read_table(written(tmp_path, content), SCHEMA)
    packed = read_table(written(tmp_path, gzip.compress(content), "people.csv.gz"), SCHEMA)
    assert plain.rows == packed.rows
    assert plain.sha256 == packed.sha256


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty"),
        (b"who;seen;kps\nP1;;90\n", "parted by semicolons"),
        (b"who\tseen\tkps\nP1\t\t90\n", "parted by tabs"),
        (b"P1,2024-01-01,90\n", "no header"),
        (b"WHO,SEEN\nP1,2024-01-01\n", "Names differ in case"),
        (b"seen,kps\n2024-01-01,90\n", "required columns are missing: who"),
        (b"who,seen,seen\nP1,,\n", "1 column names stand twice"),
        (b"who\nP1\0\n", "the file is binary"),
        (b"who\n" + b"P1\n" * 9000 + b"P\0\n", "line 9002: the file is binary"),
        (b"who\nM\xfcller\n", "line 2: the text is not UTF-8"),
        (b'who\n"P1\nP2\nP3\n', "quotation marks that don't close"),
        (b'who\n"' + b"x" * 140_000 + b'"\n', "a field of more than 131,072 characters"),
        (b"who\n" + b"x," * MAX_LINE, "line 2: a line of more than 1,000,000 bytes"),
        (b"\x1f\x8b\x08\x00broken", "the compressed file is damaged"),
        (b"PAR1broken", "the Parquet file is damaged"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "the file is binary"),
    ],
)
def test_what_is_not_the_table_is_refused_with_a_reason(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(TableError) as caught:
        read_table(written(tmp_path, content), SCHEMA)
    assert told in str(caught.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"people\.csv: no such file"):
        read_table(tmp_path / "people.csv", SCHEMA)


def test_a_cell_of_a_whole_book_rejects_its_row_alone(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, f"who,note\nP1,{'x' * 20_000}\nP2,y\n"), SCHEMA)
    assert [problem.code for problem in table.problems] == ["CELL_TOO_LONG"]
    assert [row.text("who") for row in table.rows] == ["P2"]


def test_a_number_of_thousands_of_digits_is_only_a_problem(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, f"who,kps,dose\nP1,{'9' * 9000},{'9' * 9000}\n"), SCHEMA)
    assert [problem.column for problem in table.problems] == ["kps", "dose"]


TYPED = {
    "who": ["P1", "P2"],
    "seen": [dt.date(2024, 3, 17), None],
    "kps": [90, None],
    "dose": [4.5, None],
    "well": [True, None],
}


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame], ids=["polars", "pandas"])
def test_typed_frames_are_read_as_their_text(make: type) -> None:
    first, second = read_table(make(TYPED), SCHEMA).rows
    assert str(first.values["seen"]) == "2024-03-17"
    assert first.get("kps", int) == 90
    assert first.get("dose", Decimal) == Decimal("4.5")
    assert first.get("well", Answer) is Answer.YES
    assert second.values == {"who": "P2"}


def test_parquet_is_read_as_its_frame(tmp_path: Path) -> None:
    pl.DataFrame(TYPED).write_parquet(tmp_path / "people.parquet")
    assert (
        read_table(tmp_path / "people.parquet", SCHEMA).rows == read_table(pl.DataFrame(TYPED), SCHEMA).rows
    )


def test_a_32_bit_number_reads_as_it_was_typed() -> None:
    frame = pl.DataFrame({"who": ["P1"], "dose": pl.Series([9.8], dtype=pl.Float32)})
    assert read_table(frame, SCHEMA).rows[0].values["dose"] == Decimal("9.8")


def test_infinity_in_a_frame_is_no_number() -> None:
    table = read_table(pl.DataFrame({"who": ["P1"], "dose": [float("inf")]}), SCHEMA)
    assert [problem.column for problem in table.problems] == ["dose"]


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(TableError, match="neither a file nor a frame"):
        read_table({"who": ["P1"]}, SCHEMA)
