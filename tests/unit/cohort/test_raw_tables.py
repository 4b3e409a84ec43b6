"""Files from elsewhere: every row is read or told, and a file that is no table says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.raw_tables import RawTable, read_csv

TWO_ROWS = b"patient_id,sex,age\nUT01-P0001,female,62\nUT01-P0002,male,58\n"


def cells(table: RawTable) -> list[tuple[str | None, ...]]:
    return table.frame.rows()


def refusal(raw: bytes, *, delimiter: str = ",") -> str:
    with pytest.raises(CohortError) as refused:
        read_csv(raw, "chart.csv", delimiter=delimiter)
    return str(refused.value)


def test_rows_are_numbered_from_one_below_the_header() -> None:
    table = read_csv(TWO_ROWS, "chart.csv")
    assert table.frame.columns == ["patient_id", "sex", "age"]
    assert cells(table) == [("UT01-P0001", "female", "62"), ("UT01-P0002", "male", "58")]
    assert table.rows.to_list() == [1, 2]
    assert table.findings.is_empty()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="no such file"):
        read_csv(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("raw", [b"", b"\n", b"  \r\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(raw: bytes) -> None:
    assert "the file is empty" in refusal(raw)


@pytest.mark.parametrize("raw", [b"patient_id,sex\n", b"patient_id,sex", b"patient_id,sex\r\n\r\n"])
def test_a_file_with_only_a_header_has_no_rows(raw: bytes) -> None:
    table = read_csv(raw, "chart.csv")
    assert table.frame.columns == ["patient_id", "sex"]
    assert table.frame.height == 0
    assert table.findings.is_empty()


@pytest.mark.parametrize(
    ("raw", "called"), [(b"a;b\n1;2\n", "semicolons"), (b"a\tb\n1\t2\n", "tabs"), (b"a|b\n1|2\n", "bars")]
)
def test_another_delimiter_is_named(raw: bytes, called: str) -> None:
    assert f"the columns are parted by {called}" in refusal(raw)


def test_a_delimiter_that_is_told_is_used() -> None:
    assert cells(read_csv(b"a;b\n1;2\n", "chart.csv", delimiter=";")) == [("1", "2")]


def test_one_column_is_a_table_too() -> None:
    assert cells(read_csv(b"patient_id\nUT01-P0001\n", "chart.csv")) == [("UT01-P0001",)]


@pytest.mark.parametrize("raw", [b"sex,age,sex\n1,2,3\n", b"sex,age, sex \n1,2,3\n"])
def test_a_column_name_that_stands_twice_is_refused(raw: bytes) -> None:
    assert "stands twice in the header: sex" in refusal(raw)


def test_a_column_without_a_name_is_called_by_its_place() -> None:
    assert read_csv(b"sex,\nmale,3\n", "chart.csv").frame.columns == ["sex", "column_2"]


def test_a_binary_file_is_refused() -> None:
    assert "the file is binary" in refusal(b"PK\x03\x04\x00\x00,")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_common_encoding_is_read_without_a_word(encoding: str) -> None:
    table = read_csv("site,town\n1,Orléans\n".encode(encoding), "chart.csv")
    assert table.frame.columns == ["site", "town"]
    assert cells(table) == [("1", "Orléans")]
    assert table.findings.is_empty()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_windows_1252_is_read_and_told(mark: bytes) -> None:
    table = read_csv(mark + "site,town\n1,Orléans – Nord\n".encode("cp1252"), "chart.csv")
    assert table.frame.columns == ["site", "town"]
    assert cells(table) == [("1", "Orléans – Nord")]
    assert table.findings["rule"].to_list() == ["ENCODING"]
    assert table.findings["severity"].to_list() == ["warning"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_both_ends_of_lines_are_read(end: bytes) -> None:
    assert cells(read_csv(end.join([b"a,b", b"1,2", b"3,4"]) + end, "chart.csv")) == [("1", "2"), ("3", "4")]


def test_cells_are_stripped_and_blank_ones_are_null() -> None:
    table = read_csv("a,b,c\n 1 ,,\t\n\u00a02,  ,x y\n".encode(), "chart.csv")
    assert cells(table) == [("1", None, None), ("2", None, "x y")]


@pytest.mark.parametrize("cell", [" x", "x ", "x\t", "\tx", "x\v", "  x  ", "x\u00a0", "x\u2003"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_blank_is_stripped_wherever_the_cell_stands(cell: str, place: int) -> None:
    cells_of_row = ["a b"] * 3
    cells_of_row[place] = cell
    wanted = [one if one == "a b" else "x" for one in cells_of_row]
    for ending in ("\n", "\r\n"):
        raw = ending.join(["p,q,r", ",".join(cells_of_row), "1,2,3"]).encode()
        assert cells(read_csv(raw, "chart.csv"))[0] == tuple(wanted)


@pytest.mark.parametrize("row", [b'"",2', b",2", b" ,2", b'" ",2'])
def test_a_blank_first_cell_is_null_however_it_is_written(row: bytes) -> None:
    assert cells(read_csv(b"a,b\n" + row + b"\n", "chart.csv")) == [(None, "2")]


def test_quoted_cells_keep_commas_quotes_and_line_breaks() -> None:
    raw = b'a,b\n"x, ""y""","two\nlines"\n3,4\n'
    table = read_csv(raw, "chart.csv")
    assert cells(table) == [('x, "y"', "two\nlines"), ("3", "4")]
    assert table.rows.to_list() == [1, 2]


@pytest.mark.parametrize("row", [b"1,2", b"1,2,3,4"])
def test_a_row_of_another_length_is_told_and_the_rest_is_read(row: bytes) -> None:
    table = read_csv(b"a,b,c\n1,2,3\n" + row + b"\n7,8,9\n", "chart.csv")
    assert cells(table) == [("1", "2", "3"), ("7", "8", "9")]
    assert table.rows.to_list() == [1, 3]
    assert table.findings.select("rule", "row").rows() == [("ROW_LENGTH", 2)]
    assert "quotation marks" in table.findings["hint"][0]


def test_rows_of_other_lengths_that_make_up_for_each_other_are_told() -> None:
    table = read_csv(b"a,b,c\n1,2\n1,2,3,4\n", "chart.csv")
    assert table.findings.select("rule", "row").rows() == [("ROW_LENGTH", 1), ("ROW_LENGTH", 2)]
    assert table.frame.height == 0


def test_a_file_that_ends_within_a_row_is_cut_off() -> None:
    table = read_csv(b"a,b,c\n1,2,3\n4,5", "chart.csv")
    assert cells(table) == [("1", "2", "3")]
    assert table.findings.select("rule", "row").rows() == [("TRUNCATED", 2)]
    assert "Export or copy it again" in table.findings["hint"][0]


def test_a_last_row_without_an_end_of_line_is_whole() -> None:
    table = read_csv(b"a,b\n1,2\n3,4", "chart.csv")
    assert cells(table) == [("1", "2"), ("3", "4")]
    assert table.findings.is_empty()


def test_empty_lines_are_no_rows() -> None:
    table = read_csv(b"a,b\n1,2\n\n3,4\n\n", "chart.csv")
    assert cells(table) == [("1", "2"), ("3", "4")]
    assert table.findings.is_empty()


def test_a_message_shows_nothing_of_the_rows() -> None:
    table = read_csv(b"name,age\nJane Smith,62,1959-03-04\n", "chart.csv")
    told = " ".join(table.findings["message"]) + " ".join(table.findings["hint"])
    assert "Jane" not in told
    assert "1959" not in told


def test_a_file_larger_than_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chart.csv"
    path.write_bytes(TWO_ROWS)
    monkeypatch.setattr("os.sysconf", lambda name: 1)
    with pytest.raises(CohortError, match="of memory are free"):
        read_csv(path)


def test_a_quotation_mark_that_is_not_closed_is_told() -> None:
    assert "not closed" in refusal(b'a,b\n1,"2\n' + b"3,4\n" * 40_000)
