"""Files as people have them: one study a line, pages, arrays, folders, zips, gzipped, damaged."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cimara.trials.importers.source import Document, SourceError, documents, fingerprint
from cimara.trials.ingest.staging import RejectedRecord, StagedRecord, stage_documents
from tests.unit.trials.registry.records import built, raw, record
from tests.unit.trials.registry.test_cts import TRIAL
from tests.unit.trials.registry.test_xml import FILE

TWO = [record("NCT00000001"), record("NCT00000002")]
LINES = b"".join(raw(one) + b"\n" for one in TWO)
PAGE = {"studies": TWO, "nextPageToken": "x"}
PRETTY = json.dumps(PAGE, indent=2).encode()


def read(path: Path) -> tuple[list[StagedRecord], list[RejectedRecord]]:
    return stage_documents(list(documents(path)))


def numbers(path: Path) -> list[str]:
    staged, rejected = read(path)
    assert rejected == []
    return [one.nct_id for one in staged]


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


FORMS: dict[str, bytes] = {
    "lines": LINES,
    "lines without a last line end": LINES.rstrip(b"\n"),
    "lines ended as Windows does": LINES.replace(b"\n", b"\r\n"),
    "lines with blank ones between": LINES.replace(b"\n", b"\n\n  \n"),
    "lines after a byte order mark": b"\xef\xbb\xbf" + LINES,
    "a page": raw(PAGE),
    "a page written for people": PRETTY,
    "pages, one a line": raw({"studies": TWO[:1]}) + b"\n" + raw({"studies": TWO[1:]}),
    "an array": raw(TWO),
    "an array written for people": json.dumps(TWO, indent=1).encode(),
    "an array with one study a line": b"[\n" + raw(TWO[0]) + b",\n" + raw(TWO[1]) + b"\n]\n",
    "gzipped lines": gzip.compress(LINES),
    "a gzipped page": gzip.compress(PRETTY),
    "a zip": zipped(a__json=raw(TWO[0]), b__json=raw(TWO[1])),
    "a zip of gzipped files": zipped(a__json__gz=gzip.compress(raw(TWO[0])), b__json=raw(TWO[1])),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_told_by_its_content_whatever_its_name(form: str, tmp_path: Path) -> None:
    path = tmp_path / "download.dat"
    path.write_bytes(FORMS[form])
    assert numbers(path) == ["NCT00000001", "NCT00000002"]


def test_one_study_a_file_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "b.json").write_bytes(json.dumps(TWO[1], indent=2).encode())
    (tmp_path / "inner" / "c.xml.gz").write_bytes(gzip.compress(FILE.encode()))
    (tmp_path / ".hidden").write_bytes(b"not a record")
    assert numbers(tmp_path) == ["NCT00000002", "NCT00000009"]


@pytest.mark.parametrize(
    "content",
    [raw({"data": [TRIAL], "total": 1}), raw({"trials": [TRIAL]}), raw(TRIAL), raw([TRIAL])],
    ids=["version 2", "version 1", "one trial", "array"],
)
def test_answers_of_the_nci_api(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "answer"
    path.write_bytes(content)
    assert numbers(path) == ["NCT00000011"]


def test_a_zip_of_xml_files(tmp_path: Path) -> None:
    path = tmp_path / "AllPublicXML.zip"
    path.write_bytes(zipped(a__xml=FILE.encode(), b__xml=FILE.replace("NCT00000009", "NCT00000010").encode()))
    assert numbers(path) == ["NCT00000009", "NCT00000010"]


def test_a_snapshot_is_a_source_too(tmp_path: Path) -> None:
    built(tmp_path, TWO).close()
    assert sorted(numbers(tmp_path / "registry.sqlite3")) == ["NCT00000001", "NCT00000002"]


def test_a_line_that_is_not_json_is_named_by_its_place_and_kind(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl.gz"
    path.write_bytes(
        gzip.compress(raw(TWO[0]) + b"\nSorry, the registry is down at the moment\n" + raw(TWO[1]))
    )
    staged, rejected = read(path)
    assert [one.nct_id for one in staged] == ["NCT00000001", "NCT00000002"]
    assert [one.complaint() for one in rejected] == [
        "IMPORT records.jsonl.gz line 2: not JSON (text, 41 characters)"
    ]


@pytest.mark.parametrize("broken", [b"garbage", b'{"protocolSection": {"cut', b"\xff\xfe\x00", b"[1, 2"])
def test_a_broken_first_line_costs_only_itself(broken: bytes, tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(broken + b"\n" + LINES)
    staged, rejected = read(path)
    assert len(staged) == 2
    assert [one.line for one in rejected] == [1]


def test_several_broken_first_lines_cost_only_themselves(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"garbage\nmore garbage\n" + LINES)
    staged, rejected = read(path)
    assert len(staged) == 2
    assert [one.line for one in rejected] == [1, 2]


def test_bytes_that_are_no_text_are_counted_as_bytes(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(LINES + b"\xff\xfe\xfd\n")
    _, rejected = read(path)
    assert rejected[0].message == "not JSON (no text, 3 bytes)"


def test_text_without_any_record_is_one_reject(tmp_path: Path) -> None:
    path = tmp_path / "README"
    path.write_bytes(b"These are\nthe files\nof the registry\n")
    staged, rejected = read(path)
    assert (staged, len(rejected)) == ([], 1)


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b" \n")
    assert read(path) == ([], [])


def test_a_truncated_gzip_keeps_what_was_read_and_says_so(tmp_path: Path) -> None:
    many = b"".join(raw(record(f"NCT{number:08d}")) + b"\n" for number in range(400))
    path = tmp_path / "records.jsonl.gz"
    whole = gzip.compress(many)
    path.write_bytes(whole[: len(whole) // 2])
    staged, rejected = read(path)
    assert 0 < len(staged) < 400
    assert [one.code for one in rejected] == ["TRUNCATED"]
    assert rejected[0].line == len(staged) + 1


def test_a_zip_with_a_damaged_member_keeps_the_others(tmp_path: Path) -> None:
    content = bytearray(zipped(a__json=raw(TWO[0]), b__json=raw(TWO[1])))
    content[60:90] = bytes(30)
    path = tmp_path / "records.zip"
    path.write_bytes(bytes(content))
    staged, rejected = read(path)
    assert [one.nct_id for one in staged] == ["NCT00000002"]
    assert [(one.code, one.source) for one in rejected] == [("TRUNCATED", "records.zip/a.json")]


def test_half_a_zip_is_a_reject(tmp_path: Path) -> None:
    path = tmp_path / "records.zip"
    path.write_bytes(zipped(a__json=raw(TWO[0]))[:100])
    _, rejected = read(path)
    assert [one.code for one in rejected] == ["TRUNCATED"]


def test_a_value_that_is_no_study_is_rejected_for_its_missing_number(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b'{"hello": "world"}\n' + raw(TWO[0]))
    staged, rejected = read(path)
    assert len(staged) == 1
    assert [one.code for one in rejected] == ["NO_NCT_ID"]


def test_a_record_comes_out_byte_for_byte(tmp_path: Path) -> None:
    odd = b'{"protocolSection" :  %s , "x":[1.50, 1e3]}' % raw(TWO[0]["protocolSection"])
    path = tmp_path / "records.json"
    path.write_bytes(b'{"studies": [' + odd + b"]}")
    with built(tmp_path, [TWO[1]]) as snapshot:
        assert snapshot.study("NCT00000002").raw == raw(TWO[1])
    found = list(documents(path))
    assert found == [Document("records.json", 1, b'{"studies": [' + odd + b"]}")]


@pytest.mark.parametrize("name", ["absent", "nothing/here"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        list(documents(tmp_path / name))


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no files"):
        list(documents(tmp_path))


def test_the_fingerprint_of_a_folder_depends_on_names_and_contents(tmp_path: Path) -> None:
    def of(files: dict[str, bytes]) -> Any:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return fingerprint(folder)

    first = of({"a": b"1", "b": b"2"})
    assert first == of({"b": b"2", "a": b"1"})
    assert first != of({"a": b"2", "b": b"1"})
    assert first[0] == 2
