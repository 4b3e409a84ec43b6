"""The names of competing causes in an endpoint table that was written to a file."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.endpoints.plan import FIRST_COMPETING


def competing_names(frame: pl.DataFrame, endpoint: str, fingerprint: str) -> tuple[str, ...]:
    """Names of the competing causes in the order of their codes, in lower case.

    The table's own `code` names those that occurred; the catalogue, where the table was made by it, those
    that no row has, too. A code between them that nothing names is `cause_<code>`.
    """
    competing = frame.filter(pl.col("evcode") >= FIRST_COMPETING).group_by("evcode")
    names = {
        int(evcode): "_or_".join(str(code).lower() for code in codes)
        for evcode, codes in competing.agg(pl.col("code").drop_nulls().unique().sort()).iter_rows()
    }
    if endpoint in catalogue and catalogue[endpoint].fingerprint == fingerprint:
        for code, rule in enumerate(catalogue[endpoint].competing, start=FIRST_COMPETING):
            names.setdefault(code, rule.code.lower())
    last = max(names, default=FIRST_COMPETING - 1)
    return tuple(names.get(code) or f"cause_{code}" for code in range(FIRST_COMPETING, last + 1))
