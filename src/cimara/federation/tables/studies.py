"""Studies over one flat table a site: read from a TOML file, or made in Python for simulation and tests."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.study.canonical import canonical_json
from cimara.cohort.study.disclosure import Disclosure, loosened
from cimara.cohort.study.errors import Fault, StudyError
from cimara.cohort.study.keys import KeyTextError, PublicKey, new_key, public_half
from cimara.cohort.study.signing import SignatureState, read_signatures, states
from cimara.cohort.study.sites import FILE, is_site_id, read_sites
from cimara.federation.errors import FederationError
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.grid import Grid, GridKind
from cimara.federation.study import FederatedStudy
from cimara.federation.tables.asked import Asked
from cimara.federation.tables.reading import AnalysisReader
from cimara.federation.tables.works import TableWork
from cimara.terms.toml_lines import parted_lines

FORM = "cimara-table-study/1"
TOP_KEYS = ("study", "federation", "analysis", "disclosure")
STUDY_KEYS = ("id", "title", "expires", "data_model")
FEDERATION_KEYS = ("grid", "until", "days", "masked", "sites", "coordinators", "supersedes")
DISCLOSURE_KEYS = ("min_n", "min_events", "min_sites", "round_base")
LONGEST = 3652.5
"""Days on which a grid ends where no day is named: ten years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStudy(FederatedStudy[pl.DataFrame]):
    """A study over flat tables; `title` is the study file's."""

    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedStudy(TableStudy):
    """A table study all of whose keys are here, for simulation: by site, and "coordinator"."""

    private_keys: Mapping[str, Ed25519PrivateKey]


def read_table_study(path: Path) -> TableStudy:
    """The study in a file, with `sites.toml` and the folder of signatures beside it.

    Raises
    ------
    StudyError
        All that is wrong with it, each with its line.
    """
    if not path.is_file():
        raise StudyError([Fault(0, "study", "no such file")], path.name)
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StudyError([Fault(0, "TOML", str(error))], path.name) from error
    reader = TableStudyReader(parted_lines(text))
    made = reader.study(data, {})
    registered = read_sites(path.parent / FILE)
    for site in made.sites:
        if site not in registered or registered[site].key is None:
            reader.fault(("federation", "sites"), f"{site} has no key in {FILE}")
    if reader.faults:
        raise StudyError(reader.faults, path.name)
    found = states(read_signatures(path), registered, study_id=made.id, study_hash=made.hash)
    keys = {site: registered[site].key for site in made.sites}
    return _with(
        made,
        sites={site: key for site, key in keys.items() if key is not None},
        signed=frozenset(site for site in made.sites if found.get(site) is SignatureState.HOLDS),
    )


def table_study(
    analyses: Iterable[Mapping[str, Any]],
    *,
    sites: Sequence[str],
    id: str = "simulation",  # noqa: A002  (the study file's word)
    title: str = "",
    grid: str = "monthly",
    until: float = LONGEST,
    days: Sequence[float] = (),
    masked: bool = True,
    expires: str = "",
    data_model: str = "",
    disclosure: Mapping[str, int] | None = None,
    keys: Mapping[str, Ed25519PrivateKey] | None = None,
) -> SimulatedStudy:
    """A study made in Python, signed by all its sites; for simulation, notebooks and tests.

    Parameters
    ----------
    analyses
        Tables with the keys of `[[analysis]]` of a study file.
    keys
        Private keys by site, and "coordinator"; those that are not given are made.

    Raises
    ------
    StudyError
        All that is wrong with it.
    """
    made_keys = {name: new_key() for name in (*sites, "coordinator")} | dict(keys or {})
    federation: dict[str, Any] = {
        "grid": str(grid), "until": float(until), "masked": masked, "sites": list(sites),
        "coordinators": {"coordinator": public_half(made_keys["coordinator"]).text},
    }  # fmt: skip
    data: dict[str, Any] = {
        "study": {"id": id, "title": title, "expires": expires, "data_model": data_model},
        "federation": federation | ({"days": [float(day) for day in days]} if days else {}),
        "analysis": [_plain(one) for one in analyses],
        "disclosure": dict(disclosure or {}),
    }
    reader = TableStudyReader({})
    found = reader.study(data, {site: public_half(made_keys[site]) for site in sites})
    if reader.faults:
        raise StudyError(reader.faults, "table_study")
    return SimulatedStudy(
        **{name: getattr(found, name) for name in TableStudy.__dataclass_fields__}
        | {"signed": frozenset(sites), "private_keys": made_keys}
    )


class TableStudyReader(AnalysisReader):
    """One reading of a table study."""

    def study(self, data: Mapping[str, Any], keys: Mapping[str, PublicKey]) -> TableStudy:
        """The study, not signed; sites without a key in `keys` get none that could sign."""
        self.keys((), data, TOP_KEYS)
        head = self.table(("study",), data.get("study"))
        self.keys(("study",), head, STUDY_KEYS)
        federation = self.table(("federation",), data.get("federation"))
        self.keys(("federation",), federation, FEDERATION_KEYS)
        sites = self._sites(federation.get("sites"))
        grid = self._grid(federation)
        analyses = [self.analysis(path, table, sites) for path, table in self.tables(data, "analysis")]
        for place, asked in enumerate(analyses):
            self._on_grid(place, asked, grid, analyses)
        if not analyses:
            self.fault(("analysis",), "missing; a study needs at least one [[analysis]]")
        limits = self._disclosure(self.table(("disclosure",), data.get("disclosure")))
        expires = head.get("expires")
        ends = self.date(("study", "expires"), expires) if expires else None
        return TableStudy(
            id=self.text(("study", "id"), head.get("id"), needed=True),
            title=self.text(("study", "title"), head.get("title", "")),
            hash=table_study_hash(data),
            analyses={asked.id: TableWork(asked, grid, limits) for asked in analyses},
            grid=grid,
            sites={site: keys.get(site, PublicKey("")) for site in sites},
            coordinators=self._coordinators(federation.get("coordinators")),
            signed=frozenset(),
            expires=ends.isoformat() if isinstance(ends, dt.date) else "",
            masked=self.flag(("federation", "masked"), federation.get("masked", True)),
            supersedes=frozenset(self.texts(("federation", "supersedes"), federation.get("supersedes"))),
            disclosure=limits,
            data_model=self.text(("study", "data_model"), head.get("data_model", "")),
        )

    def _sites(self, value: object) -> tuple[str, ...]:
        found = self.texts(("federation", "sites"), value)
        if len(found) < 2 or len(set(found)) < len(found) or not all(map(is_site_id, found)):
            self.fault(("federation", "sites"), "expected the ids of all sites, each once, such as UT01")
        return tuple(dict.fromkeys(found))

    def _grid(self, table: Mapping[str, Any]) -> Grid:
        kind = self.word(("federation", "grid"), table.get("grid"), GridKind, GridKind.MONTHLY)
        until = self.number(("federation", "until"), table.get("until"), LONGEST)
        days = self._numbers(("federation", "days"), table["days"]) if "days" in table else ()
        try:
            return Grid.of(kind, until=until, days=days)
        except FederationError as error:
            self.fault(("federation", "grid"), error.problem)
            return Grid(kind=GridKind.EXACT)

    def _on_grid(self, place: int, asked: Asked, grid: Grid, others: Sequence[Asked]) -> None:
        """A regression by time on a grid of quarters is refused; ids of analyses differ."""
        kind = ESTIMATORS.get(asked.estimator)
        if kind and kind.regression and kind.by_time and grid.too_coarse_for_regression:
            self.fault(
                ("analysis", place, "estimator"),
                f"{asked.estimator} on a grid of quarters or coarser is biased; use weekly or monthly",
            )
        if [one.id for one in others].count(asked.id) > 1:
            self.fault(("analysis", place, "id"), "another analysis has the same id")

    def _coordinators(self, value: object) -> dict[str, PublicKey]:
        found = {}
        for name, text in self.table(("federation", "coordinators"), value).items():
            try:
                found[name] = PublicKey.of_text(self.text(("federation", "coordinators"), text, needed=True))
            except KeyTextError as error:
                self.fault(("federation", "coordinators"), f"{name} {error.problem}")
        if not found:
            self.fault(("federation", "coordinators"), "missing; expected a name and a public key")
        return found

    def _disclosure(self, table: Mapping[str, Any]) -> Disclosure:
        self.keys(("disclosure",), table, DISCLOSURE_KEYS)
        made = Disclosure(
            **{
                key: self.whole(("disclosure", key), value, getattr(Disclosure(), key))
                for key, value in table.items()
                if key in DISCLOSURE_KEYS
            }
        )
        for name, floor in loosened(made):
            self.fault(("disclosure", name), f"a study may only tighten it; expected {floor} or more")
        return made


def table_study_hash(data: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, of all that a study file says; comments and layout don't change it."""
    return hashlib.sha256(f'{{"form":"{FORM}","study":{canonical_json(data)}}}'.encode()).hexdigest()


def _with(study: TableStudy, **changed: Any) -> TableStudy:
    held = {name: getattr(study, name) for name in TableStudy.__dataclass_fields__}
    return TableStudy(**held | changed)


def _plain(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table as a TOML file holds it: lists for tuples, and codes of causes as text."""
    return {key: _plain_value(value) for key, value in table.items() if value is not None}


def _plain_value(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain_value(one) for key, one in value.items()}
    return [_plain_value(one) for one in value] if isinstance(value, list | tuple) else value
