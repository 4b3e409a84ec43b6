"""Papers of the invented studies: short texts that say of themselves that they are invented."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from importlib import resources
from typing import Any

from cimara.studies.demonstration.whole_way import DATA, FILES
from cimara_web.demonstration.world import World
from cimara_web.studies.actions.documents import add_document, make_current
from cimara_web.studies.actions.study import set_dictionary
from cimara_web.studies.kept_bytes import keep

MOST = 1 << 20
TEXT, ZIP = "text/plain", "application/zip"
EPOCH = (2020, 1, 1, 0, 0, 0)
"""The date of files in a zip, so that it has the same bytes each time."""


def add_text(
    world: World,
    at: datetime,
    *,
    by: int,
    study: Any,
    kind: str,
    title: str,
    version: str,
    site: Any = None,
    current: bool = False,
) -> Any:
    """Add a text as a paper of a study or a site; `current` makes it the current version at once."""
    text = f"{title}, version {version}\n\nInvented to show the portal. No such paper exists.\n"
    if site is not None:
        text += f"\nSite {site.code}.\n"
    kept = keep([text.encode()], most=MOST)
    acting = world.acting(by, at)
    name = f"{title.lower().replace(' ', '-')}-{version}.txt"
    made = add_document(
        by=acting,
        study=study,
        kept=kept,
        kind=kind,
        title=title,
        version=version,
        file_name=name,
        media_type=TEXT,
        now=at,
        site=site,
    )
    if current:
        make_current(by=acting, document=made, now=at)
    return made


def add_dictionary(world: World, at: datetime, *, by: int, study: Any) -> None:
    """Add the study file of the demonstration with its endpoint definition, and check sites by it."""
    acting = world.acting(by, at)
    made = add_document(
        by=acting,
        study=study,
        kept=keep([_study_file()], most=MOST),
        kind="dictionary",
        title="Study file with its endpoint definition",
        version="1.0",
        file_name="demo-rn-bev.zip",
        media_type=ZIP,
        now=at,
    )
    set_dictionary(by=acting, study=study, document=made, now=at)


def _study_file() -> bytes:
    folder = resources.files("cimara.studies.demonstration").joinpath(DATA)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in FILES:
            packed.writestr(zipfile.ZipInfo(name, EPOCH), folder.joinpath(name).read_bytes())
    return held.getvalue()
