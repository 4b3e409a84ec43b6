"""What a house says of a fault: a code and words that cannot hold anything of its rows."""

from __future__ import annotations

import traceback
from pathlib import Path

from cimara.federation.errors import Code, FederationError
from cimara.outcomes.model_warnings import NotEstimable
from cimara.terms.errors import CimaraError


def words_of(error: FederationError) -> str:
    """A refusal in words, without its code."""
    return str(error).removeprefix(f"{error.code} ")


def at_site(error: Exception) -> FederationError:
    """The refusal that an error at a site becomes.

    Texts of errors that are not made to be sent may hold data: of these only the kind and the line of our
    own code are told.
    """
    if isinstance(error, FederationError):
        return error
    if isinstance(error, NotEstimable):
        return FederationError(
            Code.NOT_ESTIMABLE, f"the analysis cannot be carried out: {error.code}",
            where=", ".join(error.columns) or None,
        )  # fmt: skip
    return FederationError(
        Code.PROGRAM,
        f"an error of the program: {_place(error)}",
        hint="Nothing was sent. Tell the maintainers this line; it holds no data.",
    )


def table_fault(error: CimaraError) -> FederationError:
    """The refusal of a table that cannot be read: its words stay at the site."""
    return FederationError(
        Code.BAD_TABLE, f"the site's table cannot be used for this analysis ({_place(error)})",
        hint="`cimara federation plan --check` at the site says which column.",
    )  # fmt: skip


def from_sums(error: NotEstimable) -> FederationError:
    """The fault of an analysis whose pooled sums give no estimate; its words are about those sums only."""
    return FederationError(Code.NOT_ESTIMABLE, str(error))


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if "cimara" in Path(one.filename).parts] or frames
    if not own:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno}"
