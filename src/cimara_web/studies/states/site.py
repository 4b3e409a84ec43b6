"""The state of a site of a study, which is derived from its approvals and never typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cimara_web.studies.states import agreement, ethics
from cimara_web.studies.states.agreement import AgreementState
from cimara_web.studies.states.ethics import EthicsState


class SiteState(StrEnum):
    """Where a site stands, the one that counts first before the others."""

    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    ACTIVE = "active"
    BLOCKED = "blocked"
    ACTIVATING = "activating"
    INVITED = "invited"


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the state of a site is derived from. A date holds through that day."""

    is_confirmed: bool
    was_active: bool
    is_closed: bool
    is_withdrawn: bool
    ethics: EthicsState
    ethics_until: date | None
    agreement: AgreementState
    agreement_until: date | None

    def ethics_on(self, today: date) -> EthicsState:
        """The ethics review on a day."""
        return ethics.as_of(self.ethics, self.ethics_until, today)

    def agreement_on(self, today: date) -> AgreementState:
        """The agreement on a day."""
        return agreement.as_of(self.agreement, self.agreement_until, today)


_LAPSED = frozenset(
    {
        EthicsState.EXPIRED,
        EthicsState.SUSPENDED,
        EthicsState.CLOSED,
        AgreementState.EXPIRED,
        AgreementState.TERMINATED,
    }
)


def site_state(facts: SiteFacts, today: date) -> SiteState:
    """The state of a site on a day (portal.md section 5).

    Blocked is a confirmed site that was active, or whose approval or agreement has ended, and that isn't
    active now: it stays so while the next agreement is negotiated.
    """
    review, deal = facts.ethics_on(today), facts.agreement_on(today)
    if facts.is_withdrawn:
        return SiteState.WITHDRAWN
    if facts.is_closed:
        return SiteState.CLOSED
    if not facts.is_confirmed:
        return SiteState.INVITED
    if review in ethics.IN_FORCE and deal in agreement.IN_FORCE:
        return SiteState.ACTIVE
    if facts.was_active or review in _LAPSED or deal in _LAPSED:
        return SiteState.BLOCKED
    return SiteState.ACTIVATING


def what_blocks(facts: SiteFacts, today: date) -> str:
    """Why a site can't upload on a day, and what to do; empty when it can."""
    state = site_state(facts, today)
    if state is SiteState.ACTIVE:
        return ""
    if state in (SiteState.WITHDRAWN, SiteState.CLOSED):
        return f"This site is {state} and takes no more data."
    if state is SiteState.INVITED:
        return "This site is not confirmed yet. Its lead confirms it first."
    review, deal = facts.ethics_on(today), facts.agreement_on(today)
    if review is EthicsState.EXPIRED and facts.ethics_until:
        return f"Ethics approval ended on {_day(facts.ethics_until)}. Add the renewal to go on."
    if deal is AgreementState.EXPIRED and facts.agreement_until:
        return f"The agreement ended on {_day(facts.agreement_until)}. Renew it to go on."
    if review not in ethics.IN_FORCE:
        return f"Ethics approval is '{review}'. It must be approved or exempt before data can come."
    return f"The agreement is '{deal}'. It must be executed, or not needed, before data can come."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
