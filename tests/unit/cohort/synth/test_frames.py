"""Arrays become the typed frames that reading the same values from text gives."""

import numpy as np
import polars as pl

from cimara.cohort.dataset import plain_origin
from cimara.cohort.model import data_model
from cimara.cohort.reading import text_frame, typed_frame
from cimara.cohort.synth.frames import model_frame, rounded
from cimara.cohort.synth.options import Scenario
from tests.unit.cohort.synth.consortia import consortium


def test_frames_equal_what_reading_them_from_text_gives() -> None:
    dataset = consortium(Scenario.RN_TREATED).datasets["DB02"]
    for name, frame in dataset.tables.items():
        entity = data_model().entity(name)
        read, findings = typed_frame(entity, text_frame(entity, frame), plain_origin(frame.height))
        assert findings.is_empty()
        assert read.select(frame.columns).equals(frame), name


def test_halves_are_rounded_away_from_zero() -> None:
    assert rounded(np.array([0.005, 2.675, -0.125]), 100).tolist() == [0.01, 2.68, -0.13]


def test_an_optional_field_that_nobody_filled_says_why() -> None:
    frame = model_frame(
        "LmdEvent",
        {
            "patient_id": np.array(["DA01-P0001", "DA01-P0002"], dtype=object),
            "eano_esmo": np.array(["IA", ""], dtype=object),
        },
    )
    assert frame["eano_esmo__why"].to_list() == [None, "NA"]
    assert frame["csf_flow__why"].to_list() == ["NASK", "NASK"]
    assert frame["day"].dtype == pl.Int64


def test_several_codes_stand_in_the_order_of_the_schema() -> None:
    frame = model_frame(
        "SystemicTherapyLine", {"agents": np.array(["pembrolizumab;carboplatin"], dtype=object)}
    )
    order = data_model().entity("SystemicTherapyLine").field("agents").code_names
    assert frame["agents"][0].to_list() == sorted(["pembrolizumab", "carboplatin"], key=order.index)
