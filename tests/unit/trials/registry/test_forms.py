"""Forms of a record inside a document."""

from __future__ import annotations

import json

import msgspec
import pytest

from cimara.trials.importers.forms import RawRecord, records_in, xml_as_json
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.study import SourceForm


@pytest.mark.parametrize(
    "content", ["<a>é</a>".encode(), "<a>é</a>".encode("latin-1")], ids=["utf-8", "latin-1"]
)
def test_an_xml_record_survives_as_a_line_of_json(content: bytes) -> None:
    line = xml_as_json(content)
    assert b"\n" not in line
    assert msgspec.json.decode(line)["cimara"]["form"] == "xml"
    assert list(records_in(line)) == [RawRecord(SourceForm.XML, content)]


def test_a_starter_mark_does_not_make_a_record_xml() -> None:
    line = b'{"cimara": {"starter": true}, "protocolSection": {}}'
    assert list(records_in(line)) == [RawRecord(SourceForm.API_V2, line)]


def test_a_member_of_a_page_is_taken_as_it_stands() -> None:
    page = b'{"studies": [ {"protocolSection" : 1 } , {"nct_id": 2}, 7, [[8]] ]}'
    assert [(record.form, record.content) for record in records_in(page)] == [
        (SourceForm.API_V2, b'{"protocolSection" : 1 }'),
        (SourceForm.CTS, b'{"nct_id": 2}'),
        (SourceForm.API_V2, b"7"),
        (SourceForm.API_V2, b"[[8]]"),
    ]


def test_lists_nested_without_end_do_no_harm() -> None:
    with pytest.raises(RejectedRecordError, match="not JSON"):
        list(records_in(b"[" * 100_000 + b"]" * 100_000))


def test_a_page_whose_studies_are_no_list_is_one_record_to_reject() -> None:
    content = json.dumps({"studies": "none"}).encode()
    assert [record.content for record in records_in(content)] == [content]
