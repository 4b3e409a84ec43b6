"""A job whose messages are carried as files between a coordinating centre and three sites."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_result import JobResult
from cimara.federation.site.release_by_hand import Responded, respond
from cimara.federation.transport.dropped import Dropped
from cimara.federation.transport.filedrop import FileDropTransport
from tests.federated.engine.small_job import House

PERSON = "Demo Member 014"


@dataclass
class Carried:
    """The centre's folder, and a copy of it at each site, as a courier makes them."""

    base: Path
    restarts: bool = True
    """Whether each answer is given by a new process at the site, from a copy of the folder; else by one that
    stays, in a folder that all share, which is faster."""
    house: House = field(init=False)

    def __post_init__(self) -> None:
        self.live_in(House(self.base / "house"))

    def live_in(self, house: House) -> Carried:
        """Carry files between the sites of that house."""
        self.house = house
        self.centre = self.base / "centre"
        self.transport = FileDropTransport(self.centre, house.known)
        self.asked: list[tuple[str, str, tuple[str, ...]]] = []
        return self

    @property
    def sites(self) -> tuple[str, ...]:
        return tuple(self.house.transport.nodes)

    def start(self, *analyses: str) -> JobResult:
        """The centre orders a job."""
        return self.house.coordinator(self.transport).run(analyses or ("A2",))

    def resume(self) -> JobResult:
        """The centre looks at what came back."""
        return self.house.coordinator(self.transport).resume()

    def at(self, site: str) -> Path:
        """The site's copy of the centre's folder."""
        return self.base / "at" / site

    def bring(self, site: str) -> Path:
        """Carry the centre's folder to a site."""
        shutil.copytree(self.centre, self.at(site), dirs_exist_ok=True)
        return self.at(site)

    def respond(self, site: str, typed: str | None = None, folder: Path | None = None) -> Responded:
        """A person at the site answers what lies there, and types the job's number or something else."""

        def ask(job: str, lines: tuple[str, ...]) -> str:
            self.asked.append((site, job, lines))
            return job if typed is None else typed

        node = self.house.restarted(site) if self.restarts else self.house.transport.nodes[site]
        return respond(folder or self.at(site), node, ask, person=PERSON)

    def take_back(self, site: str) -> None:
        """Carry a site's files back to the centre."""
        shutil.copytree(self.at(site), self.centre, dirs_exist_ok=True)

    def trip(self, *sites: str) -> None:
        """Carry the folder to these sites (all), have them answer, and carry it back."""
        for site in sites or self.sites:
            self.bring(site)
            self.respond(site)
            self.take_back(site)

    def trip_in_one_folder(self) -> None:
        """All sites answer in the centre's own folder, which they share."""
        for site in self.sites:
            self.respond(site, folder=self.centre)

    def until_done(self, result: JobResult) -> tuple[JobResult, int]:
        """The job's end, and how many times the folder was carried."""
        trips = 0
        while str(result.state) == "paused":
            self.trip() if self.restarts else self.trip_in_one_folder()
            trips += 1
            result = self.resume()
        return result, trips

    def answers(self, site: str, folder: Path | None = None) -> list[Path]:
        """Files with answers of a site, in the order of their rounds."""
        return sorted((folder or self.centre).rglob(f"answer-{site}*.msg"))

    def ledger(self, site: str) -> list[Mapping[str, Any]]:
        return self.house.ledger(site)

    def rewritten(self, path: Path, **changed: Any) -> None:
        """An answer's file with other fields, with a length and a hash that fit."""
        told = Dropped.of(path.read_bytes())
        fields = {name: getattr(told, name) for name in Dropped.__dataclass_fields__}
        path.write_bytes(Dropped(**fields | changed).packed())
