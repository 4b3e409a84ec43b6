"""Sites in this process, for tests, simulation and data that are pooled anyway: all but the network is real.

Every message is signed, encoded, guarded and masked as it would be between hospitals; sites keep their
ledgers and rounds in folders of their own.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.study.keys import new_key, public_half
from cimara.federation.centre.job_folder import put
from cimara.federation.errors import Code, FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.grid import GridKind
from cimara.federation.site.node import SiteNode
from cimara.federation.site.policy import FILE, policy_text
from cimara.federation.study import FederatedStudy

D = TypeVar("D")
MEMORY = Path("/dev/shm")
COORDINATOR = "coordinator"


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def local(
    tables: Mapping[str, D],
    *,
    folder: Path | None = None,
    versions: Mapping[str, str] | None = None,
    keys: Mapping[str, Ed25519PrivateKey] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> LocalTransport[D]:
    """Sites in this process, by their ids, each with its rows.

    Parameters
    ----------
    tables
        Rows of each site, in the form that the study's analyses take: a polars DataFrame for a table study.
    folder
        Where sites keep their ledgers and rounds, and jobs lie; None: in memory, gone with the transport.
    versions
        Content hash of each site's rows; None for tables, whose bytes are hashed.
    keys
        Private keys by site, and "coordinator"; None: those of a simulated study (`table_study`), or new ones
        that stand in for the registered ones, since nothing leaves this process.
    """
    return LocalTransport(tables, folder=folder, versions=versions, keys=keys, now=now)


class LocalTransport(Generic[D]):
    """Hands messages to sites in this process; `nodes` by site once `open` was called."""

    def __init__(
        self,
        tables: Mapping[str, D],
        *,
        folder: Path | None,
        versions: Mapping[str, str] | None,
        keys: Mapping[str, Ed25519PrivateKey] | None,
        now: Callable[[], datetime],
    ) -> None:
        self._tables, self._versions, self._keys, self.now = dict(tables), versions, keys, now
        self._given = folder
        self._gone: weakref.finalize[Any, Any] | None = None
        self.nodes: dict[str, SiteNode[D]] = {}
        self.folder = Path()

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that have rows here."""
        return tuple(self._tables)

    def open(self, study: FederatedStudy[D]) -> tuple[FederatedStudy[D], Ed25519PrivateKey]:
        """Set the sites up for a study: gives the study as they know it, and the coordinator's key.

        Raises FederationError (NOT_A_MEMBER) for rows of a site that is not in the study.
        """
        foreign = sorted(set(self._tables) - set(study.sites))
        if foreign:
            raise FederationError(
                Code.NOT_A_MEMBER, "not a site of the study", where=", ".join(foreign),
                expected=", ".join(study.sites),
            )  # fmt: skip
        keys = self._keys_for(study)
        known = self._with_keys(study, keys)
        self.folder = self._new_folder()
        self.nodes = {site: self._node(site, rows, known, keys[site]) for site, rows in self._tables.items()}
        return known, keys[COORDINATOR]

    def send(self, frame: bytes, sites: tuple[str, ...]) -> Mapping[str, bytes]:
        """One frame to each site, one after the other."""
        away = [site for site in sites if site not in self.nodes]
        if away:
            raise FederationError(Code.SITE_LOST, "has no rows here", where=away[0])
        return {site: self.nodes[site].answer(frame) for site in sites}

    def close(self) -> None:
        """Remove the folder in memory, where there is one; it goes with the transport anyway."""
        if self._gone is not None:
            self._gone()

    def __enter__(self) -> LocalTransport[D]:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def _keys_for(self, study: FederatedStudy[D]) -> Mapping[str, Ed25519PrivateKey]:
        known: Mapping[str, Ed25519PrivateKey] = self._keys or getattr(study, "private_keys", {})
        return {name: known.get(name) or new_key() for name in (*study.sites, COORDINATOR)}

    def _with_keys(
        self, study: FederatedStudy[D], keys: Mapping[str, Ed25519PrivateKey]
    ) -> FederatedStudy[D]:
        """The study with the public halves of the keys that are here; sites whose key is the study's own have
        to have signed it, and the others' signatures are taken as given."""
        own = {site: public_half(keys[site]) for site in study.sites}
        replaced = {site for site in study.sites if study.sites[site] != own[site]}
        return replace(
            study,
            sites=own,
            coordinators={COORDINATOR: public_half(keys[COORDINATOR])},
            signed=study.signed | replaced,
        )

    def _node(self, site: str, rows: D, study: FederatedStudy[D], key: Ed25519PrivateKey) -> SiteNode[D]:
        folder = self.folder / "sites" / site
        if not (folder / FILE).is_file():
            text = policy_text(
                data="in memory", allowed=[study.hash], allow_event_times=study.grid.kind is GridKind.EXACT,
                allow_plain=not study.masked or _shows_sites(study),
            )  # fmt: skip
            put(folder / FILE, text.encode(), lasting=False)
        version = self._versions[site] if self._versions else content_hash(rows)
        return SiteNode(
            folder=folder, site=site, key=key, study=study, policy=folder / FILE,
            data=lambda: (rows, version), now=self.now,
        )  # fmt: skip

    def _new_folder(self) -> Path:
        if self._given is not None:
            return self._given
        self.close()
        made = tempfile.mkdtemp(prefix="cimara-federation-", dir=MEMORY if MEMORY.is_dir() else None)
        self._gone = weakref.finalize(self, shutil.rmtree, made, ignore_errors=True)
        return Path(made)


def content_hash(rows: Any) -> str:
    """SHA-256 of a table's content.

    Raises FederationError (BAD_TABLE) for rows in another form, whose hashes `local(versions=)` takes.
    """
    if not isinstance(rows, pl.DataFrame):
        raise FederationError(
            Code.BAD_TABLE, f"rows in a {type(rows).__name__} have no hash here", hint="Give `versions`."
        )
    buffer = io.BytesIO()
    rows.write_ipc(buffer)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def _shows_sites(study: FederatedStudy[Any]) -> bool:
    return any(ESTIMATORS[work.estimator].by_site for work in study.analyses.values())
