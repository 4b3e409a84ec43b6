"""What the portal asks of django-allauth, each setting with its reason; `settings.py` takes all of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cimara_web.environment import PortalEnvironment

APPS = (
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.orcid",
)
MIDDLEWARE = (
    "allauth.account.middleware.AccountMiddleware",
    "cimara_web.accounts.middleware.SessionLife",
    "cimara_web.accounts.middleware.SignInPages",
    "cimara_web.accounts.middleware.SecondFactor",
)
FOURTEEN_DAYS = 14 * 24 * 3600
FIVE_MINUTES = 5 * 60

PASSWORDS: dict[str, Any] = {
    # Long rather than odd: any composition, nothing that is on everybody's list (ASVS 6.2).
    "AUTH_PASSWORD_VALIDATORS": [
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": 12},
        },
        {"NAME": "cimara_web.accounts.passwords.AtMost", "OPTIONS": {"characters": 128}},
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "cimara_web.accounts.passwords.NoContextWords"},
    ],
    # allauth's own finds accounts by e-mail and takes as long when there is none; no second way in.
    "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
}

ACCOUNTS: dict[str, Any] = {
    "ACCOUNT_ADAPTER": "cimara_web.accounts.adapter.AccountAdapter",
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
    # The password is typed once: whoever slips resets it, and password managers fill it in anyway.
    "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
    # Nobody uses an account on an address that they can't read.
    "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
    "ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS": 3,
    # Mail scanners open links: only the button on the page confirms.
    "ACCOUNT_CONFIRM_EMAIL_ON_GET": False,
    # The link signs in only where the sign-up began: elsewhere the password is asked.
    "ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION": True,
    # Sign-up and reset answer the same whether or not there is an account; the mail alone tells.
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS": True,
    # One address an account: a new one replaces the old one when it is confirmed.
    "ACCOUNT_CHANGE_EMAIL": True,
    # Whoever owns the account hears of each change to it.
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    # Changes of address, password and factors ask who it is, unless that was proven 5 minutes ago.
    "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": FIVE_MINUTES,
    "ACCOUNT_LOGOUT_ON_GET": False,
    # A reset proves that a mail box is read, not who reads it: the sign-in after it asks the second factor.
    "ACCOUNT_LOGIN_ON_PASSWORD_RESET": False,
    # How long a session lives is `session_life.py`; the cookie never outlasts the longest.
    "ACCOUNT_SESSION_REMEMBER": True,
    "SESSION_COOKIE_AGE": FOURTEEN_DAYS,
    "ACCOUNT_LOGOUT_REDIRECT_URL": "home",
    "LOGIN_REDIRECT_URL": "me",
    # Beyond allauth's own limits, a mail box gets no more than five links an hour from a mischief-maker.
    "ACCOUNT_RATE_LIMITS": {
        "reset_password": "20/m/ip,5/h/key",
        "login_failed": "10/m/ip,5/300s/key",
        "login": "30/m/ip",
        "signup": "20/m/ip",
    },
    "ACCOUNT_FORMS": {
        "login": "cimara_web.accounts.forms.Login",
        "signup": "cimara_web.accounts.forms.SignUp",
        "add_email": "cimara_web.accounts.forms.NewAddress",
        "change_password": "cimara_web.accounts.forms.ChangePassword",
        "set_password": "cimara_web.accounts.forms.SetPassword",
        "reset_password": "cimara_web.accounts.forms.AskReset",
        "reset_password_from_key": "cimara_web.accounts.forms.Reset",
        "reauthenticate": "cimara_web.accounts.forms.Again",
    },
}

FACTORS: dict[str, Any] = {
    "MFA_ADAPTER": "cimara_web.accounts.factors.FactorAdapter",
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    # A passkey made at sign-up would be all there is to an account that nobody has confirmed yet.
    "MFA_PASSKEY_SIGNUP_ENABLED": False,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_RECOVERY_CODE_COUNT": 10,
    # 10 digits: 33 bits, under a limit of 5 tries in 5 minutes.
    "MFA_RECOVERY_CODE_DIGITS": 10,
    # allauth remembers a used code for one period only, so a code must not live longer than that.
    "MFA_TOTP_TOLERANCE": 0,
    # Without a confirmed address nobody gets as far as adding a factor; while one changes, both stand.
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "MFA_FORMS": {
        "authenticate": "cimara_web.accounts.forms.Code",
        "reauthenticate": "cimara_web.accounts.forms.CodeAgain",
        "activate_totp": "cimara_web.accounts.forms.FirstCode",
        "add_webauthn": "cimara_web.accounts.forms.NewKey",
        "edit_webauthn": "cimara_web.accounts.forms.RenameKey",
    },
}

IDENTITIES: dict[str, Any] = {
    "SOCIALACCOUNT_ADAPTER": "cimara_web.accounts.orcid.IdentityAdapter",
    # ORCID's public record has no confirmed address: one is asked for and confirmed (F11).
    "SOCIALACCOUNT_AUTO_SIGNUP": False,
    # An identity is a provider with an iD; an address never joins two accounts (ASVS 6.8.1).
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": False,
    # Going to ORCID starts with a button of ours, so that no other site can start it (login CSRF).
    "SOCIALACCOUNT_LOGIN_ON_GET": False,
    "SOCIALACCOUNT_STORE_TOKENS": False,
    "SOCIALACCOUNT_FORMS": {
        "signup": "cimara_web.accounts.forms.SignUpByOrcid",
        "disconnect": "cimara_web.accounts.forms.Disconnect",
    },
}

SESSIONS: dict[str, Any] = {
    # The list of sessions says when each began; following every request would write at every request.
    "USERSESSIONS_TRACK_ACTIVITY": False,
}


def taken(environment: PortalEnvironment) -> dict[str, Any]:
    """All settings of sign-in; those that hang on the environment last."""
    return {
        **PASSWORDS,
        **ACCOUNTS,
        **FACTORS,
        **IDENTITIES,
        **SESSIONS,
        # Limits count by address: behind a proxy it is the last one the proxy saw, else the connection's.
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1 if environment.behind_proxy else 0,
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if environment.behind_proxy else "http",
        "MFA_TOTP_ISSUER": environment.site_name,
        # Browsers speak of keys over HTTP on their own machine only, under the name localhost.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not environment.behind_proxy,
        "SOCIALACCOUNT_PROVIDERS": {"orcid": _orcid(environment)},
    }


def _orcid(environment: PortalEnvironment) -> dict[str, Any]:
    if not environment.orcid_id:
        return {}
    app = {"client_id": environment.orcid_id, "secret": environment.orcid_secret, "key": ""}
    return {"BASE_DOMAIN": "orcid.org", "MEMBER_API": False, "APPS": [app]}


COMMON_WORDS = (
    "cimara",
    "metastasis",
    "metastases",
    "metastatic",
    "consortium",
    "brain",
    "tumour",
    "tumor",
    "cancer",
    "leptomeningeal",
    "oncology",
    "research",
    "hospital",
    "university",
    "password",
    "passphrase",
    "contraseña",
)
"""Words that somebody who guesses would try first here; the site's name and one's own address are added."""
KIND_WORDS = {
    "totp": _("Authenticator app"),
    "webauthn": _("Security key or passkey"),
    "recovery_codes": _("Recovery codes"),
}
