"""Files out of the grid and back in: results as one CSV, tidy tables as a zip; all in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath

import polars as pl

from cimara.response.explain import explain
from cimara.response.model import Patient, Study
from cimara.response.policy import Policy
from cimara.response.reading.schema import TIDY
from cimara.response.reading.tidy import load_tidy
from cimara.response.reading.write_tidy import tidy_frames
from cimara.response.results import timepoint_frame
from cimara.response.rows import PatientResult
from cimara.response.worksheet.one_table import read_one_table
from cimara.terms.table_files import TableError

MOST_UNPACKED = 40 * 1024 * 1024
"""Bytes that the tables of a zip may have together once unpacked."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ZIP = b"PK"


def results_csv(worked: Sequence[tuple[Policy, PatientResult]]) -> str:
    """Every time point, the criteria one after another; the last column is the reason in words."""
    frames = []
    for policy, result in worked:
        words = pl.Series("explanation", [explain(row, policy) for row in result.rows], pl.String())
        frames.append(timepoint_frame(result.rows).with_columns(words))
    return pl.concat(frames).write_csv()


def tidy_zip(patient: Patient) -> bytes:
    """The tidy tables of one patient; `read_upload` takes them back, and nothing is lost."""
    out = io.BytesIO()
    frames = tidy_frames(Study.from_objects([patient]))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, frame in frames.items():
            if frame.height or name in ("patients", "visits"):
                archive.writestr(zipfile.ZipInfo(f"{name}.csv", _EPOCH), frame.write_csv())
    return out.getvalue()


def read_upload(raw: bytes) -> Study:
    """A zip of tidy tables, or the one-table CSV, as a Study; rows that can't be used are its findings.

    Raises TableError when the file as a whole is neither.
    """
    if raw.startswith(_ZIP):
        return load_tidy(_unpacked(raw)).study
    return read_one_table(raw)


def _unpacked(raw: bytes) -> dict[str, bytes]:
    """The tables of a zip, wherever in it they lie; other files are not read."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [one for one in archive.infolist() if PurePosixPath(one.filename).suffix == ".csv"]
            found = {PurePosixPath(one.filename).stem: one for one in members}
            tables = {name: found[name] for name in TIDY if name in found}
            if sum(one.file_size for one in tables.values()) > MOST_UNPACKED:
                raise TableError("the tables are too large once unpacked", where="zip")
            return {name: archive.read(one) for name, one in tables.items()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise TableError("the zip is damaged, or locked with a password", where="zip") from error
