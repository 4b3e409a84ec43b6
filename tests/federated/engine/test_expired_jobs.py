"""Jobs that nobody ended, and two coordinators of one job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cimara.federation.centre.job_folder import held_alone
from cimara.federation.centre.status import JobState
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import End, Joined, Members, Ready
from tests.federated.engine.small_job import House, refused

JOB = "20260302-090000-0a1b2c3d"


def keys(house: House, site: str = "UT02") -> list[str]:
    """Jobs whose mask keys lie at the site."""
    return sorted(path.parent.name for path in (house.folder / "sites" / site / "jobs").glob("*/mask.key"))


def later(house: House, job: str = "20260305-090000-0a1b2c3d") -> None:
    """Three days later another job is ordered."""
    house.clock.goes(days=3)
    issued, expires = house.clock(), house.clock().replace(year=2027)
    order = replace(house.order(), job=job, issued=issued.isoformat(), expires=expires.isoformat())
    assert isinstance(house.says(order), Joined)


def test_the_mask_key_of_a_job_that_expired_goes_with_the_next_message(house: House) -> None:
    house.joined()
    assert keys(house) == [JOB]
    later(house)
    assert keys(house) == ["20260305-090000-0a1b2c3d"]
    assert [one["outcome"] for one in house.ledger() if one["decision"] == "ended"] == ["expired"]


def test_a_site_that_was_started_again_knows_which_jobs_have_expired(house: House) -> None:
    house.joined()
    house.restarted("UT02")
    later(house)
    assert keys(house) == ["20260305-090000-0a1b2c3d"]


def test_a_message_that_cannot_be_read_lets_it_go_too(house: House) -> None:
    house.joined()
    house.clock.goes(days=3)
    house.transport.nodes["UT02"].answer(b"no message")
    assert keys(house) == []


def test_the_key_of_a_job_that_goes_on_stays(house: House) -> None:
    members = house.members()
    house.clock.goes(days=1)
    assert isinstance(house.says(members), Ready)
    assert keys(house) == [JOB]


def test_a_job_that_expired_stays_over_when_the_clock_is_put_back(house: House) -> None:
    members: Members = house.members()
    house.clock.goes(days=3)
    house.says(members)
    house.clock.goes(days=-3)
    assert refused(house.says(members), house) == Code.OLD_ROUND
    assert keys(house) == []


def test_a_late_end_is_heard_without_complaint(house: House) -> None:
    house.joined()
    house.clock.goes(days=3)
    end = End(job=JOB, sender="coordinator", analysis="", outcome="done")
    assert isinstance(house.says(end), Ready)


@pytest.fixture
def job(house: House) -> Path:
    """The folder of a job."""
    return house.folder / "job"


def test_one_coordinator_at_a_time_runs_a_job(house: House, job: Path) -> None:
    with held_alone(job), pytest.raises(FederationError) as caught:
        house.coordinator().run(["A2"])
    assert caught.value.code is Code.OTHER_COORDINATOR
    assert "another coordinator runs this job now" in str(caught.value)
    assert not (job / "order.msg").exists()
    assert house.coordinator().run(["A2"]).state is JobState.DONE


def test_a_job_is_not_resumed_while_another_coordinator_runs_it(house: House, job: Path) -> None:
    house.coordinator().run(["A2"])
    with held_alone(job), pytest.raises(FederationError) as caught:
        house.coordinator().resume()
    assert caught.value.code is Code.OTHER_COORDINATOR
    assert house.coordinator().resume().state is JobState.DONE
