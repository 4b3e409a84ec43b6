"""An alert in words, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cimara_web.alerts.facets import BRAIN_WORDS, LINING_WORDS, OPENING_WORDS, Facets
from cimara_web.alerts.forms import EVERY_WORDS
from cimara_web.alerts.models import Alert, Every
from cimara_web.alerts.states import LIFE, State
from cimara_web.finder.browse import value_words


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """What a page says of an alert; its address is never among it."""

    alert: Alert

    @property
    def facets(self) -> Facets:
        """What it looks for."""
        return Facets.of_row(self.alert.facets)

    @property
    def is_pending(self) -> bool:
        """True until it is confirmed."""
        return self.alert.state == State.PENDING

    @property
    def is_paused(self) -> bool:
        """True while it sends nothing."""
        return self.alert.state == State.PAUSED

    @property
    def ends(self) -> str | None:
        """ISO date on which it ends unless it is renewed."""
        confirmed: datetime | None = self.alert.confirmed_at
        return None if confirmed is None else (confirmed + LIFE).date().isoformat()

    @property
    def search(self) -> dict[str, str]:
        """The search that lists what there is now."""
        return self.facets.search()

    def rows(self) -> list[tuple[str, Any]]:
        """Label and words of each choice."""
        facets = self.facets
        language = self.alert.language
        known = language in dict(settings.LANGUAGES)
        return [
            (_("Kind of cancer"), value_words("tumour", facets.tumour) if facets.tumour else _("Any kind")),
            (_("Brain metastases"), BRAIN_WORDS[facets.brain]),
            (_("Leptomeningeal disease"), LINING_WORDS[facets.lining]),
            (
                _("Country with a site"),
                value_words("country", facets.country) if facets.country else _("Any country"),
            ),
            (_("Which studies"), OPENING_WORDS[facets.opening]),
            (_("How often"), EVERY_WORDS[Every(self.alert.every)]),
            (
                _("Language of the mails"),
                get_language_info(language)["name_local"].capitalize() if known else language,
            ),
        ]
