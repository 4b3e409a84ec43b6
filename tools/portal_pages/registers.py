"""The register of every column that is kept, and the list of every event of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from cimara_web.audit.events import CONTEXT, Event
from cimara_web.audit.words import EVENT_WORDS
from tools.portal_pages.markdown import code, table

LEVELS = {
    "public": ("anyone", "may be copied anywhere"),
    "internal": (
        "whoever the lists of `*/queries.py` let see the row",
        "no person: ids, states, counts, hashes",
    ),
    "personal": (
        "its person, and whom they let see it",
        "in the copy of one's own data; goes when the account is deleted; never in a log or an address",
    ),
    "health": (
        "the visitor's own browser, or the owner of the alert",
        "sealed, or coarse by design; never in a log, an address, a title or a mail's subject",
    ),
    "secret": ("nobody", "hashed or sealed; never shown, logged or exported"),
}
"""Level -> who reads it, what is done with it."""

PRIVACY = """# Register of what is kept

Every column of the portal's own tables, with its level and how long it stays. The page is made from `class
Privacy` of each model; a test fails when a column has no level. No row of a patient is in the database: the
data of studies lie in the study store by their hash, and the columns below hold hashes and counts.

{levels}
"""
OTHERS = """## Tables of Django and allauth

{table}
"""
KEPT_BY_OTHERS = (
    (
        "`django_session`",
        "secret",
        "random key and what was proven at sign-in",
        "until it ends; swept by `tick`",
    ),
    ("`cimara_cache`", "internal", "counts against limits, codes that were used, by hashed key", "hours"),
    ("`account_emailaddress`", "personal", "e-mail addresses of an account", "with its account"),
    ("`mfa_authenticator`", "secret", "seeds, keys and recovery codes, sealed", "with its account"),
    ("`socialaccount_socialaccount`", "personal", "ORCID iD of an account", "with its account"),
    (
        "`usersessions_usersession`",
        "personal",
        "address and browser of a session, for its owner's list",
        "with it",
    ),
)
EVENTS = """# Events of the audit trail

Everything that is done in the portal leaves one event: who (a UUID), in which role, to what (a UUID), and
of the rest only what this table lists. No name, no e-mail address, no network address, no file name, no
patient's value. An action that would tell anything else fails.

{table}
"""


def privacy() -> str:
    """The register."""
    parts = [PRIVACY.format(levels=table(("level", "who reads it", "and"), _levels()))]
    for app, found in _by_app().items():
        parts.append(f"## {app.capitalize()}\n")
        parts.extend(_model(model) for model in found)
    parts.append(OTHERS.format(table=table(("table", "level", "what", "how long"), KEPT_BY_OTHERS)))
    return "\n".join(parts).rstrip() + "\n"


def events() -> str:
    """The list of events."""
    rows = [
        (code(one.value), EVENT_WORDS[one], ", ".join(map(code, sorted(CONTEXT[one]))) or "nothing")
        for one in sorted(Event)
    ]
    return EVENTS.format(table=table(("event", "what was done", "tells besides"), rows)).rstrip() + "\n"


def _levels() -> Iterator[tuple[str, str, str]]:
    for level, (who, what) in LEVELS.items():
        yield level, who, what


def _by_app() -> dict[str, list[type[models.Model]]]:
    found: dict[str, list[type[models.Model]]] = {}
    for model in apps.get_models():
        if model.__module__.startswith("cimara_web."):
            found.setdefault(model._meta.app_label, []).append(model)
    return {app: sorted(found[app], key=lambda one: one.__name__) for app in sorted(found)}


def _model(model: type[models.Model]) -> str:
    placed = {name: level for name, level in vars(model.Privacy).items() if not name.startswith("_")}
    stays = placed.pop("retention")
    what = " ".join((model.__doc__ or "").strip().splitlines()[0].split())
    rows = ((code(name), level) for name, level in placed.items())
    return f"### {model.__name__}\n\n{what}\n\nKept {stays}.\n\n{table(('column', 'level'), rows)}"
