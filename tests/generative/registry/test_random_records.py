"""Whatever JSON stands in a file, a build ends and every record is accounted for."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cimara.trials.importers.api_v2 import study_from_record
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.registry.records import build, raw, record

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [deeper for key, inner in pairs for deeper in paths(inner, (*path, key))]


PLACES = [path for path in paths(record()) if path]


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    """Set a place, unless an earlier change took away what leads to it."""
    try:
        for key in path[:-1]:
            value = value[key]
        value[path[-1]] = new
    except (TypeError, KeyError, IndexError):
        return


@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=4))
@settings(max_examples=400, deadline=None)
def test_a_record_with_anything_anywhere_is_read_or_rejected(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    made = record()
    for path, new in changes:
        put(made, path, new)
    try:
        study, issues = study_from_record(raw(made))
    except RejectedRecordError:
        return
    assert study.criteria.strip()
    assert all(issue.path and issue.message for issue in issues)


LINES = st.one_of(
    st.binary(max_size=60).filter(lambda line: b"\n" not in line),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.integers(0, 5).map(lambda number: raw(record(f"NCT{number:08d}"))),
)


@given(st.lists(LINES, max_size=12))
@settings(max_examples=60, deadline=None)
def test_every_file_builds_and_every_record_is_accounted_for(lines: list[bytes]) -> None:
    assume(not (lines and lines[0].startswith(b"SQLite format 3\x00")))  # what is no database is refused
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "a.jsonl", Path(folder) / "a.sqlite3"
        source.write_bytes(b"\n".join(lines))
        report = build([source], out)
        assert report.read == report.stored + report.duplicates + report.rejected
        with Snapshot.open(out) as snapshot:
            assert len(list(snapshot.studies())) == report.stored
