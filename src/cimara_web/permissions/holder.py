"""Somebody with their roles: the one answer to "may they?", for views, templates, actions and lists alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied

from cimara_web.permissions.permission import OVER, Permission, Scope
from cimara_web.permissions.roles import PUBLIC, ROLES, Role


class Refused(PermissionDenied):
    """Somebody may see a thing and not do this with it; the message is for them."""


@dataclass(frozen=True, slots=True)
class Held:
    """A role as it is held now: over all, over a study, or over one site of a study."""

    role: Role
    study: UUID | None = None
    site: UUID | None = None

    def grants(self, permission: Permission, study: UUID | None, site: UUID | None) -> bool:
        """Whether the role carries this permission, and over this study, or this site of it."""
        rule = ROLES[self.role]
        if permission not in rule.permissions:
            return False
        if rule.scope is Scope.SITE_WIDE:
            return True
        if self.study is None or self.study != study:
            return False
        return OVER[permission] is Scope.STUDY or self.site is None or self.site == site


@dataclass(frozen=True, slots=True)
class Holder:
    """An account and the roles it holds at one moment. `account` None is a stranger."""

    account: UUID | None
    roles: tuple[Held, ...] = ()

    @property
    def is_member(self) -> bool:
        """Whether this is a member of the consortium now."""
        return any(one.role is Role.MEMBER for one in self.roles)

    @property
    def is_privileged(self) -> bool:
        """Whether any role asks for a second factor."""
        return any(ROLES[one.role].privileged for one in self.roles)

    def may(self, permission: Permission, *, study: UUID | None = None, site: UUID | None = None) -> bool:
        """Whether this permission is held, over this study and site where it is one over those.

        Raises
        ------
        TypeError
            When the permission is held over a study or a site and no id of one is given.
        """
        _check_context(permission, study, site)
        if self.account is None:
            return False
        return permission in PUBLIC or any(self._granting(permission, study, site))

    def studies(self, permission: Permission) -> frozenset[UUID]:
        """Studies over which, or over a site of which, this permission is held."""
        return frozenset(
            one.study for one in self.roles if one.study and permission in ROLES[one.role].permissions
        )

    def sites(self, permission: Permission) -> frozenset[UUID]:
        """Study sites over which alone this permission is held."""
        return frozenset(
            one.site for one in self.roles if one.site and permission in ROLES[one.role].permissions
        )

    def whole_studies(self, permission: Permission) -> frozenset[UUID]:
        """Studies over the whole of which this permission is held."""
        return frozenset(
            one.study
            for one in self.roles
            if one.study and one.site is None and permission in ROLES[one.role].permissions
        )

    def role_for(
        self, permission: Permission, *, study: UUID | None = None, site: UUID | None = None
    ) -> Role | None:
        """The role that grants it, for the audit trail; the widest where several do."""
        return next(self._granting(permission, study, site), None)

    def _granting(self, permission: Permission, study: UUID | None, site: UUID | None) -> Iterator[Role]:
        granting = (one.role for one in self.roles if one.grants(permission, study, site))
        return iter(sorted(granting, key=list(Role).index))


STRANGER = Holder(None)


def require(
    by: Holder, permission: Permission, *, study: UUID | None = None, site: UUID | None = None
) -> None:
    """Refuse what is not permitted.

    Raises
    ------
    Refused
        When the permission isn't held.
    TypeError
        As `Holder.may`.
    """
    if not by.may(permission, study=study, site=site):
        raise Refused(f"Your roles don't include this: {permission.replace('_', ' ')}.")


def _check_context(permission: Permission, study: UUID | None, site: UUID | None) -> None:
    scope = OVER[permission]
    if scope is Scope.SITE_WIDE:
        if study is not None or site is not None:
            raise TypeError(f"{permission} is held over everything; it takes no study")
        return
    if not isinstance(study, UUID):
        raise TypeError(f"{permission} is held over a study: give its public id")
    if site is not None and not isinstance(site, UUID):
        raise TypeError(f"{permission}: a site is given by its public id")
    if scope is Scope.STUDY_SITE and site is None:
        raise TypeError(f"{permission} is held over a site of a study: give its public id")
