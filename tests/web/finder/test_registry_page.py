"""The registry page accounts for the copy: date, sources, counts, what could not be read, licence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cimara.trials.build import build_snapshot
from cimara.trials.ingest.report import DataDateBasis
from cimara.trials.issue import IssueCode
from cimara_web.finder.registry_words import DATE_WORDS, FAULT_WORDS
from cimara_web.finder.views.trials import REJECTED_SHOWN
from tests.web.conftest import Build
from tests.web.finder.registry_of import ALLOWS, SILENT, study
from tests.web.finder.test_path import text


def page(prefix: str = "") -> HttpResponse:
    return Client().get(f"{prefix}/registry/", secure=True)


@pytest.fixture
def with_broken_lines(tmp_path: Path, settings: Any) -> None:
    source, target = tmp_path / "records.jsonl", tmp_path / "registry.sqlite3"
    broken = "no json\n{}\n" * REJECTED_SHOWN
    source.write_text(f"{json.dumps(study(1, ALLOWS))}\n{broken}")
    build_snapshot([source], target, built_at="2026-01-02")
    settings.SNAPSHOT = target


def test_date_its_ground_and_the_day_of_the_copy_are_told(build: Build) -> None:
    build(study(1, ALLOWS))
    said = text(page())
    assert "Date of the records 1 January 2026 (the latest update of any record)" in said
    assert "Copy made on 2 January 2026" in said


def test_what_was_read_and_what_is_in_the_list_add_up(with_broken_lines: None) -> None:
    said = text(page())
    assert f"Records read {1 + 2 * REJECTED_SHOWN}" in said
    assert "Number of studies 1" in said
    assert f"Records that could not be read {2 * REJECTED_SHOWN}" in said


def test_records_that_could_not_be_read_are_listed_with_reason_and_line(with_broken_lines: None) -> None:
    said = text(page())
    assert "no number The record is not JSON. records.jsonl 2" in said
    assert "no number The record has no registry number. records.jsonl 3" in said
    assert f"And {REJECTED_SHOWN} more." in said


def test_without_such_records_that_is_said(build: Build) -> None:
    build(study(1, ALLOWS))
    assert "None. Every record was read." in text(page())


def test_faults_are_told_in_words_with_how_many_studies(build: Build) -> None:
    build(study(1, ALLOWS, phases=[]), study(2, SILENT))
    assert "The list of phases is empty. The study counts as one without a phase. 1 1 EMPTY_PHASES" in text(
        page()
    )


def test_every_kind_of_fault_and_of_date_has_words() -> None:
    assert FAULT_WORDS.keys() == set(IssueCode)
    assert DATE_WORDS.keys() == set(DataDateBasis)
