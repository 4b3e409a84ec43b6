"""A table comes back from its file as it went in, and any Parquet reader can open it."""

from __future__ import annotations

import io

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from cimara.cohort.dataset import plain_origin
from cimara.cohort.model import data_model
from cimara.cohort.store.content import Column, Layout, content_hash
from cimara.cohort.store.errors import DamagedStoreError, StoreError
from cimara.cohort.store.normal import normal_frame
from cimara.cohort.store.parquet import StoredTable, in_todays_model, stored_table, table_file
from tests.unit.cohort.store.small import patients

LAB = data_model().entity("LabResult")
LABS = patients(6).frame("LabResult")


def test_values_types_and_reasons_come_back() -> None:
    back = stored_table(table_file(LAB, LABS, None).content, "x")
    assert_frame_equal(back.frame, normal_frame(LAB, LABS))
    assert back.origin is None


def test_the_hash_can_be_recomputed_from_the_file_alone() -> None:
    made = table_file(LAB, LABS, plain_origin(6, "labs.csv"))
    assert stored_table(made.content, "x").content_hash == made.content_hash == content_hash(LAB, LABS)


def test_origins_come_back_row_for_row() -> None:
    origin = plain_origin(6, "labs.csv").with_columns(sheet=pl.lit("all"), record=LABS["patient_id"])
    back = stored_table(table_file(LAB, LABS, origin).content, "x")
    assert back.origin is not None
    assert_frame_equal(back.origin, origin)


def test_a_record_id_of_the_sites_own_system_is_not_stored() -> None:
    own = ["4711", *LABS["patient_id"].to_list()[1:]]
    origin = plain_origin(6, "labs.csv").with_columns(record=pl.Series(own))
    made = table_file(LAB, LABS, origin)
    back = stored_table(made.content, "x").origin
    assert back is not None
    assert back["record"].to_list() == [None, *own[1:]]
    assert back["row"].to_list() == [1, 2, 3, 4, 5, 6]


def test_another_library_reads_the_file() -> None:
    table = pq.read_table(io.BytesIO(table_file(LAB, LABS, None).content))
    assert table.column("value").to_pylist() == LABS["value"].to_list()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no table"])
def test_a_file_that_is_no_table_is_damage(content: bytes) -> None:
    with pytest.raises(DamagedStoreError, match="objects/x"):
        stored_table(content, "objects/x")


def test_a_table_that_we_did_not_write_is_damage() -> None:
    out = io.BytesIO()
    LABS.write_parquet(out)
    with pytest.raises(DamagedStoreError):
        stored_table(out.getvalue(), "x")


def older(frame: pl.DataFrame, dropped: str) -> StoredTable:
    columns = [Column(one.name, one.kind, one.places) for one in LAB.fields if one.name != dropped]
    return StoredTable(Layout(LAB.name, LAB.key, tuple(columns)), frame.drop(dropped), None)


def test_a_table_from_before_a_field_was_added_keeps_its_hash_and_reads_without_it() -> None:
    table = older(normal_frame(LAB, LABS), "curator")
    assert len(table.content_hash) == 64
    assert table.content_hash != content_hash(LAB, LABS)
    assert in_todays_model(table)["curator"].to_list() == [None] * 6


def test_a_table_that_the_model_no_longer_has_says_so() -> None:
    table = StoredTable(Layout("Gone", ("a",), (Column("a", LAB.fields[0].kind, 0),)), pl.DataFrame(), None)
    with pytest.raises(StoreError, match="no Gone any more"):
        in_todays_model(table)
