"""One endpoint definition laid out for a page, in the words that the library prints in a protocol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cimara.outcomes import Endpoint
from cimara.outcomes.endpoints.applicability import applicable_switches
from cimara.outcomes.endpoints.plan import PlanRule, plan_of
from cimara.outcomes.endpoints.protocol_text import COMPARTMENT_WORDS, START_WORDS
from cimara.outcomes.endpoints.switches import STRATEGIES, sentence
from cimara.outcomes.endpoints.words import STATUS_WORDS, EndpointKind
from cimara.terms.endpoint import EndpointId

KINDS: dict[EndpointKind, Any] = {
    EndpointKind.TIME_TO_EVENT: _("Time to an event"),
    EndpointKind.COMPETING_RISKS: _("Time to an event, with competing events"),
    EndpointKind.BINARY: _("Share of patients"),
}
SWITCHES: dict[str, Any] = {
    "missed_visits": _("Missed visits"),
    "new_systemic_therapy": _("New systemic therapy"),
    "cns_local_therapy": _("Local therapy to the brain"),
    "after_systemic_pd": _("Progression outside the CNS"),
    "clinical_pd": _("Clinical progression"),
    "no_baseline": _("No baseline"),
    "retreatment": _("Lesion treated again"),
    "withdrawal": _("Consent withdrawn"),
    "unconfirmed_pd": _("Progression not confirmed"),
    "steroid_backdate": _("Steroid increase before it"),
}
"""What each switch is about."""
SOURCES = {
    "AND25": "Anders et al., Neuro-Oncology Advances 2025, vdaf049",
    "LIN15": "Lin et al., RANO-BM, Lancet Oncology 2015",
    "OKA15": "Okada et al., iRANO, Lancet Oncology 2015",
    "FDA18": "FDA, cancer clinical trial endpoints, 2018",
    "FDA21": "FDA, drugs for CNS metastases, 2021",
    "EMA12": "EMA, progression-free survival, 2012",
    "ADMO": "pharmaverse admiralonco 1.4",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event or censoring as the page lists it."""

    code: str
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One switch: what it is about, what is done, and by which strategy of ICH E9(R1)."""

    about: str
    sentence: str
    strategy: str


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition with the parts of its page."""

    endpoint: Endpoint

    @property
    def slug(self) -> str:
        """The id as it stands in addresses."""
        return self.endpoint.id.lower()

    @property
    def id(self) -> EndpointId:
        """The id that the atlas has, too."""
        return EndpointId(self.endpoint.id)

    @property
    def kind(self) -> str:
        """What sort of result it gives."""
        return str(KINDS[self.endpoint.kind])

    @property
    def status(self) -> str:
        """How well founded it is, in the library's words."""
        return STATUS_WORDS[self.endpoint.status]

    @property
    def sources(self) -> list[str]:
        """What it rests on."""
        return [SOURCES.get(key, key) for key in self.endpoint.cite]

    @property
    def start(self) -> str:
        """Where the clock begins, in the library's words; of several the first that a patient has."""
        start = self.endpoint.start
        words = [START_WORDS[word] for word in start.first_available] if start else []
        return "; where there is none, ".join(words)

    @property
    def events(self) -> list[Line]:
        """What ends the clock."""
        return _lines(plan_of(self.endpoint).events)

    @property
    def competing(self) -> list[Line]:
        """What makes the event impossible or meaningless."""
        return _lines(plan_of(self.endpoint).competing)

    @property
    def censors(self) -> list[Line]:
        """Where those without an event end."""
        return _lines(plan_of(self.endpoint).censors)

    @property
    def choices(self) -> list[Choice]:
        """The switches that can change this endpoint."""
        found = []
        for name in applicable_switches(self.endpoint):
            value = getattr(self.endpoint.switches, name)
            text = sentence(name, value)
            strategy = next((one for one in set(STRATEGIES.values()) if f"({one})" in text), "")
            found.append(Choice(str(SWITCHES[name]), text.replace(f" ({strategy})", ""), strategy))
        return found


def _lines(rules: Iterable[PlanRule]) -> list[Line]:
    return [
        Line(
            one.rule.code,
            one.rule.text,
            COMPARTMENT_WORDS[one.rule.compartment] if one.rule.compartment else "",
        )
        for one in rules
    ]
