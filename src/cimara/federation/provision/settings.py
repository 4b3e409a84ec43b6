"""What NVFlare is told in our kits: rights by role, classes, filters, launchers and times.

NVFlare's own defaults let a researcher ship code to a site and send anything back; each line below closes one
of the gaps that `docs/reference` lists, and a test holds each.
"""

from __future__ import annotations

from typing import Any

OURS = "cimara.federation."
"""The package whose classes a job may name; nothing else is on the list."""
PARTS = "cimara.federation.transport.nvflare"
ROLES = ("project_admin", "org_admin", "lead", "member")
"""Roles that NVFlare knows; `lead` is the researcher's, the only one that kits are made for."""
RESEARCHER = "lead"
SCOPE = "cimara"
POLLING = 0.05
"""Seconds between two questions of a site for work, while a job runs; without a job no site asks."""
HEART_BEAT = 3.0
HEART_BEAT_TIMEOUT = 12
DEAD_CLIENT_GRACE = 5
"""Heartbeat, its timeout (looked at every 5 s) and the grace: a lost site is known after 22 s at most."""

NONE = "none"
CLOSED = dict.fromkeys(
    (
        "byoc", "shell_commands", "pwd", "ls", "cat", "head", "tail", "grep", "server-predeployed-flwr",
        "clone_job", "call", "configure_job_log", "configure_site_log", "delete_workspace", "get_job_log",
        "show_errors", "reset_errors", "sys_info", "report_resources", "report_env", "set_timeout",
        "register_study", "add_study_site", "remove_study_site", "remove_study", "add_study_user",
        "remove_study_user",
    ),
    NONE,
)  # fmt: skip
"""What nobody may do from afar, whatever the role; spelled out because a role may not be the word "any"."""


def authorization(*, server: bool) -> dict[str, Any]:
    """`authorization.json`: a researcher sends orders, sees how far they are, stops and fetches their own."""
    nothing = {"submit_job": NONE, "manage_job": NONE, "download_job": NONE, "view": NONE, "operate": NONE}
    own = "n:submitter"
    researcher = {"submit_job": "any", "manage_job": own, "download_job": own, "view": "any", "operate": NONE}
    researcher |= {"app_command": own}
    onlooker = nothing | {"view": "any"}
    if not server:
        researcher = researcher | {"download_job": NONE}
    permissions = {role: dict(onlooker) | CLOSED for role in ROLES}
    permissions[RESEARCHER] = researcher | CLOSED
    permissions["member"] = nothing | CLOSED
    return {"format_version": "1.0", "permissions": permissions}


def privacy() -> dict[str, Any]:
    """`privacy.json`: our filters stand before and behind every task of every job; there is one scope."""
    return {
        "scopes": [
            {
                "name": SCOPE,
                "properties": {},
                "task_data_filters": [{"path": f"{PARTS}.filters.OrdersOnly", "args": {}}],
                "task_result_filters": [{"path": f"{PARTS}.filters.SignedAnswersOnly", "args": {}}],
            }
        ],
        "default_scope": SCOPE,
    }


def site_resources() -> dict[str, Any]:
    """`resources.json` of a site."""
    return _classes("site") | {
        "allow_log_streaming": False,
        "client": {"retry_timeout": 30, "compression": "Gzip", "site_config": {}},
        "components": [
            {
                "id": "resource_manager",
                "path": "nvflare.app_common.resource_managers.passthrough_resource_manager"
                ".PassthroughResourceManager",
                "args": {},
            },
            {
                "id": "resource_consumer",
                "path": "nvflare.app_common.resource_consumers.gpu_resource_consumer.GPUResourceConsumer",
                "args": {},
            },
            {
                "id": "process_launcher",
                "path": "nvflare.app_common.job_launcher.client_process_launcher.ClientProcessJobLauncher",
                "args": {},
            },
        ],
    }


def server_resources() -> dict[str, Any]:
    """`resources.json` of the server; what it stores lies in the kit, in folders named from there."""
    storage = f"{PARTS}.kit_storage.KitStorage"
    return _classes("server") | {
        "servers": [
            {
                "admin_storage": "transfer",
                "max_num_clients": 100,
                "heart_beat_timeout": HEART_BEAT_TIMEOUT,
                "admin_timeout": 10.0,
            }
        ],
        "snapshot_persistor": {
            "path": "nvflare.app_common.state_persistors.storage_state_persistor.StorageStatePersistor",
            "args": {
                "uri_root": "/",
                "storage": {"path": storage, "args": {"folder": "stored/snapshots"}},
            },
        },
        "components": [
            {
                "id": "job_scheduler",
                "path": "nvflare.app_common.job_schedulers.job_scheduler.DefaultJobScheduler",
                "args": {"max_jobs": 1, "min_schedule_interval": 2.0, "max_schedule_interval": 60.0},
            },
            {
                "id": "job_manager",
                "path": "nvflare.apis.impl.job_def_manager.SimpleJobDefManager",
                "args": {"uri_root": "/jobs", "job_store_id": "job_store"},
            },
            {"id": "job_store", "path": storage, "args": {"folder": "stored", "holds": "jobs"}},
            {
                "id": "process_launcher",
                "path": "nvflare.app_common.job_launcher.server_process_launcher.ServerProcessJobLauncher",
                "args": {},
            },
        ],
    }


def _classes(side: str) -> dict[str, Any]:
    return {
        "format_version": 2,
        "class_list_enforcement_mode": "enforce",
        "class_allow_list": [OURS],
        "app_validator": {"path": f"{PARTS}.job_check.OurJobsOnly", "args": {"side": side}},
    }
