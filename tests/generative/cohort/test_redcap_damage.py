"""Whatever happens to a dictionary or export on its way: findings or a refusal, never a traceback."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cimara.cohort.errors import CohortError
from cimara.cohort.redcap.columns import DICTIONARY
from cimara.cohort.redcap.project import read_project
from cimara.cohort.redcap.records import read_records
from cimara.cohort.redcap.set_up import csv_text
from cimara.cohort.redcap.summary import summary_of, summary_text
from tests.many import examples
from tests.unit.cohort.redcap.clinic import clinic

SETTINGS = settings(
    max_examples=examples(40, 4000), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
SEEDS = st.integers(0, 2**32 - 1)
ROWS = (
    ("id", "visit", "", "text", "Id"),
    ("sex", "visit", "Head", "radio", "Sex", "1, F | 2, M", "", "", "", "", "", "[id] = '1'", "y"),
    ("race", "visit", "", "checkbox", "<b>Race</b>", "-9, None | A, Some", "", "", "", "", "y"),
    ("when", "labs", "", "text", "When", "", "", "date_dmy", "2020-01-01", "2021-01-01", "y"),
    ("sum", "labs", "", "calc", "Sum", "[sex] + 1"),
)
EXPORT = (
    "study_no,redcap_repeat_instrument,redcap_repeat_instance,sex,race___1,race____9,born,person_complete,lesion,side\n"
    '1,,,1,0,1,1950-02-03,2,,\n1,lesion,1,,,,,,L01,2\n"2",,,UNK,1,0,03/02/1950,0,,\n2,lesion,x,,,,,,"L\n2",9\n'
)
LABELS = (
    "Study number,Repeat Instrument,Repeat Instance,Sex,Race (choice=White),Complete?,Side,Complete?\n"
    "1,,,Male,Checked,Complete,,\n"
)
PIECES = (
    '"',
    ",",
    "\n",
    "\r\n",
    ";",
    "|",
    "\0",
    "\ufeff",
    "NA",
    "1.0",
    "'",
    "ß",
    " ",
    "\t",
    "[",
    "___",
    "9" * 30,
)


def dictionary() -> str:
    return csv_text([DICTIONARY, *([*row, *[""] * (18 - len(row))] for row in ROWS)])


def damaged(text: str, seed: int, times: int) -> bytes:
    """The text with pieces cut out, put in, doubled or moved; sometimes in another encoding."""
    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(times):
        start = int(rng.integers(0, len(text) + 1))
        end = min(len(text), start + int(rng.integers(0, 30)))
        what = int(rng.integers(0, 4))
        if what == 0:
            text = text[:start] + text[end:]
        elif what == 1:
            text = text[:start] + str(rng.choice(PIECES)) + text[start:]
        elif what == 2:
            text = text[:end] + text[start:end] + text[end:]
        else:
            lines = text.split("\n")
            rng.shuffle(lines)
            text = "\n".join(lines) if rng.random() < 0.3 else text
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    return text.encode(encoding, errors="replace")


@SETTINGS
@given(seed=SEEDS, times=st.integers(0, 8))
def test_a_damaged_dictionary_is_read_or_refused(seed: int, times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dictionary.csv"
        path.write_bytes(damaged(dictionary(), seed, times))
        with suppress(CohortError):
            assert summary_text(summary_of(read_project(path)))


@SETTINGS
@given(seed=SEEDS, times=st.integers(0, 8), text=st.sampled_from([EXPORT, LABELS]))
def test_a_damaged_export_is_read_or_refused(seed: int, times: int, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_bytes(damaged(text, seed, times))
        with suppress(CohortError):
            records = read_records(path, clinic(), group="north", events={"person": ["a"]})
            assert set(records.findings["severity"]) <= {"error", "warning", "info"}
