"""The 1,536 real records: none rejected, every trap listed, the export equal to what came in."""

from __future__ import annotations

import gzip
import io
import json
import random
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from cimara.trials.build import BuildReport
from cimara.trials.export import ExportFormat, export
from cimara.trials.snapshot import Snapshot
from tests.shared_data import shared_data
from tests.unit.trials.registry.records import build

pytestmark = pytest.mark.shared_data
NAME = "trials/studies_v2.jsonl.gz"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> BuildReport:
    return build([shared_data(NAME)], tmp_path_factory.mktemp("shared") / "shared.sqlite3")


@pytest.fixture(scope="module")
def connection(report: BuildReport) -> sqlite3.Connection:
    return Snapshot.open(report.path).connection


def count(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def test_every_record_is_stored(report: BuildReport) -> None:
    assert (report.read, report.stored, report.duplicates, report.rejected) == (1536, 1536, 0, 0)


@pytest.mark.parametrize(
    ("code", "path", "issues"),
    [
        ("UNKNOWN_WORD", "%.phases", 68),
        ("EMPTY_PHASES", "%.phases", 90),
        ("TWO_PHASES", "%.phases", 245),
        ("NULL_VALUE", "%.interventions[%].type", 1995),
        ("NULL_VALUE", "%.maximumAge", 499),
        ("NULL_VALUE", "%.minimumAge", 21),
        ("NULL_VALUE", "%.healthyVolunteers", 4),
        ("NULL_VALUE", "%.completionDateStruct.date", 6),
        ("PARTIAL_DATE", "%.startDateStruct.date", 62),
        ("SITE_STATUS_DIFFERS", "%.locations", 47),
        ("AGE_UNIT", "%Age", 12),
    ],
)
def test_each_trap_is_listed_as_often_as_it_stands(
    connection: sqlite3.Connection, code: str, path: str, issues: int
) -> None:
    found = connection.execute("SELECT count(*) FROM issue WHERE code = ? AND path LIKE ?", (code, path))
    assert found.fetchone() == (issues,)


def test_withdrawn_sites_of_recruiting_studies_are_named(connection: sqlite3.Connection) -> None:
    query = "SELECT count(*) FROM issue WHERE code = 'SITE_STATUS_DIFFERS' AND message LIKE '%WITHDRAWN%'"
    assert count(connection, query) == 17


MISPLACED = 105
"""Points that the registry puts into a far namesake of the city (`places.is_misplaced`)."""


def test_sites_are_all_there_and_know_their_country(connection: sqlite3.Connection) -> None:
    assert count(connection, "SELECT count(*) FROM location") == 16285
    assert count(connection, "SELECT count(*) FROM location WHERE iso2 IS NULL") == 0
    assert count(connection, "SELECT count(*) FROM location WHERE geo_basis = 'registry'") == 7476 - MISPLACED
    assert count(connection, "SELECT count(*) FROM location WHERE geo_basis = 'city'") > 5000


def test_no_site_of_a_study_that_is_not_recruiting_is_open(connection: sqlite3.Connection) -> None:
    query = """
    SELECT count(*) FROM location JOIN study ON study.id = study_id
    WHERE location.open AND overall_status <> 'RECRUITING'
    """
    assert count(connection, query) == 0


def test_outcomes_are_all_there(connection: sqlite3.Connection) -> None:
    assert count(connection, "SELECT count(*) FROM outcome") == 4336
    assert count(connection, "SELECT count(*) FROM study WHERE has_outcomes") == 471


def test_the_export_equals_the_input(report: BuildReport) -> None:
    out = io.StringIO()
    with Snapshot.open(report.path) as snapshot:
        assert export(snapshot, ExportFormat.JSONL, out) == 1536
    came_in = Counter(gzip.decompress(shared_data(NAME).read_bytes()).decode().splitlines())
    assert Counter(out.getvalue().splitlines()) == came_in


def test_shuffled_and_written_anew_the_content_hash_is_equal(report: BuildReport, tmp_path: Path) -> None:
    lines = gzip.decompress(shared_data(NAME).read_bytes()).splitlines()
    random.Random(1).shuffle(lines)
    studies = [json.loads(line) for line in lines]
    (tmp_path / "page.json").write_text(json.dumps({"studies": studies}, indent=1))
    again = build([tmp_path / "page.json"], tmp_path / "again.sqlite3")
    assert again.content_hash == report.content_hash
    assert again.issues == report.issues
