"""The portal as it was before accounts: its apps, its users, an alert (run as a module to make it)."""

from __future__ import annotations

from cimara_web.settings import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "cimara_web.api",
    "cimara_web.finder",
    "cimara_web.outbox",
    "cimara_web.alerts",
]
AUTH_USER_MODEL = "auth.User"
LAST = {
    "alerts": "0001_initial",
    "api": "0001_initial",
    "auth": "0012_alter_user_first_name_max_length",
    "finder": "0002_outcome",
    "outbox": "0001_initial",
    "sessions": "0001_initial",
}
"""The last migration of each app then."""
READER = "reader@example.org"


def make() -> None:
    """The old schema, and an alert that somebody asked for."""
    import django
    from django.core.management import call_command

    django.setup()
    for app, name in LAST.items():
        call_command("migrate", app, name, interactive=False, verbosity=0, skip_checks=True)

    from cimara_web import clock
    from cimara_web.alerts.actions.asking import ask_for_alert
    from cimara_web.alerts.facets import Facets
    from cimara_web.alerts.models import Every

    ask_for_alert(address=READER, facets=Facets(), every=Every.DAILY, language="es", now=clock.now())


if __name__ == "__main__":
    make()
