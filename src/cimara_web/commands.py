"""How a `cimara web` verb starts Django and runs the management command of its name."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any

from cimara_web.environment import SettingError, read_environment

EXIT_FINDINGS = 1
SECRET_FILE = "demo-secret"
SECRET_BYTES = 48


def run_command(name: str, /, *args: str, **options: Any) -> int:
    """Run a management command; 0 when it ends well, 10 for a setting, else the command's own code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cimara_web.settings")
    try:
        return _run(name, *args, **options)
    except SettingError as error:
        print(f"cimara: {error}", file=sys.stderr)
        return error.exit_code


def _run(name: str, /, *args: str, **options: Any) -> int:
    import django
    from django.conf import settings
    from django.core.management import CommandError, call_command

    django.setup()
    settings.ENVIRONMENT.var.mkdir(parents=True, exist_ok=True)
    try:
        call_command(name, *args, **options)
    except CommandError as error:
        print(f"cimara: {error}", file=sys.stderr)
        return int(error.returncode)
    return 0


def run_demo(**options: Any) -> int:
    """The portal on this machine with a secret of its own, made at the first run."""
    try:
        environment = read_environment(os.environ)
    except SettingError as error:
        print(f"cimara: {error}", file=sys.stderr)
        return error.exit_code
    if not environment.secret_key:
        os.environ["CIMARA_SECRET_KEY_FILE"] = str(local_secret(environment.var))
    return run_command("demo", **options)


def use_local_secret() -> None:
    """Where no secret is set, the one that `cimara web demo` made in the var folder; none is made here."""
    file = Path(os.environ.get("CIMARA_VAR", "var")).absolute() / SECRET_FILE
    named = any(os.environ.get(name, "").strip() for name in ("CIMARA_SECRET_KEY", "CIMARA_SECRET_KEY_FILE"))
    if not named and file.is_file():
        os.environ["CIMARA_SECRET_KEY_FILE"] = str(file)


def local_secret(var: Path) -> Path:
    """The file with this machine's demonstration secret, readable by its owner only; made when missing."""
    var.mkdir(parents=True, exist_ok=True)
    file = var / SECRET_FILE
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(secrets.token_urlsafe(SECRET_BYTES))
    return file
