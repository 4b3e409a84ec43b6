"""A small Cox study over a few sites, its nodes one by one, and the messages that a coordinator sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from cimara.federation.centre.coordinator import Coordinator
from cimara.federation.centre.status import Status
from cimara.federation.exchange import Record, Wanted, advance
from cimara.federation.guard.shapes import parted
from cimara.federation.masking import unmasked_sum
from cimara.federation.messages.kinds import Answer, Members, Message, Order, Query, Refused, read_any, signed
from cimara.federation.site.ledger import Ledger
from cimara.federation.site.node import SiteNode
from cimara.federation.tables.studies import SimulatedStudy, table_study
from cimara.federation.transport.local import LocalTransport, content_hash, local
from cimara.outcomes.contract import Summary, to_bytes
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.rows import Survival

SITES = ("NL01", "UT02", "CH03")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COLUMNS = ("dose", "volume")


def table(site: str, n: int = 40, *, covariates: int = 2, seed: int = 0) -> pl.DataFrame:
    """Made-up rows of one site; times are days, covariates already scaled."""
    chance = np.random.default_rng([seed, *site.encode()])
    x = np.clip(chance.normal(size=(n, covariates)), -3, 3)
    strength = np.linspace(0.5, -0.3, covariates)
    fails = chance.exponential(300 * np.exp(-x @ strength)) + 0.37
    ends = chance.uniform(100, 1500, n)
    names = (*COLUMNS, *(f"x{place}" for place in range(2, covariates)))[:covariates]
    return pl.DataFrame(
        {
            "patient": [f"{site}-member-{place:03d}" for place in range(n)],
            "centre": [site] * n,
            "days": np.minimum(fails, ends),
            "died": (fails <= ends).astype(np.int64),
        }
        | {name: x[:, place] for place, name in enumerate(names)}
    )


def cox_analysis(name: str = "A2", **changed: Any) -> dict[str, Any]:
    """A stratified Cox model of the study file."""
    return {
        "id": name,
        "estimator": "cox_strat",
        "time": "days",
        "event": "died",
        "patient": "patient",
        "site": "centre",
        "covariates": [{"name": name} for name in COLUMNS],
    } | changed


def study_of(*analyses: Mapping[str, Any], sites: tuple[str, ...] = SITES, **told: Any) -> SimulatedStudy:
    """The study of these analyses (one Cox model where none is named), with all its keys."""
    return table_study(analyses or (cox_analysis(),), sites=sites, **told)


def tables_of(sites: tuple[str, ...] = SITES, n: int = 40, **told: Any) -> dict[str, pl.DataFrame]:
    """Rows of all sites."""
    return {site: table(site, n, **told) for site in sites}


def pooled(tables: Mapping[str, pl.DataFrame], covariates: tuple[str, ...] = COLUMNS) -> CoxFit:
    """The same model on all rows in one place."""
    rows = Survival.from_frame(
        pl.concat(tables.values()), time="days", event="died", covariates=list(covariates), strata=["centre"]
    )
    return cox(rows)


@dataclass
class Clock:
    """A time that stands still until it is set."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def goes(self, **by: float) -> None:
        """Move it on."""
        self.at += timedelta(**by)


@dataclass
class House:
    """Local sites of a study in a folder, and what it takes to speak to them as the coordinator does."""

    folder: Path
    study: Any = field(default_factory=study_of)
    tables: Mapping[str, pl.DataFrame] = field(default_factory=tables_of)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.transport: LocalTransport[pl.DataFrame] = local(self.tables, folder=self.folder, now=self.clock)
        self.known, self.key = self.transport.open(self.study)

    def coordinator(
        self, transport: Any = None, *, folder: str = "job", progress: Any = None
    ) -> Coordinator[Any]:
        """A coordinator of the study; a new one is what a restarted process would make."""
        return Coordinator(
            study=self.known,
            transport=transport or self.transport,
            folder=self.folder / folder,
            key=self.key,
            now=self.clock,
            progress=progress,
        )

    def restarted(
        self, site: str, rows: pl.DataFrame | None = None, **changed: Any
    ) -> SiteNode[pl.DataFrame]:
        """The site as a new process finds it, with other rows where they are given."""
        folder = self.folder / "sites" / site
        own = self.tables[site] if rows is None else rows
        made: dict[str, Any] = {
            "folder": folder,
            "site": site,
            "key": self.study.private_keys[site],
            "study": self.known,
            "policy": folder / "cimara_site.toml",
            "data": lambda: (own, content_hash(own)),
            "now": self.clock,
        }
        node = SiteNode(**made | changed)
        self.transport.nodes[site] = node
        return node

    def order(self, **changed: Any) -> Order:
        """An order for the analyses of the study."""
        made = Order(
            job="20260302-090000-0a1b2c3d",
            sender="coordinator",
            study=self.known.id,
            study_hash=self.known.hash,
            analyses=tuple(self.known.analyses),
            roster=tuple(sorted(self.known.sites)),
            masked=self.known.masked,
            issued=START.isoformat(),
            expires=(START + timedelta(days=2)).isoformat(),
        )
        return replace(made, **changed)

    def says(self, message: Message, site: str = "UT02", key: Any = None) -> Message:
        """What a site answers to a message of the coordinator."""
        frame = self.transport.nodes[site].answer(signed(message, key or self.key))
        return read_any(frame, {site: self.known.sites[site]})

    def ledger(self, site: str = "UT02") -> list[Mapping[str, Any]]:
        """The lines of a site's ledger."""
        return list(Ledger(self.folder / "sites" / site / "ledger.jsonl").entries())

    def joined(self, order: Order | None = None) -> dict[str, bytes]:
        """All sites join: their frames."""
        frame = signed(order or self.order(), self.key)
        return {site: node.answer(frame) for site, node in self.transport.nodes.items()}

    def members(self, order: Order | None = None) -> Members:
        """The members' message after all joined."""
        told = tuple((site, frame.hex()) for site, frame in self.joined(order).items())
        return Members(job=(order or self.order()).job, sender="coordinator", joined=told)

    def ready(self, order: Order | None = None) -> None:
        """All sites have joined and know each other's keys."""
        members = self.members(order)
        for site in self.transport.nodes:
            answer = self.says(members, site)
            assert not isinstance(answer, Refused), answer.words

    def asking(self, analysis: str = "A2") -> Rounds:
        """The rounds of one analysis, asked one by one."""
        return Rounds(self, analysis)


@dataclass
class Rounds:
    """Asks the rounds of an analysis as a coordinator does, and may be made to ask otherwise."""

    house: House
    analysis: str
    totals: list[Summary] = field(default_factory=list)
    attempt: int = 0

    def query(self, **changed: Any) -> Query:
        """The next query."""
        here = self._here()
        last = self.totals[-1] if self.totals else Summary("")
        state = b"" if here.state is None else to_bytes(here.state)
        made = Query(
            job=self.house.order().job, sender="coordinator", analysis=self.analysis, step=here.step,
            attempt=self.attempt, schema=last.schema, total=last.sums, unions=last.unions,
            state=np.frombuffer(state, dtype=np.uint8),
        )  # fmt: skip
        return replace(made, **changed)

    def answered(self, site: str = "UT02", **changed: Any) -> Message:
        """What a site answers to the next query."""
        return self.house.says(self.query(**changed), site)

    def forward(self, rounds: int = 1) -> Rounds:
        """Ask all sites, and know the sum."""
        for _ in range(rounds):
            query, here = self.query(), self._here()
            answers = [self.house.says(query, site) for site in self.house.transport.nodes]
            words = [one.words for one in answers if isinstance(one, Answer)]
            assert len(words) == len(answers), [getattr(one, "words", "") for one in answers]
            self.totals.append(Summary(here.own.schema, parted(unmasked_sum(words), here.own)))
        return self

    def _here(self) -> Wanted:
        here = advance(self.house.known.analyses[self.analysis].empty(), Record(list(self.totals)))
        assert isinstance(here, Wanted)
        return here


def refused(answer: Message, house: House, site: str = "UT02") -> str:
    """The code of a refusal that is in the site's ledger too, as its last line."""
    assert isinstance(answer, Refused), f"answered: {type(answer).__name__}"
    line = house.ledger(site)[-1]
    assert (line["decision"], line["code"], line["words"]) == ("refused", answer.code, answer.words)
    return answer.code


def states(seen: list[tuple[str, int]]) -> Any:
    """A callback that keeps the state and the rounds done of each status."""

    def progress(status: Status) -> None:
        seen.append((str(status.state), status.done))

    return progress
