"""The 62 institutions of the demonstration: 17 real names with their ROR ids, and 45 that are invented.

Nothing is claimed of the real ones: each has the same number of invented members, and neither a capability
nor a study.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cimara.trials.places import city_coordinates
from cimara_web.members.words import InstitutionKind

U, H = InstitutionKind.UNIVERSITY, InstitutionKind.HOSPITAL
R, N = InstitutionKind.INSTITUTE, InstitutionKind.NON_PROFIT
MEMBERS_OF_A_REAL_PLACE = 2


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """An institution: what it is, where it lies, and how many members it has in the demonstration."""

    name: str
    city: str
    region: str | None
    country: str
    kind: InstitutionKind
    members: int
    ror: str | None = None

    @property
    def is_invented(self) -> bool:
        """Whether there is no such place: only these can do anything, or take part in a study."""
        return self.ror is None

    @property
    def point(self) -> tuple[float, float]:
        """Latitude and longitude of its city, in degrees, from the product's own table of places."""
        found = city_coordinates(self.city, self.region, self.country)
        if found is None:
            raise LookupError(f"{self.city}, {self.region or self.country} is not in the table of places")
        return found


_REAL = (
    ("Duke University", "00py81415", "Durham", "NC", "US", U),
    ("University of Lausanne", "019whta54", "Lausanne", None, "CH", U),
    ("University of Southern California", "03taz7m60", "Los Angeles", "CA", "US", U),
    ("University of Colorado Anschutz", "03wmf1y16", "Aurora", "CO", "US", U),
    ("Oregon Health & Science University", "009avj582", "Portland", "OR", "US", U),
    ("University of Rochester", "022kthw22", "Rochester", "NY", "US", U),
    ("Weill Cornell Medicine", "02r109517", "New York City", "NY", "US", U),
    ("Memorial Sloan Kettering", "02yrq0923", "New York City", "NY", "US", H),
    ("New York University", "0190ak572", "New York City", "NY", "US", U),
    ("Dana-Farber", "02jzgtq86", "Boston", "MA", "US", H),
    ("MD Anderson", "04twxam07", "Houston", "TX", "US", H),
    ("CNIO Madrid", "00bvhmc43", "Madrid", None, "ES", R),
    ("University of North Carolina", "0130frc33", "Chapel Hill", "NC", "US", U),
    ("Stanford", "00f54p054", "Stanford", "CA", "US", U),
    ("Northwestern University", "000e0be47", "Evanston", "IL", "US", U),
    ("University of Washington", "00cvxb145", "Seattle", "WA", "US", U),
    ("Johns Hopkins", "00za53h95", "Baltimore", "MD", "US", U),
)
_INVENTED = (
    # The first seventeen are the sites of the demonstration study.
    ("Chicago", "IL", "US", U, 7),
    ("Atlanta", "GA", "US", H, 4),
    ("Bern", None, "CH", U, 3),
    ("Barcelona", None, "ES", H, 4),
    ("Athens", None, "GR", U, 4),
    ("Minneapolis", "MN", "US", U, 3),
    ("Toronto", None, "CA", H, 4),
    ("Salt Lake City", "UT", "US", H, 2),
    ("Sao Paulo", None, "BR", H, 3),
    ("Cleveland", "OH", "US", H, 3),
    ("Thessaloniki", None, "GR", H, 2),
    ("Tokyo", None, "JP", U, 3),
    ("Nashville", "TN", "US", U, 2),
    ("Melbourne", None, "AU", H, 3),
    ("Valencia", None, "ES", H, 2),
    ("Cape Town", None, "ZA", U, 2),
    ("Phoenix", "AZ", "US", H, 2),
    ("Miami", "FL", "US", H, 3),
    ("Philadelphia", "PA", "US", U, 3),
    ("Pittsburgh", "PA", "US", U, 2),
    ("St. Louis", "MO", "US", U, 2),
    ("New Orleans", "LA", "US", H, 1),
    ("Sacramento", "CA", "US", U, 1),
    ("San Diego", "CA", "US", U, 2),
    ("Honolulu", "HI", "US", H, 1),
    ("Anchorage", "AK", "US", H, 1),
    ("Detroit", "MI", "US", H, 2),
    ("Dallas", "TX", "US", U, 3),
    ("Omaha", "NE", "US", U, 1),
    ("Albuquerque", "NM", "US", H, 1),
    ("Kansas City", "MO", "US", H, 1),
    ("Charlotte", "NC", "US", N, 2),
    ("Washington", "DC", "US", N, 3),
    ("Zurich", None, "CH", H, 2),
    ("Geneva", None, "CH", N, 1),
    ("Seville", None, "ES", H, 1),
    ("Patras", None, "GR", U, 1),
    ("Heraklion", None, "GR", R, 1),
    ("Vancouver", None, "CA", R, 2),
    ("Montreal", None, "CA", U, 2),
    ("Porto Alegre", None, "BR", U, 1),
    ("Osaka", None, "JP", H, 2),
    ("Fukuoka", None, "JP", H, 1),
    ("Perth", None, "AU", R, 1),
    ("Durban", None, "ZA", H, 2),
)
STUDY_SITES = 17


@lru_cache(maxsize=1)
def demo_places() -> tuple[DemoPlace, ...]:
    """All of them, the invented ones first; in both parts in the order of their names or numbers."""
    invented = (
        DemoPlace(f"Demo Institution {number:02d}", *row) for number, row in enumerate(_INVENTED, start=1)
    )
    real = (
        DemoPlace(name, city, region, country, kind, MEMBERS_OF_A_REAL_PLACE, ror)
        for name, ror, city, region, country, kind in _REAL
    )
    return (*invented, *real)
