"""The endpoint catalogue: one TOML file an entry, read when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.terms.endpoint import CATALOGUE


class Catalogue(Mapping[str, Endpoint]):
    """Endpoint definitions by id, in the order of the specification."""

    def __getitem__(self, endpoint_id: str) -> Endpoint:
        """The definition. Raises DerivationError with the nearest id where there is none."""
        if endpoint_id not in CATALOGUE:
            raise DerivationError(f"no endpoint {endpoint_id!r}; {nearest(endpoint_id, CATALOGUE)}")
        return _read(str(endpoint_id))

    def __iter__(self) -> Iterator[str]:
        return (str(one) for one in CATALOGUE)

    def __len__(self) -> int:
        return len(CATALOGUE)

    def __contains__(self, endpoint_id: object) -> bool:
        return endpoint_id in CATALOGUE


@cache
def _read(endpoint_id: str) -> Endpoint:
    name = f"{endpoint_id.lower()}.toml"
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return Endpoint.from_text(text, source=name)


catalogue = Catalogue()
"""The twenty definitions; `catalogue["CNSPFS"]`."""
