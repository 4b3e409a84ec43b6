"""The federated study of the demonstration: rows stay at its sites, which sign its file and attest."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.federation.demonstration.study_file import ANALYSES, write_study
from cimara.federation.tables.studies import TableStudy
from cimara_web.demonstration.cast import number_at
from cimara_web.demonstration.papers import EPOCH, MOST, ZIP, add_text
from cimara_web.demonstration.people import OFFICE, STATISTICIAN, STUDY_LEAD
from cimara_web.demonstration.places import demo_places
from cimara_web.demonstration.proposals import FEDERATED, FEDERATED_TITLE
from cimara_web.demonstration.scenes import Scene
from cimara_web.demonstration.study_start import A_YEAR
from cimara_web.demonstration.world import World
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.agreement import move_agreement
from cimara_web.studies.actions.documents import add_document
from cimara_web.studies.actions.ethics import move_ethics
from cimara_web.studies.actions.sites import attest, confirm_site, invite_site
from cimara_web.studies.actions.study import move_study, save_proposal, set_dictionary, start_study
from cimara_web.studies.actions.team import give_study_role
from cimara_web.studies.kept_bytes import keep

SITES = {"NY13": 28, "TX14": 24, "MA15": 21, "CH07": 34}
"""Codes of the sites whose rows are analysed -> numbers of their places."""
LATE = ("JP16", 42)
"""A site that has not got its kit yet; the next version of the study file names it."""
ASKED = ("A2", "A3", "A5")
SOFTWARE = "cimara 1.0"
STUDY_TOML = "study.toml"


def federated_study(world: World) -> Any:
    """The study, as the portal has it."""
    return world.study(FEDERATED_TITLE)


@lru_cache(maxsize=1)
def study_files() -> tuple[TableStudy, bytes]:
    """The study file as sites signed it, and the zip of it with their keys."""
    with tempfile.TemporaryDirectory(prefix="cimara-demonstration-") as name:
        folder = Path(name) / "study"
        keys = {code: private_key(code) for code in SITES}
        centre = {"coordinator": private_key("coordinator")}
        at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        made = write_study(folder, keys, centre, {one: ANALYSES[one] for one in ASKED}, at)
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in (STUDY_TOML, "sites.toml"):
                packed.writestr(zipfile.ZipInfo(file, EPOCH), (folder / file).read_bytes())
        return made, held.getvalue()


def private_key(name: str) -> Ed25519PrivateKey:
    """A key that everybody knows, so that the story is the same each time; it signs for nobody real."""
    seed = hashlib.sha256(f"demonstration key of {name}".encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _start(world: World, at: datetime) -> None:
    start_study(
        by=world.acting(STUDY_LEAD, at),
        title=FEDERATED_TITLE,
        kind="retrospective",
        mode="federated",
        lead_institution=world.places[demo_places()[0].name],
        now=at,
        is_demonstration=True,
    )
    save_proposal(by=world.acting(STUDY_LEAD, at), study=federated_study(world), answers=FEDERATED, now=at)


def _move(world: World, at: datetime, by: int, on: str) -> None:
    move_study(by=world.acting(by, at), study=federated_study(world), on=on, now=at)


def _prepare(world: World, at: datetime) -> None:
    """Statistician, protocol, study file."""
    by, study = world.acting(STUDY_LEAD, at), federated_study(world)
    give_study_role(
        by=by, study=study, account=world.account(STATISTICIAN).public_id, role=Role.STATISTICIAN, now=at,
        ends_at=world.on(A_YEAR),
    )  # fmt: skip
    add_text(
        world, at, by=STUDY_LEAD, study=study, kind="protocol", title="Study protocol", version="1.0",
        current=True,
    )  # fmt: skip
    made = add_document(
        by=by,
        study=study,
        kept=keep([study_files()[1]], most=MOST),
        kind="dictionary",
        title="Study file with the keys of the sites",
        version="1.0",
        file_name="demo-federated.zip",
        media_type=ZIP,
        now=at,
    )
    set_dictionary(by=by, study=study, document=made, now=at)


def _invite(world: World, at: datetime, code: str, place: int) -> None:
    by, study = world.acting(STUDY_LEAD, at), federated_study(world)
    institution = world.places[f"Demo Institution {place:02d}"]
    site = invite_site(
        by=by,
        study=study,
        institution=institution,
        code=code,
        now=at,
        expected_patients=120,
        mode="federated",
    )
    for role, nth in ((Role.SITE_LEAD, 0), (Role.COORDINATOR, 1)):
        account = world.account(number_at(place, nth)).public_id
        ends = world.on(A_YEAR)
        give_study_role(by=by, study=study, account=account, role=role, now=at, site=site, ends_at=ends)


def _site(world: World, code: str) -> Any:
    return world.site(federated_study(world).public_id, code)


def _confirm(world: World, at: datetime, code: str, place: int) -> None:
    confirm_site(by=world.acting(number_at(place, 0), at), site=_site(world, code), now=at)


def _clear(world: World, at: datetime, code: str, place: int) -> None:
    """The board says that sums without a row need no review; the consortium's agreement covers the rest."""
    letter = add_text(
        world, at, by=number_at(place, 1), study=federated_study(world), kind="approval",
        title="Letter of the review board", version="1", site=_site(world, code),
    )  # fmt: skip
    facts = {
        "reference": f"DEMO-{code}-{at.year}",
        "decided_at": at.date(),
        "document": letter.public_id,
    }
    by = world.acting(number_at(place, 0), at)
    move_ethics(by=by, site=_site(world, code), on="mark exempt or waived", now=at, **facts)
    lead = world.acting(STUDY_LEAD, at)
    reason = "No row leaves the hospital."
    move_agreement(by=lead, site=_site(world, code), on="mark not needed", now=at, reason=reason)


def _attest(world: World, at: datetime, code: str, place: int) -> None:
    attest(
        by=world.acting(number_at(place, 1), at),
        site=_site(world, code),
        dictionary=study_files()[0].hash,
        rows="100-499",
        software=SOFTWARE,
        now=at,
        has_kit=True,
        has_policy=True,
    )


def _all() -> Iterator[Scene]:
    yield Scene(200, _start)
    yield Scene(199, lambda world, at: _move(world, at, STUDY_LEAD, "propose"))
    yield Scene(196, lambda world, at: _move(world, at, OFFICE, "accept"))
    yield Scene(194, _prepare)
    for code, place in (*SITES.items(), LATE):
        yield from _of_site(code, place)
    yield Scene(170, lambda world, at: _move(world, at, STUDY_LEAD, "open"))
    yield Scene(40, lambda world, at: _move(world, at, STUDY_LEAD, "lock data"))
    yield Scene(39, lambda world, at: _move(world, at, STATISTICIAN, "start analysis"))


def _of_site(code: str, place: int) -> Iterator[Scene]:
    yield Scene(190, lambda world, at: _invite(world, at, code, place))
    yield Scene(185, lambda world, at: _confirm(world, at, code, place), 14)
    yield Scene(178, lambda world, at: _clear(world, at, code, place), 14)
    if code in SITES:
        yield Scene(60, lambda world, at: _attest(world, at, code, place), 15)


SCENES = tuple(_all())
