"""The whole story of the demonstration in its chapters, and how far it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from cimara_web.demonstration import (
    consortium,
    federated,
    federated_job,
    office_days,
    study_data,
    study_report,
    study_sites,
    study_start,
)
from cimara_web.demonstration.chapters import (
    FOUNDED_DAYS,
    Chapter,
    Progress,
    end_of_story,
    play_what_is_left,
    played,
)
from cimara_web.demonstration.exports import PATIENTS_A_SITE
from cimara_web.demonstration.scenes import chapters_of
from cimara_web.demonstration.world import World

OPENING = (
    Chapter("institutions", "62 institutions", (FOUNDED_DAYS, 9), consortium.found),
    Chapter("members", "133 members", (305, 9), consortium.gather),
    Chapter("capabilities", "what places can do", (consortium.STATED, 11), consortium.state_capabilities),
)


@lru_cache(maxsize=2)
def chapters(*, short: bool = False) -> tuple[Chapter[World], ...]:
    """Every chapter, in its order; `short` leaves out what most sites sent, and what was found in it.

    What reads files has a chapter of its own: others wait for its transaction, and not for all of them.
    """
    data = study_data.FEW if short else (*study_data.ALL, *study_report.SCENES)
    of_sums = (*federated.SCENES, *federated_job.SCENES)
    scenes = (*study_start.SCENES, *study_sites.SCENES, *data, *of_sums, *office_days.SCENES)
    return (*OPENING, *chapters_of("studies", scenes, {one.days for one in data}))


def progress() -> Progress:
    """How far it is told."""
    known = {one.id for one in chapters()}
    return Progress(len(known & played()), len(known))


def begin(now: datetime) -> None:
    """Tell the first chapter alone: it takes a second, and from then on the database is a demonstration's."""
    _tell(chapters()[:1], now, lambda words: None)


def tell(now: datetime, say: Callable[[str], None], *, short: bool = False) -> None:
    """Tell what is not told yet; a story that was begun earlier keeps its dates."""
    _tell(chapters(short=short), now, say, study_data.WITH_FEW if short else study_data.WITH_DATA)


def _tell(
    wanted: tuple[Chapter[World], ...],
    now: datetime,
    say: Callable[[str], None],
    with_data: int = study_data.WITH_DATA,
) -> None:
    end = end_of_story() or now.replace(microsecond=0)
    with World(end, with_data, PATIENTS_A_SITE) as world:
        play_what_is_left(wanted, world, end, say)
