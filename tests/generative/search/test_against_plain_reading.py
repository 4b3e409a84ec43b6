"""The engine and a plain reading of every study, one by one, find the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import pytest

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase, Sex, StudyType
from cimara.terms.tumour import is_within, tumours
from cimara.trials.build import build_snapshot
from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.places import Place, countries_within, distance_km
from cimara.trials.search import AgeRange, Near, Page, Query
from cimara.trials.search.why_not import why_not
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study
from tests.shared_data import shared_data

pytestmark = pytest.mark.shared_data
QUERIES = 250
DAYS_PER_YEAR = 365.25


def dicing_reader(criteria: str, *, title: str, conditions: Sequence[str]) -> CnsEligibility:
    """Policies by the digest of the text: every one of them occurs, and no reader is on trial here."""
    dice = sha256(criteria.encode()).digest()
    return CnsEligibility(
        brm_policy=tuple(BrmPolicy)[dice[0] % len(BrmPolicy)],
        lmd_policy=tuple(LmdPolicy)[dice[1] % len(LmdPolicy)],
        reader_version="dice",
        rules_hash="dice",
    )


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    out = tmp_path_factory.mktemp("plain") / "registry.sqlite3"
    source = shared_data("trials/studies_v2.jsonl.gz")
    build_snapshot([source], out, built_at="2026-03-01", reader=dicing_reader)
    with Snapshot.open(out) as snapshot:
        yield snapshot


def is_hit(study: Study, query: Query) -> bool:
    """What the fields of a query mean, written as a person would read them."""
    reading = study.eligibility
    assert reading is not None
    rules = (
        not query.status or study.overall_status in query.status,
        not query.phase or set(study.phases) & set(query.phase),
        not query.study_type or study.study_type in query.study_type,
        not query.sponsor_class or study.sponsor_class in query.sponsor_class,
        not query.country or {site.iso2 for site in study.sites} & set(query.country),
        not query.brm or reading.brm_policy in query.brm,
        not query.lmd or reading.lmd_policy in query.lmd,
        not query.tumour or any(is_within(own, one) for own in study.tumours for one in query.tumour),
        query.sex in (None, Sex.ALL) or study.sex in (Sex.ALL, query.sex),
        query.updated_since is None or (study.last_updated or "") >= query.updated_since,
        query.first_posted is None or (study.first_posted or "") >= query.first_posted,
        not isinstance(query.age, AgeRange) or touches(study, query.age),
        query.near is None or reaches(study, query.near),
    )
    return all(rules)


def touches(study: Study, age: AgeRange) -> bool:
    """Some day of life between the ages fits the study."""
    oldest_day = None if age.oldest is None else int((age.oldest + 1) * DAYS_PER_YEAR) - 1
    youngest_day = int((age.youngest or 0) * DAYS_PER_YEAR)
    too_young = oldest_day is not None and study.min_age_days is not None and oldest_day < study.min_age_days
    too_old = study.max_age_days is not None and youngest_day > study.max_age_days
    return not (too_young or too_old)


def reaches(study: Study, near: Near) -> bool:
    """A site lies within the circle, or it isn't known where in a country in reach, or there is none."""
    place = near.place
    assert isinstance(place, Place)
    if not study.sites:
        return True
    countries = countries_within(place.lat, place.lon, near.km)
    return any(
        distance_km(place.lat, place.lon, site.lat, site.lon) <= near.km
        if site.lat is not None and site.lon is not None
        else site.iso2 is None or site.iso2 in countries
        for site in study.sites
    )


def drawn_query(draw: random.Random) -> Query:
    some = {
        "phase": lambda: draw.sample(list(Phase), 2),
        "study_type": lambda: draw.sample(list(StudyType), 1),
        "sponsor_class": lambda: draw.sample(["INDUSTRY", "OTHER", "NIH"], 2),
        "country": lambda: draw.sample(["US", "GR", "FR", "CN", "AU", "BR"], draw.randrange(1, 3)),
        "brm": lambda: draw.sample(list(BrmPolicy), draw.randrange(1, 4)),
        "lmd": lambda: draw.sample(list(LmdPolicy), draw.randrange(1, 3)),
        "tumour": lambda: draw.sample(list(tumours()), draw.randrange(1, 3)),
        "sex": lambda: draw.choice(list(Sex)),
        "age": lambda: draw.choice(
            [0, 12, 17, 18, 65, 80, AgeRange(5, 30), AgeRange(None, 17), AgeRange(70)]
        ),
        "updated_since": lambda: draw.choice(["2020", "2025-06", "2026-01-15"]),
        "first_posted": lambda: draw.choice(["2015-01-01", "2024"]),
        "near": lambda: Near(
            Place(name="x", lat=draw.uniform(-50, 65), lon=draw.uniform(-170, 170)),
            draw.choice([50.0, 400.0, 2_500.0, 9_000.0]),
        ),
    }
    chosen: dict[str, Any] = {field: make() for field, make in some.items() if draw.random() < 0.18}
    if draw.random() < 0.6:
        chosen["status"] = draw.sample(list(OverallStatus), draw.randrange(0, 4))
    return Query(**chosen, sort=draw.choice(["best", "updated", "posted"]))


def walked(snapshot: Snapshot, query: Query) -> list[str]:
    numbers: list[str] = []
    page = snapshot.search(query.with_field(page=Page(100)))
    while True:
        numbers += [hit.nct_id for hit in page.hits]
        if page.cursor is None:
            return numbers
        page = snapshot.search(query.with_field(page=Page(100, page.cursor)))


def test_engine_and_plain_reading_agree(registry: Snapshot) -> None:
    draw = random.Random(2026)
    studies = list(registry.studies())
    sizes = []
    for _ in range(QUERIES):
        query = drawn_query(draw)
        plain = {study.nct_id for study in studies if is_hit(study, query)}
        listed = walked(registry, query)
        assert len(listed) == len(set(listed)), query
        assert set(listed) == plain, query
        sizes.append(len(plain))
    assert sum(size > 0 for size in sizes) > QUERIES // 2


def test_why_not_agrees_with_the_plain_reading(registry: Snapshot) -> None:
    draw = random.Random(7)
    studies = list(registry.studies())
    for _ in range(QUERIES):
        query, study = drawn_query(draw), draw.choice(studies)
        assert why_not(registry, query, study.nct_id).is_shown == is_hit(study, query), (query, study.nct_id)


def test_an_open_site_is_listed_before_a_closed_one_wherever_it_lies(registry: Snapshot) -> None:
    draw = random.Random(3)
    for _ in range(30):
        near = Near(Place(name="x", lat=draw.uniform(25, 60), lon=draw.choice([-100.0, 5.0, 110.0])), 1_500)
        page = registry.search(Query(near=near, status=frozenset(), page=Page(100)))
        groups = [
            (not hit.nearest.is_open, hit.nearest.km is None) if hit.nearest else (True, True)
            for hit in page.hits
        ]
        assert groups == sorted(groups)
        for group in set(groups):
            distances = [
                hit.nearest.km
                for hit, own in zip(page.hits, groups, strict=True)
                if own == group and hit.nearest and hit.nearest.km is not None
            ]
            assert distances == sorted(distances)
