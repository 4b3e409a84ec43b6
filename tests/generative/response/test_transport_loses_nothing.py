"""Random data sets: XPT v5 refuses or gives back what it got; Dataset-JSON always gives it back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import event, given, settings
from hypothesis import strategies as st

from cimara.response.transport.dataset import POLARS_TYPES, Dataset, Variable, VariableType
from cimara.response.transport.dataset_json import dataset_json, read_dataset_json, write_dataset_json
from cimara.response.transport.xpt import losses, read_xpt, write_xpt
from tests.many import examples

CREATED = dt.datetime(2026, 1, 2, 3, 4, 5)
LABELS = st.text("aé 1", max_size=42)
NAMES = st.text("ABCXYZ019_", min_size=1, max_size=9)
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=210)
CELLS: dict[VariableType, st.SearchStrategy] = {
    VariableType.TEXT: ASCII | st.text(min_size=1, max_size=5).filter(lambda text: text.isprintable()),
    VariableType.INTEGER: st.integers(-(2**53) - 2, 2**53 + 2),
    VariableType.FLOAT: st.floats(allow_nan=False, allow_infinity=False),
    VariableType.DATE: st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
}


FITTING_NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,7}", fullmatch=True)
FITTING = CELLS | {
    VariableType.TEXT: ASCII.map(lambda text: text[:200].rstrip() or "x"),
    VariableType.INTEGER: st.integers(-(2**53), 2**53),
    VariableType.FLOAT: st.floats(1e-70, 1e70) | st.floats(-1e70, -1e-70) | st.just(0.0),
}


@st.composite
def fitting_datasets(draw: st.DrawFn) -> Dataset:
    """Data sets that XPT v5 should accept, save those that end in a row of blanks."""
    return draw(datasets(FITTING_NAMES, FITTING, st.text("ab 1", max_size=40).map(str.rstrip)))


@st.composite
def datasets(
    draw: st.DrawFn,
    all_names: st.SearchStrategy[str] = NAMES,
    cells: dict[VariableType, st.SearchStrategy] = CELLS,
    labels: st.SearchStrategy[str] = LABELS,
) -> Dataset:
    names = draw(st.lists(all_names, min_size=1, max_size=4, unique=True))
    variables = tuple(Variable(name, draw(labels), draw(st.sampled_from(VariableType))) for name in names)
    height = draw(st.integers(0, 6))
    columns = {
        variable.name: draw(st.lists(st.none() | cells[variable.type], min_size=height, max_size=height))
        for variable in variables
    }
    return Dataset.of(draw(all_names), "Example", variables, columns)


@settings(deadline=None, max_examples=examples(few=150, many=400))
@given(dataset=datasets())
def test_dataset_json_gives_back_what_it_got(dataset: Dataset) -> None:
    with TemporaryDirectory() as folder:
        for name in ("a.json", "a.ndjson"):
            write_dataset_json(dataset, Path(folder) / name, created=CREATED)
            found = read_dataset_json(Path(folder) / name)
            assert found.frame.equals(dataset.frame)
            assert found.variables == dataset.variables
            assert dataset_json(found, created=CREATED) == dataset_json(dataset, created=CREATED)


@settings(deadline=None, max_examples=examples(few=200, many=500))
@given(dataset=st.one_of(fitting_datasets(), datasets()))
def test_what_xpt_accepts_it_gives_back(dataset: Dataset) -> None:
    accepted = not list(losses(dataset))
    event("accepted" if accepted else "refused")
    if not accepted:
        return
    with TemporaryDirectory() as folder:
        write_xpt(dataset, Path(folder) / "a.xpt")
        found = read_xpt(Path(folder) / "a.xpt")
    assert found.name == dataset.name
    if dataset.frame.height:
        assert found.frame.cast(dict(dataset.frame.schema)).equals(dataset.frame)
    for before, after in zip(dataset.variables, found.variables, strict=True):
        assert (before.name, before.label) == (after.name, after.label)
        assert found.frame[after.name].dtype == POLARS_TYPES[after.type]


@settings(deadline=None, max_examples=examples(few=120, many=300))
@given(dataset=fitting_datasets())
def test_what_fits_is_accepted(dataset: Dataset) -> None:
    assert all("blank in every column" in problem for problem in losses(dataset))
