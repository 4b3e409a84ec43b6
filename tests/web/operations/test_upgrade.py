"""A portal of before there were accounts becomes one of today, and its alerts go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.db import connection

from cimara_web.accounts.models import Account
from cimara_web.alerts.models import Alert
from cimara_web.alerts.queries import address_of
from cimara_web.audit.chain import GENESIS
from cimara_web.audit.queries import Head
from cimara_web.backing_up.restoring import restore
from cimara_web.backing_up.taking import back_up
from cimara_web.health import pending_migrations
from cimara_web.outbox.models import OutboxMessage
from tests.web.operations.before_accounts import READER
from tests.web.operations.conftest import Another, StandingIn
from tests.web.operations.places import Place
from tests.web.people import NOW


def old(place: Place) -> None:
    before = replace(place, settings=(("DJANGO_SETTINGS_MODULE", "tests.web.operations.before_accounts"),))
    done = before.python("tests.web.operations.before_accounts")
    assert done.returncode == 0, done.stderr


def check_present() -> None:
    """The schema of today, the alert and its mail as they were."""
    assert not pending_migrations()
    (alert,) = Alert.objects.all()
    assert (alert.language, alert.every, alert.state) == ("es", "daily", "pending")
    assert address_of(alert) == READER
    assert OutboxMessage.objects.filter(about=alert.public_id).count() == 1
    assert Account.objects.count() == 0


def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    another: Another, standing_in: StandingIn, tmp_path: Path
) -> None:
    """A backup that the software before this one could have made: the restore migrates it."""
    place = another()
    old(place)
    with standing_in(place):
        taken = back_up(tmp_path / "backups", now=NOW, with_store=False, say=lambda _: None)
    assert taken.head == Head(0, GENESIS)
    with standing_in(another()):
        restore(taken.file, now=NOW, replace=False, say=lambda _: None)
        check_present()


def test_a_database_of_before_accounts_is_brought_up_to_date(
    another: Another, standing_in: StandingIn
) -> None:
    place = another()
    old(place)
    with standing_in(place):
        assert "auth_user" in connection.introspection.table_names()
        assert pending_migrations()
    done = place.cimara("migrate")
    assert done.returncode == 0, done.stderr
    with standing_in(place):
        check_present()
    assert place.cimara("migrate", "--check").returncode == 0
