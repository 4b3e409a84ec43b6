#!/usr/bin/env python3
"""Runs what `make check` leaves: slow tests with SQLite, then the portal's with a PostgreSQL of our own.

With PostgreSQL run the tests of the portal that use a database (`tests/web/with_database.py`).
Extra arguments go to both runs of pytest. The exit code is 0 only when both pass.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEBIAN_BINARIES = Path("/usr/lib/postgresql")
POSTGRES_USER = "postgres"
DATABASE_USER = "cimara"
SLOW = ["tests/federated", "tests/browser", "tests/generative", "tests/r", "tests/web"]
"""Those that wait and the longest first: the other worker takes from the end, where tests are short."""
MADE_ONCE = "TESTS_MADE_ONCE"
"""Names the folder of what both runs use and the first one makes: the small demonstration study."""
WIDE = "200"
"""Columns of the terminal that pytest writes for: the reason of a failure stands on its summary line."""
WITH_DATABASE = ["-p", "tests.web.with_database"]
"""pytest's plugin that keeps the tests which use a database."""
NO_TESTS_RAN = 5
"""pytest's exit code for "no tests ran"."""


def main(arguments: Sequence[str]) -> int:
    """Both runs, then what failed in either and their closing lines once more, where a reader looks first."""
    with tempfile.TemporaryDirectory(prefix="cimara-tests-") as once:
        code, closing = run_pytest("SQLite", SLOW, arguments, {"DATABASE_URL": "", MADE_ONCE: once})
        with postgresql() as url:
            settings = {"DATABASE_URL": url, MADE_ONCE: once}
            other, more = run_pytest("PostgreSQL", ["tests/web", *WITH_DATABASE], arguments, settings)
    print("", *closing, *more, sep="\n")
    return code or other


def run_pytest(
    name: str, folders: list[str], arguments: Sequence[str], settings: dict[str, str]
) -> tuple[int, list[str]]:
    """One run of pytest, shown as it goes; its exit code, what failed, and its last line."""
    print(f"== {name} ==", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-rfE", *folders, *arguments]
    failures, last = [], ""
    with subprocess.Popen(  # noqa: S603 (pytest)
        command, cwd=ROOT, env={**os.environ, "COLUMNS": WIDE, **settings}, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
            if line.startswith(("FAILED ", "ERROR ")):
                failures.append(line.strip())
    code = process.returncode
    return (1 if code == NO_TESTS_RAN else code), [*failures, f"{name}: {last}"]


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL cluster of our own on a Unix socket, gone afterwards; gives its DATABASE_URL."""
    binaries = postgresql_binaries()
    folder = Path(tempfile.mkdtemp(prefix="cimara-pg-"))
    runner = server_user(folder)
    data, log = folder / "data", folder / "log"
    options = (
        f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    )
    try:
        quiet(
            [
                *runner,
                str(binaries / "initdb"),
                "-A",
                "trust",
                "-U",
                DATABASE_USER,
                "-E",
                "UTF8",
                "-D",
                str(data),
            ]
        )
        control = [*runner, str(binaries / "pg_ctl"), "-D", str(data)]
        quiet([*control, "-w", "-l", str(log), "-o", options, "start"])
        try:
            yield f"postgresql://{DATABASE_USER}@/postgres?host={folder}"
        finally:
            quiet([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def postgresql_binaries() -> Path:
    """The folder of the newest PostgreSQL that Debian has installed, else that of the one on the path."""
    versions = sorted(DEBIAN_BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    if found is None:
        raise SystemExit("PostgreSQL is not installed; run: tools/system_packages postgresql")
    return Path(found).parent


def server_user(folder: Path) -> list[str]:
    """The words that run a command as the folder's owner, not as root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam(POSTGRES_USER)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--"]


def quiet(command: list[str]) -> None:
    """Run a command; show what it said only when it fails."""
    done = subprocess.run(  # noqa: S603 (PostgreSQL's own tools)
        command,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{Path(command[-1]).name} failed:\n{done.stdout}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
