"""What every page knows: the registry (its date, its age, whether it is a sample), and who is looking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.http import HttpRequest

from cimara.trials.snapshot import SnapshotMeta
from cimara.trials.staleness import Freshness, freshness
from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
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


@dataclass(frozen=True)
class Visitor:
    """Whoever looks at a page; their roles are read when a template first asks."""

    request: HttpRequest

    @cached_property
    def holder(self) -> Holder:
        """Them, with their roles."""
        return holder(self.request)

    @property
    def is_signed_in(self) -> bool:
        """Whether they have an account and are signed in."""
        return self.request.user.is_authenticated

    def may(self, permission: str, study: UUID | None = None, site: UUID | None = None) -> bool:
        """The question that the view asks, too: `visitor.may("study_edit", study.public_id)`."""
        return self.holder.may(Permission(permission), study=study, site=site)


def visitor(request: HttpRequest) -> dict[str, Visitor]:
    """Template context of every page."""
    return {"visitor": Visitor(request)}
