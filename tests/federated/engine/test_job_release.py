"""Results leave the coordinating centre by a named person, who stands in its ledger with the rules."""

from __future__ import annotations

import hashlib

import pytest

from cimara.federation.centre.job_release import release_job
from cimara.federation.centre.status import JobState, read_status
from cimara.federation.errors import Code, FederationError
from cimara.federation.site.ledger import Ledger
from tests.federated.engine.small_job import House, tables_of


def test_who_handed_out_what_stands_in_the_ledger(house):
    house.coordinator().run(["A2"])
    job = house.folder / "job"
    release_job(job, by="Demo Member 014", checked_by="Demo Member 015")
    (line,) = Ledger(house.folder / "releases.jsonl").entries()
    assert (line["by"], line["checked_by"], line["analyses"]) == (
        "Demo Member 014",
        "Demo Member 015",
        ["A2"],
    )
    assert "Counts up to 7 are not shown" in line["rules"]["A2"][0]
    page = (job / "result" / "A2" / "index.html").read_bytes()
    assert line["files"]["A2/index.html"] == hashlib.sha256(page).hexdigest()
    assert read_status(job).state is JobState.RELEASED


def test_a_job_that_failed_has_nothing_to_hand_out(folder):
    house = House(folder, tables=tables_of(n=5))
    house.coordinator().run(["A2"])
    with pytest.raises(FederationError) as caught:
        release_job(house.folder / "job", by="Demo Member 014")
    assert caught.value.code is Code.NOT_RELEASED
    assert not (house.folder / "releases.jsonl").exists()


@pytest.mark.parametrize(("by", "checked_by"), [("", ""), ("Demo Member 014", "Demo Member 014 ")])
def test_two_people_are_two(house, by, checked_by):
    house.coordinator().run(["A2"])
    with pytest.raises(FederationError) as caught:
        release_job(house.folder / "job", by=by, checked_by=checked_by)
    assert caught.value.code is Code.NOT_RELEASED


def test_a_released_job_that_is_resumed_stays_released(house):
    house.coordinator().run(["A2"])
    release_job(house.folder / "job", by="Demo Member 014")
    house.coordinator().resume()
    assert read_status(house.folder / "job").state is JobState.RELEASED
