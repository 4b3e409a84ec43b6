"""Opens whatever a site delivers: our tables, our REDCap export, or anything through a mapping."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.harmonise.apply import apply_mapping
from cimara.cohort.harmonise.mapping import Mapping, read_mapping
from cimara.cohort.model import data_model
from cimara.cohort.raw_tables import WORKBOOKS, RawTable, read_csv, read_workbook
from cimara.cohort.reading import SUFFIXES, dataset_of, read_tables
from cimara.cohort.redcap.export import is_our_export

TEXTS = (".csv", ".tsv", ".txt")


def read_any(
    path: Path, mapping: Path | Mapping | None = None, *, needed: Collection[tuple[str, str]] = ()
) -> Dataset:
    """The data set in a file or folder.

    Without a mapping: a folder of our tables, a workbook of ours, one of our tables, or a REDCap export of
    our dictionary. With one: any CSV, workbook, or folder of them, in the site's own form. `needed` as in
    `apply_mapping`.

    Raises
    ------
    MappingError
        The mapping has faults, or does not fit the files.
    CohortError
        There is no such file, or it is not of ours and no mapping is given.
    """
    if not path.exists():
        raise CohortError("no such file or folder", where=path.name)
    if mapping is not None:
        read = read_mapping(mapping) if isinstance(mapping, Path) else mapping
        tables, unread = site_tables(path, read)
        dataset = apply_mapping(tables, read, needed=needed)
        return replace(dataset, unused=(*dataset.unused, *unread))
    if path.is_dir():
        return _folder(path)
    if path.suffix.lower() in WORKBOOKS:
        return _ours(path)
    if path.suffix.lower() == ".json" or is_our_export(path):
        return _export(path)
    if path.stem not in {*data_model().by_table, *data_model().by_name}:
        raise _not_ours(path)
    return dataset_of([read_csv(path)], where=path.name)


def site_tables(path: Path, mapping: Mapping) -> tuple[list[RawTable], list[str]]:
    """The tables in a site's file or folder, as text, and the files that were not read.

    A file that cannot be read is passed over if no row of the mapping names it. Raises CohortError for one
    that is named, and where there is no table at all.
    """
    files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    named = mapping.file_names
    tables: list[RawTable] = []
    unread: list[str] = []
    for file in files:
        if file.suffix.lower() not in (*WORKBOOKS, *TEXTS):
            unread.append(file.name)
            continue
        try:
            tables += _tables_in(file, mapping)
        except CohortError as error:
            if not named or any(fnmatchcase(file.name, one) for one in named):
                raise
            unread.append(f"{file.name}: {error.problem}")
    if not tables:
        raise CohortError("no table is in it", where=path.name, expected="CSV files or a workbook")
    return tables, unread


def _tables_in(file: Path, mapping: Mapping) -> list[RawTable]:
    suffix = file.suffix.lower()
    if suffix in WORKBOOKS:
        return read_workbook(file)
    settings = mapping.settings_for(file.name, "")
    tabs = suffix == ".tsv" and "delimiter" not in settings.where
    return [read_csv(file, delimiter="\t" if tabs else settings.delimiter)]


def _folder(path: Path) -> Dataset:
    tables = {*data_model().by_table, *data_model().by_name}
    held = [one for one in sorted(path.iterdir()) if one.is_file()]
    if any(one.stem in tables and one.suffix.lower() in SUFFIXES for one in held):
        return read_tables(path)
    exports = [one for one in held if one.suffix.lower() == ".csv" and is_our_export(one)]
    if len(exports) == 1:
        return _export(exports[0])
    if exports:
        raise CohortError(
            "several REDCap exports of our dictionary",
            where=path.name,
            expected="one, or a folder of our tables",
            hint=f"Name one of {', '.join(one.name for one in exports)}.",
        )
    raise _not_ours(path)


def _ours(path: Path) -> Dataset:
    known = {*data_model().by_table, *data_model().by_name}
    sheets = read_workbook(path)
    if not any(one.sheet in known or one.sheet.lower() in known for one in sheets):
        raise _not_ours(path)
    return dataset_of(sheets, where=path.name)


def _not_ours(path: Path) -> CohortError:
    return CohortError(
        "no table of the data model and no REDCap export of its dictionary",
        where=path.name,
        expected="files named patient, brain_lesion and so on",
        hint="Files in a site's own form need a mapping: see docs/how-to/map-a-sites-files.md.",
    )


def _export(path: Path) -> Dataset:
    from cimara.cohort.redcap.export import read_export

    return read_export(path)
