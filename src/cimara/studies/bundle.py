"""The results of a study as one zip that may leave it: masked tables, figures, and a page of both.

`manifest.json` names every file with its SHA-256 and what the results were made of. A bundle that is read is
held against it, file by file, and against the study's limits of disclosure.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from cimara.cohort.errors import CohortError
from cimara.cohort.report.document import document
from cimara.cohort.report.markup import Markup, element, table
from cimara.cohort.study.disclosure import Disclosure
from cimara.studies.small_counts import (
    SmallCount,
    masked,
    masked_figure,
    small_counts,
    small_counts_drawn,
    tables_of_html,
)

FORM = "cimara-bundle/1"
MANIFEST, PAGE = "manifest.json", "report.html"
MOST_FILES, MOST_BYTES = 500, 256 << 20
KINDS = {".csv": "text/csv", ".svg": "image/svg+xml", ".png": "image/png", ".html": "text/html"}
ONE_EVENT_A_ROW = re.compile(r"(?:-steps|-curve|-propensity|-weights)$")
"""Tables with a row an event or a patient, which have no place in a bundle; their figures have."""
_NAME = re.compile(r"(?:(?:tables|figures)/)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SAME_DAY = (1980, 1, 1, 0, 0, 0)


class BundleError(CohortError):
    """A bundle that can't be made or taken; `small` are the small counts that refuse it."""

    def __init__(self, problem: str, *, small: tuple[SmallCount, ...] = (), **more: Any) -> None:
        self.small = small
        super().__init__(problem, **more)


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A file of a bundle."""

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was held against its manifest. `made_of` is what it says of plan, data and code."""

    title: str
    files: tuple[BundleFile, ...]
    made_of: Mapping[str, Any]
    check: str
    """SHA-256 over the limits and the hashes of all that was checked for small counts."""


def write_bundle(
    folder: Path, target: Path, *, limits: Disclosure | None = None, title: str = ""
) -> list[SmallCount]:
    """Make a bundle from a folder of `cimara study run --out` or `cimara outcomes report`.

    Gives the small counts that were masked. Raises BundleError where the folder holds no report.
    """
    report = folder / "report" if (folder / "report" / "results.json").is_file() else folder
    if not (report / "results.json").is_file():
        raise BundleError(
            "no report is in the folder", where=folder.name, expected="what `cimara study run --out` wrote"
        )
    used = limits or Disclosure()
    results = json.loads((report / "results.json").read_text(encoding="utf-8"))
    named = title or str(results["study"].get("title") or results["study"].get("id") or "Results")
    tables, found = _tables(report, used)
    figures = {}
    for one in _of(report / "figures", (".svg",)):
        name, drawn = f"figures/{one.name}", one.read_text(encoding="utf-8")
        found += small_counts_drawn(name, drawn, used)
        figures[name] = masked_figure(drawn, used).encode()
    provenance = json.loads((report / "provenance.json").read_text(encoding="utf-8"))
    made_of = {name: provenance.get(name) for name in ("plan", "data", "endpoints", "code", "cimara", "seed")}
    pack_bundle(target, named, tables, figures, made_of, used)
    return found


def pack_bundle(
    target: Path,
    title: str,
    tables: Mapping[str, list[list[str]]],
    figures: Mapping[str, bytes],
    made_of: Mapping[str, Any],
    limits: Disclosure,
) -> None:
    """Write the zip of tables and figures that are masked already, with their page and manifest."""
    files = {name: _csv(cells) for name, cells in tables.items()} | dict(figures)
    files[PAGE] = _page(title, tables, figures, limits).encode()
    files[MANIFEST] = _manifest(title, files, made_of)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, SAME_DAY), content, zipfile.ZIP_DEFLATED)


def read_bundle(source: Path | BinaryIO, *, limits: Disclosure | None = None) -> Bundle:
    """Check a bundle whole: its manifest, every file and hash, every table.

    Raises
    ------
    BundleError
        It is no bundle, a file is not what the manifest says, or a count is too small to leave the study.
    """
    used = limits or Disclosure()
    try:
        with zipfile.ZipFile(source) as packed:
            names = _names(packed)
            manifest = _read_manifest(packed)
            files = tuple(_checked(packed, name, manifest) for name in names if name != MANIFEST)
            if missing := manifest["files"].keys() - set(names):
                raise BundleError(
                    f"{len(missing)} files of the manifest are missing", where=sorted(missing)[0]
                )
            small = tuple(one for name in names for one in _small(packed, name, used))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise BundleError(
            "the bundle is no zip, or damaged", expected="a zip of `cimara study bundle`"
        ) from error
    if small:
        raise BundleError(
            f"{len(small)} counts are too small to leave the study",
            small=small,
            expected=f"no count of 1 to {used.min_n - 1} people or 1 to {used.min_events - 1} events",
            hint="Make the bundle with `cimara study bundle`, which masks them.",
        )
    return Bundle(str(manifest["title"]), files, manifest["made_of"], _check_id(files, used))


def bundle_file(source: Path | BinaryIO, name: str) -> bytes:
    """One file of a bundle that was checked before."""
    with zipfile.ZipFile(source) as packed:
        return packed.read(name)


def _of(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    return sorted(one for one in folder.glob("*") if one.suffix in suffixes) if folder.is_dir() else []


def _tables(report: Path, limits: Disclosure) -> tuple[dict[str, list[list[str]]], list[SmallCount]]:
    """Masked tables by name, and what was masked in them."""
    tables: dict[str, list[list[str]]] = {}
    found: list[SmallCount] = []
    for one in (*_of(report / "tables", (".csv",)), *_of(report / "figures", (".csv",))):
        if ONE_EVENT_A_ROW.search(one.stem):
            continue
        name = f"{one.parent.name}/{one.name}"
        cells = list(csv.reader(io.StringIO(one.read_text(encoding="utf-8"), newline="")))
        found += small_counts(name, cells, limits)
        tables[name] = masked(cells, limits)
    return tables, found


def _csv(cells: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells)
    return out.getvalue().encode()


def _page(
    title: str, tables: Mapping[str, list[list[str]]], figures: Mapping[str, bytes], limits: Disclosure
) -> str:
    told = (
        f"Counts of 1 to {limits.min_n - 1} people and of 1 to {limits.min_events - 1} events are masked. "
        "Tables with a row an event are left out."
    )
    parts = [element("header", element("h1", title), element("p", told, class_="note"))]
    parts += [_figure(name, figures[name]) for name in figures if name.endswith(".svg")]
    for name, cells in tables.items():
        if cells and name.startswith("tables/"):
            stem = PurePosixPath(name).stem
            body = element("section", element("h2", stem), table(cells[0], cells[1:], caption=stem))
            parts.append(body)
    return document(title, element("main", *parts))


def _figure(name: str, content: bytes) -> Markup:
    """A figure within the page, whose policy lets no file be asked for, not even one inside it."""
    stem = PurePosixPath(name).stem
    drawn = Markup(content.decode().partition("<svg")[2])
    inside = element("div", Markup(f"<svg{drawn}"), class_="wide")
    return element("section", element("h2", stem), inside)


def _manifest(title: str, files: Mapping[str, bytes], made_of: Mapping[str, Any]) -> bytes:
    content = {
        "form": FORM,
        "title": title,
        "made_of": dict(made_of),
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _names(packed: zipfile.ZipFile) -> list[str]:
    members = [one for one in packed.infolist() if not one.is_dir()]
    if len(members) > MOST_FILES or sum(one.file_size for one in members) > MOST_BYTES:
        raise BundleError(f"the bundle is too large; at most {MOST_FILES} files and {MOST_BYTES >> 20} MB")
    names = [one.filename for one in members]
    for one in members:
        ending = PurePosixPath(one.filename).suffix
        if not _NAME.fullmatch(one.filename) or (ending not in KINDS and one.filename != MANIFEST):
            raise BundleError(
                "a file has no place in a bundle", expected="tables/*.csv, figures/*.svg, report.html"
            )
        if stat.S_ISLNK(one.external_attr >> 16):
            raise BundleError("the bundle holds a link", expected="the files themselves")
    if len(set(names)) != len(names):
        raise BundleError("a file stands twice in the bundle")
    return sorted(names)


def _read_manifest(packed: zipfile.ZipFile) -> dict[str, Any]:
    try:
        told = json.loads(packed.read(MANIFEST))
        is_ours = (
            told["form"] == FORM and isinstance(told["files"], dict) and isinstance(told["made_of"], dict)
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        is_ours = False
    if not is_ours:
        raise BundleError(f"no {MANIFEST} of a bundle", expected="a zip of `cimara study bundle`")
    return dict(told)


def _checked(packed: zipfile.ZipFile, name: str, manifest: Mapping[str, Any]) -> BundleFile:
    content = packed.read(name)
    found = hashlib.sha256(content).hexdigest()
    if manifest["files"].get(name) != found:
        raise BundleError(
            "the file is not the one of the manifest", where=name, hint="Make the bundle again."
        )
    return BundleFile(name, found, len(content), KINDS[PurePosixPath(name).suffix])


def _small(packed: zipfile.ZipFile, name: str, limits: Disclosure) -> Iterator[SmallCount]:
    try:
        if name.endswith(".csv"):
            text = packed.read(name).decode("utf-8-sig")
            yield from small_counts(name, list(csv.reader(io.StringIO(text, newline=""))), limits)
        elif name.endswith(".svg"):
            yield from small_counts_drawn(name, packed.read(name).decode(), limits)
        elif name.endswith(".html"):
            for place, cells in enumerate(tables_of_html(packed.read(name).decode()), start=1):
                yield from small_counts(f"{name} table {place}", cells, limits)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BundleError("the file is no text in UTF-8", where=name) from error


def _check_id(files: Iterable[BundleFile], limits: Disclosure) -> str:
    told = {
        "limits": [limits.min_n, limits.min_events, limits.min_sites],
        "files": [[one.name, one.sha256] for one in files],
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
