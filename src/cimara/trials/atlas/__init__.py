"""How trials name and define their endpoints, and where they differ."""

from cimara.trials.atlas.collect import Atlas, AtlasRow, atlas
from cimara.trials.atlas.digest import Digest, digest
from cimara.trials.atlas.heterogeneity import Comparison, Heterogeneity, differences, heterogeneity
from cimara.trials.atlas.model import ClockStart, EndpointUse, Flag, Stated
from cimara.trials.atlas.read import endpoint_uses
from cimara.trials.atlas.selection import Provenance, Selection, resolve_numbers

__all__ = [
    "Atlas",
    "AtlasRow",
    "ClockStart",
    "Comparison",
    "Digest",
    "EndpointUse",
    "Flag",
    "Heterogeneity",
    "Provenance",
    "Selection",
    "Stated",
    "atlas",
    "differences",
    "digest",
    "endpoint_uses",
    "heterogeneity",
    "resolve_numbers",
]
