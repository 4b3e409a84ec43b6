"""The data of each site that a study is built from, with the hashes that say what they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from cimara.cohort.dataset import Dataset, pooled
from cimara.cohort.model import data_model
from cimara.cohort.store.content import content_hash, joint_hash
from cimara.cohort.store.store import Store
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.model import SITE


@dataclass(frozen=True, eq=False)
class SiteData:
    """One site's data; `tables` are content hashes by entity, `version` is None outside a store."""

    site_id: str
    dataset: Dataset
    content_hash: str
    tables: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None
    schema_version: str = ""
    mapping_hash: str = ""
    release_id: str = ""


def from_store(store: Store, study_id: str, sites: Iterable[str] = ()) -> tuple[SiteData, ...]:
    """The current version of every site of a study, or of the sites named. Raises StoreError."""
    named = tuple(sites)
    found = []
    for site_id, version in store.current(study_id).items():
        if named and site_id not in named:
            continue
        found.append(
            SiteData(
                site_id=site_id,
                dataset=store.read(study_id, site_id, version.number),
                content_hash=version.content_hash,
                tables={name: entry.content_hash for name, entry in version.tables.items()},
                version=version.number,
                schema_version=version.line.schema_version,
                mapping_hash=version.line.mapping_hash,
                release_id=version.release_id,
            )
        )
    return tuple(found)


def from_datasets(datasets: Mapping[str, Dataset]) -> tuple[SiteData, ...]:
    """Data sets by site that are in no store, for notebooks and tests."""
    found = []
    for site_id, dataset in datasets.items():
        tables = {
            name: content_hash(data_model().entity(name), frame)
            for name, frame in dataset.tables.items()
            if frame.height
        }
        found.append(SiteData(site_id, dataset, joint_hash(tables), tables, None, data_model().version))
    return tuple(found)


def pooled_sites(sources: Iterable[SiteData]) -> tuple[Dataset, pl.DataFrame]:
    """All sites as one data set, and the site of each patient (patient_id, site).

    Raises
    ------
    StudyRefusedError
        Two sites use the same patient id.
    """
    held = list(sources)
    owners = pl.concat(
        [one.dataset.frame("Patient").select("patient_id", pl.lit(one.site_id).alias(SITE)) for one in held]
    )
    twice = owners.filter(pl.col("patient_id").is_duplicated())
    if twice.height:
        names = ", ".join(twice[SITE].unique().sort().to_list())
        raise StudyRefusedError(
            f"{twice['patient_id'].n_unique()} patient ids are used twice",
            where=names,
            expected="ids that begin with the site's own id",
        )
    return pooled(one.dataset for one in held), owners
