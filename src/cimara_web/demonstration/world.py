"""What the story acts on: its people, places, studies and sites, found again by their names."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from cimara_web.accounts.queries import demonstration_accounts, holder_of
from cimara_web.demonstration.chapters import on
from cimara_web.demonstration.exports import SiteExport, write_site_exports
from cimara_web.demonstration.people import demo_people
from cimara_web.members.queries import institutions
from cimara_web.permissions.holder import Held, Holder
from cimara_web.permissions.roles import Role
from cimara_web.studies.queries import visible_sites, visible_studies

TELLER = UUID(int=0)
ALL_STUDIES = Holder(TELLER, (Held(Role.OFFICE),))
"""Who looks a study up for the story: the office sees all of them."""


@dataclass
class World:
    """The story's end, and everything by name. `sites_with_data` is how many sites have exports."""

    end: datetime
    sites_with_data: int
    patients_a_site: int
    _folder: ExitStack = field(default_factory=ExitStack, init=False)

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.close()

    def on(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """So many days before the end."""
        return on(self.end, days, hour, minute)

    def day(self, days: int) -> date:
        """The day so many days before the end; after it for a negative number."""
        return self.end.date() - timedelta(days=days)

    def account(self, number: int) -> Any:
        """The account of a member by their number."""
        email = demo_people()[number - 1].email
        return demonstration_accounts([email])[email]

    def acting(self, number: int, at: datetime) -> Holder:
        """A member with the roles they hold at a moment."""
        return holder_of(self.account(number), now=at)

    @cached_property
    def places(self) -> dict[str, Any]:
        """Institutions by name."""
        return {one.name: one for one in institutions()}

    def study(self, title: str) -> Any:
        """A study by its title."""
        return visible_studies(ALL_STUDIES).get(title=title)

    def site(self, study: UUID, code: str) -> Any:
        """A site of a study by its code."""
        whole = Holder(TELLER, (Held(Role.STUDY_LEAD, study),))
        return visible_sites(whole).get(study=study, code=code)

    @cached_property
    def exports(self) -> dict[str, SiteExport]:
        """What the sites of the study send; written when it is first asked for."""
        folder = self._folder.enter_context(tempfile.TemporaryDirectory(prefix="cimara-demonstration-"))
        return write_site_exports(
            Path(folder) / "exports", sites=self.sites_with_data, patients_a_site=self.patients_a_site
        )
