"""A table as a Parquet file and back: zstd, its layout in the file's metadata, origins beside the rows."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import msgspec
import polars as pl

from cimara.cohort.dataset import ORIGIN
from cimara.cohort.model import Entity, data_model
from cimara.cohort.store.content import Layout, layout_hash, layout_of
from cimara.cohort.store.errors import DamagedStoreError, StoreError
from cimara.cohort.store.normal import normal_frame

LAYOUT = "cimara.layout"
_MARK = "_"


@dataclass(frozen=True, eq=False)
class StoredTable:
    """A table as it stands in the store; `origin` is None where it was not known."""

    layout: Layout
    frame: pl.DataFrame
    origin: pl.DataFrame | None

    @property
    def content_hash(self) -> str:
        """Recomputed from the rows."""
        return layout_hash(self.layout, self.frame)


@dataclass(frozen=True, slots=True)
class TableFile:
    """The bytes of a table with what the manifest says of them."""

    content: bytes
    content_hash: str
    rows: int

    @property
    def file_hash(self) -> str:
        """SHA-256 (hex) of the bytes, by which the object is named."""
        return sha256(self.content)


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def table_file(entity: Entity, frame: pl.DataFrame, origin: pl.DataFrame | None) -> TableFile:
    """A table as a file. Raises StoreError where it is not of the model's shape."""
    layout = layout_of(entity)
    plain = normal_frame(entity, frame)
    written = plain if origin is None else pl.concat([plain, _guarded(plain, origin)], how="horizontal")
    out = io.BytesIO()
    words = {LAYOUT: msgspec.json.encode(layout).decode()}
    written.write_parquet(out, compression="zstd", metadata=words)
    return TableFile(out.getvalue(), layout_hash(layout, plain), plain.height)


def stored_table(content: bytes, where: str) -> StoredTable:
    """The table in a file of the store. Raises DamagedStoreError where it is none."""
    try:
        layout = msgspec.json.decode(pl.read_parquet_metadata(io.BytesIO(content))[LAYOUT], type=Layout)
        written = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError, KeyError, msgspec.MsgspecError) as error:
        raise DamagedStoreError("the object is no table of this store", where=where) from error
    names = [_MARK + name for name in ORIGIN]
    origin = written.select(names).rename(lambda name: name[1:]) if names[0] in written.columns else None
    return StoredTable(layout, written.drop(names, strict=False), origin)


def in_todays_model(table: StoredTable) -> pl.DataFrame:
    """The rows with the fields of today's model; fields added since then are empty.

    Raises
    ------
    StoreError
        The model no longer has a field that was stored.
    """
    entity = data_model().by_name.get(table.layout.entity)
    if entity is None:
        raise StoreError(
            f"the data model has no {table.layout.entity} any more",
            hint="Read it with the version that wrote it.",
        )
    return normal_frame(entity, table.frame)


def _guarded(frame: pl.DataFrame, origin: pl.DataFrame) -> pl.DataFrame:
    """Origins, less the record ids of a site's own system: row and file find the record there."""
    own = frame["patient_id"] if "patient_id" in frame.columns else pl.lit(None, dtype=pl.String)
    record = pl.when(pl.col("record") == own).then(pl.col("record")).alias("record")
    return origin.with_columns(record).select([pl.col(one).alias(_MARK + one) for one in ORIGIN])
