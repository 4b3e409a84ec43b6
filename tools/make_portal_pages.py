"""Writes the portal's reference pages that are found by trying: who gets which answer, who may do what when.

    python -m tools.make_portal_pages [--check]

A small portal is made in a database of its own, asked as everybody, and thrown away. Tests make the same
pages (`tests/web/permissions/test_pages_are_current.py`) and fail when a file is stale.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
SECRET = "only-for-making-pages-0123456789-abcdefghijklmnop"


def main(arguments: list[str]) -> int:
    """Write what changed; with `--check` only name it and exit 1."""
    with portal() as store:
        files = made(store)
    stale = sorted(path for path, text in files.items() if not path.exists() or path.read_text() != text)
    for path in stale:
        print(path.relative_to(ROOT), file=sys.stderr)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path])
    return 1 if stale and "--check" in arguments else 0


def made(store: Path) -> dict[Path, str]:
    """Every generated file and what it must hold; all that was done to find out is undone."""
    from django.db import transaction

    from tests.web.walk import stage
    from tools.portal_pages.all import pages

    with transaction.atomic():
        with stage(store) as world:
            files = {REFERENCE / name: text for name, text in pages(world).items()}
        transaction.set_rollback(True)
    return files


@contextmanager
def portal() -> Iterator[Path]:
    """Django with an empty database, static files and the starter registry, all in a passing folder."""
    with tempfile.TemporaryDirectory(prefix="cimara-pages-") as folder:
        os.environ |= {
            "CIMARA_SECRET_KEY": SECRET,
            "CIMARA_VAR": f"{folder}/var",
            "DJANGO_SETTINGS_MODULE": "cimara_web.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.conf import settings
        from django.core.management import call_command

        from cimara.cli.trials.registry import default_registry

        Path(folder, "var").mkdir()
        django.setup()
        settings.SNAPSHOT = default_registry()
        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        yield Path(folder) / "store"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
