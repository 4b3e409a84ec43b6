"""Orders of the demonstration's researcher."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cimara.federation.demonstration.houses import Houses
from cimara.federation.demonstration.study_file import STUDY
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.session import new_order


def order_of(houses: Houses, *analyses: str) -> bytes:
    """A signed order for analyses of the study, for A2 where none is named."""
    house = House(houses.researcher)
    return new_order(house, house.named(STUDY), analyses or ("A2",), datetime.now(UTC), timedelta(hours=1))
