"""allauth's forms in our words: plain labels, a hint where one helps, no grey text instead of a label."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as key
from allauth.socialaccount import forms as identity
from django import forms
from django.utils.translation import gettext_lazy as _

ADDRESS = _("E-mail address")
WRONG_ADDRESS = _("Write an e-mail address with an @, such as name@example.org.")
PASSWORD = _("Password")
PASSWORD_HINT = _(
    "12 characters or more. Three or four words that do not belong together are easy to remember."
)
NEW_PASSWORD = _("New password")
REPEAT = _("New password once more")
CODE = _("Code of your app, or a recovery code")
KEY_NAME = _("A name for this key, so that you can tell it from others")

LABELS: dict[str, Any] = {
    "login": ADDRESS,
    "email": ADDRESS,
    "password": PASSWORD,
    "password1": PASSWORD,
    "password2": REPEAT,
    "oldpassword": _("Present password"),
    "code": CODE,
    "name": KEY_NAME,
    "passwordless": _("Use it alone, without a password (a passkey)"),
}
REQUIRED: dict[str, Any] = {
    "login": _("Type your e-mail address."),
    "email": _("Type your e-mail address."),
    "password": _("Type your password."),
    "password1": _("Choose a password."),
    "password2": _("Type the new password once more."),
    "oldpassword": _("Type your present password."),
    "code": _("Type the code."),
    "name": _("Give the key a name."),
    "account": _("Choose what to disconnect."),
}


class Worded:
    """A form with our labels and errors; `hints` and `labels` name fields."""

    use_required_attribute = False
    hints: ClassVar[dict[str, Any]] = {}
    labels: ClassVar[dict[str, Any]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, LABELS.get(name, field.label))
            field.help_text = self.hints.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            if name in REQUIRED:
                field.error_messages = {**field.error_messages, "required": REQUIRED[name]}
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = WRONG_ADDRESS
                field.validators = [_EmailValidator()]
                field.widget.attrs |= {"spellcheck": "false", "size": "32"}
            if name == "code":
                field.widget.attrs |= {"spellcheck": "false", "autocapitalize": "off", "size": "12"}


class _EmailValidator(forms.EmailField.default_validators[0].__class__):
    message = WRONG_ADDRESS


class Login(Worded, account.LoginForm):
    """Sign in by address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUp(Worded, account.SignupForm):
    """A new account."""

    hints: ClassVar[dict[str, Any]] = {"password1": PASSWORD_HINT}


class SignUpByOrcid(Worded, identity.SignupForm):
    """A new account of somebody whom ORCID vouched for."""

    hints: ClassVar[dict[str, Any]] = {
        "email": _("ORCID does not tell us your address. We send a link to it, to know that it is yours.")
    }


class NewAddress(Worded, account.AddEmailForm):
    """Another address for the same account."""

    labels: ClassVar[dict[str, Any]] = {"email": _("New e-mail address")}


class ChangePassword(Worded, account.ChangePasswordForm):
    """The present password and a new one."""

    labels: ClassVar[dict[str, Any]] = {"password1": NEW_PASSWORD}
    hints: ClassVar[dict[str, Any]] = {"password1": PASSWORD_HINT}


class SetPassword(Worded, account.SetPasswordForm):
    """A first password, for who had none."""

    labels: ClassVar[dict[str, Any]] = {"password1": NEW_PASSWORD}
    hints: ClassVar[dict[str, Any]] = {"password1": PASSWORD_HINT}


class AskReset(Worded, account.ResetPasswordForm):
    """Where to send a link that sets a new password."""


class Reset(Worded, account.ResetPasswordKeyForm):
    """A new password by a mailed link."""

    labels: ClassVar[dict[str, Any]] = {"password1": NEW_PASSWORD}
    hints: ClassVar[dict[str, Any]] = {"password1": PASSWORD_HINT}


class Again(Worded, account.ReauthenticateForm):
    """The password, to prove who it is."""


class Code(Worded, factor.AuthenticateForm):
    """The second step of a sign-in."""


class CodeAgain(Worded, factor.ReauthenticateForm):
    """A code, to prove who it is."""


class FirstCode(Worded, totp.ActivateTOTPForm):
    """The first code of a new app."""

    labels: ClassVar[dict[str, Any]] = {"code": _("Code that your app shows now")}


class NewKey(Worded, key.AddWebAuthnForm):
    """A security key or a passkey."""

    hints: ClassVar[dict[str, Any]] = {
        "passwordless": _(
            "The device then asks for your finger, your face or a PIN each time you sign in with it."
        )
    }


class RenameKey(Worded, key.EditWebAuthnForm):
    """Another name for a key."""


class Disconnect(Worded, identity.DisconnectForm):
    """Which identity no longer signs in here."""
