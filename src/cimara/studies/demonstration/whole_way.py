"""Makes the demonstration study and walks it: dirty exports, reports, mended exports, submissions, report."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.dataset import Dataset, pooled
from cimara.cohort.deid.scan import scan
from cimara.cohort.errors import CohortError
from cimara.cohort.harmonise.mapping import read_mapping
from cimara.cohort.harmonise.matrix import Matrix, matrix
from cimara.cohort.harmonise.matrix_forms import write_matrix
from cimara.cohort.harmonise.opening import read_any
from cimara.cohort.report.build import Report, validate
from cimara.cohort.report.json import report_json
from cimara.cohort.report.output import write_report
from cimara.cohort.store.store import Store
from cimara.cohort.study.duo import DataUse, DuoTerm
from cimara.cohort.study.keys import public_half, write_key
from cimara.cohort.study.needed import NeededField
from cimara.cohort.study.signing import sign, write_signature
from cimara.cohort.study.sites import FILE, Site, sites_text
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.exports import Delivery, write_exports
from cimara.cohort.synth.options import Scenario, SynthOptions
from cimara.studies.check import CheckedStudy, check_study
from cimara.studies.needed import study_needs
from cimara.studies.run import Finished, run_study
from cimara.studies.site_forms import own_dictionary
from cimara.studies.sources import from_store

FILES = ("study.toml", "rn_recurrence.toml")
DATA = "rn-bev-demo"
ACCEPTED = "invented patients of a demonstration"
AUTHOR = "demonstration"
COORDINATOR = "coordinator"
INVESTIGATOR = "Invented Investigator"
SITES_FILE_HEAD = (
    "# Invented hospitals. Their keys are made from the seed of the demonstration: never use them.\n\n"
)

Progress = Callable[[str], None]
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class SiteWay:
    """What became of one site: the report of what it sent first, of what it sent then, and its version.

    `first` is None where the first export could not be read at all; `refusal` says why.
    """

    delivery: Delivery
    first: Report | None
    refusal: str
    mended: Report
    version: int


@dataclass(frozen=True)
class Demonstration:
    """The folder of the demonstration and what is in it."""

    folder: Path
    checked: CheckedStudy
    sites: Mapping[str, SiteWay]
    matrix: Matrix
    finished: Finished


def make_demonstration(
    folder: Path,
    *,
    seed: int = 1,
    patients: int = 1700,
    sites: int = 17,
    now: Clock,
    progress: Progress | None = None,
) -> Demonstration:
    """Walk the demonstration study the whole way, in a new or empty folder.

    Parameters
    ----------
    now
        The clock, for the store, the signatures and the report.
    progress
        Is told each step.

    Raises
    ------
    CohortError
        The folder is not empty, or a mended export still has errors.
    """
    say = progress or (lambda text: None)
    deliveries, study = start_demonstration(
        folder, seed=seed, patients=patients, sites=sites, now=now, progress=say
    )
    walk = Walk(folder, study, Store(str(folder / "store")), now)
    ways, held = {}, []
    for one in deliveries:
        say(f"{one.site_id}: validate, mend, submit")
        ways[one.site_id], dataset = walk.site(one)
        held.append(dataset)
    say("harmonisation matrix")
    made = walk.matrix(deliveries, held)
    sources = from_store(walk.store, study.study.id)
    finished = run_study(study, sources, folder / "out", now=now, progress=say)
    return Demonstration(folder, study, ways, made, finished)


def start_demonstration(
    folder: Path, *, seed: int, patients: int, sites: int, now: Clock, progress: Progress
) -> tuple[list[Delivery], CheckedStudy]:
    """Write what the demonstration begins with: the exports of all sites, and the study that they signed.

    Raises CohortError where the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CohortError("the folder is not empty", where=str(folder), hint="Name a new folder.")
    options = SynthOptions(seed=seed, scenario=Scenario.RN_TREATED, patients=patients, sites=sites)
    deliveries = write_exports(synth_consortium(options), folder / "consortium", progress=progress)
    study = write_study(folder / "study", [one.site_id for one in deliveries], seed=seed, now=now)
    return deliveries, study


def write_study(folder: Path, sites: list[str], *, seed: int, now: Clock) -> CheckedStudy:
    """Write the study file with its definition, the file of sites, and the signature of every site."""
    folder.mkdir(parents=True, exist_ok=True)
    packaged = resources.files(__package__).joinpath(DATA)
    for name in FILES:
        (folder / name).write_bytes(packaged.joinpath(name).read_bytes())
    checked = check_study(folder / FILES[0])
    keys = {site: _key(site, seed) for site in sites}
    terms = DataUse(terms=(DuoTerm.HEALTH_MEDICAL, DuoTerm.PUBLICATION))
    known = {
        site: Site(site_id=site, name=f"Demo Hospital {place:02d}", key=public_half(key), data_use=terms)
        for place, (site, key) in enumerate(keys.items(), start=1)
    }
    (folder / FILE).write_text(SITES_FILE_HEAD + sites_text(known), encoding="utf-8")
    (folder / "keys").mkdir()
    write_key(_coordinator_key(), folder / "keys" / f"{COORDINATOR}.pem")
    for site, key in keys.items():
        write_key(key, folder / "keys" / f"{site}.pem")
        made = sign(
            study_id=checked.study.id,
            study_hash=checked.hash,
            site_id=site,
            signed_by=INVESTIGATOR,
            at=now(),
            key=key,
        )
        write_signature(made, checked.path)
    return checked


def _key(site: str, seed: int) -> Ed25519PrivateKey:
    """A key that anyone can make again from the seed, for invented sites only."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{seed} {site}".encode()).digest())


def _coordinator_key() -> Ed25519PrivateKey:
    """The key that the packaged study file names; its public half cannot follow the seed."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"demonstration coordinator").digest())


@dataclass(frozen=True)
class Walk:
    """The way from exports to submissions in one folder."""

    folder: Path
    study: CheckedStudy
    store: Store
    now: Clock

    @cached_property
    def needs(self) -> tuple[NeededField, ...]:
        """Every field that the study reads."""
        return study_needs(self.study)

    @cached_property
    def analyses(self) -> dict[str, list[str]]:
        """Fields as `Entity.field` by what needs them, as validation reports take them."""
        found: dict[str, list[str]] = {}
        for one in self.needs:
            for reason in one.by:
                found.setdefault(reason or "variables", []).append(f"{one.entity}.{one.field}")
        return found

    def site(self, delivery: Delivery) -> tuple[SiteWay, Dataset]:
        """A site's first export and its report, the mended export and its report, and the submission."""
        folder = self.folder / "reports" / delivery.site_id
        first, refusal = self.first(folder / "first", delivery)
        dataset = read_any(_opened(delivery.mended), delivery.mapping)
        report = self.report(dataset, delivery)
        write_report(report, folder / "mended")
        if not report.ok:
            raise CohortError(f"the mended export has {report.errors} errors", where=delivery.site_id)
        mapping = hashlib.sha256(delivery.mapping.read_bytes()).hexdigest() if delivery.mapping else ""
        made = self.store.submit(
            dataset,
            report.counts,
            report_json(report),
            study=self.study.study.id,
            site=delivery.site_id,
            author=AUTHOR,
            now=self.now(),
            mapping_hash=mapping,
            study_hash=self.study.hash,
            soft_hit_reason=ACCEPTED,
        )
        return SiteWay(delivery, first, refusal, report, made.version), dataset

    def first(self, folder: Path, delivery: Delivery) -> tuple[Report | None, str]:
        """The report of what a site sent first, or why it could not be read."""
        try:
            dataset = read_any(_opened(delivery.export), delivery.mapping)
        except CohortError as error:
            return None, str(error)
        report = self.report(dataset, delivery)
        write_report(report, folder)
        return report, ""

    def report(self, dataset: Dataset, delivery: Delivery) -> Report:
        """The validation report of a data set, identifiers included."""
        return validate(
            dataset,
            study=self.study.study.id,
            site=delivery.site_id,
            needed=[f"{one.entity}.{one.field}" for one in self.needs],
            identifiers=scan(dataset, site=delivery.site_id),
            analyses=self.analyses,
        )

    def matrix(self, deliveries: list[Delivery], held: list[Dataset]) -> Matrix:
        """The harmonisation matrix of all sites, with what each analysis needs."""
        mappings = [
            read_mapping(one.mapping) if one.mapping else own_dictionary(one.site_id) for one in deliveries
        ]
        shared = [(one.entity, one.field) for one in self.needs if {"cohort", "origin"} & set(one.by)]
        analyses = {
            one.id: shared + [(need.entity, need.field) for need in self.needs if one.id in need.by]
            for one in self.study.study.analyses
        }
        made = matrix(mappings, dataset=pooled(held), analyses=analyses)
        write_matrix(made, self.folder / "matrix")
        return made


def _opened(export: Path) -> Path:
    """The one file of an export, or its folder where there are several."""
    files = sorted(one for one in export.iterdir() if one.is_file())
    return files[0] if len(files) == 1 else export
