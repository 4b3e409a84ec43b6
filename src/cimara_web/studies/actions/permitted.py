"""What the actions of a study ask first: whether somebody may, over this study or this site of it."""

from __future__ import annotations

from uuid import UUID

from cimara_web.permissions.holder import Holder, Refused
from cimara_web.permissions.permission import OVER, Permission, Scope
from cimara_web.permissions.roles import Role


def context_of(permission: Permission, study: UUID, site: UUID | None = None) -> dict[str, UUID]:
    """The study and site to ask with, as far as the permission is held over them."""
    scope = OVER[permission]
    if scope is Scope.SITE_WIDE:
        return {}
    return {"study": study, "site": site} if scope is Scope.STUDY_SITE and site else {"study": study}


def may(by: Holder, permission: Permission, study: UUID, site: UUID | None = None) -> bool:
    """Whether somebody may, over this study or this site of it; over all, when that is its scope."""
    if OVER[permission] is Scope.STUDY_SITE and site is None:
        return False
    return by.may(permission, **context_of(permission, study, site))


def require_one(by: Holder, study: UUID, *permissions: Permission, site: UUID | None = None) -> Role | None:
    """The role in which somebody acts, the first permission that they hold first.

    Raises
    ------
    Refused
        When none of the permissions is held.
    """
    for one in permissions:
        if may(by, one, study, site):
            return by.role_for(one, **context_of(one, study, site))
    wanted = " or ".join(one.replace("_", " ") for one in permissions)
    raise Refused(f"Your roles don't include this: {wanted}.")
