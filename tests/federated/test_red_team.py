"""What an attacker would send to a site: refused there, with a ledger line; nothing leaves."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from nvflare.apis.dxo import DXO, DataKind
from nvflare.apis.fl_context import FLContext
from nvflare.apis.shareable import Shareable
from nvflare.apis.workspace import Workspace
from nvflare.fuel.sec.authz import AuthorizationService
from nvflare.private.fed.app.fl_app_validator import FLAppValidator
from nvflare.private.fed.utils.app_authz import AppAuthzService
from nvflare.private.fed.utils.app_deployer import AppDeployer
from nvflare.private.privacy_manager import PrivacyManager, PrivacyService, Scope
from nvflare.security.security import FLAuthorizer

from cimara.cohort.study.keys import new_key
from cimara.federation.demonstration.houses import Houses
from cimara.federation.errors import FederationError
from cimara.federation.messages.kinds import End, Ready, Refused, signed
from cimara.federation.provision.settings import ROLES
from cimara.federation.transport.nvflare.carriage import carried, frame_of
from cimara.federation.transport.nvflare.filters import OrdersOnly, SignedAnswersOnly
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.job import CLIENT, SERVER, write_job
from cimara.federation.transport.nvflare.job_check import OurJobsOnly
from tests.federated.orders import order_of

JOB = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def site(houses: Houses, tmp_path: Path) -> Path:
    """A site's kit of one test alone."""
    kit = tmp_path / "NL01"
    shutil.copytree(houses.site("NL01"), kit, ignore=shutil.ignore_patterns("kept"))
    return kit


@pytest.fixture
def deploy(houses: Houses, site: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str | None]:
    """NVFlare's own deployment at a site whose server has checked nothing; gives why the job was refused."""
    policy = json.loads((site / "local" / "authorization.json").read_text())
    monkeypatch.setattr(AuthorizationService, "the_authorizer", FLAuthorizer("institution_01", policy))
    monkeypatch.setattr(AppAuthzService, "app_validator", FLAppValidator("client", [OurJobsOnly("site")]))
    ours = Scope()
    ours.set_name("cimara")
    monkeypatch.setattr(PrivacyService, "manager", PrivacyManager([ours], "cimara", None))

    def deployed(change: Callable[[Path], None], *, role: str = "lead", **meta: str) -> str | None:
        job = write_job(site.parent / "job", order_of(houses), houses.study.coordinators)
        change(job / "cimara")
        told = {"submitter_name": "x@example.org", "submitter_org": "o", "submitter_role": role} | meta
        return AppDeployer().deploy(
            workspace=Workspace(str(site), "NL01", "config"), job_id=JOB, job_meta=told, app_name="cimara",
            app_data=_zipped(job / "cimara"), fl_ctx=FLContext(),
        )  # fmt: skip

    return deployed


def _zipped(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for path in folder.rglob("*"):
            made.write(path, path.relative_to(folder))
    return content.getvalue()


def _last(site: Path) -> dict:
    ledger = House(site).ledger
    ledger.verify()
    return dict(ledger.entries()[-1])


def _with_code(app: Path) -> None:
    (app / "custom").mkdir()
    (app / "custom" / "own.py").write_text("print('anything')\n")


def _changed(name: str, change: Callable[[dict], object]) -> Callable[[Path], None]:
    def make(app: Path) -> None:
        path = app / "config" / name
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return make


def _executor(content: dict) -> dict:
    return content["executors"][0]["executor"]


def test_a_job_of_ours_is_deployed(deploy: Callable[..., str | None], site: Path):
    assert deploy(lambda app: None) is None
    assert not (site / "house" / "kept" / "ledger.jsonl").exists()


@pytest.mark.parametrize("role", ROLES)
def test_code_in_a_job_is_refused_whoever_sends_it(deploy: Callable[..., str | None], site: Path, role: str):
    assert deploy(_with_code, role=role)
    assert (_last(site)["decision"], _last(site)["code"]) == ("refused job", "FED-217")
    assert not (site / JOB).exists()


JOBS = {
    "a class off the list": _changed(
        CLIENT, lambda one: _executor(one).update(path="nvflare.app_common.psi.psi_executor.PSIExecutor")
    ),
    "a class of ours as another part": _changed(
        CLIENT, lambda one: _executor(one).update(path="cimara.federation.run.run")
    ),
    "a data path": _changed(CLIENT, lambda one: _executor(one).update(args={"data": "../../other"})),
    "a component beside ours": _changed(
        CLIENT, lambda one: one["components"].append({"id": "x", "path": "cimara.federation.x.Y"})
    ),
    "another filter": _changed(
        CLIENT, lambda one: one["task_result_filters"].append({"tasks": ["*"], "filters": []})
    ),
    "another controller": _changed(SERVER, lambda one: one["workflows"][0].update(path="a.b.C")),
    "a second controller": _changed(
        SERVER, lambda one: one["workflows"].append(dict(one["workflows"][0], id="other"))
    ),
    "a file of its own": lambda app: (app / "config" / "config_exchange.json").write_text("{}"),
    "a folder of its own": lambda app: (app / "config" / "data").mkdir(),
}


@pytest.mark.parametrize("what", JOBS)
def test_a_job_that_is_not_ours_to_the_letter_is_refused(
    deploy: Callable[..., str | None], site: Path, what: str
):
    assert "FED-217" in (deploy(JOBS[what]) or "")
    assert _last(site)["code"] == "FED-217"
    assert not (site / JOB).exists()


def test_a_privacy_scope_of_the_jobs_own_is_refused(deploy: Callable[..., str | None]):
    assert "not allowed" in (deploy(lambda app: None, scope="public") or "")


@pytest.mark.parametrize("signer", ["nobody", "the site itself"])
def test_an_order_of_nobody_we_know_is_refused(deploy: Callable[..., str | None], site: Path, signer: str):
    key = new_key() if signer == "nobody" else House(site).key("site")
    order = signed(End(job="j", sender="demo-member-014", analysis="", outcome="x"), key)
    change = _changed(SERVER, lambda one: one["workflows"][0]["args"].update(order=order.hex()))
    assert "FED-106" in (deploy(change) or "")
    assert _last(site)["code"] == "FED-106"


def test_an_order_altered_by_one_bit_is_refused(deploy: Callable[..., str | None], site: Path):
    def flip(content: dict) -> None:
        told = bytearray.fromhex(content["workflows"][0]["args"]["order"])
        told[-5] ^= 1
        content["workflows"][0]["args"]["order"] = told.hex()

    assert "FED-405" in (deploy(_changed(SERVER, flip)) or "")
    assert _last(site)["code"] == "FED-405"


def _answer(kit: Path) -> bytes:
    return signed(Ready(job="j", sender="NL01"), House(kit).key("site"))


def _beside(frame: bytes) -> Shareable:
    return DXO(DataKind.APP_DEFINED, data={"frame": frame, "rows": np.ones(3)}).to_shareable()


RESULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "raw rows": (lambda kit: DXO(DataKind.WEIGHTS, data={"rows": np.ones((3, 2))}).to_shareable(), "FED-210"),
    "rows in a collection": (
        lambda kit: DXO(DataKind.COLLECTION, data={"a": DXO(DataKind.APP_DEFINED, data={})}).to_shareable(),
        "FED-210",
    ),
    "no DXO": (lambda kit: Shareable({"rows": [1, 2, 3]}), "FED-210"),
    "no Shareable": (lambda kit: {"rows": [1]}, "FED-210"),
    "a field beside the answer": (lambda kit: _beside(_answer(kit)), "FED-210"),
    "bytes of another kind": (lambda kit: carried(b"patient;age\nx;61\n"), "FED-405"),
    "a pickle": (lambda kit: carried(pickle.dumps({"rows": [1, 2]})), "FED-405"),
    "an answer signed by another": (
        lambda kit: carried(signed(Ready(job="j", sender="NL01"), new_key())), "FED-106",
    ),
    "an answer in another's name": (
        lambda kit: carried(signed(Ready(job="j", sender="UT02"), House(kit).key("site"))), "FED-106",
    ),
    "a message that only coordinators send": (
        lambda kit: carried(
            signed(End(job="j", sender="NL01", analysis="", outcome="x"), House(kit).key("site"))
        ),
        "FED-407",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", RESULTS)
def test_a_result_that_is_no_signed_answer_stays_in_the_house(what: str, site: Path, context: FLContext):
    make, code = RESULTS[what]
    _at(context, site)
    with pytest.raises(FederationError, match=code):
        SignedAnswersOnly().process(make(site), context)
    assert (_last(site)["decision"], _last(site)["code"]) == ("blocked result", code)


def test_a_signed_answer_leaves_and_nothing_rides_beside_it(site: Path, context: FLContext):
    _at(context, site)
    refused = Refused(job="j", sender="NL01", analysis="A2", step=1, code="FED-201", words="too few")
    result = carried(signed(refused, House(site).key("site")))
    result["hidden"] = [1, 2, 3]
    left = SignedAnswersOnly().process(result, context)
    assert "hidden" not in left
    assert frame_of(left) == frame_of(result)
    assert not (site / "house" / "kept" / "ledger.jsonl").exists()


def test_a_question_of_nobody_we_know_does_not_come_in(site: Path, context: FLContext):
    _at(context, site)
    end = End(job="j", sender="coordinator", analysis="", outcome="x")
    with pytest.raises(FederationError, match="FED-106"):
        OrdersOnly().process(carried(signed(end, new_key())), context)
    assert (_last(site)["decision"], _last(site)["code"]) == ("blocked task", "FED-106")


def _at(context: FLContext, kit: Path) -> None:
    from nvflare.apis.fl_constant import FLContextKey

    context.put(FLContextKey.WORKSPACE_ROOT, str(kit), private=True, sticky=False)
