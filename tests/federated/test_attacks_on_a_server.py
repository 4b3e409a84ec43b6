"""What a researcher with a good certificate tries at a running server: jobs made by hand, names, commands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from nvflare.fuel.flare_api.flare_api import InvalidJobDefinition, JobNotFound

from cimara.federation.demonstration.houses import Houses
from cimara.federation.demonstration.running import Running
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.job import APP, write_job
from cimara.federation.transport.nvflare.session import OVER, session
from tests.federated.live import THREE, wait
from tests.federated.orders import order_of
from tests.federated.test_red_team import JOBS, _with_code

ATTACKS: Mapping[str, Callable[[Path], None]] = {
    "code of its own": _with_code,
    "a class off the list": JOBS["a class off the list"],
}
ELSEWHERE = "../../house"
SHELL = (
    "ls server", "ls NL01", "cat server log.txt", "cat NL01 house/rows.csv", "head NL01 house/rows.csv",
    "tail server log.txt", "grep NL01 site house/rows.csv", "pwd server", "pwd NL01",
)  # fmt: skip
OPERATOR = (
    "restart server", "remove_client NL01", "configure_site_log server DEBUG",
)  # fmt: skip
Ended = Mapping[str, tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def flare(federation: tuple[Houses, Running]) -> Iterator[Any]:
    """NVFlare's own client, with the researcher's certificate."""
    with session(federation[0].researcher) as made:
        yield made


@pytest.fixture(scope="module")
def ended(flare: Any, federation: tuple[Houses, Running], tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """NVFlare's id and last word of each attack, all sent at once."""
    sent = {
        name: flare.submit_job(str(_job(federation[0], tmp_path_factory.mktemp("attack"), change)))
        for name, change in ATTACKS.items()
    }
    wait(lambda: all(flare.get_job_meta(one)["status"].startswith(OVER) for one in sent.values()))
    return {name: (job, flare.get_job_meta(job)) for name, job in sent.items()}


def _job(houses: Houses, folder: Path, change: Callable[[Path], None]) -> Path:
    job = write_job(folder / "order", order_of(houses), houses.study.coordinators)
    change(job / APP)
    return job


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_server_refuses_a_job_with(ended: Ended, federation: tuple[Houses, Running], attack: str):
    houses, _ = federation
    job, meta = ended[attack]
    assert meta["status"] == "FINISHED:FAILED_TO_RUN"
    assert meta["job_deploy_detail"][0].startswith("server: FED-217")
    line = next(one for one in House(houses.server).ledger.entries() if one["job"] == job)
    assert (line["decision"], line["code"]) == ("refused job", "FED-217")


def test_no_site_was_given_a_refused_job(ended: Ended, federation: tuple[Houses, Running]):
    houses, _ = federation
    jobs = {job for job, _ in ended.values()}
    assert not [job for job in jobs for site in THREE if list(houses.site(site).rglob(f"*{job}*"))]


def test_a_path_for_the_name_of_an_app_is_refused(
    flare: Any, federation: tuple[Houses, Running], tmp_path: Path
):
    houses, _ = federation
    job = write_job(tmp_path / "order", order_of(houses), houses.study.coordinators)
    meta = json.loads((job / "meta.json").read_text())
    meta["deploy_map"] = {ELSEWHERE: meta["deploy_map"][APP]}
    (job / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(InvalidJobDefinition, match="ill-formatted"):
        flare.submit_job(str(job))


def test_a_path_for_the_id_of_a_job_finds_nothing(flare: Any, tmp_path: Path):
    for ask in (
        lambda: flare.download_job_result(ELSEWHERE, str(tmp_path)),
        lambda: flare.get_job_meta(ELSEWHERE),
        lambda: flare.delete_job(ELSEWHERE),
    ):
        with pytest.raises(JobNotFound):
            ask()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [*SHELL, *OPERATOR])
def test_a_command_of_a_shell_or_an_operator_is_refused(flare: Any, command: str):
    assert "is not authorized for" in str(flare.do_command(command))
