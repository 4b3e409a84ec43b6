"""A server and its sites as processes of their own, over mutual TLS: equality, kills, restarts."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from cryptography.hazmat.primitives import serialization
from nvflare.lighter.utils import Identity, generate_cert, serialize_cert

from cimara.federation.demonstration import replayed
from cimara.federation.demonstration.comparison import compared, pooled
from cimara.federation.demonstration.houses import Houses, set_up
from cimara.federation.demonstration.rows import SITES, site_rows
from cimara.federation.demonstration.running import Running
from cimara.federation.demonstration.study_file import ANALYSES, STUDY
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Answer, read_any
from cimara.federation.provision import add_site, doctor
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.session import follow, results, resume, status, submit
from tests.federated.live import THREE, WITHIN, again, connected, job_folder, rounds, told, wait

FOURTH = SITES[3]
NAMES = tuple(ANALYSES)


@dataclass(frozen=True)
class Story:
    """One job and what befell it: a site was killed in a round, then the server; then it was resumed."""

    houses: Houses
    one: Running
    site_lost: dict
    seconds_to_notice: float
    ended: str
    after_site: Path
    job: Path
    out: Path


@pytest.fixture(scope="module")
def story(federation: tuple[Houses, Running], tmp_path_factory: pytest.TempPathFactory) -> Story:
    houses, one = federation
    first = submit(houses.researcher, STUDY, NAMES)
    wait(lambda: rounds(houses, first) >= 5)
    one.kill("UT02")
    began = time.monotonic()
    wait(lambda: told(houses, first)["state"] == "paused")
    noticed = time.monotonic() - began
    site_lost = told(houses, first)
    one.start_site("UT02")
    ended = follow(houses.researcher, first, within=WITHIN)["nvflare"]
    after_site = results(houses.researcher, first, tmp_path_factory.mktemp("after_site"))
    one.kill("server")
    one.start_server()
    again(lambda: status(houses.researcher, first))
    wait(lambda: connected(houses) == len(THREE))
    second = resume(houses.researcher, first)
    follow(houses.researcher, second, within=WITHIN)
    out = results(houses.researcher, second, tmp_path_factory.mktemp("out"))
    return Story(houses, one, site_lost, noticed, ended, after_site, job_folder(houses, first), out)


@pytest.mark.parametrize("analysis", NAMES)
def test_through_kills_and_restarts_the_estimates_are_the_pooled_ones(story: Story, analysis: str):
    rows = pl.concat([site_rows(one) for one in THREE])
    found = replayed(story.houses, story.job, analysis)
    whole = pooled(story.houses.study, analysis, rows)
    kind = story.houses.study.analyses[analysis].estimator
    assert compared(analysis, kind, found.result, whole).difference < 1e-10


def test_a_killed_site_is_named_within_half_a_minute_and_nothing_is_released(story: Story):
    assert story.seconds_to_notice < 30
    assert story.site_lost["code"] == Code.SITE_LOST
    assert re.fullmatch(
        r"site UT02 lost in round \d+ of analysis A\d; nothing released", story.site_lost["words"]
    )
    assert not (story.after_site / "result").exists()
    assert json.loads((story.after_site / "status.json").read_text())["state"] == "paused"


def test_a_job_without_all_answers_ends_as_failed_and_not_as_completed(story: Story):
    assert story.ended == "FINISHED:EXECUTION_EXCEPTION"


def test_after_site_and_server_were_killed_the_job_goes_on_from_its_last_round(story: Story):
    assert story.site_lost["done"] >= 5
    assert {one.attempt for one in _answers(story) if one.analysis == "A1"} == {0}
    assert max(one.attempt for one in _answers(story)) == 1
    assert json.loads((story.job / "status.json").read_text())["state"] == "done"
    assert {one.name for one in (story.out / "result").iterdir()} == {*NAMES, "job.json"}


def test_every_sum_that_left_a_site_was_masked(story: Story):
    answers = _answers(story)
    assert len(answers) > 20
    assert all(not one.plain for one in answers)


def _answers(story: Story) -> list[Answer]:
    """What left site NL01."""
    left = sorted((House(story.houses.site("NL01")).kept / "jobs").rglob("sent/*"))
    found = (_message(path.read_bytes(), story.houses.study.sites) for path in left)
    return [one for one in found if isinstance(one, Answer)]


def _message(content: bytes, keys: dict) -> object:
    with contextlib.suppress(FederationError):
        return read_any(content, keys)
    return None


def test_no_patient_id_reaches_the_server_in_any_file(story: Story):
    marks = [f"{site}-0".encode() for site in THREE]
    seen = [path for path in story.houses.server.rglob("*") if path.is_file()]
    assert len(seen) > 20
    assert not [path for path in seen if any(mark in path.read_bytes() for mark in marks)]


def test_each_ledger_is_whole_and_names_every_answer(story: Story):
    for site in THREE:
        ledger = House(story.houses.site(site)).ledger
        assert ledger.verify() > 20
        assert {"joined", "members checked", "sent"} <= {one["decision"] for one in ledger.entries()}


def test_a_site_has_one_connection_out_and_listens_to_nobody_outside(story: Story):
    for site in THREE:
        listening, connected = _sockets(story.one.processes[site].pid)
        assert all(host == "0100007F" for host, _ in listening), "only the loopback"
        assert [port for _, port in connected].count(story.houses.port) == 1


def _sockets(process: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Listening addresses, and far ends of connections, of one process (Linux)."""
    own = set()
    for link in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(OSError):
            own.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    listening, connected = [], []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[9] in own:
            place = parts[1] if parts[3] == "0A" else parts[2]
            host, _, port = place.partition(":")
            (listening if parts[3] == "0A" else connected).append((host, int(port, 16)))
    return listening, connected


def test_a_client_without_a_certificate_is_dropped(story: Story):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _shake(story.houses.port, story.houses.researcher / "startup", show=False)


def test_a_client_of_another_project_is_dropped(story: Story, tmp_path: Path):
    other = set_up(tmp_path / "other", THREE, analyses={"A2": ANALYSES["A2"]}, at=datetime.now(UTC))
    startup = tmp_path / "startup"
    shutil.copytree(other.site("NL01") / "startup", startup)
    shutil.copy(story.houses.site("NL01") / "startup" / "rootCA.pem", startup / "rootCA.pem")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _shake(story.houses.port, startup)


def test_an_expired_certificate_is_refused_and_the_doctor_names_it(story: Story, tmp_path: Path):
    kit = tmp_path / "NL01"
    shutil.copytree(story.houses.site("NL01"), kit)
    _expire(story.houses.kits, kit / "startup", "NL01")
    with pytest.raises(ssl.SSLError, match=r"(?i)certificate.expired"):
        _shake(story.houses.port, kit / "startup")
    found = {one.what: str(one) for one in doctor(kit) if one.level == "bad"}
    assert "ended on" in found["certificate"] or "has ended" in found["certificate"]
    assert "the coordinating centre" in found["certificate"]


def _expire(kits: Path, startup: Path, site: str) -> None:
    """Put a certificate into a kit that ended yesterday, made with the project's own root."""
    state = json.loads(next(kits.glob("authority/*/state/cert.json")).read_text())
    root = serialization.load_pem_private_key(state["root_pri_key"].encode(), None)
    own = serialization.load_pem_private_key((startup / "client.key").read_bytes(), None)
    now = datetime.now(UTC)
    made = generate_cert(
        subject=Identity(site, "institution_01"), issuer=Identity("demonstration"), signing_pri_key=root,
        subject_pub_key=own.public_key(), not_valid_before=now - timedelta(days=9),
        not_valid_after=now - timedelta(days=1),
    )  # fmt: skip
    (startup / "client.crt").write_bytes(serialize_cert(made))


def _shake(port: int, startup: Path, *, show: bool = True) -> bytes:
    """A handshake and a first byte: with TLS 1.3 the server says after it whom it does not take."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(startup / "rootCA.pem")
    if show:
        context.load_cert_chain(startup / "client.crt", startup / "client.key")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw, context.wrap_socket(raw) as secured:
        secured.settimeout(5)
        if (said := secured.recv(1)) == b"":
            raise ConnectionError("dropped")
        return said


def test_the_doctor_of_a_good_site_finds_nothing_to_do(story: Story):
    assert not [str(one) for one in doctor(story.houses.site("NL01")) if one.level != "good"]


def test_the_doctor_names_a_clock_that_is_a_day_behind(story: Story):
    found = doctor(story.houses.site("NL01"), now=lambda: datetime.now(UTC) - timedelta(days=1))
    assert [one.what for one in found if one.level == "bad"] == ["clock", "clock"]


def test_a_fourth_site_joins_the_running_federation(story: Story):
    kit = add_site(story.houses.kits, FOURTH, "institution_04")
    assert kit == story.houses.site(FOURTH)
    before = connected(story.houses)
    story.one.start_site(FOURTH)
    story.one.wait_for([FOURTH])
    assert connected(story.houses) == before + 1
