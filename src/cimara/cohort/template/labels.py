"""Labels of fields in another language, from a CSV with the columns entity, field and label."""

from __future__ import annotations

from pathlib import Path

from cimara.cohort.errors import CohortError
from cimara.cohort.model import data_model
from cimara.cohort.raw_tables import read_csv

COLUMNS = ("entity", "field", "label")


def read_labels(path: Path) -> dict[tuple[str, str], str]:
    """Labels by entity and field. Raises CohortError for a field that the model does not have."""
    table = read_csv(path).frame
    lacking = [name for name in COLUMNS if name not in table.columns]
    if lacking:
        raise CohortError(f"no column {lacking[0]}", where=path.name, expected=", ".join(COLUMNS))
    labels = {}
    for entity, field, label in table.select(COLUMNS).drop_nulls().iter_rows():
        labels[entity, data_model().entity(entity).field(field).name] = label
    return labels
