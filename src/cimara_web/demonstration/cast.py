"""Who is who in the demonstration: one invented member for each role that a newcomer may look through."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cimara_web.demonstration.people import AUDITOR, OFFICE, STATISTICIAN, STUDY_LEAD, DemoPerson, demo_people

BLOCKED_SITE, FAULTY_SITE = 6, 2
"""Places of the study's sites whose approval has expired, and whose export has errors."""
FIRST_WITHOUT_A_STUDY = 18
"""The first place that takes part in no study."""


@dataclass(frozen=True, slots=True)
class Part:
    """A role in the demonstration: who plays it, what there is to see, and the page where it begins."""

    key: str
    name: str
    sees: str
    number: int
    begins_at: str

    @property
    def person(self) -> DemoPerson:
        """Who plays it."""
        return demo_people()[self.number - 1]


def number_at(place: int, nth: int) -> int:
    """The number of the nth member (0 is the first) of the place with this number."""
    wanted = f"Demo Institution {place:02d}"
    return next(one.number for one in demo_people() if one.place.name == wanted and one.nth_there == nth)


def site_lead(place: int) -> int:
    """The number of the member who leads the study's site at a place."""
    return number_at(place, 5 if place == 1 else 0)


def coordinator(place: int) -> int:
    """The number of the member who coordinates the study's site at a place."""
    return number_at(place, 6 if place == 1 else 1)


PARTS = (
    Part(
        "member",
        _("Demo Member"),
        _("The directory, and a search for people and sites"),
        number_at(FIRST_WITHOUT_A_STUDY, 0),
        "/network/people/",
    ),
    Part(
        "office",
        _("Demo Office"),
        _("Invitations, institutions, and a proposal that waits"),
        OFFICE,
        "/office/",
    ),
    Part(
        "study-lead",
        _("Demo Study Lead"),
        _("A study of 17 sites in the middle of its life"),
        STUDY_LEAD,
        "/studies/",
    ),
    Part(
        "statistician",
        _("Demo Statistician"),
        _("Data to decide on, an analysis and its report"),
        STATISTICIAN,
        "/studies/",
    ),
    Part(
        "site-lead",
        _("Demo Site Lead"),
        _("A site that is blocked: its ethics approval has ended"),
        site_lead(BLOCKED_SITE),
        "/studies/",
    ),
    Part(
        "coordinator",
        _("Demo Site Coordinator"),
        _("An export with errors, and what to do about each"),
        coordinator(FAULTY_SITE),
        "/studies/",
    ),
    Part(
        "auditor",
        _("Demo Auditor"),
        _("Who did what and when, in a chain that can be verified"),
        AUDITOR,
        "/audit/",
    ),
)
