"""Which clinical file format a file is in, by its name, and the data set that it holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cimara.response.transport.dataset import Dataset, DatasetError
from cimara.response.transport.dataset_json import read_dataset_json, write_dataset_json
from cimara.response.transport.xpt import read_xpt, write_xpt

DESCRIBED = (".xpt", ".json", ".ndjson")
"""Formats that carry names and labels of their own; CSV and Parquet are tables only."""


def is_described(path: Path) -> bool:
    """True for XPT and Dataset-JSON."""
    return path.suffix.lower() in DESCRIBED


def read_dataset(path: Path) -> Dataset:
    """Read XPT or Dataset-JSON, by the end of the name. Raises DatasetError."""
    if not path.is_file():
        raise DatasetError("no such file", where=path.name)
    suffix = path.suffix.lower()
    return read_xpt(path) if suffix == ".xpt" else read_dataset_json(path)


def write_dataset(dataset: Dataset, path: Path, *, created: dt.datetime) -> None:
    """Write CSV, XPT or Dataset-JSON, by the end of the name; `created` dates Dataset-JSON."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        dataset.frame.write_csv(path)
    elif suffix == ".xpt":
        write_xpt(dataset, path)
    elif suffix in DESCRIBED:
        write_dataset_json(dataset, path, created=created)
    else:
        raise DatasetError("no such format", where=path.name, expected=f".csv, {', '.join(DESCRIBED)}")
