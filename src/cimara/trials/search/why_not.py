"""Why a study isn't shown: each thing asked is put to that study alone, by the engine that searches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cimara.terms.ids import NctId
from cimara.terms.units import DAYS_PER_YEAR
from cimara.trials.places import distance_km
from cimara.trials.search.asked import Asked, read_query
from cimara.trials.search.nearby import proximities
from cimara.trials.search.plan import Plan
from cimara.trials.search.query import Query
from cimara.trials.search.text_query import quoted
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study


class Absence(StrEnum):
    """Whether the snapshot has the study at all."""

    HERE = "here"
    NOT_IN_SNAPSHOT = "not_in_snapshot"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One field of the query that leaves the study out: what was asked, and what the record has."""

    field: str
    asked: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why a study is, or isn't, among the hits. It is shown when it is here and nothing stands in the way."""

    nct_id: NctId
    absence: Absence
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def is_shown(self) -> bool:
        """True when the query finds the study."""
        return self.absence is Absence.HERE and not self.obstacles


_FILTERS = (
    "status",
    "phase",
    "study_type",
    "sponsor_class",
    "country",
    "brm",
    "lmd",
    "tumour",
    "age",
    "sex",
    "first_posted",
    "updated_since",
)


def why_not(snapshot: Snapshot, query: Query, nct_id: str) -> WhyNot:
    """Every field of the query that leaves this study out.

    Raises
    ------
    ValueError
        When `nct_id` isn't a registry number.
    """
    number = NctId(nct_id)
    row_id = snapshot.resolve(number)
    if row_id is None:
        gone = any(study.nct_id == number for study in snapshot.removed())
        return WhyNot(nct_id=number, absence=Absence.REMOVED if gone else Absence.NOT_IN_SNAPSHOT)
    study = next(snapshot.studies((row_id,)))
    asked = read_query(query, snapshot)
    if row_id in {snapshot.resolve(wanted) for wanted in asked.text.numbers}:
        return WhyNot(nct_id=study.nct_id, absence=Absence.HERE)
    obstacles = (*_words(snapshot, asked, row_id), *_filters(snapshot, asked, study, row_id))
    near = _distance(snapshot, asked, study, row_id)
    return WhyNot(
        nct_id=study.nct_id, absence=Absence.HERE, obstacles=(*obstacles, *((near,) if near else ()))
    )


def _words(snapshot: Snapshot, asked: Asked, row_id: int) -> Iterator[Obstacle]:
    for number in asked.text.numbers:
        yield Obstacle(field="text", asked=number, found="another registry number")
    for label, group in zip(asked.text.labels, asked.text.groups, strict=True):
        if not _holds(snapshot, Plan((group,)), row_id):
            yield Obstacle(field="text", asked=label, found=_where_else(snapshot, label, row_id))
    for group in asked.groups[len(asked.text.groups) :]:
        field = "intervention" if group.startswith("(intervention") else "condition"
        if not _holds(snapshot, Plan((group,)), row_id):
            yield Obstacle(field=field, asked=getattr(asked.query, field), found="not among the record's")


def _where_else(snapshot: Snapshot, label: str, row_id: int) -> str:
    in_body = snapshot.connection.execute(
        "SELECT 1 FROM text_fts WHERE text_fts MATCH ? AND rowid = ?", (quoted(label), row_id)
    ).fetchone()
    return "only in summary, criteria or outcomes" if in_body else "nowhere in the record"


def _filters(snapshot: Snapshot, asked: Asked, study: Study, row_id: int) -> Iterator[Obstacle]:
    everything = Query(status=frozenset())
    for field in _FILTERS:
        wanted = getattr(asked.query, field)
        if not wanted:
            continue
        alone = everything.with_field(**{field: wanted})
        plan = read_query(alone, snapshot).plan(snapshot)
        if not _holds(snapshot, plan, row_id):
            yield Obstacle(field=field, asked=_listed(wanted), found=_found(snapshot, field, study, row_id))


def _holds(snapshot: Snapshot, plan: Plan, row_id: int) -> bool:
    return plan.within(row_id, row_id).count(snapshot.connection, 1) > 0


def _distance(snapshot: Snapshot, asked: Asked, study: Study, row_id: int) -> Obstacle | None:
    circle = asked.circle
    if circle is None or proximities(snapshot.connection, [row_id], circle, None):
        return None
    place = circle.place
    nearest = min(
        (
            distance_km(place.lat, place.lon, site.lat, site.lon)
            for site in study.sites
            if site.lat is not None and site.lon is not None
        ),
        default=None,
    )
    found = (
        "all its sites are in countries further away"
        if nearest is None
        else f"nearest site {nearest:,.0f} km"
    )
    return Obstacle(field="near", asked=f"within {circle.km:,.0f} km of {place}", found=found)


def _listed(wanted: object) -> str:
    if isinstance(wanted, frozenset):
        return ", ".join(sorted(wanted))
    youngest, oldest = getattr(wanted, "youngest", None), getattr(wanted, "oldest", None)
    if youngest is None and oldest is None:
        return str(wanted)
    return f"{youngest} years" if youngest == oldest else f"{youngest or 0} to {oldest or 'any'} years"


def _found(snapshot: Snapshot, field: str, study: Study, row_id: int) -> str:
    """What the record has in a field, in a few words."""
    if field in ("brm", "lmd"):
        column = f"{field}_policy"
        sql = f"SELECT {column} FROM eligibility WHERE study_id = ?"  # noqa: S608 - one of two names
        return str(snapshot.connection.execute(sql, (row_id,)).fetchone()[0])
    if field == "age":
        years = [
            None if days is None else days / DAYS_PER_YEAR
            for days in (study.min_age_days, study.max_age_days)
        ]
        return " to ".join("no bound" if bound is None else f"{bound:.0f} years" for bound in years)
    values: dict[str, object] = {
        "status": study.overall_status,
        "phase": ", ".join(study.phases) or None,
        "study_type": study.study_type,
        "sponsor_class": study.sponsor_class,
        "country": ", ".join(sorted({site.country for site in study.sites if site.country})) or None,
        "tumour": ", ".join(study.tumours) or None,
        "sex": study.sex,
        "first_posted": study.first_posted,
        "updated_since": study.last_updated,
    }
    return str(values[field] or "not given")
