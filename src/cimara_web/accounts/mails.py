"""Which mail of ours stands for which of allauth's, and what of allauth's context it needs."""

from __future__ import annotations

LETTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "account/email/email_confirmation_signup": ("sign_up", ("key",)),
    "account/email/email_confirmation": ("new_address", ("key",)),
    "account/email/account_already_exists": ("sign_up_again", ()),
    "account/email/unknown_account": ("no_account", ()),
    "account/email/password_reset_key": ("reset", ("uid", "key")),
}
"""allauth's mail -> our template, and the keys of the context that it takes."""
CHANGES: dict[str, str] = {
    "account/email/password_changed": "password",
    "account/email/password_set": "password",
    "account/email/password_reset": "password",
    "account/email/email_changed": "address",
    "account/email/email_deleted": "address",
    "mfa/email/totp_activated": "app_added",
    "mfa/email/totp_deactivated": "app_removed",
    "mfa/email/webauthn_added": "key_added",
    "mfa/email/webauthn_removed": "key_removed",
    "mfa/email/recovery_codes_generated": "codes",
    "socialaccount/email/account_connected": "orcid_added",
    "socialaccount/email/account_disconnected": "orcid_removed",
}
"""allauth's notices of a change -> what changed, told by our template `changed`."""
