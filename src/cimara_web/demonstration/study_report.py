"""The interim analysis of the main study on what had come, released by two people; and a next one."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from cimara.studies.bundle import write_bundle
from cimara.studies.demonstration.whole_way import write_study
from cimara.studies.run import run_study
from cimara.studies.sources import from_store
from cimara_web.demonstration.cast import site_lead
from cimara_web.demonstration.people import STATISTICIAN, STUDY_LEAD
from cimara_web.demonstration.scenes import Scene
from cimara_web.demonstration.study_start import main_study
from cimara_web.demonstration.world import World
from cimara_web.studies.actions.analyses import move_analysis, plan_analysis, sign_analysis
from cimara_web.studies.actions.reports import hold_report, sign_release
from cimara_web.studies.kept_bytes import keep
from cimara_web.studies.submissions.clean_data import store

INTERIM, FINAL = "Interim analysis of the first sites", "Final analysis"
CODE = "cimara 1.0"
MOST = 1 << 28
SEED = 1


def _plan(world: World, at: datetime, title: str) -> None:
    study = main_study(world)
    paper = study.documents.filter(kind="SAP").order_by("added_at").last()
    plan_analysis(
        by=world.acting(STATISTICIAN, at),
        study=study,
        title=title,
        now=at,
        plan=paper.public_id,
        code_version=CODE,
    )


def _analysis(world: World, title: str) -> Any:
    return main_study(world).analyses.get(title=title)


def _approve(world: World, at: datetime, by: int, title: str) -> None:
    sign_analysis(by=world.acting(by, at), analysis=_analysis(world, title), now=at)


def _run(world: World, at: datetime) -> None:
    """What a statistician does on a machine of theirs: `cimara study run`, then `cimara study bundle`."""
    by, study = world.acting(STATISTICIAN, at), main_study(world)
    running = move_analysis(by=by, analysis=_analysis(world, INTERIM), on="start", now=at)
    with tempfile.TemporaryDirectory(prefix="cimara-demonstration-") as name:
        folder = Path(name)
        checked = write_study(folder / "study", sorted(running.inputs), seed=SEED, now=lambda: at)
        run_study(checked, from_store(store(), study.dictionary_id), folder / "out", now=lambda: at)
        target = folder / "bundle.zip"
        write_bundle(folder / "out", target, limits=checked.study.disclosure)
        hold_report(by=by, analysis=running, kept=keep([target.read_bytes()], most=MOST), now=at)


def _release(world: World, at: datetime, by: int) -> None:
    sign_release(by=world.acting(by, at), report=_analysis(world, INTERIM).report, now=at)


SCENES = (
    Scene(86, lambda world, at: _plan(world, at, INTERIM)),
    Scene(85, lambda world, at: _approve(world, at, STATISTICIAN, INTERIM)),
    Scene(84, lambda world, at: _approve(world, at, STUDY_LEAD, INTERIM)),
    Scene(82, _run),
    Scene(75, lambda world, at: _release(world, at, STUDY_LEAD)),
    Scene(74, lambda world, at: _release(world, at, site_lead(3))),
    Scene(3, lambda world, at: _plan(world, at, FINAL), 14),
    Scene(2, lambda world, at: _approve(world, at, STUDY_LEAD, FINAL), 14),
)
