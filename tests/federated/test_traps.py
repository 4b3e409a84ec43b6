"""Seventeen traps of NVFlare: what its defaults would do, and that our kits don't."""

from __future__ import annotations

import ast
import json
import shutil
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from nvflare.apis.app_validation import AppValidationKey
from nvflare.apis.dxo_filter import DXOFilter
from nvflare.apis.fl_constant import ReturnCode
from nvflare.apis.fl_context import FLContext
from nvflare.apis.fl_exception import UnsafeComponentError
from nvflare.apis.impl.bcast_manager import BcastTaskManager
from nvflare.apis.shareable import Shareable, make_reply
from nvflare.apis.workspace import Workspace
from nvflare.app_common.widgets.component_path_authorizer import ComponentPathAuthorizer
from nvflare.fuel.sec.authz import AuthorizationService, AuthzContext, Person
from nvflare.fuel.sec.security_content_service import LoadResult, SecurityContentManager
from nvflare.private.fed.app.fl_app_validator import FLAppValidator
from nvflare.private.fed.utils.app_authz import AppAuthzService
from nvflare.private.fed.utils.fed_utils import require_signed_jobs
from nvflare.security.security import COMMAND_CATEGORIES, FLAuthorizer

import cimara.federation.provision
import cimara.federation.transport.nvflare
from cimara.federation.demonstration.houses import Houses
from cimara.federation.errors import FederationError
from cimara.federation.messages.kinds import Order, read
from cimara.federation.provision import add_site, provision, renew
from cimara.federation.provision.certificates import read_certificate
from cimara.federation.provision.settings import CLOSED, ROLES
from cimara.federation.transport.nvflare.filters import SignedAnswersOnly
from cimara.federation.transport.nvflare.job import write_job
from cimara.federation.transport.nvflare.job_check import OurJobsOnly
from cimara.federation.transport.nvflare.server_transport import NVFlareTransport
from tests.federated.orders import order_of

GENERIC = "nvflare.app_common.psi.psi_executor.PSIExecutor"
SHELL = ("pwd", "ls", "cat", "head", "tail", "grep")


def _json(path: Path) -> dict:
    return json.loads(path.read_text())


def _site(houses: Houses) -> Path:
    return houses.site("NL01")


def _authorizer(path: Path) -> FLAuthorizer:
    return FLAuthorizer("institution_01", _json(path))


def _may(authorizer: FLAuthorizer, role: str, right: str) -> bool:
    person = Person("member014@example.org", "institution_01", role)
    return authorizer.evaluate(AuthzContext(right, person, person))[0]


def test_1_what_is_no_dxo_does_not_pass_the_filter(houses: Houses, context: FLContext):
    class Theirs(DXOFilter):
        def process_dxo(self, dxo, shareable, fl_ctx):
            return None

    rows = Shareable({"rows": [1, 2, 3]})
    assert Theirs([], []).process(rows, context) is rows
    with pytest.raises(FederationError, match="FED-210"):
        SignedAnswersOnly().process(rows, context)


def test_2_a_blocked_answer_ends_the_job_with_its_reason():
    task = SimpleNamespace(client_tasks=[], targets=["NL01"], props={}, last_client_task_map={})
    blocked = make_reply(ReturnCode.TASK_RESULT_FILTER_ERROR)
    task.client_tasks.append(SimpleNamespace(result=blocked, result_received_time=1.0))
    manager = BcastTaskManager(task=task, min_responses=1, wait_time_after_min_received=0)
    assert manager.check_task_exit(task)[0], "NVFlare takes a blocked answer for an answer"
    with pytest.raises(FederationError, match="NL01: the site's filter kept its answer in"):
        _asked(blocked)


def _asked(reply: Shareable) -> None:
    """One round with a controller that gives that answer at once."""

    class Controller:
        def broadcast(self, task, **_):
            task.result_received_cb(SimpleNamespace(client=SimpleNamespace(name="NL01"), result=reply), None)

        def cancel_task(self, task, fl_ctx):
            pass

    NVFlareTransport(Controller(), None, SimpleNamespace(triggered=False), ("NL01",)).send(b"x", ("NL01",))


@pytest.mark.parametrize("role", ROLES)
def test_3_no_role_may_bring_code_or_use_a_shell(houses: Houses, role: str):
    for kit in (_site(houses), houses.server):
        ours = _authorizer(kit / "local" / "authorization.json")
        assert not [right for right in (*CLOSED, *SHELL) if _may(ours, role, right)]


def test_3_the_defaults_let_leads_bring_code_and_project_admins_do_anything(default_kits: Path):
    theirs = _authorizer(default_kits / "NL01" / "local" / "authorization.json.default")
    assert _may(theirs, "lead", "byoc")
    assert _may(theirs, "project_admin", "byoc")
    assert _may(theirs, "project_admin", "cat")


def test_3_a_researcher_may_send_stop_and_fetch_their_own(houses: Houses):
    ours = _authorizer(houses.server / "local" / "authorization.json")
    for right in ("submit_job", "abort_job", "download_job", "get_job_meta", "app_command"):
        assert _may(ours, "lead", right), right
    other = Person("someone@example.org", "institution_09", "lead")
    mine = Person("member014@example.org", "institution_01", "lead")
    assert not ours.evaluate(AuthzContext("download_job", other, mine))[0]


def test_3_every_command_of_nvflare_is_settled_for_every_role(houses: Houses):
    permissions = _json(_site(houses) / "local" / "authorization.json")["permissions"]
    assert set(permissions) == set(ROLES)
    assert not any(isinstance(one, str) for one in permissions.values()), 'a role may not be the word "any"'
    categories = set(COMMAND_CATEGORIES.values())
    assert all(categories <= set(one) for one in permissions.values())


def test_4_only_our_classes_are_on_the_list(houses: Houses, default_kits: Path):
    theirs = _json(default_kits / "NL01" / "local" / "resources.json.default")
    assert GENERIC in theirs["class_allow_list"]
    ours = _json(_site(houses) / "local" / "resources.json")
    assert (ours["class_allow_list"], ours["class_list_enforcement_mode"]) == (
        ["cimara.federation."],
        "enforce",
    )
    workspace = Workspace(str(_site(houses)), "NL01", "config")
    with pytest.raises(UnsafeComponentError, match="not in allow_list"):
        ComponentPathAuthorizer().authorize_component_config({"path": GENERIC}, workspace=workspace)


def test_5_no_log_leaves_a_site(houses: Houses, default_kits: Path):
    theirs = _json(default_kits / "NL01" / "local" / "resources.json.default")
    assert theirs["allow_log_streaming"] is True
    assert "site_log_streamer" in [one["id"] for one in theirs["components"]]
    ours = _json(_site(houses) / "local" / "resources.json")
    assert ours["allow_log_streaming"] is False
    assert "site_log_streamer" not in [one["id"] for one in ours["components"]]


def test_6_nothing_of_ours_uses_channels_that_no_filter_sees():
    names = {name for path in _sources() for name in _names(path)}
    sides = {"register_aux_message_handler", "send_aux_request", "stream_objects", "fire_fed_event"}
    assert not names & sides
    assert "register_app_command" in names, (
        "the one side channel: the server's own progress, to its researcher"
    )


def test_7_an_order_asks_for_masked_sums_where_the_study_does_not_say_otherwise(houses: Houses):
    assert read(order_of(houses), Order, houses.study.coordinators).masked


def test_8_certificates_last_as_long_as_the_project_says(houses: Houses, default_kits: Path):
    theirs = read_certificate(default_kits / "NL01" / "startup" / "rootCA.pem")
    assert theirs.ends - theirs.begins <= timedelta(days=360)
    ours = read_certificate(_site(houses) / "startup" / "rootCA.pem")
    assert ours.ends - ours.begins == timedelta(days=3650)


def test_9_an_edited_startup_file_is_found(houses: Houses, default_kits: Path, tmp_path: Path):
    assert not SecurityContentManager(str(default_kits / "NL01" / "startup")).valid_config, (
        "2.9 signs nothing"
    )
    startup = tmp_path / "startup"
    shutil.copytree(_site(houses) / "startup", startup)
    text = (startup / "fed_client.json").read_text()
    (startup / "fed_client.json").write_text(text.replace("mtls", "clear"))
    manager = SecurityContentManager(str(startup))
    assert manager.load_content("fed_client.json")[1] is LoadResult.INVALID_SIGNATURE
    assert manager.load_content("client.crt")[1] is LoadResult.OK


def test_10_one_more_site_changes_nothing_for_the_others(houses: Houses, tmp_path: Path):
    kits = tmp_path / "kits"
    shutil.copytree(houses.kits, kits)
    before = {
        path: path.read_bytes() for path in kits.rglob("*") if path.is_file() and "authority" not in str(path)
    }
    made = add_site(kits, "FR04", "institution_04")
    assert all(
        path.read_bytes() == content for path, content in before.items() if path.name != "project.toml"
    )
    root = read_certificate(houses.server / "startup" / "rootCA.pem")
    assert read_certificate(made / "startup" / "client.crt").signed_by(root)
    shutil.rmtree(kits / "authority")
    with pytest.raises(FederationError, match="authority is lost"):
        add_site(kits, "IT05", "institution_05")


def test_8_a_renewed_certificate_leaves_the_house_and_everybody_else_alone(houses: Houses, tmp_path: Path):
    kits = tmp_path / "kits"
    shutil.copytree(houses.kits, kits)
    one, other = (kits / "sites" / name / "startup" / "client.crt" for name in ("NL01", "UT02"))
    before, others = one.read_bytes(), other.read_bytes()
    key = (kits / "sites" / "NL01" / "house" / "site_key.pem").read_bytes()
    renewed = renew(kits, "NL01")
    assert one.read_bytes() != before
    assert other.read_bytes() == others
    assert (renewed / "house" / "site_key.pem").read_bytes() == key
    assert read_certificate(one).signed_by(read_certificate(renewed / "startup" / "rootCA.pem"))


def test_10_the_authority_keeps_no_private_key_of_a_site(houses: Houses):
    state = _json(next(houses.kits.glob("authority/*/state/cert.json")))
    assert "pri_key" not in state["NL01"]
    assert "cert" in state["NL01"]


def test_11_unsigned_jobs_are_refused(houses: Houses):
    for kit, name in ((_site(houses), "fed_client.json"), (houses.server, "fed_server.json")):
        assert _json(kit / "startup" / name)["require_signed_jobs"] is True
        assert require_signed_jobs(Workspace(str(kit), "NL01", "config"), name)


def test_12_only_versions_that_were_checked_pass_without_a_word(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
):
    module = import_module("cimara.federation.provision.doctor")
    for found, level in (("2.9.0", "good"), ("2.9.7", "warning"), ("2.8.1", "bad"), ("3.0.0", "bad")):
        monkeypatch.setattr(module, "version", lambda _, found=found: found)
        assert module.doctor(houses.server)[0].level == level, found


def test_13_a_lost_site_is_known_within_half_a_minute(houses: Houses, default_kits: Path):
    theirs = _json(default_kits / "localhost" / "local" / "resources.json.default")
    assert theirs["servers"][0]["heart_beat_timeout"] == 600
    ours = _json(houses.server / "local" / "resources.json")["servers"][0]["heart_beat_timeout"]
    job = write_job(houses.folder / "job13", order_of(houses), houses.study.coordinators)
    told = _json(job / "cimara" / "config" / "config_fed_server.json")
    looked_every = 5.0
    assert ours + looked_every + told["dead_client_grace_period"] <= 30
    assert told["server"]["task_request_interval"] <= 0.05


def test_14_the_server_listens_where_the_project_says(houses: Houses, default_kits: Path):
    assert "bind" not in (default_kits / "localhost" / "startup" / "fed_server.json").read_text()
    started = _json(houses.server / "startup" / "fed_server.json")
    assert started["servers"][0]["service"]["target"].startswith("127.0.0.1:")
    assert f"{houses.port}/TCP" in (houses.server / "FIREWALL.md").read_text()


def test_15_we_import_these_names_of_nvflare_and_no_others():
    allowed = {
        "AppValidator", "Builder", "CertBuilder", "Controller", "CtxKey", "DXO", "DataKind", "EventType",
        "Executor", "FLContextKey", "FilesystemStorage", "Filter", "LoadResult", "ParticipantType", "Project",
        "Provisioner", "ReturnCode", "SecurityContentManager", "Shareable", "StaticFileBuilder", "Task",
        "WorkspaceBuilder", "from_shareable", "make_reply", "new_secure_session", "sign_folders",
    }  # fmt: skip
    found = {
        alias.name
        for path in _sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nvflare")
        for alias in node.names
    }
    assert found == allowed


def test_16_a_job_cannot_name_the_data(houses: Houses, tmp_path: Path):
    app = _deployed(houses, tmp_path)
    config = app / "config" / "config_fed_client.json"
    content = _json(config)
    content["executors"][0]["executor"]["args"] = {"data": "other.csv"}
    config.write_text(json.dumps(content))
    assert FLAppValidator("client").validate(str(app)) == ("", {})
    assert "FED-217" in OurJobsOnly("site").validate(str(app))[0]


def test_17_a_container_or_a_cluster_counts_as_code(
    houses: Houses, default_kits: Path, monkeypatch: pytest.MonkeyPatch
):
    launchers = [
        one["path"] for one in _json(_site(houses) / "local" / "resources.json")["components"]
        if "launcher" in one["id"]
    ]  # fmt: skip
    assert [one.rsplit(".", 1)[1] for one in launchers] == ["ClientProcessJobLauncher"]
    meta = {"launcher_spec": {"NL01": {"docker": {"image": "any/image"}}}}
    info = AppAuthzService.derive_local_app_info({}, meta, "NL01")
    assert info.get(AppValidationKey.BYOC), "NVFlare itself counts it as code"
    who = ("member014@example.org", "institution_01", "lead")
    policies = (default_kits / "NL01" / "local" / "authorization.json.default",
                _site(houses) / "local" / "authorization.json")  # fmt: skip
    allowed = []
    for policy in policies:
        monkeypatch.setattr(AuthorizationService, "the_authorizer", _authorizer(policy))
        allowed.append(AppAuthzService.authorize_app_info(info, *who, job_meta=meta)[0])
    assert allowed == [True, False]


def test_a_second_run_over_the_same_folder_is_refused(houses: Houses):
    with pytest.raises(FederationError, match="in use"):
        provision(houses.folder / "project.toml", houses.kits)


def _deployed(houses: Houses, tmp_path: Path) -> Path:
    """An app of ours as NVFlare unpacks it at a site."""
    kit = tmp_path / "NL01"
    shutil.copytree(_site(houses), kit)
    job = write_job(tmp_path / "job", order_of(houses), houses.study.coordinators)
    app = kit / "0" / "app_NL01"
    shutil.copytree(job / "cimara", app)
    return app


def _sources() -> list[Path]:
    folders = (cimara.federation.provision, cimara.federation.transport.nvflare)
    return [path for one in folders for path in sorted(Path(one.__path__[0]).glob("*.py"))]


def _names(path: Path) -> set[str]:
    return {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
