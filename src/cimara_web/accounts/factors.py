"""Second factors as the portal keeps them: their secrets sealed, their words ours."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any, ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cimara_web.sealed import seal, unseal

SEALED_FOR = "second factor"
FIRST_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Factors that stand by themselves; recovery codes only replace one of them."""


class FactorAdapter(DefaultMFAAdapter):
    """What allauth asks of us about factors."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This is not the code of now. Wait for the next one in your app and type that."),
        "cannot_generate_recovery_codes": _("First set up an authenticator app or a key."),
        "cannot_delete_authenticator": _("This factor can't be removed."),
        "unverified_email": _("First confirm your e-mail address."),
    }

    def encrypt(self, text: str) -> str:
        """The secret of an app, or the seed of recovery codes, sealed under the portal's secret."""
        return b64encode(seal(SEALED_FOR, text, row="")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text of `encrypt`."""
        return unseal(SEALED_FOR, b64decode(encrypted_text), row="")

    def generate_authenticator_name(
        self,
        user: AbstractBaseUser,
        type: Authenticator.Type,  # noqa: A002 (the name that allauth calls it by)
    ) -> str:
        """A name for a new key, for its owner to change."""
        keys = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Key {number}").format(number=keys + 1)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Who asks for a key: this host, by the site's name."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.SITE_NAME}


def kinds_of(account: AbstractBaseUser) -> list[str]:
    """The kinds of factors that somebody has: one query."""
    rows = Authenticator.objects.filter(user_id=account.pk).order_by("created_at")
    return list(dict.fromkeys(rows.values_list("type", flat=True)))


def has_one(account: AbstractBaseUser) -> bool:
    """Whether they have a factor that stands by itself."""
    return Authenticator.objects.filter(user_id=account.pk, type__in=FIRST_STEPS).exists()
