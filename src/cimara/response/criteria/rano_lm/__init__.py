"""RANO-LM: the scorecard of 2019, the composite of 2017, and the neurological examination."""

from cimara.response.criteria.rano_lm.derive import derive_lm

__all__ = ["derive_lm"]
