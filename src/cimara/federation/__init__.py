"""Estimates over hospitals whose rows stay at home: the estimators of `cimara.outcomes`, run in step.

Each site sends sums that it has checked, masked so that only the total over all sites can be read.
"""
