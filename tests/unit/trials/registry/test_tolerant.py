"""Tolerant decoding: a wrong type costs its field, not the record."""

from __future__ import annotations

import json

import pytest

from cimara.trials.importers.issue_log import IssueLog
from cimara.trials.importers.tolerant import MAX_REPAIRS, TolerantDecoder, UnreadableRecordError
from cimara.trials.issue import IssueCode
from cimara.trials.record import Record

DECODER = TolerantDecoder(Record)


def decode(text: str) -> tuple[Record, list[tuple[IssueCode, str, str]]]:
    log = IssueLog()
    found = DECODER.decode(text.encode(), log)
    return found, [(issue.code, issue.path, issue.message) for issue in log.issues()]


def test_a_wrong_typed_field_becomes_missing_and_is_named_with_both_kinds() -> None:
    found, issues = decode(
        '{"protocolSection": {"designModule": {"enrollmentInfo": {"count": "forty"}, "phases": ["NA"]}}}'
    )
    assert found.protocol_section is not None
    assert found.protocol_section.design_module is not None
    assert found.protocol_section.design_module.phases == ["NA"]
    assert issues == [
        (
            IssueCode.WRONG_TYPE,
            "protocolSection.designModule.enrollmentInfo.count",
            "expected int, got str; read as missing",
        )
    ]


def test_the_value_of_a_wrong_typed_field_is_never_named() -> None:
    _, issues = decode('{"protocolSection": {"identificationModule": {"briefTitle": ["secret words"]}}}')
    assert "secret" not in " ".join(" ".join(issue) for issue in issues)


def test_a_wrong_element_leaves_the_rest_of_its_list() -> None:
    found, issues = decode('{"protocolSection": {"conditionsModule": {"conditions": ["a", 3, "b"]}}}')
    assert found.protocol_section is not None
    assert found.protocol_section.conditions_module is not None
    assert found.protocol_section.conditions_module.conditions == ["a", None, "b"]
    assert [path for _, path, _ in issues] == ["protocolSection.conditionsModule.conditions[1]"]


def test_every_wrong_field_is_listed() -> None:
    _, issues = decode(
        '{"protocolSection": {"identificationModule": {"briefTitle": 1, "acronym": {}}, "statusModule": 7}}'
    )
    assert {path.rpartition(".")[2] for _, path, _ in issues} == {"briefTitle", "acronym", "statusModule"}


def test_a_null_is_missing_and_listed_even_in_a_field_that_nobody_reads() -> None:
    _, issues = decode('{"protocolSection": {"other": [{"deep": null}, null]}, "hasResults": null}')
    assert [(code, path) for code, path, _ in issues] == [
        (IssueCode.NULL_VALUE, "protocolSection.other[0].deep"),
        (IssueCode.NULL_VALUE, "protocolSection.other[1]"),
        (IssueCode.NULL_VALUE, "hasResults"),
    ]


def test_the_word_null_in_a_text_is_no_null() -> None:
    assert (
        decode('{"protocolSection": {"identificationModule": {"briefTitle": "the null hypothesis"}}}')[1]
        == []
    )


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '"text"', "{'a': 1}", '{"a": 1} trailing', "[" * 100_000],
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(UnreadableRecordError):
        decode(text)


def test_a_record_with_nothing_right_is_refused_instead_of_mended_for_hours() -> None:
    wrong = {"protocolSection": {"conditionsModule": {"conditions": [1] * (MAX_REPAIRS + 1)}}}
    with pytest.raises(UnreadableRecordError, match="wrong type"):
        decode(json.dumps(wrong))
