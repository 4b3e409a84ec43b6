"""Criteria text -> who with brain metastases or leptomeningeal disease may join, and the words for it."""

from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.eligibility.reader import read_eligibility

__all__ = ["CnsEligibility", "read_eligibility"]
