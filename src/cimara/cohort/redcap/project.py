"""A REDCap project of anybody's, read from its data dictionary and the files beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from cimara.cohort.errors import CohortError
from cimara.cohort.findings import joined
from cimara.cohort.redcap.choices import read_choices
from cimara.cohort.redcap.dictionary_reading import read_dictionary
from cimara.cohort.redcap.opening import open_table
from cimara.cohort.redcap.structure import Project


def read_project(path: Path) -> Project:
    """A project from its data dictionary, or from a folder with the dictionary and the files beside it.

    The dictionary is CSV with any usual delimiter, JSON of REDCap's API, or a workbook. In a folder it is
    dictionary.csv, or the only file with `dictionary` or `metadata` in its name; repeating.csv, events.csv,
    form_events.csv and missing_codes.txt are read where they are.

    Raises
    ------
    CohortError
        There is no such file, or it is no data dictionary. All else that is wrong is a finding.
    """
    if not path.is_dir():
        return read_dictionary(path)
    project = read_dictionary(_dictionary_of(path))
    return with_set_up(project, path)


def with_set_up(project: Project, folder: Path) -> Project:
    """A project with what the files beside its dictionary say of events, repeats and missing codes."""
    found = []

    def column_pairs(name: str, first: str, second: str) -> list[tuple[str, str]] | None:
        if not (folder / name).is_file():
            return None
        raw = open_table(folder / name)
        found.append(raw.findings)
        missing = [one for one in (first, second) if one not in raw.frame.columns]
        if missing:
            raise CohortError(f"no column {' and no column '.join(missing)}", where=name)
        cells = raw.frame.with_columns(pl.all().fill_null(""))
        return list(zip(cells[first], cells[second], strict=True))

    repeats = column_pairs("repeating.csv", "form_name", "form_name")
    mapped = column_pairs("form_events.csv", "form", "unique_event_name")
    labelled = column_pairs("events.csv", "event_name", "unique_event_name")
    events: dict[str, set[str]] = {}
    for form, event in mapped or ():
        events.setdefault(form, set()).add(event)
    codes = folder / "missing_codes.txt"
    read = read_choices(codes.read_text("utf-8-sig").replace("\n", "|"))[0] if codes.is_file() else ()
    return replace(
        project,
        repeating=None if repeats is None else frozenset(form for form, _ in repeats if form),
        events={form: frozenset(names) for form, names in events.items()},
        event_labels=dict(labelled or ()),
        missing_codes=read,
        findings=joined([project.findings, *found]),
    )


def _dictionary_of(folder: Path) -> Path:
    if (folder / "dictionary.csv").is_file():
        return folder / "dictionary.csv"
    named = [
        one
        for one in sorted(folder.iterdir())
        if one.is_file() and any(word in one.name.lower() for word in ("dictionary", "metadata"))
    ]
    if len(named) != 1:
        raise CohortError(
            "no data dictionary in the folder" if not named else "several data dictionaries in the folder",
            where=folder.name,
            expected="dictionary.csv",
        )
    return named[0]
