"""Imports run downward only: the floors of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"

FLOORS = (
    {"terms"},
    {"trials", "response", "cohort", "agents", "catalogue"},
    {"imaging"},
    {"outcomes"},
    {"federation"},
    {"studies"},
    {"cli"},
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
DATA_ROOM = "data"


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, at any depth: an expression holds no import, so none is gone through."""
    yield tree
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(tree, field, ()):
            yield from statements(inner)


def imported_names(source: str) -> Iterator[str]:
    """Every absolute module name that the source imports, wherever the import stands."""
    for node in statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the floor"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def broken_floors(room: str, source: str) -> list[str]:
    """Imports of `source`, a file of `room`, that do not run downward."""
    broken = []
    for name in imported_names(source):
        top, _, rest = name.partition(".")
        if top in ("cimara_web", "django") and room != "cli.web":
            broken.append(name)
        target = rest.split(".")[0]
        if top != "cimara" or target not in FLOOR_OF:
            continue
        own = room.split(".")[0]
        if target != own and FLOOR_OF[target] >= FLOOR_OF.get(own, len(FLOORS)):
            broken.append(name)
    return broken


def library_files() -> list[Path]:
    return sorted((SOURCE / "cimara").rglob("*.py"))


def test_imports_run_downward() -> None:
    broken = {}
    for path in library_files():
        parts = path.relative_to(SOURCE / "cimara").with_suffix("").parts
        room = "cli.web" if parts[:2] == ("cli", "web") else parts[0]
        if names := broken_floors(room, path.read_text()):
            broken[str(path.relative_to(SOURCE))] = names
    assert broken == {}


def test_every_room_has_a_floor() -> None:
    rooms = {path.name for path in (SOURCE / "cimara").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert rooms - set(FLOOR_OF) <= {DATA_ROOM}


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("terms", "from cimara.trials import Study"),
        ("trials", "import cimara.response"),
        ("trials", "def late():\n    from django.db import models"),
        ("response", "from cimara import outcomes"),
        ("outcomes", "import cimara_web"),
    ],
)
def test_an_upward_import_is_caught(room: str, source: str) -> None:
    assert broken_floors(room, source)


def test_the_web_commands_may_reach_the_portal() -> None:
    assert broken_floors("cli.web", "import cimara_web") == []
