"""A job of the federated study, run over its sites in this process, and how its results were released."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from cimara.federation.centre.told_status import put_for_portal, status_of_folder
from cimara.federation.demonstration.rows import site_rows
from cimara.federation.running import run_job
from cimara.federation.transport.local import local
from cimara.studies.federated_bundle import write_federated_bundle
from cimara_web.demonstration.cast import number_at
from cimara_web.demonstration.federated import ASKED, SITES, federated_study, private_key, study_files
from cimara_web.demonstration.people import STATISTICIAN, STUDY_LEAD
from cimara_web.demonstration.scenes import Scene
from cimara_web.demonstration.world import World
from cimara_web.studies.actions.analyses import move_analysis, plan_analysis, sign_analysis
from cimara_web.studies.actions.reports import hold_report, sign_release
from cimara_web.studies.kept_bytes import keep

TITLE = "Survival without progression, over four hospitals"
MOST = 1 << 28


def _plan(world: World, at: datetime) -> None:
    by, study = world.acting(STATISTICIAN, at), federated_study(world)
    plan_analysis(by=by, study=study, title=TITLE, now=at, code_version="cimara 1.0", mode="federated")


def _analysis(world: World) -> Any:
    return federated_study(world).analyses.get(title=TITLE)


def _approve(world: World, at: datetime, by: int) -> None:
    sign_analysis(by=world.acting(by, at), analysis=_analysis(world), now=at)


def _run(world: World, at: datetime) -> None:
    """What centre and statistician do: a job, `cimara federation results`, `cimara study bundle`."""
    by = world.acting(STATISTICIAN, at)
    running = move_analysis(by=by, analysis=_analysis(world), on="start", now=at)
    study, _ = study_files()
    keys = {name: private_key(name) for name in (*SITES, "coordinator")}
    transport = local({code: site_rows(code) for code in SITES}, keys=keys, now=lambda: at)
    done = run_job(study, ASKED, transport=transport)
    put_for_portal(status_of_folder(done.folder), settings.FEDERATION_JOBS)
    with tempfile.TemporaryDirectory(prefix="cimara-demonstration-") as name:
        target = Path(name) / "bundle.zip"
        write_federated_bundle(done.folder, target, limits=study.disclosure, title=TITLE)
        hold_report(by=by, analysis=running, kept=keep([target.read_bytes()], most=MOST), now=at)


def _release(world: World, at: datetime, by: int) -> None:
    sign_release(by=world.acting(by, at), report=_analysis(world).report, now=at)


SCENES = (
    Scene(38, _plan),
    Scene(37, lambda world, at: _approve(world, at, STATISTICIAN)),
    Scene(36, lambda world, at: _approve(world, at, STUDY_LEAD)),
    Scene(20, _run),
    Scene(16, lambda world, at: _release(world, at, STUDY_LEAD)),
    Scene(15, lambda world, at: _release(world, at, number_at(SITES["NY13"], 0))),
)
