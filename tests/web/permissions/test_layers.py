"""An app uses another one through its actions and queries, never its models (portal.md G1)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import cimara_web

PACKAGE = Path(cimara_web.__file__).parent
APPS = [*sorted(one.parent.name for one in PACKAGE.glob("*/models.py")), "studies"]


def imports_of(file: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or anywhere else, with what it takes from it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)


def test_no_part_imports_the_models_of_an_app_that_it_is_not_in() -> None:
    reached = [
        f"{file.relative_to(PACKAGE)}: {name}"
        for file in PACKAGE.rglob("*.py")
        for name in imports_of(file)
        for app in APPS
        if name.startswith(f"cimara_web.{app}.models.") and file.relative_to(PACKAGE).parts[0] != app
    ]
    assert not reached


def test_all_apps_are_looked_at() -> None:
    assert {"accounts", "alerts", "api", "audit", "finder", "members", "outbox", "studies"} <= set(APPS)
    inside = [name for name in imports_of(PACKAGE / "studies" / "queries.py") if ".studies.models." in name]
    assert inside, "an import of one's own models is found where there is one"


def test_models_are_not_reached_by_name_either() -> None:
    files = [one.relative_to(PACKAGE) for one in PACKAGE.rglob("*.py") if "get_model(" in one.read_text()]
    assert {one.parts[0] for one in files if "migrations" not in one.parts} <= {"backing_up"}


def test_the_library_knows_nothing_of_the_portal() -> None:
    library = PACKAGE.parent / "cimara"
    reached = [
        f"{file.relative_to(library)}: {name}"
        for file in library.rglob("*.py")
        for name in imports_of(file)
        if name.split(".")[0] in ("django", "cimara_web")
    ]
    assert not reached
