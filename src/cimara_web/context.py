"""What every page knows of the registry: the date of its records, their age, whether they are samples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import HttpRequest

from cimara.trials.snapshot import SnapshotMeta
from cimara.trials.staleness import Freshness, freshness
from cimara_web import clock
from cimara_web.snapshot import current_snapshot


@dataclass(frozen=True)
class Registry:
    """The snapshot in force; read when a template first asks, so that an error page needs none."""

    today: date

    @cached_property
    def meta(self) -> SnapshotMeta:
        """What the snapshot says of itself."""
        return current_snapshot().meta

    @property
    def data_date(self) -> str | None:
        """ISO date of the records."""
        return self.meta.data_date

    @property
    def is_old(self) -> bool:
        """True when the records are old (the library's policy), or nobody knows how old they are."""
        return freshness(self.data_date, self.today) is Freshness.OLD

    @property
    def starter(self) -> bool:
        """True when the records are the sample that comes with the product."""
        return self.meta.starter

    @property
    def n_studies(self) -> int:
        """Number of studies."""
        return self.meta.n_studies


def registry(request: HttpRequest) -> dict[str, Registry]:
    """Template context of every page."""
    return {"registry": Registry(today=clock.today())}
