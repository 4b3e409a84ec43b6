"""A site with its ledger and policy, and what a coordinator asks it, without rows and without a network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from cimara.cohort.study.keys import new_key, public_half
from cimara.federation.errors import Code, FederationError
from cimara.federation.grid import Grid, GridKind
from cimara.federation.guard.checks import Guard
from cimara.federation.messages.kinds import Order, Query
from cimara.federation.site.ledger import Ledger
from cimara.federation.site.policy import Policy
from cimara.federation.study import Facts, FederatedStudy
from cimara.outcomes.contract import Summary

SITES = ("NL01", "UT02", "DE03", "FR04")
SITE = SITES[0]
HASH = "ab" * 32
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEYS = {site: public_half(new_key()) for site in SITES}


@dataclass(frozen=True)
class NamedWork:
    """An analysis of which only the names matter."""

    id: str
    estimator: str


def study(**changed: Any) -> FederatedStudy[Any]:
    analyses = {
        name: NamedWork(name, estimator)
        for name, estimator in (("A1", "cox_strat"), ("A2", "cox_shared"), ("A3", "cox_strat"))
    }
    told: dict[str, Any] = {
        "id": "rn-bev-1", "hash": HASH, "analyses": analyses, "grid": Grid.of(GridKind.MONTHLY, until=730),
        "sites": KEYS, "coordinators": {}, "signed": frozenset(SITES),
    }  # fmt: skip
    return FederatedStudy(**told | changed)


def order(**changed: Any) -> Order:
    told: dict[str, Any] = {
        "job": "0043", "sender": "coordinator", "study": "rn-bev-1", "study_hash": HASH,
        "analyses": ("A1", "A2"), "roster": SITES, "masked": True, "issued": NOW.isoformat(),
        "expires": (NOW + timedelta(hours=8)).isoformat(),
    }  # fmt: skip
    return Order(**told | changed)


def facts(patients: int | Iterable[int] = 104, **changed: Any) -> Facts:
    """Counts of patients 0, 1, ..; or of those with these numbers."""
    numbers = range(patients) if isinstance(patients, int) else list(patients)
    told: dict[str, Any] = {
        "patients": len(numbers), "rows": len(numbers), "events": {"death": 41}, "parameters": 4,
        "levels": {"sex=f": 50, "sex=m": 54}, "largest": 3.2,
        "units": frozenset(f"Demo Member {one:03d}" for one in numbers),
        "exits": np.array([[30.0, 40.0, 34.0]]), "exits_with_event": np.array([[12.0, 15.0, 14.0]]),
    }  # fmt: skip
    return Facts(**told | changed)


def numbers(n: int = 4) -> Summary:
    return Summary("cox", {"loglik": np.array([-3.0]), "score": np.ones(n), "information": np.ones((n, n))})


def query(state: bytes = b"", step: int = 1, **changed: Any) -> Query:
    told: dict[str, Any] = {
        "job": "0043", "sender": "coordinator", "analysis": "A1", "step": step, "attempt": 0, "schema": "",
        "total": {}, "unions": {}, "state": np.frombuffer(state, dtype=np.uint8),
    }  # fmt: skip
    return Query(**told | changed)


@dataclass
class House:
    """One site; what it refuses it writes down, as a site's node does."""

    folder: Path
    study: FederatedStudy[Any] = field(default_factory=study)
    policy: Mapping[str, Any] = field(default_factory=dict)
    order: Order = field(default_factory=order)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.folder / "ledger.jsonl")

    def guard(self) -> Guard:
        told = {"data": self.folder, "allowed": frozenset({HASH}), **self.policy}
        made = Guard(self.study, Policy(**told), self.ledger, SITE)
        made.order(self.order, NOW)
        return made

    def ask(self, about: Facts, *, analysis: str = "A1", version: str = "v1", patients: int = 900) -> None:
        """Step 0 of an analysis and, where it is answered, the sum of all sites."""
        guard, job = self.guard(), self.order.job
        guard.cohort(analysis, about, version, job)
        own = about.summary()
        guard.outgoing(self.study.analyses[analysis], about, own, own, self.order.masked)
        self.ledger.write(decision="sent", job=job, study=self.study.id, analysis=analysis, bytes=480)
        guard.total(analysis, pooled(about, patients), about, job)

    def other(self, job: str, **changed: Any) -> House:
        """The same site at another job."""
        return replace(self, order=replace(self.order, job=job, **changed))

    def ledger_text(self) -> str:
        return json.dumps(self.ledger.entries())


def pooled(about: Facts, patients: int = 900) -> Summary:
    """The sum of four sites that are like this one, with so many patients."""
    sums = {name: values * 4 for name, values in about.summary().sums.items()}
    return Summary("facts", sums | {"patients": np.array([float(max(patients, about.patients))])})


def code_of(error: Any) -> Code:
    assert isinstance(error.value, FederationError)
    return error.value.code
