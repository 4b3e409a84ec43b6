"""The study store in a backup: every file by its hash; bytes of papers always, of rows on request.

Papers are documents, validation reports and results: none holds a patient's row.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path

from django.apps import apps
from django.conf import settings

from cimara_web.backing_up.manifest import FileFacts

FOLDER = "store/"
PAPERS = (("studies.StudyDocument", "sha256"), ("studies.Submission", "report"), ("studies.Report", "sha256"))
UPLOADS = ("studies.Submission", "sha256")
HEAD, LINES = "manifest.head", "manifest.jsonl"
COMING, PART, LOCK = ".coming-", ".part", ".lock"
KEPT = "bytes/"
CHUNK = 1 << 20
FOLDER_MODE, FILE_MODE = 0o770, 0o660
"""As the library's own store has them: never for others on the machine."""

Take = Callable[[str, Path], FileFacts]


def listed(take: Take) -> dict[str, FileFacts]:
    """Every file of the store by its path within it, as `take` read it; what is being written is left out."""
    root = Path(settings.STUDY_STORE)
    facts: dict[str, FileFacts] = {}
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        try:
            facts[name] = take(name, path)
        except FileNotFoundError:
            continue  # taken away since
    return facts


def damaged(store: Mapping[str, FileFacts]) -> list[str]:
    """Paths of files that are named by a hash which their bytes don't have."""
    return [
        name
        for name, facts in store.items()
        if name.startswith(KEPT) and name.rpartition("/")[2] != facts.sha256
    ]


def papers(tables: Container[str]) -> frozenset[str]:
    """Hashes of kept files that hold no patient's row; `tables` are those that the database has by now."""
    found = (one for label, field in PAPERS for one in _hashes(label, field, tables))
    return frozenset(found) - _hashes(*UPLOADS, tables)


def facts_of(path: Path) -> FileFacts:
    """Hash and size of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return FileFacts(digest.hexdigest(), size)


def place(file: Path, name: str) -> None:
    """Move a file to its place in the store, over one of the same name."""
    target = Path(settings.STUDY_STORE) / name
    target.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    coming = target.with_name(f"{COMING}{target.name}")
    shutil.copyfile(file, coming)
    coming.chmod(FILE_MODE)
    coming.replace(target)


def missing(store: Mapping[str, FileFacts]) -> list[str]:
    """Paths of listed files that the present store doesn't have with that hash."""
    root = Path(settings.STUDY_STORE)
    return [
        name for name, facts in store.items() if not (root / name).is_file() or facts_of(root / name) != facts
    ]


def is_empty() -> bool:
    """Whether the present store has no file."""
    return next(_files(Path(settings.STUDY_STORE)), None) is None


def _files(root: Path) -> Iterator[Path]:
    """Manifests of studies first, their heads before them: all that they name is then there to be read."""
    yield from _walk(root, lambda name: name == HEAD)
    yield from _walk(root, lambda name: name == LINES)
    yield from _walk(root, lambda name: name not in (HEAD, LINES))


def _walk(root: Path, wanted: Callable[[str], bool]) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            if wanted(name) and not name.startswith(COMING) and not name.endswith((PART, LOCK)):
                yield Path(folder) / name


def _hashes(label: str, field: str, tables: Container[str]) -> set[str]:
    model = apps.get_model(label)
    if model._meta.db_table not in tables:
        return set()  # a database of before there were studies
    return set(model.objects.exclude(**{field: ""}).values_list(field, flat=True))
