"""Sites that collect with the dictionary of this program, as the harmonisation matrix sees them."""

from __future__ import annotations

from functools import cached_property

from cimara.cohort.harmonise.mapping import Mapping
from cimara.cohort.harmonise.plans import SiteRule, Status
from cimara.cohort.model import Need, data_model


class OwnDictionary(Mapping):
    """A site without a mapping: its source has every field of the data model."""

    @cached_property
    def statuses(self) -> dict[tuple[str, str], Status]:
        """Every field that is not derived can be given."""
        return {
            (entity.name, field.name): Status.COMPLETE
            for entity in data_model().entities
            for field in entity.fields
            if field.need is not Need.DERIVED
        }


def own_dictionary(site_id: str) -> OwnDictionary:
    """The form of a site that exports from the CIMARa REDCap dictionary or fills in its templates."""
    return OwnDictionary("CIMARa dictionary", "", SiteRule(site_id), (), None, (), {})
