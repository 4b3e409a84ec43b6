"""A digest answers every count as its snapshot does, without the texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cimara.cli.trials.registry import default_registry
from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.atlas import Digest, Selection, atlas, digest
from cimara.trials.atlas.selection import undated
from cimara.trials.snapshot import Snapshot
from cimara.trials.survey import survey
from tests.unit.trials.registry.records import built, record

POPULATIONS = (
    Selection(),
    Selection(tumours=frozenset({"lung"})),
    Selection(phases=frozenset({Phase.PHASE2}), statuses=frozenset({OverallStatus.RECRUITING})),
    Selection(countries=frozenset({"US"})),
    Selection(first_year=2020, last_year=2022),
)


@pytest.fixture(scope="module")
def snapshot() -> Iterator[Snapshot]:
    with Snapshot.open(default_registry()) as opened:
        yield opened


@pytest.fixture(scope="module")
def read(snapshot: Snapshot) -> Digest:
    return digest(snapshot)


@pytest.mark.parametrize("population", POPULATIONS, ids=Selection.describe)
def test_the_atlas_of_a_digest_is_that_of_its_snapshot(
    snapshot: Snapshot, read: Digest, population: Selection
) -> None:
    found = atlas(read, population)
    assert found == atlas(snapshot, population)
    assert found.n_studies > 0


@pytest.mark.parametrize("population", POPULATIONS, ids=Selection.describe)
def test_the_survey_of_a_digest_is_that_of_its_snapshot(
    snapshot: Snapshot, read: Digest, population: Selection
) -> None:
    for by in ((), ("year",), ("tumour", "phase"), ("sponsor_class", "status")):
        assert survey(read, population, by=by) == survey(snapshot, population, by=by)


def test_it_says_where_it_comes_from(snapshot: Snapshot, read: Digest) -> None:
    assert atlas(read).provenance.content_hash == snapshot.meta.content_hash


def test_it_holds_no_text_of_a_record(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as made:
        (study,) = digest(made).studies()
    assert study.criteria == ""
    assert study.official_title is None
    assert [one.measure for one in study.outcomes] == [""]
    assert study.eligibility is not None
    assert study.eligibility.evidence == ()
    assert [(site.iso2, site.facility) for site in study.sites] == [("GR", None)]


def test_two_openings_of_one_file_have_one_identity(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as made, Snapshot.open(made.path) as again:
        assert again.identity == made.identity


def test_another_file_in_its_place_has_another_identity(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as made:
        copy = tmp_path / "copy.sqlite3"
        copy.write_bytes(made.path.read_bytes())
        copy.replace(made.path)
        with Snapshot.open(made.path) as again:
            assert again.identity != made.identity


def test_studies_without_a_start_are_told_where_years_are_bounded(tmp_path: Path) -> None:
    dateless = record("NCT00000002")
    del dateless["protocolSection"]["statusModule"]["startDateStruct"]
    with built(tmp_path, [record(), dateless]) as made:
        assert undated(made, Selection(first_year=2000)) == 1
        assert undated(made, Selection(first_year=2000, tumours=frozenset({"lung"}))) == 0
        assert undated(made, Selection()) == 0
