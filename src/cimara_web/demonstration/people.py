"""The 133 invented members: what each does, where, and who may see it. The same each time.

The split by specialty is invented, too: the consortium's paper prints no numbers (portal.md section 12.1).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

from cimara_web.demonstration.places import DemoPlace, demo_places
from cimara_web.members.words import TUMOURS, InstitutionKind, Specialty, Topic

SPLIT: dict[Specialty, int] = {
    Specialty.MEDICAL_ONCOLOGY: 42,
    Specialty.RADIATION_ONCOLOGY: 24,
    Specialty.RESEARCH: 22,
    Specialty.NEUROSURGERY: 14,
    Specialty.NEURO_ONCOLOGY: 12,
    Specialty.ADVOCACY: 7,
    Specialty.NEURORADIOLOGY: 5,
    Specialty.PALLIATIVE_CARE: 4,
    Specialty.NEUROPSYCHOLOGY: 3,
}
SEED = 133
OFFICE, STUDY_LEAD, STATISTICIAN, AUDITOR, SECOND_OFFICE = 1, 2, 3, 4, 5
"""Numbers of the members who hold a role over everything, or over the whole demonstration study."""
PINNED = {
    OFFICE: Specialty.ADVOCACY,
    STUDY_LEAD: Specialty.RADIATION_ONCOLOGY,
    STATISTICIAN: Specialty.RESEARCH,
}
SECOND = {STATISTICIAN: Specialty.BIOSTATISTICS, STUDY_LEAD: Specialty.NEURO_ONCOLOGY}
LANGUAGES = {"CH": ["fr", "de"], "ES": ["es"], "GR": ["el"], "BR": ["pt"], "JP": ["ja"]}
INTERESTS = (*Topic, *TUMOURS[:4])


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented member who works at `place`; `nth_there` is 0 for the first of a place, and so on."""

    number: int
    place: DemoPlace
    nth_there: int
    specialties: tuple[Specialty, ...]
    languages: tuple[str, ...]
    interests: tuple[str, ...]
    shows: str
    contactable: bool

    @property
    def name(self) -> str:
        """What they are called."""
        return f"Demo Member {self.number:03d}"

    @property
    def email(self) -> str:
        """An address that no mail reaches."""
        return f"demo-member-{self.number:03d}@example.org"


@lru_cache(maxsize=1)
def demo_people() -> tuple[DemoPerson, ...]:
    """All of them, by number: those of the first institution, then of the second, and so on."""
    draw = random.Random(SEED)
    seats = [(place, nth) for place in demo_places() for nth in range(place.members)]
    primary = _primary([place for place, _ in seats], draw)
    return tuple(
        _person(number, place, nth, first, draw)
        for number, ((place, nth), first) in enumerate(zip(seats, primary, strict=True), start=1)
    )


def _primary(places: list[DemoPlace], draw: random.Random) -> list[Specialty]:
    """A first specialty for each: patient advocates work at non-profits, the others are shuffled."""
    fixed = {
        number: PINNED.get(number, Specialty.ADVOCACY)
        for number, place in enumerate(places, start=1)
        if number in PINNED or place.kind is InstitutionKind.NON_PROFIT
    }
    left = dict(SPLIT)
    for one in fixed.values():
        left[one] -= 1
    pool = [one for one, count in left.items() for _ in range(count)]
    draw.shuffle(pool)
    others = iter(pool)
    return [fixed.get(number) or next(others) for number in range(1, len(places) + 1)]


def _person(number: int, place: DemoPlace, nth: int, first: Specialty, draw: random.Random) -> DemoPerson:
    also = SECOND.get(number) or draw.choice((*(None,) * 4, *SPLIT, Specialty.OTHER))
    return DemoPerson(
        number=number,
        place=place,
        nth_there=nth,
        specialties=(first, also) if also and also is not first else (first,),
        languages=("en", *draw.sample(LANGUAGES.get(place.country, []), 1))
        if place.country in LANGUAGES
        else ("en",),
        interests=tuple(sorted(draw.sample(INTERESTS, draw.randint(0, 3)))),
        shows=draw.choice(("office", "members", "members", "members", "public")),
        contactable=nth == 0 or draw.random() < 0.5,
    )
