"""The data folder of a report: rows, endpoint tables and changes, each file with its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import polars as pl

from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.report.errors import DataFolderError
from cimara.outcomes.report.findings import Sheet

ROWS = "rows"
CHANGES = "changes"
COHORT = "consort.json"
SUFFIXES = (".csv", ".parquet")
ENDPOINT_COLUMNS = ("patient_id", "endpoint", "fingerprint", "aval", "evcode", "code")
"""Columns by which a table is known to be an endpoint's."""
IDS = ("patient_id", "lesion_id")


@dataclass(frozen=True, slots=True)
class CohortTables:
    """What `consort.json` holds: tables, ready for a page, and who signed the study file."""

    tables: tuple[Sheet, ...] = ()
    signed: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class EndpointTableFile:
    """The rows of one endpoint, and the file they came from."""

    endpoint: str
    fingerprint: str
    frame: pl.DataFrame
    file: str


@dataclass(frozen=True, slots=True, eq=False)
class DataFolder:
    """Rows (one a unit), endpoint tables by id, changes of covariates, and the SHA-256 of every file read.

    `cohort` is what `consort.json` says of how the folder came about.
    """

    rows: pl.DataFrame
    tables: Mapping[str, EndpointTableFile]
    changes: pl.DataFrame | None
    files: tuple[tuple[str, str], ...]
    cohort: CohortTables = field(default_factory=CohortTables)

    def table(self, use: str) -> EndpointTableFile | None:
        """The table of an endpoint by its id, or by the catalogue's label in lower_snake_case."""
        return self.tables.get(endpoint_id(use)) or self.tables.get(use)

    @property
    def varying(self) -> tuple[str, ...]:
        """Columns of the table of changes."""
        if self.changes is None:
            return ()
        return tuple(one for one in self.changes.columns if one not in (*IDS, "day"))


def endpoint_id(use: str) -> str:
    """The id that a plan's `use` stands for."""
    if use.upper() in catalogue:
        return use.upper()
    labels = {snake(catalogue[name].label): str(name) for name in catalogue}
    return labels.get(snake(use), use)


def snake(label: str) -> str:
    """A label in lower_snake_case."""
    words = "".join(sign if sign.isalnum() else " " for sign in label.lower()).split()
    return "_".join(words)


def read_data_folder(folder: Path) -> DataFolder:
    """Read and check a data folder. Raises DataFolderError with every fault."""
    if not folder.is_dir():
        raise DataFolderError(["no such folder"], str(folder))
    files = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    by_stem: dict[str, list[Path]] = {}
    for path in files:
        by_stem.setdefault(path.stem, []).append(path)
    problems = [
        f"{' and '.join(one.name for one in paths)}: the same table twice"
        for stem, paths in by_stem.items()
        if len(paths) > 1 and stem in (ROWS, CHANGES)
    ]
    if ROWS not in by_stem:
        problems.append("rows.csv or rows.parquet is missing: one row a unit, with patient_id and covariates")
    if problems:
        raise DataFolderError(problems, str(folder))
    frames = {path: _read(path) for path in files}
    rows = frames[by_stem[ROWS][0]]
    changes = frames[by_stem[CHANGES][0]] if CHANGES in by_stem else None
    problems += [*_of_rows(rows), *([] if changes is None else _of_changes(changes))]
    tables, faults = _tables({path: one for path, one in frames.items() if path.stem not in (ROWS, CHANGES)})
    if problems or faults:
        raise DataFolderError([*problems, *faults], str(folder))
    used = {by_stem[ROWS][0].name, *(one.file for one in tables.values())}
    used |= {by_stem[CHANGES][0].name} if CHANGES in by_stem else set()
    cohort = _cohort(folder / COHORT)
    told = [folder / COHORT] if cohort.tables else []
    read = [path for path in files if path.name in used]
    hashes = tuple((path.name, _sha256(path)) for path in (*read, *told))
    return DataFolder(rows, tables, changes, hashes, cohort)


def _cohort(path: Path) -> CohortTables:
    """What is said of how the folder came about; nothing where it has no such file."""
    if not path.is_file():
        return CohortTables()
    try:
        return msgspec.json.decode(path.read_bytes(), type=CohortTables)
    except msgspec.MsgspecError as error:
        raise DataFolderError([f"cannot be read: {error}"], path.name) from error


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
        else:
            frame = pl.read_csv(path, infer_schema_length=None, try_parse_dates=True, null_values=[""])
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataFolderError(["cannot be read as a table"], path.name) from error
    texts = [name for name in (*IDS, "endpoint", "fingerprint", "code") if name in frame.columns]
    frame = frame.with_columns(pl.col(name).cast(pl.String) for name in texts)
    return frame.with_columns(
        pl.when(pl.col(name) == "").then(None).otherwise(pl.col(name)).alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.String
    )


def _of_rows(rows: pl.DataFrame) -> list[str]:
    if "patient_id" not in rows.columns:
        return ["rows: column patient_id is missing"]
    found = []
    if rows["patient_id"].null_count():
        found.append(f"rows: {rows['patient_id'].null_count()} rows without a patient_id")
    keys = [name for name in IDS if name in rows.columns]
    twice = rows.height - rows.select(keys).n_unique()
    if twice:
        found.append(
            f"rows: {twice} rows more than there are units ({', '.join(keys)}); expected one row a unit"
        )
    return found


def _of_changes(changes: pl.DataFrame) -> list[str]:
    missing = [name for name in ("patient_id", "day") if name not in changes.columns]
    if missing:
        return [f"changes: column {name} is missing" for name in missing]
    if not changes["day"].dtype.is_numeric():
        return ["changes: day is not a number; expected days on the endpoint's scale, the start being day 1"]
    empty = changes["day"].null_count()
    return [f"changes: {empty} rows without a day"] if empty else []


def _tables(frames: Mapping[Path, pl.DataFrame]) -> tuple[dict[str, EndpointTableFile], list[str]]:
    """Tables of endpoints by id; a table that is none is left alone."""
    found: dict[str, EndpointTableFile] = {}
    problems: list[str] = []
    for path, frame in frames.items():
        if not set(ENDPOINT_COLUMNS) <= set(frame.columns):
            continue
        for (name,), own in frame.partition_by("endpoint", as_dict=True, maintain_order=True).items():
            key = str(name)
            if key in found:
                problems.append(f"{path.name}: endpoint {key} is also in {found[key].file}")
            fingerprints = own["fingerprint"].unique().drop_nulls().to_list()
            if len(fingerprints) != 1:
                problems.append(
                    f"{path.name}: {len(fingerprints)} fingerprints in endpoint {key}, expected one"
                )
                continue
            keys = [one for one in IDS if one in own.columns]
            twice = own.height - own.select(keys).n_unique()
            if twice:
                problems.append(f"{path.name}: {twice} rows more than there are units of endpoint {key}")
            unread = [name for name in ("aval", "evcode") if not _is_number(own[name])]
            problems += [f"{path.name}: {name} of endpoint {key} is not a number" for name in unread]
            if not unread:
                numbers = own.with_columns(pl.col("aval").cast(pl.Float64), pl.col("evcode").cast(pl.Int64))
                found[key] = EndpointTableFile(key, str(fingerprints[0]), numbers, path.name)
    return found, problems


def _is_number(column: pl.Series) -> bool:
    """Whether a column holds numbers, or nothing at all."""
    return column.dtype.is_numeric() or column.null_count() == len(column)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
