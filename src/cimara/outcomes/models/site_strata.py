"""Sites as strata: risk sets, or pairs, that lie inside one site, whatever other strata there are."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.rows import Rows

R = TypeVar("R", bound=Rows)


def sites_as_strata(rows: R) -> R:
    """The rows with their strata crossed with the site.

    Raises
    ------
    ContractError
        No site column was named.
    """
    if rows.site is None:
        raise ContractError("no site column was named", where="site", hint="Say site= when rows are made.")
    crossed = rows.stratum_codes() * len(rows.site.levels) + rows.site.codes
    strata = ("",) if rows.strata is None else rows.strata.levels
    levels = tuple(f"{one} site={site}".strip() for one in strata for site in rows.site.levels)
    columns = (*rows.strata_columns, "site")
    return replace(rows, strata=Labels(crossed, levels), strata_columns=columns)
