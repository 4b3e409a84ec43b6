"""`cimara web`: starts only what is safe to start, and says in a line what is wrong otherwise."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cimara_web.commands import local_secret
from cimara_web.environment import SettingError, read_environment
from cimara_web.finder.actions.profiles import save_step
from cimara_web.finder.models import FinderProfile
from cimara_web.serving import Bind, refuse_unsafe

STRONG = "0123456789abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF"
LOCAL, REACHABLE = Bind.parse("127.0.0.1:8000"), Bind.parse("0.0.0.0:8000")


@pytest.fixture
def strong(settings: Any) -> Any:
    """Settings as a careful operator makes them."""
    settings.ENVIRONMENT = read_environment({"CIMARA_SECRET_KEY": STRONG})
    return settings


@pytest.mark.parametrize(
    ("text", "local", "address"),
    [
        ("127.0.0.1:8000", True, "http://127.0.0.1:8000/"),
        ("[::1]:8000", True, "http://[::1]:8000/"),
        ("localhost:80", True, "http://localhost:80/"),
        ("unix:/run/cimara/web.sock", True, "unix:/run/cimara/web.sock"),
        ("192.0.2.7:8000", False, "http://192.0.2.7:8000/"),
        ("portal.example.org:8000", False, "http://portal.example.org:8000/"),
    ],
)
def test_where_to_listen_is_read(text: str, local: bool, address: str) -> None:
    bind = Bind.parse(text)
    assert (bind.is_local, bind.address) == (local, address)


@pytest.mark.parametrize(
    "text", ["", "8000", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:0", "127.0.0.1:65536", "unix:"]
)
def test_a_place_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="expected HOST:PORT or unix:PATH"):
        Bind.parse(text)


@pytest.mark.django_db
def test_a_sound_portal_may_start(strong: Any) -> None:
    refuse_unsafe(REACHABLE)


@pytest.mark.django_db
def test_a_weak_secret_is_refused(settings: Any) -> None:
    settings.ENVIRONMENT = read_environment({"CIMARA_SECRET_KEY": "weak"})
    with pytest.raises(SettingError, match="CIMARA_SECRET_KEY"):
        refuse_unsafe(LOCAL)


@pytest.mark.django_db
def test_debug_pages_are_refused_where_others_could_reach_them(strong: Any) -> None:
    strong.DEBUG = True
    refuse_unsafe(LOCAL)
    with pytest.raises(CommandError, match="CIMARA_DEBUG=1 shows settings to strangers"):
        refuse_unsafe(REACHABLE)


@pytest.mark.django_db
def test_a_schema_that_is_behind_is_refused(strong: Any) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="finder").delete()
    with pytest.raises(CommandError, match="run `cimara web migrate`"):
        refuse_unsafe(LOCAL)


def test_the_demonstration_stays_on_this_machine() -> None:
    with pytest.raises(CommandError, match="this machine only"):
        call_command("demo", bind="192.0.2.7:8000")


def test_the_local_secret_is_strong_kept_and_closed_to_others(tmp_path: Path) -> None:
    file = local_secret(tmp_path / "var")
    first = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(first) >= 50
    assert local_secret(tmp_path / "var").read_text() == first


@pytest.mark.django_db
def test_tick_deletes_answers_whose_time_has_passed(capsys: pytest.CaptureFixture[str]) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    save_step(token=b"a" * 32, step="who", given={"who": "self"}, now=long_ago)
    save_step(token=b"b" * 32, step="who", given={"who": "self"}, now=datetime.now(UTC))
    call_command("tick")
    call_command("tick")
    assert FinderProfile.objects.count() == 1


def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`cimara WORDS` in a process of its own with those settings only."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CIMARA_", "DATABASE_", "DJANGO"))
    }
    return subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-c", "from cimara.cli import main; raise SystemExit(main())", *words],
        env={**kept, **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_missing_secret_ends_with_its_name_and_an_example(tmp_path: Path) -> None:
    settings = {"CIMARA_VAR": str(tmp_path)}
    assert run("web", "migrate", **settings, CIMARA_SECRET_KEY=STRONG).returncode == 0
    done = run("web", "serve", **settings)
    assert done.returncode == 10
    assert "CIMARA_SECRET_KEY is not set" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_setting_ends_before_anything_starts(tmp_path: Path) -> None:
    done = run("web", "serve", CIMARA_VAR=str(tmp_path), DATABASE_URL="nonsense")
    assert done.returncode == 10
    assert "DATABASE_URL can't be read" in done.stderr


def test_serving_without_a_schema_is_refused(tmp_path: Path) -> None:
    done = run("web", "serve", CIMARA_VAR=str(tmp_path), CIMARA_SECRET_KEY=STRONG)
    assert done.returncode == 2
    assert "cimara web migrate" in done.stderr


def test_the_deploy_check_is_clean_for_a_production_portal(tmp_path: Path) -> None:
    settings = {
        "CIMARA_VAR": str(tmp_path),
        "CIMARA_SECRET_KEY": STRONG,
        "CIMARA_HOSTS": "trials.example.org",
        "CIMARA_BEHIND_PROXY": "1",
        "CIMARA_SMTP_URL": "smtp://mail.example.org",
    }
    assert run("web", "migrate", **settings).returncode == 0
    done = run("web", "check", **settings)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_deploy_check_finds_a_portal_whose_mails_reach_nobody(tmp_path: Path) -> None:
    done = run("web", "check", CIMARA_VAR=str(tmp_path), CIMARA_SECRET_KEY=STRONG)
    assert done.returncode == 1
    assert "cimara.W001" in done.stderr
    assert "CIMARA_SMTP_URL=smtp://" in done.stderr


def test_the_deploy_check_finds_a_portal_without_https(tmp_path: Path) -> None:
    done = run(
        "web", "check", CIMARA_VAR=str(tmp_path), CIMARA_SECRET_KEY=STRONG, CIMARA_INSECURE_COOKIES="1"
    )
    assert done.returncode == 1
    assert "security.W008" in done.stderr
    assert "security.W016" in done.stderr


def test_the_deploy_check_prints_no_secret(tmp_path: Path) -> None:
    done = run("web", "check", CIMARA_VAR=str(tmp_path), CIMARA_SECRET_KEY=STRONG)
    assert STRONG not in done.stdout + done.stderr


def test_the_migrations_say_all_that_the_models_say(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())
