"""Outcomes of a study: endpoint definitions that derive themselves, then what is estimated from them."""

from cimara.outcomes.endpoints.binary import Rate, binary_rate
from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.derive import derive_endpoint
from cimara.outcomes.endpoints.facts import Fact, Facts
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.table import EndpointTable

__all__ = [
    "Endpoint",
    "EndpointTable",
    "Fact",
    "Facts",
    "Rate",
    "Schedule",
    "binary_rate",
    "catalogue",
    "derive_endpoint",
]
