"""What a password may not be: too long to hash in peace, or made of words that anyone would try here."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cimara_web.accounts.sign_in_settings import COMMON_WORDS

LEFT_AT_LEAST = 8
"""Letters and digits that must be left when the words of this place are taken out."""
SHORTEST_WORD = 4


class AtMost:
    """No more characters than this."""

    def __init__(self, characters: int) -> None:
        self.characters = characters

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise `ValidationError` for a longer one."""
        if len(password) > self.characters:
            raise ValidationError(
                _("Use {most} characters or fewer.").format(most=self.characters),
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        """What is asked."""
        return ""


class NoContextWords:
    """Not the site's name, its subject or one's own address with a little around it (ASVS 6.1.2)."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise `ValidationError` when little is left without those words."""
        left = password.casefold()
        for word in sorted(_words(user), key=len, reverse=True):
            left = left.replace(word, "")
        if left != password.casefold() and len(re.sub(r"[\W_]", "", left)) < LEFT_AT_LEAST:
            raise ValidationError(
                _("Others would try these words first here. Add words that have nothing to do with it."),
                code="password_of_context_words",
            )

    def get_help_text(self) -> str:
        """What is asked."""
        return ""


def _words(user: AbstractBaseUser | None) -> set[str]:
    own = re.split(r"\W+", str(getattr(user, "email", "") or ""))
    named = re.split(r"\W+", settings.SITE_NAME)
    return {word.casefold() for word in (*COMMON_WORDS, *own, *named) if len(word) >= SHORTEST_WORD}
