"""Every finding of reading tells what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

import cimara.response.reading
from cimara.response.reading.hints import HINTS, hint_for
from cimara.response.reading.sdtm import SdtmPackage, load_sdtm
from cimara.response.sizes import SizeError, parse_diameter
from cimara.terms import tables

FOLDER = Path(cimara.response.reading.__file__).parent
CODE = re.compile(r'"([A-Z]+(?:_[A-Z]+)+)"')
AFTER = re.compile(r"(?:refuse|reject|warn|_note|Finding|_problem|Problem)\(")


def codes_in(source: str) -> set[str]:
    """Codes that stand within the next words of a call that makes a finding."""
    return {
        found[1]
        for call in AFTER.finditer(source)
        for found in CODE.finditer(source, call.end())
        if found.start() - call.end() < 120
    }


def test_every_code_of_the_readers_has_a_hint() -> None:
    sources = [path.read_text() for path in (*FOLDER.glob("*.py"), Path(tables.__file__))]
    codes = set().union(*map(codes_in, sources))
    assert {"UNKNOWN_LESION", "DUPLICATE_VISIT", "VISIT_BEFORE_BASELINE", "TWO_UNITS"} <= codes
    assert codes - set(HINTS) - {"TU", "TR"} == set()


def test_a_finding_keeps_the_hint_of_its_own() -> None:
    assert hint_for("CELL_UNREADABLE", "Write the decimals after a point.") == (
        "Write the decimals after a point."
    )


@pytest.mark.parametrize("size", ["-3", "NaN", "inf", "abcde", "12,5", "99999999999"])
def test_every_size_that_is_none_has_a_hint(size: str) -> None:
    with pytest.raises(SizeError) as error:
        parse_diameter(size)
    assert error.value.hint


SDTM_TU = {
    "USUBJID": ["P1", "P1"],
    "TUSEQ": ["1", "2"],
    "TULNKID": ["L1", "L2"],
    "TUTESTCD": ["TUMIDENT"] * 2,
    "TUSTRESC": ["TARGET", "NON-TARGET"],
    "TULOC": ["BRAIN"] * 2,
    "VISITNUM": ["2", "2"],
    "TUDTC": ["2024-01-05"] * 2,
}
SDTM_TR = {
    "USUBJID": ["P1", "P1", "P1"],
    "TRSEQ": ["1", "2", "3"],
    "TRLNKID": ["L1", "L1", "L9"],
    "TRTESTCD": ["DIAMETER"] * 3,
    "TRSTRESC": ["20", "21", "9"],
    "TRSTRESU": ["mm"] * 3,
    "VISITNUM": ["2", "1", "2"],
    "TRDTC": ["2024-01-05", "2023-11-05", "2024-01-05"],
}


def test_sdtm_is_told_by_the_row_and_variable_of_the_source() -> None:
    reading, _ = load_sdtm(SdtmPackage(pl.DataFrame(SDTM_TU), pl.DataFrame(SDTM_TR)))
    found = {one.code: one for one in reading.study.findings}
    early, unknown = found["VISIT_BEFORE_BASELINE"], found["UNKNOWN_LESION"]
    assert (early.file, early.row, early.column, bool(early.hint)) == ("tr", 2, "TRDTC", True)
    assert (unknown.file, unknown.row, unknown.column, bool(unknown.hint)) == ("tr", 3, "TRLNKID", True)
