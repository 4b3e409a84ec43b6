"""A site or the coordinator killed at a moment of any round: nothing half released, and nothing lost."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL

import numpy as np
import pytest

from cimara.federation.centre.status import JobState, read_status
from cimara.federation.transport.local import MEMORY
from cimara.outcomes.models.cox_fit import CoxFit
from tests.generative.federation.killed import Kill, Moment, PipedSite, house_in, killed_coordinator
from tests.many import MANY

ROUNDS = 6
"""Of the Cox model: the counts, and five of Newton's."""
OF_COORDINATOR = (Moment.BEFORE_ASKING, Moment.ANSWERED, Moment.HALF_WRITTEN)
OF_SITE = (Moment.RECEIVED, Moment.CLAIMED, Moment.SENDING)
FEW = {(Moment.BEFORE_ASKING, 0), (Moment.ANSWERED, 3), (Moment.HALF_WRITTEN, 5)} | {
    (Moment.RECEIVED, 5), (Moment.CLAIMED, 0), (Moment.SENDING, 2),
}  # fmt: skip


def moments(kinds: tuple[Moment, ...]) -> list[Kill]:
    """Every moment of every round, or the few of each day."""
    every = itertools.product(kinds, range(ROUNDS))
    return [Kill(moment, step) for moment, step in every if MANY or (moment, step) in FEW]


def told(kill: Kill) -> str:
    return f"round {kill.step}, {kill.moment}"


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def undisturbed() -> CoxFit:
    with tempfile.TemporaryDirectory() as name:
        result = house_in(Path(name)).coordinator().run(["A2"]).results["A2"]
    assert result.rounds == ROUNDS
    return result.value


def same(fit: CoxFit, other: CoxFit) -> None:
    np.testing.assert_allclose(fit.coef, other.coef, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fit.covariance, other.covariance, rtol=0, atol=1e-12)
    assert fit.loglik == pytest.approx(other.loglik, abs=1e-12)


@pytest.mark.parametrize("kill", moments(OF_COORDINATOR), ids=told)
def test_a_killed_coordinator_goes_on_from_its_last_complete_round(folder, undisturbed, kill):
    house_in(folder)
    assert killed_coordinator(folder, kill) == -SIGKILL
    job = folder / "job"
    status = read_status(job)
    assert (status.state, status.analysis("A2").step) == (JobState.ROUND, kill.step)
    assert not (job / "result").exists()
    assert len(list((job / "totals" / "A2").glob("*.total"))) == kill.step
    same(house_in(folder).coordinator().resume().value("A2"), undisturbed)
    assert read_status(job).state is JobState.DONE
    assert (job / "result" / "A2" / "results.json").is_file()


@pytest.mark.parametrize("kill", moments(OF_SITE), ids=told)
def test_a_killed_site_pauses_the_job_and_its_next_process_goes_on(folder, undisturbed, kill):
    house = house_in(folder)
    site = house.transport.nodes["UT02"] = PipedSite(folder, "UT02", kill)
    paused = house.coordinator().run(["A2"])
    site.stop()
    assert site.process.exitcode == -SIGKILL
    assert paused.reason.words == f"site UT02 lost in round {kill.step} of analysis A2; nothing released"
    assert read_status(folder / "job").state is JobState.PAUSED
    assert not (folder / "job" / "result").exists()
    again = house.transport.nodes["UT02"] = PipedSite(folder, "UT02")
    same(house.coordinator().resume().value("A2"), undisturbed)
    again.stop()
    assert again.process.exitcode == 0
    sent = [line["step"] for line in house.ledger("UT02") if line["decision"] == "sent"]
    assert sorted(set(sent)) == list(range(ROUNDS))


def test_a_job_whose_parts_die_one_after_the_other_comes_to_its_end(folder, undisturbed):
    house_in(folder)
    assert killed_coordinator(folder, Kill(Moment.ANSWERED, 1)) == -SIGKILL
    house = house_in(folder)
    site = house.transport.nodes["UT02"] = PipedSite(folder, "UT02", Kill(Moment.CLAIMED, 2))
    assert house.coordinator().resume().state is JobState.PAUSED
    site.stop()
    site = house.transport.nodes["UT02"] = PipedSite(folder, "UT02", Kill(Moment.SENDING, 2))
    assert house.coordinator().resume().state is JobState.PAUSED
    site.stop()
    same(house_in(folder).coordinator().resume().value("A2"), undisturbed)
