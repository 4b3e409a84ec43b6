"""Finds the endpoint that an argument names: an id of the catalogue, or a definition file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cimara.outcomes import Endpoint


def find_endpoint(name: str) -> Endpoint:
    """The definition in the file `name`, or in the catalogue. Raises CimaraError."""
    from cimara.outcomes import Endpoint, catalogue

    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return Endpoint.from_toml(path)
    return catalogue[name.upper()]
