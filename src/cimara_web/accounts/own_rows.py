"""What this app itself keeps of a person, for their export."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Model, QuerySet

from cimara_web.accounts.models import Account, RoleGrant, SignInLink
from cimara_web.accounts.own_data import Owner

FACTOR_FIELDS = ("type", "created_at", "last_used_at")


def own_rows(owner: Owner) -> dict[str, Any]:
    """The account, its roles, its ways to sign in, and where it is signed in."""
    return {
        "account": _first(Account.objects.filter(pk=owner.account), *_told(Account)),
        "roles": _rows(RoleGrant.objects.filter(account_id=owner.account), *_told(RoleGrant)),
        "sign_in_links": _rows(SignInLink.objects.filter(account_id=owner.account), *_told(SignInLink)),
        "addresses": _rows(
            EmailAddress.objects.filter(user_id=owner.account), "email", "verified", "primary"
        ),
        "second_factors": _rows(Authenticator.objects.filter(user_id=owner.account), *FACTOR_FIELDS),
        "keys": [
            one.wrap().name
            for one in Authenticator.objects.filter(user_id=owner.account, type=Authenticator.Type.WEBAUTHN)
        ],
        "identities": _rows(
            SocialAccount.objects.filter(user_id=owner.account),
            "provider",
            "uid",
            "last_login",
            "date_joined",
        ),
        "sessions": _rows(
            UserSession.objects.filter(user_id=owner.account),
            "created_at",
            "last_seen_at",
            "ip",
            "user_agent",
        ),
    }


def _told(model: type[Model]) -> tuple[str, ...]:
    """Every field that the register doesn't call a secret."""
    levels = vars(model.Privacy)  # type: ignore[attr-defined]
    return tuple(field.name for field in model._meta.fields if levels[field.name] != "secret")


def _rows(rows: QuerySet[Any], *fields: str) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values(*fields))


def _first(rows: QuerySet[Any], *fields: str) -> dict[str, Any] | None:
    return rows.values(*fields).first()
