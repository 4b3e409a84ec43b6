"""Whether an order may be carried out at a site: the study, its date, its sites, and what is asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from cimara.cohort.study.disclosure import loosened
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Order
from cimara.federation.site.policy import Policy, Thresholds
from cimara.federation.study import FederatedStudy

CLOCKS_APART = timedelta(minutes=10)
"""How far the clocks of coordinator and site may differ."""


def check_order(
    order: Order,
    study: FederatedStudy[Any],
    policy: Policy,
    limits: Thresholds,
    *,
    site: str,
    now: datetime,
) -> None:
    """Raises FederationError with the codes that `Guard.order` tells."""
    _check_study(order, study, policy, site)
    for name, floor in loosened(study.disclosure):
        raise FederationError(
            Code.LOOSENED_POLICY, "the study file loosens a limit", where=f"disclosure.{name}",
            expected=f"{floor} or more",
        )  # fmt: skip
    if study.expires and now.date() > date.fromisoformat(study.expires):
        raise FederationError(Code.EXPIRED_STUDY, "the study's approval is over", where=study.id)
    _check_clock(order, now)
    for one in order.analyses:
        if one not in study.analyses:
            raise FederationError(
                Code.UNKNOWN_ANALYSIS, f"analysis {one} is not in the study as this site signed it",
                expected=", ".join(study.analyses),
            )  # fmt: skip
    _check_roster(order, study, limits, site)
    if not order.masked and (study.masked or not policy.allow_plain):
        raise FederationError(
            Code.PLAIN_SUMS, "the job asks for sums that are not masked",
            expected="`masked = false` in the study file and `allow_plain = true` at every site",
        )  # fmt: skip


def _check_study(order: Order, study: FederatedStudy[Any], policy: Policy, site: str) -> None:
    if {study.id, study.hash} & policy.stopped:
        raise FederationError(
            Code.STOPPED_BY_SITE, f"this site has stopped study {study.id}",
            hint="Ask its steward; the line is `stopped` in cimara_site.toml.",
        )  # fmt: skip
    if order.study != study.id:
        raise FederationError(Code.UNKNOWN_STUDY, "this site has no such study", expected=study.id)
    if order.study_hash != study.hash:
        raise FederationError(
            Code.ALTERED_STUDY, "the study file of the job is not the one of this site", where=study.id,
            hint="Compare the hashes of both files; `cimara study check` prints them.",
        )  # fmt: skip
    if site not in study.signed:
        raise FederationError(
            Code.UNSIGNED_STUDY, "this site has not signed the study file as it is", where=study.id
        )
    if study.hash not in policy.allowed:
        raise FederationError(
            Code.UNKNOWN_STUDY, "this site does not allow the study", where=study.id,
            expected="its hash under `allowed` in cimara_site.toml",
        )  # fmt: skip


def _check_roster(order: Order, study: FederatedStudy[Any], limits: Thresholds, site: str) -> None:
    strangers = set(order.roster) - set(study.sites)
    if strangers or site not in order.roster or len(set(order.roster)) < len(order.roster):
        raise FederationError(Code.NOT_A_MEMBER, "the roster of the job is not one of the study's sites")
    if len(order.roster) < limits.sites:
        raise FederationError(
            Code.TOO_FEW_SITES, "too few sites in the job", expected=f"{limits.sites:g} or more"
        )


def _check_clock(order: Order, now: datetime) -> None:
    issued, expires = datetime.fromisoformat(order.issued), datetime.fromisoformat(order.expires)
    if issued > now + CLOCKS_APART:
        raise FederationError(
            Code.CLOCK, "the order was given in the future, by this site's clock",
            expected=f"clocks at most {CLOCKS_APART.seconds // 60} minutes apart",
            hint=f"This site's clock says {now:%Y-%m-%d %H:%M %Z}. Correct the clock that is wrong.",
        )  # fmt: skip
    if now > expires + CLOCKS_APART:
        raise FederationError(
            Code.EXPIRED_STUDY, "the order has expired, by this site's clock",
            hint=f"This site's clock says {now:%Y-%m-%d %H:%M %Z}. If it is right, submit the job again.",
        )  # fmt: skip
