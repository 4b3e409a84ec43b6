"""What a kit holds besides NVFlare's files, and how a process of the kit finds it: `house/`.

    house/cimara_site.toml      the site's policy; it names the data
    house/site_key.pem          the site's Ed25519 key (`coordinator_key.pem`, `researcher_key.pem` elsewhere)
    house/studies/ID/           study.toml, sites.toml and the sites' signatures
    house/kept/                 the ledger, and a folder for each job

Study, data, key and policy come from here and never from a job. The process of an idle house imports this
module, so whatever reads rows or runs analyses is imported where it is used: it would double the memory.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.study.keys import KeyTextError, PublicKey, public_half, read_key
from cimara.federation.errors import Code, FederationError
from cimara.federation.site.ledger import Ledger

if TYPE_CHECKING:
    from cimara.federation.study import FederatedStudy

HOUSE, KEPT, STUDIES = "house", "kept", "studies"
STUDY, POLICY = "study.toml", "cimara_site.toml"
KEYS = {"site": "site_key.pem", "server": "coordinator_key.pem", "researcher": "researcher_key.pem"}
COORDINATOR = "coordinator"
"""The name under which study files register the key of the server."""


@dataclass(frozen=True, slots=True)
class House:
    """The `house/` of a kit."""

    kit: Path

    @property
    def folder(self) -> Path:
        """`house/`."""
        return self.kit / HOUSE

    @property
    def kept(self) -> Path:
        """Where jobs and the ledger lie."""
        return self.folder / KEPT

    @property
    def policy(self) -> Path:
        """`cimara_site.toml`."""
        return self.folder / POLICY

    @property
    def ledger(self) -> Ledger:
        """The ledger of what left this house and what was refused."""
        return Ledger(self.kept / "ledger.jsonl")

    def key(self, role: str) -> Ed25519PrivateKey:
        """The private key of the house in that role. Raises FederationError (BAD_KIT) where there is none."""
        try:
            return read_key(self.folder / KEYS[role])
        except KeyTextError as error:
            raise FederationError(
                Code.BAD_KIT, "the key of this house cannot be read", where=KEYS[role],
                hint=f"`cimara study sign --new-key house/{KEYS[role]}` makes one; send its public half in.",
            ) from error  # fmt: skip

    def studies(self) -> Iterator[tuple[Path, FederatedStudy[Any]]]:
        """The studies that can be read, with their folders."""
        for path, study, _ in self.read_studies():
            if study is not None:
                yield path.parent, study

    def read_studies(self) -> Iterator[tuple[Path, FederatedStudy[Any] | None, str]]:
        """Every study file with its study, or with what is wrong with it."""
        from cimara.federation.opening import open_study
        from cimara.terms.errors import CimaraError

        for path in self._study_files():
            try:
                yield path, open_study(path), ""
            except CimaraError as error:
                yield path, None, str(error)

    def study(self, study_hash: str) -> FederatedStudy[Any]:
        """The study with that hash. Raises FederationError (UNKNOWN_STUDY)."""
        for _, one in self.studies():
            if one.hash == study_hash:
                return one
        raise FederationError(
            Code.UNKNOWN_STUDY, "there is no such study in this house",
            hint="Put the study file, as signed, into a folder of house/studies.",
        )  # fmt: skip

    def named(self, name: str) -> FederatedStudy[Any]:
        """The study of that id. Raises FederationError (UNKNOWN_STUDY)."""
        for _, one in self.studies():
            if one.id == name:
                return one
        raise FederationError(Code.UNKNOWN_STUDY, "there is no study of that id in this house", where=name)

    def coordinators(self) -> dict[str, PublicKey]:
        """Keys that orders of any study of this house may be signed with, by name.

        Whether an order fits a study that this house has signed is checked again before anything is answered.
        """
        found: dict[str, PublicKey] = {}
        for path in self._study_files():
            try:
                found |= _coordinators_in(path.read_bytes())
            except (OSError, ValueError, KeyError, TypeError, AttributeError, KeyTextError):
                continue
        return found

    def _study_files(self) -> list[Path]:
        return sorted((self.folder / STUDIES).glob(f"*/{STUDY}"))

    def public_key(self, role: str) -> PublicKey:
        """The public half of the house's key."""
        return public_half(self.key(role))


@lru_cache(maxsize=64)
def _coordinators_in(study: bytes) -> Mapping[str, PublicKey]:
    """Whom a study file names; asked at every message, and taken apart where the file has changed."""
    named = tomllib.loads(study.decode("utf-8"))["federation"]["coordinators"]
    return {str(name): PublicKey.of_text(str(key)) for name, key in named.items()}


def kit_of_app(app: Path) -> Path:
    """The kit that a deployed app lies in: NVFlare puts it into `KIT/JOB/app_NAME`."""
    return app.resolve().parents[1]
